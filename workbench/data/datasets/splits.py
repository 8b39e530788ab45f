"""Which split a row belongs to: by its time, by shares of a stable hash, or by a column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.column_hashing import hash_rows
from workbench.data.columns import check_column, family_of
from workbench.data.datasets.declaration import Declaration, is_shares
from workbench.data.datasets.quotas import Before, quota_places
from workbench.data.reading import Rows
from workbench.data.times import as_utc

WHOLE = "all"

Places = npt.NDArray[np.int64]
Split = Callable[[pa.Table], Iterator[tuple[str, pa.Table]]]


def splitter(declared: Declaration, rows: Rows, before: Before | None = None) -> Split:
    """Return what parts a table of rows: it yields each split's name and rows, in their order.

    Parameters
    ----------
    declared : Declaration
        ``split`` is bounds in time by name, in order: a row belongs to the first split whose bound
        lies after its time, and None takes the rest. Or shares by name, which add up to 1: a row's
        split follows from the hash of its group, its key, or else all of it, so that the same row
        always lands in the same one. Or the column that names each row's split. None keeps
        everything in one, named ``all``.
    rows : Rows
        All of them, for shares that must hold within strata.
    before : callable, optional
        Which split rows of an earlier version were in.

    Raises
    ------
    InvalidInput
        If bounds are out of order, shares do not add up, or there is no time or no such column.
    """
    split = declared.split
    if split is None:
        return lambda table: iter([(WHOLE, table)])
    if isinstance(split, str):
        return _by_column(check_column(split, rows.schema.names, "split"))
    if not split:
        raise InvalidInput(
            f"split={split!r} says no split",
            hint='write {"train": "2013-09-01", "test": None}, {"train": 0.8, "test": 0.2}, or a '
            "column's name",
        )
    names = [check_name(name) for name in split]
    if is_shares(split):
        return _placed(names, _by_shares(declared, rows, before))
    return _placed(names, _by_time(split, declared.time))


def in_order(splits: Mapping[str, int]) -> Split:
    """Return what parts rows that lie as those of a dataset do: split by split, so many in each."""
    ends = np.cumsum(list(splits.values()))
    seen = 0

    def place(table: pa.Table) -> Places:
        nonlocal seen
        positions = np.arange(seen, seen + table.num_rows)
        seen += table.num_rows
        return np.asarray(np.searchsorted(ends, positions, side="right"), np.int64)

    return _placed(list(splits), place)


def check_splits(
    held: Collection[str], declared: Declaration, first: datetime, last: datetime
) -> None:
    """Refuse bounds in time that leave a split without rows, naming where the rows lie.

    Raises
    ------
    InvalidInput
        Naming the split.
    """
    if not isinstance(declared.split, Mapping) or is_shares(declared.split):
        return
    for name in declared.split:
        if name not in held:
            raise InvalidInput(
                f"split {name!r} would be empty: {declared.time!r} runs from "
                f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}",
                hint="move its bound",
            )


def _placed(names: list[str], place: Callable[[pa.Table], Places]) -> Split:
    def part(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        places = place(table)
        for index, name in enumerate(names):
            chosen = places == index
            if chosen.any():
                yield name, table if chosen.all() else table.filter(pa.array(chosen))

    return part


def _by_column(column: str) -> Split:
    seen = 0

    def part(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        nonlocal seen
        values = table.column(column)
        if values.null_count:
            row = seen + int(np.flatnonzero(pc.is_null(values).to_numpy())[0]) + 1
            raise InvalidInput(
                f"row {row:,} names no split in column {column!r}",
                hint="give every row the name of its split",
            )
        seen += table.num_rows
        text = values.cast(pa.string())
        for name in text.unique().to_pylist():
            yield check_name(name), table.filter(pc.equal(text, name))

    return part


def _told_by(schema: pa.Schema) -> tuple[str, ...]:
    """Return the columns by which rows are told apart where none are named: all that can be."""
    plain = (each.name for each in schema if family_of(each.type) not in ("LIST", "STRUCT"))
    return tuple(plain) or tuple(schema.names)


def _by_shares(
    declared: Declaration, rows: Rows, before: Before | None
) -> Callable[[pa.Table], Places]:
    shares = _shares(declared.split)
    key = declared.key or _told_by(rows.schema)
    if declared.stratify:
        return quota_places(rows, key, declared.stratify, shares, before)
    columns = declared.group or key
    # Bounds on the whole range of a hash; its upper 53 bits are what a double holds.
    bounds = np.cumsum(shares)[:-1]

    def place(table: pa.Table) -> Places:
        parts = (hash_rows(table, columns) >> np.uint64(11)).astype(np.float64) / 2.0**53
        return np.asarray(np.searchsorted(bounds, parts, side="right"), np.int64)

    return place


def _shares(split: Any) -> npt.NDArray[np.float64]:
    shares = np.array([float(each) for each in split.values()])
    if not (shares > 0).all() or not abs(shares.sum() - 1) < 1e-9:
        raise InvalidInput(
            f"the shares of split={dict(split)!r} add up to {shares.sum():g}"
            if (shares > 0).all()
            else f"split={dict(split)!r} has a share that is not over 0",
            hint='give shares over 0 that add up to 1, such as {"train": 0.8, "test": 0.2}',
        )
    return shares


def _by_time(split: Mapping[str, Any], time: str | None) -> Callable[[pa.Table], Places]:
    if time is None:
        raise InvalidInput("split= gives bounds in time, and no time= says which column they mean")
    bounds = _bounds(split)
    micros = np.array([_micros(bound) for bound in bounds if bound is not None], dtype=np.int64)
    last = list(split)[-1]

    def place(table: pa.Table) -> Places:
        times = table.column(time).cast(pa.int64()).to_numpy()
        places = np.searchsorted(micros, times, side="right")
        if len(micros) == len(bounds) and (over := int((places == len(bounds)).sum())):
            raise InvalidInput(
                f"{over:,} rows are not before the last bound, {last}={split[last]!r}",
                hint='end with one that takes the rest, such as "test": None',
            )
        return np.asarray(places, np.int64)

    return place


def _bounds(split: Mapping[str, Any]) -> list[datetime | None]:
    bounds: list[datetime | None] = []
    for position, (name, value) in enumerate(split.items()):
        if value is None:
            if position < len(split) - 1:
                raise InvalidInput(
                    f"split {name!r} takes the rest (None), and others come after it",
                    hint="only the last split's bound may be None",
                )
            bounds.append(None)
            continue
        bound = as_utc(value, f"the bound of split {name!r}")
        if bounds and bounds[-1] is not None and bound <= bounds[-1]:
            before = list(split)[position - 1]
            raise InvalidInput(
                f"the bounds are out of order: {name!r} ends at {value!r}, "
                f"not after {before!r} at {split[before]!r}",
                hint="list the splits from the oldest to the newest",
            )
        bounds.append(bound)
    return bounds


def _micros(moment: datetime) -> int:
    whole = moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)
    return (whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds
