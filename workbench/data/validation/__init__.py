"""Where rows are not as their schema says: `checks` looks, `anomalies` is what was found."""

from workbench.data.validation.validation import KIND, load_anomalies, validate

__all__ = ["KIND", "load_anomalies", "validate"]
