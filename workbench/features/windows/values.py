"""How values are held in tiles: numbers, text and bytes, one spelling a value.

Nulls count nowhere, nor do NaN and infinities, which no sum survives.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workbench.core.clock import micros, moment
from workbench.core.errors import InvalidInput

_DAY = date(1970, 1, 1)


def held(kind: str) -> Callable[[Any], Any]:
    """Return what turns a value of a type into what tiles hold, or into None.

    Raises
    ------
    InvalidInput
        If values of that type cannot be put together; what is returned raises it for a value that
        is not of the type.

    Examples
    --------
    >>> held("date")(date(1970, 1, 3)), held("float64")(float("nan"))
    (2, None)
    """
    made = _maker(kind)

    def hold(value: Any) -> Any:
        if value is None:
            return None
        try:
            return made(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(
                f"{value!r} is no {kind}, which its column holds", hint="give it in that type"
            ) from error

    return hold


def given(kind: str) -> Callable[[Any], Any] | None:
    """Return what turns what tiles hold into a value of a type; None where they are the same."""
    if kind == "bool":
        return bool
    if kind == "timestamp":
        return moment
    if kind == "date":
        return lambda days: _DAY + timedelta(days=days)
    return None


def held_sql(column: str, kind: str) -> str:
    """Return DuckDB's expression for what tiles hold of a column."""
    _maker(kind)
    if kind == "timestamp":
        return f"epoch_us({column})"
    if kind == "date":
        return f"({column} - DATE '1970-01-01')::BIGINT"
    if kind == "bool":
        return f"{column}::BIGINT"
    if kind.startswith(("float", "decimal")):
        # Adding nothing makes one zero of the two.
        return f"CASE WHEN isfinite({column}::DOUBLE) THEN {column}::DOUBLE + 0.0 END"
    return column


def _maker(kind: str) -> Callable[[Any], Any]:
    if kind == "string":
        return _text
    if kind == "bool":
        return _flag
    if kind.startswith(("int", "uint")):
        return _whole
    if kind.startswith(("float", "decimal")):
        return _number
    if kind == "timestamp":
        return _micros
    if kind == "date":
        return _days
    if kind == "binary":
        return bytes
    raise InvalidInput(
        f"values of type {kind} cannot be aggregated", hint="take a part of them as a column"
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return str(value)


def _flag(value: Any) -> int:
    if not isinstance(value, bool):
        raise TypeError(value)
    return int(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    return operator.index(value)


def _number(value: Any) -> float | None:
    if isinstance(value, (str, bytes)):
        raise TypeError(value)
    number = float(value) + 0.0  # which makes one zero of the two
    return number if math.isfinite(number) else None


def _micros(value: datetime) -> int:
    return micros(value if value.tzinfo else value.replace(tzinfo=UTC))


def _days(value: date) -> int:
    return (value - _DAY).days
