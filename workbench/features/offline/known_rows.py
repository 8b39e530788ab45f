"""From when a row counts, and which row is the best known at each instant.

A row with event time *e*, created at *c*, is visible from ``v = greatest(e, c)``. At an instant *s*
the row that answers for a key is, among those with ``v <= s``, the one with the greatest
``(e, c)``; a tie goes to the row that stands last in its source. A row that arrives after a
fresher one is therefore never the answer, and dropping it here leaves, for each key, rows whose
event time grows with `v`: the last one with ``v <= s`` is the answer at every instant.

Rows without a key, an event time or (where the source has one) a creation time are never visible.
Times are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_single
from workbench.data.engine import open_engine
from workbench.features.offline.keys import Numbers, named, numbered, plain

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Layout:
    """Which of a relation's columns mean what; see `write_known` for the columns that result.

    Attributes
    ----------
    keys, features : sequence of str
    time, created : str or None
        Both None for static rows; `created` alone is never given.
    ordered : bool
        Whether the relation's own order means something: then a tie goes to its last row, else
        to the row with the greatest values, so that a query gives the same answer every time.
    every : bool
        Whether all visible rows are kept, as windows need them, by key, ``visible``, ``event`` and
        ``created``.
    """

    keys: Sequence[str]
    features: Sequence[str]
    time: str | None = None
    created: str | None = None
    ordered: bool = True
    every: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns that are read, each once."""
        named = [*self.keys, *self.features, self.time, self.created]
        return list(dict.fromkeys(each for each in named if each is not None))


def narrow(rows: pa.RecordBatch | pa.Table, layout: Layout) -> pa.Table:
    """Return a source's keys, times in microseconds and features, named as `write_known` names."""
    import pyarrow as pa

    if isinstance(rows, pa.RecordBatch):
        rows = pa.Table.from_batches([rows])
    columns = {f"k{place}": _settled(rows, name) for place, name in enumerate(layout.keys)}
    for place, name in enumerate(layout.keys):
        check_single(name, columns[f"k{place}"].type, "key")
        columns[f"k{place}"] = named(columns[f"k{place}"])
    if layout.time is not None:
        columns["event"] = microseconds(rows.column(layout.time), layout.time)
        if layout.created is not None:
            columns["created"] = microseconds(rows.column(layout.created), layout.created)
    columns |= {f"f{place}": _settled(rows, name) for place, name in enumerate(layout.features)}
    return pa.table(columns)


