"""Reading one value of a row as a number, text, a time or tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.data.scalars import category, number

#: The whole number that stands for a missing time.
NO_TIME = -(2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_number(name: str, value: object) -> float:
    """Return a number, NaN where it is null, NaN or infinite.

    Raises
    ------
    InvalidInput
        If it is neither a number nor a truth value.
    """
    found = value if type(value) is float else number(name, value)
    return found if found - found == 0 else math.nan


def read_text(name: str, value: object) -> str | None:
    """Return a category's text, None where it is missing.

    Raises
    ------
    InvalidInput
        If it is a time, bytes or a list.
    """
    if type(value) is str:
        return value
    if isinstance(value, (date, bytes, list, tuple, dict)) and value == value:  # noqa: PLR0124  # NaT
        raise InvalidInput(
            f"{value!r} in {name!r} is not a category", hint="take a part of it, such as its hour"
        )
    return None if value != value else category(value)  # noqa: PLR0124  # NaN, NaT


def read_time(name: str, value: Any) -> int:
    """Return microseconds since 1970 in UTC, `NO_TIME` where it is missing.

    A time without a zone is taken as UTC, a day as its first moment.

    Raises
    ------
    InvalidInput
        If it is neither a time nor ISO text.
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN, NaT
        return NO_TIME
    if hasattr(value, "astype"):  # NumPy's
        return int(value.astype("datetime64[us]").astype("int64"))
    if type(value) is not datetime or value.tzinfo is None:
        from workbench.data.times import as_utc  # it loads Arrow, which rows can do without

        value = as_utc(value, f"in {name!r}")
    since: timedelta = value - _EPOCH
    return since // _MICROSECOND


def read_tokens(name: str, value: object) -> tuple[str, ...] | None:
    """Return tokens as text without the missing ones, None for a missing list.

    Raises
    ------
    InvalidInput
        If it is not a list.
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return None
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        raise InvalidInput(
            f"{value!r} in {name!r} is not a list of tokens", hint="split text first: split(c[…])"
        )
    return tuple(word for each in value if (word := category(each)) is not None)


READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "number": read_number,
    "text": read_text,
    "time": read_time,
    "tokens": read_tokens,
}
