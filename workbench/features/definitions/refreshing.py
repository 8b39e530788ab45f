"""A view over the newest versions of what it reads, and of what that reads in turn."""

from __future__ import annotations

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.features.definitions.checking import Wanted
from workbench.features.definitions.recording import register
from workbench.features.definitions.relations import VIEW as NAMED
from workbench.features.definitions.relations import look_up
from workbench.features.definitions.sources import Rows, from_source, from_sql, from_transform
from workbench.features.definitions.views import FeatureView


def refresh(view: FeatureView) -> FeatureView:
    """Return a view over the newest versions of what it reads; see `FeatureView.refresh`."""
    if view.source.kind == "function":
        raise InvalidInput(
            f"the view {view.name!r} is a Python function, which its record does not keep",
            hint="run its definition again",
        )
    wanted = Wanted(
        entities=view.entities,
        features=() if view.aggregations else tuple(each.name for each in view.columns),
        aggregations=view.aggregations,
        ttl=view.ttl,
        time=view.time,
        created=view.created,
        static=view.time is None,
        description=view.description,
        owner=view.owner,
        tags=view.tags,
    )
    return register(_renewed(view), view.name, wanted)


def _renewed(view: FeatureView) -> Rows:
    """Return a view's rows over the newest versions of what it reads, renewed themselves."""
    for name in view.source.views:
        if "@" not in name:
            found = look_up(name).record
            if isinstance(found, FeatureView) and found.source.kind != "function":
                refresh(found)
    if view.source.kind == "sql":
        return from_sql(str(view.source.sql))
    (name,) = [*view.source.datasets, *view.source.views]
    if view.source.kind == "transform":
        from workbench.data.transforms import Transform

        stored = str(view.source.code)
        text = workspace.current().blobs.read(stored).decode()
        return from_transform(Transform.from_json(text), name, stored)
    return from_source(name if view.source.datasets else f"{NAMED}{name}")