def microseconds(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return times as microseconds since 1970; those without a zone, and days, are UTC.

    Raises
    ------
    InvalidInput
        If one lies out of range.
    """
    import pyarrow as pa

    zone = column.type.tz if pa.types.is_timestamp(column.type) else None
    try:
        return column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise InvalidInput(f"the column {name!r} has times out of range: {error}") from error


def best_known(rows: pa.Table, layout: Layout) -> pa.Table:
    """Return the rows that are ever the best known, as `known_writing.write_known` writes them.

    Parameters
    ----------
    rows : pyarrow.Table
        As `narrow` gives them, in the order of their source.
    layout : Layout
    """
    import pyarrow as pa

    rows = _present(rows, layout).combine_chunks()
    keys = [plain(rows.column(f"k{place}")) for place in range(len(layout.keys))]
    numbers = numbered(keys)
    event, created = _times(rows, layout)
    visible = event if created is event else np.maximum(event, created)
    order, numbers = _sorted(numbers, visible)
    seen = visible[order]
    tied = (numbers[1:] == numbers[:-1]) & (seen[1:] == seen[:-1])
    _settle_ties(order, tied, event, created, rows, layout)
    if not layout.every:
        kept = np.append(~tied, np.ones(min(len(order), 1), bool))
        if created is not event:
            kept &= _freshest(numbers, event[order])
        if not kept.all():
            order, numbers, seen = order[kept], numbers[kept], seen[kept]
    taken = pa.array(order)
    same = {"event", "created"} if created is event else set()  # all three times are one
    names = [each for each in rows.column_names if each not in same]
    columns = {name: rows.column(name).take(taken) for name in names}
    if layout.time is not None:
        columns["visible"] = pa.array(seen)
        columns.setdefault("event", columns["visible"])
        columns.setdefault("created", columns["event"])
    columns["first"] = pa.array(np.diff(numbers, prepend=-1) != 0)
    names = [each for each in columns if each[0] == "k"]
    names += [each for each in ("visible", "event", "created", "first") if each in columns]
    return pa.table({name: columns[name] for name in [*names, *_features(layout)]})


def _sorted(numbers: Numbers, visible: Numbers) -> tuple[Numbers, Numbers]:
    """Return the rows' order by key and `visible`, and the keys' numbers in that order.

    One sort of packed numbers, several times as fast as one by two columns. Rows that are seen at
    the same instant stay in their order if `visible` never falls, else they come in any.
    """
    count = len(numbers)
    bits = max(count, 1).bit_length()
    falls = bool((visible[1:] < visible[:-1]).any())
    by = np.argsort(visible) if falls else None
    rank = np.arange(count)
    if by is not None:
        rank = np.empty(count, np.int64)
        rank[by] = np.arange(count)
    packed = (numbers << bits) | rank
    packed.sort()
    rank = packed & ((1 << bits) - 1)
    return (rank if by is None else by[rank]), packed >> bits


def _settle_ties(
    order: Numbers,
    tied: npt.NDArray[np.bool_],
    event: Numbers,
    created: Numbers,
    rows: pa.Table,
    layout: Layout,
) -> None:
    """Put rows of one key that are seen at one instant in the order that the rule says."""
    if not tied.any():
        return
    beside = np.append(tied, np.zeros(1, bool))
    beside[1:] |= tied
    places = np.flatnonzero(beside)
    group = np.cumsum(
        ~tied[places - 1], dtype=np.int64
    )  # the first one's is whatever: there is none before
    among = order[places]
    if layout.ordered or not layout.features:
        settled = np.lexsort((among, created[among], event[among], group))
    else:
        settled = _by_values(rows.take(among), group, event[among], created[among], layout)
    order[places] = among[settled]


def _by_values(
    rows: pa.Table, group: Numbers, event: Numbers, created: Numbers, layout: Layout
) -> Numbers:
    """Return the order of rows within their groups by times, then by their features' values."""
    import pyarrow as pa

    times = {"g": group, "e": event, "c": created, "n": np.arange(len(group))}
    columns = ["g", "e", "c", *(f"{name} NULLS FIRST" for name in _features(layout))]
    with open_engine() as connection:
        connection.register(
            "tied", pa.table({**times, **{name: rows.column(name) for name in _features(layout)}})
        )
        found = connection.sql(f"SELECT n FROM tied ORDER BY {', '.join(columns)}")
        return np.asarray(found.to_arrow_table().column("n").to_numpy(), np.int64)


def _freshest(numbers: Numbers, event: Numbers) -> npt.NDArray[np.bool_]:
    """Return which rows, sorted by key, are as fresh as all before them of their key."""
    same = numbers[1:] == numbers[:-1]
    if not (same & (event[1:] < event[:-1])).any():
        return np.ones(len(event), bool)
    since = event - event.min()
    if int(since.max()).bit_length() + int(numbers[-1]).bit_length() > 62:
        since = np.unique(since, return_inverse=True)[1].astype(np.int64)
    # With the key's number above it, the running maximum begins anew at each key.
    packed = (numbers << int(since.max()).bit_length()) | since
    return np.asarray(packed >= np.maximum.accumulate(packed))


def _present(rows: pa.Table, layout: Layout) -> pa.Table:
    import pyarrow.compute as pc

    needed = [f"k{place}" for place in range(len(layout.keys))]
    needed += [each for each in ("event", "created") if each in rows.column_names]
    for name in needed:
        if rows.column(name).null_count:
            rows = rows.filter(pc.is_valid(rows.column(name)))
    return rows


def _times(rows: pa.Table, layout: Layout) -> tuple[Numbers, Numbers]:
    """Return when rows happened and were made: one array where that is the same."""
    if layout.time is None:
        never = np.zeros(rows.num_rows, np.int64)
        return never, never
    event = rows.column("event").to_numpy()
    if layout.created is None:
        return event, event
    created = rows.column("created").to_numpy()
    return event, event if np.array_equal(event, created) else created


def _settled(rows: pa.Table, name: str) -> pa.ChunkedArray:
    """Return a column as Parquet and the online store keep it."""
    import pyarrow as pa

    column = rows.column(name)
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        return column.cast(pa.float64())  # DuckDB's sums of whole numbers
    return column


def _features(layout: Layout) -> list[str]:
    return [f"f{place}" for place in range(len(layout.features))]
