"""Times are stored as UTC, in microseconds; a time without a zone is taken as UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.core.errors import InvalidInput

UTC_TIME = pa.timestamp("us", tz="UTC")


def parse_times(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, bool]:
    """Return a column as UTC times, and whether it carried no zone and was taken as UTC.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Timestamps, dates, or text in ISO 8601 (or whatever pandas reads).
    name : str
        The column's name, for errors.

    Raises
    ------
    InvalidInput
        If a value cannot be read as a time; it is named with its row.
    """
    kind = column.type
    if types.is_timestamp(kind):
        return _cast(column, name), kind.tz is None
    if types.is_date(kind):
        return column.cast(pa.timestamp("us")).cast(UTC_TIME), True
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if types.is_string(column.type) or types.is_large_string(column.type):
        return _from_text(column, name)
    raise InvalidInput(
        f"column {name!r} holds {column.type}, which does not say a time",
        hint=f"make it times first: pd.to_datetime(frame[{name!r}], unit='s', utc=True)",
    )


def as_utc(value: Any, what: str) -> datetime:  # whatever a caller writes for a time
    """Return one point in time; a day is its first moment, and a missing zone means UTC.

    Raises
    ------
    InvalidInput
        If `value` is neither a date nor a time nor ISO text.

    Examples
    --------
    >>> as_utc("2013-09-01", "the bound").isoformat()
    '2013-09-01T00:00:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInput(
                f"{value!r} is not a time ({what})",
                hint="write it as '2013-09-01' or '2013-09-01T06:00:00Z'",
            ) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        raise InvalidInput(
            f"{value!r} is not a time ({what})", hint="give a date, a datetime or ISO text"
        )
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _cast(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    try:
        # Nanoseconds below a microsecond are dropped: no source of ours is that exact.
        return column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(UTC_TIME)
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"column {name!r} has times out of range: {error}") from error


def times_of_text(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, bool, list[int]]:
    """Return text as UTC times, whether a zone was missing, and where text is no time.

    What is no time becomes null.
    """
    for target, naive in ((UTC_TIME, False), (pa.timestamp("us"), True)):
        try:
            return column.cast(target).cast(UTC_TIME), naive, []
        except pa.ArrowInvalid:
            continue  # the other spelling, or one that only pandas reads
    import pandas as pd

    text = column.to_pandas()
    parsed = pd.to_datetime(text, utc=True, errors="coerce", format="mixed")
    wrong = (parsed.isna() & text.notna()).to_numpy().nonzero()[0]
    zoned = pc.match_substring_regex(column, r"(Z|[+-]\d{2}:?\d{2}| [A-Z]{3,4})$")
    naive = not pc.all(zoned).as_py()
    return pa.chunked_array([pa.Array.from_pandas(parsed, type=UTC_TIME)]), naive, wrong.tolist()


def _from_text(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, bool]:
    times, naive, wrong = times_of_text(column)
    if wrong:
        raise InvalidInput(
            f"{column[wrong[0]].as_py()!r} in column {name!r}, row {wrong[0] + 1}, is not a time",
            hint="write times as '2013-09-01T06:00:00Z', or leave the cell empty",
        )
    return times, naive
