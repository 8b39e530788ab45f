"""Values of all kinds as JSON holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


def as_json(value: Any) -> Any:  # whatever a record or a column holds
    """Return a value as JSON holds it: times as ISO 8601, durations in seconds, bytes as hex.

    What JSON has no number for is null.

    Examples
    --------
    >>> as_json({"a": float("nan"), "b": date(2013, 1, 1)})
    {'a': None, 'b': '2013-01-01'}
    """
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): as_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal):
        return as_json(float(value))
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.hex() if isinstance(value, bytes) else value
