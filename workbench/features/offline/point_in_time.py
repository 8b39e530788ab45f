"""The point-in-time join: for each row of a spine, what was known of its keys at its time.

Pure over Arrow and Parquet: nothing here knows a workspace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column, family_of, type_name
from workbench.data.engine import open_engine, parquet, quoted

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_ROW, _AT = "__row", "__at"


@dataclass(frozen=True)
class Lookup:
    """What to take from a view's known rows.

    Attributes
    ----------
    view : str
        Its name, for errors.
    rows : Path
        The file that `known_rows.prepare` wrote.
    keys : sequence of Column
        In the order of the file's ``k0…``.
    columns : mapping of int to str
        For the position of each feature taken (the file's ``f0…``), its name in the result.
    static : bool
    ttl : timedelta or None
    """

    view: str
    rows: Path
    keys: Sequence[Column]
    columns: Mapping[int, str]
    static: bool
    ttl: timedelta | None = None


def join(spine: pa.Table, time: str | None, lookups: Sequence[Lookup]) -> pa.Table:
    """Return the features of each row of a spine: the same number of rows, in the same order.

    A row whose keys are null or unknown, or whose only known rows are too old, has nulls.

    Parameters
    ----------
    spine : pyarrow.Table
        Its keys, and its time as a timestamp in UTC.
    time : str or None
        None when all lookups are static.
    lookups : sequence of Lookup

    Returns
    -------
    pyarrow.Table
        One column a feature, in the order of the lookups.

    Raises
    ------
    InvalidInput
        If the spine lacks a key or has it in another type, lacks its time, or has rows without one.
    """
    import pyarrow as pa

    for lookup in lookups:
        _check_keys(spine, lookup)
    timed = [lookup for lookup in lookups if not lookup.static]
    if timed:
        _check_time(spine, time, timed[0].view)
    joined: dict[str, pa.ChunkedArray] = {}
    with open_engine() as connection:
        connection.register("spine", _narrow(spine, time if timed else None, lookups))
        for lookup in lookups:
            found = connection.sql(_join_sql(lookup)).to_arrow_table()
            joined.update(zip(lookup.columns.values(), found.columns, strict=True))
    return pa.table(joined)


def _join_sql(lookup: Lookup) -> str:
    on = " AND ".join(f"s.{quoted(key.name)} = f.k{i}" for i, key in enumerate(lookup.keys))
    columns = [f"f.f{position}" for position in lookup.columns]
    kind = "LEFT JOIN"
    if not lookup.static:
        kind, on = "ASOF LEFT JOIN", f"{on} AND s.{_AT} >= f.visible"
        if lookup.ttl is not None:
            fresh = f"s.{_AT} - f.event <= {lookup.ttl // timedelta(microseconds=1)}"
            columns = [f"CASE WHEN {fresh} THEN {column} END" for column in columns]
    named = ", ".join(f"{column} AS c{index}" for index, column in enumerate(columns))
    rows = parquet([str(lookup.rows)])
    return f"SELECT {named} FROM spine s {kind} {rows} f ON {on} ORDER BY s.{_ROW}"


def _narrow(spine: pa.Table, time: str | None, lookups: Sequence[Lookup]) -> pa.Table:
    """Return the spine's keys, its time in microseconds and the number of each row."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import types

    columns: dict[str, pa.ChunkedArray | pa.Array] = {_ROW: pa.array(np.arange(spine.num_rows))}
    for name in dict.fromkeys(key.name for lookup in lookups for key in lookup.keys):
        column = spine.column(name)
        if types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        columns[name] = column
    if time is not None:
        moment = spine.column(time).cast(pa.timestamp("us", tz="UTC"))
        columns[_AT] = moment.cast(pa.int64())
    return pa.table(columns)


def _check_keys(spine: pa.Table, lookup: Lookup) -> None:
    from pyarrow import types

    for key in lookup.keys:
        if key.name not in spine.column_names:
            raise InvalidInput(
                f"the spine has no column {key.name!r}, which is a key of the view {lookup.view!r}",
                hint=near(key.name, spine.column_names),
            )
        kind = spine.schema.field(key.name).type
        same = family_of(kind) == key.family and (
            key.family != "TIME" or type_name(kind) == key.type
        )
        if not same and not types.is_null(kind):
            raise InvalidInput(
                f"the spine's column {key.name!r} holds {type_name(kind)}, and the view "
                f"{lookup.view!r} is keyed by {key.type}",
                hint=f"cast it first: frame[{key.name!r}].astype({_pandas(key.type)!r})",
            )


def _check_time(spine: pa.Table, time: str | None, view: str) -> None:
    from pyarrow import types

    if time is None:
        raise InvalidInput(
            f"the spine has no time, and the view {view!r} changes over time",
            hint="say which column is the moment of each row: time=…",
        )
    if time not in spine.column_names:
        raise InvalidInput(
            f"the spine has no column {time!r} (its time)", hint=near(time, spine.column_names)
        )
    column = spine.column(time)
    if not types.is_timestamp(column.type):
        raise InvalidInput(
            f"the spine's time {time!r} holds {type_name(column.type)}, not times",
            hint="make it timestamps in UTC",
        )
    if column.null_count:
        raise InvalidInput(
            f"{column.null_count:,} of the spine's {spine.num_rows:,} rows have no time in "
            f"{time!r}",
            hint="drop those rows, or name another column as time=",
        )


def _pandas(kind: str) -> str:
    return {"string": "str", "int64": "Int64", "bool": "boolean"}.get(kind, kind)
