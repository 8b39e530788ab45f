"""A plain value as the type of its column: what requests give, and what functions return."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from workbench.core.clock import micros, moment
from workbench.core.errors import InvalidInput

#: The types that a request's value can be declared with, by what Python calls them.
PYTHON_TYPES: dict[object, str] = {
    bool: "bool",
    int: "int64",
    float: "float64",
    str: "string",
    datetime: "timestamp",
    date: "date",
}


def declared_type(given: object, what: str) -> str:
    """Return the name of a type that was given as Python's or as a column's.

    Raises
    ------
    InvalidInput
        If it is no type of single values.

    Examples
    --------
    >>> declared_type(float, "distance"), declared_type("int64", "seats")
    ('float64', 'int64')
    """
    known = dict(PYTHON_TYPES)
    known |= {kind.__name__: name for kind, name in PYTHON_TYPES.items() if isinstance(kind, type)}
    known |= {name: name for name in PYTHON_TYPES.values()}
    try:
        return known[given]
    except (KeyError, TypeError):
        raise InvalidInput(
            f"{what} is said to be of type {given!r}",
            hint="give float, int, str, bool, datetime or date",
        ) from None


def read_value(value: Any, kind: str, name: str, where: str) -> Any:
    """Return a value, of JSON or of Python, as the type of its column; None for a missing one.

    Raises
    ------
    InvalidInput
        If it is not of that type.

    Examples
    --------
    >>> read_value(3, "float64", "temp", "the request")
    3.0
    """
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):  # as pandas says it
        return None
    if kind.startswith(("float", "decimal")):
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            with suppress(OverflowError):
                return float(value)
        raise _wrong(value, name, where, "a number")
    if kind.startswith(("int", "uint")):
        whole = value.is_integer() if isinstance(value, float) else isinstance(value, int)
        if whole and not isinstance(value, bool):
            return int(value)
        raise _wrong(value, name, where, "a whole number")
    if kind == "bool":
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        raise _wrong(value, name, where, "true or false")
    if kind in ("timestamp", "date"):
        return _time(value, kind, name, where)
    if kind.startswith(("list", "struct", "binary")):
        return value
    if isinstance(value, str):
        return value
    raise _wrong(value, name, where, "text")


def _time(value: Any, kind: str, name: str, where: str) -> datetime | date:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _wrong(value, name, where, "a time such as 2013-11-01T08:00:00Z") from None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        if kind == "date":
            return aware.date()
        # Built from its parts, so that a frame's own kind of time is a plain one afterwards.
        with suppress(OverflowError):  # of a time beyond the years that there are
            return moment(micros(aware.astimezone(UTC)))
        raise _wrong(value, name, where, "a time such as 2013-11-01T08:00:00Z")
    if isinstance(value, date):
        return value if kind == "date" else datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise _wrong(value, name, where, "a time such as 2013-11-01T08:00:00Z")


def _wrong(value: Any, name: str, where: str, wanted: str) -> InvalidInput:
    shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
    return InvalidInput(f"{where} has {name!r} = {shown}", hint=f"it must be {wanted}")
