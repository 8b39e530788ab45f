"""The kinds of records that features are, as metadata name them."""

VIEW = "feature_view"
ON_DEMAND = "on_demand_view"
SERVICE = "feature_service"
#: What has features of its own.
VIEWS = (VIEW, ON_DEMAND)
