"""Which rows belong together: by a column, by the calendar, or by any expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SliceBy = str | Mapping[str, "str | Callable[[pd.DataFrame], object]"]
"""A column's name, a word of the calendar, or {name: SQL expression or function of the frame}."""

# A slice name that is no column, read off the time column.
CALENDAR = {
    "year": "%Y",
    "month": "%Y-%m",
    "week": "%G-W%V",
    "date": "%Y-%m-%d",
    "weekday": "%a",
    "hour": "%H",
}
# More slices than this are no longer read by anyone; the smallest are put together.
MOST = 50
REST = "(the rest)"
MISSING = "(missing)"


@dataclass(frozen=True)
class Slice:
    """The rows of one value of one slicing.

    Attributes
    ----------
    by, value : str
        ("carrier", "UA").
    mask : ndarray of bool, shape (n,)
    """

    by: str
    value: str
    mask: NDArray[np.bool_]


def cut(frame: pd.DataFrame, by: Sequence[SliceBy], time: str | None) -> list[Slice]:
    """Cut the rows of `frame` by each slicing in turn.

    Parameters
    ----------
    frame : DataFrame
    by : sequence
        Names of columns; or "year", "month", "week", "date", "weekday", "hour" of the time column,
        where no column is called so; or ``{"evening": "hour >= 18"}`` (DuckDB SQL over the columns)
        or ``{"evening": function}``.
    time : str or None
        The time column.

    Returns
    -------
    list of Slice
        Of each slicing, by value; at most fifty, the smallest put together as "(the rest)".

    Raises
    ------
    InvalidInput
        If a name is no column and no word of the calendar, or an expression fails.
    """
    slices: list[Slice] = []
    for each in by:
        named = {each: None} if isinstance(each, str) else dict(each)
        for name, how in named.items():
            slices += _by_value(name, _keys(frame, name, how, time))
    return slices


def _keys(
    frame: pd.DataFrame,
    name: str,
    how: str | Callable[[pd.DataFrame], object] | None,
    time: str | None,
) -> pd.Series:
    import pandas as pd

    if how is None:
        if name in frame.columns:
            return frame[name]
        if name in CALENDAR and time is not None:
            parts: pd.Series = frame[time].dt.strftime(CALENDAR[name])
            return parts
        raise InvalidInput(
            f"cannot slice by {name!r}: there is no such column",
            hint=near(name, [*map(str, frame.columns), *(CALENDAR if time else ())]),
        )
    values = _sql(frame, name, how) if isinstance(how, str) else how(frame)
    keys = pd.Series(values).reset_index(drop=True)
    if len(keys) != len(frame):
        raise InvalidInput(
            f"the slice {name!r} gave {len(keys)} values for {len(frame)} rows",
            hint="return one value a row",
        )
    return keys


def _sql(frame: pd.DataFrame, name: str, expression: str) -> object:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("frame", frame)
        try:
            return connection.execute(f"SELECT ({expression}) AS value FROM frame").df()["value"]
        except duckdb.Error as error:
            raise InvalidInput(
                f"the slice {name!r} is no expression over the columns: {expression!r}",
                hint=str(error).splitlines()[0],
            ) from error


def _by_value(by: str, keys: pd.Series) -> list[Slice]:
    import pandas as pd

    words = keys.map(_word).to_numpy(dtype=object)
    counts = pd.Series(words).value_counts()
    kept = set(counts.index[:MOST]) if len(counts) > MOST else set(counts.index)
    slices = [Slice(by, word, words == word) for word in sorted(kept)]
    if len(kept) < len(counts):
        slices.append(Slice(by, REST, ~pd.Series(words).isin(kept).to_numpy()))
    return slices


def _word(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return MISSING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
