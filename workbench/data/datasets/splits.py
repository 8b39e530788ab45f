"""Which split a row belongs to: by its time against bounds, or by a column that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.columns import check_column
from workbench.data.times import as_utc

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = "all"


def split_table(
    table: pa.Table, split: Mapping[str, Any] | str | None, time: str | None
) -> Iterator[tuple[str, pa.Table]]:
    """Yield each split's name and rows, in the order declared; rows keep their order.

    Parameters
    ----------
    table : pyarrow.Table
    split : mapping, str or None
        Bounds by name, in order: a row belongs to the first split whose bound lies after its time,
        and None takes the rest. Or the column that names each row's split. None keeps everything in
        one, named ``all``.
    time : str or None
        The column of UTC times that bounds are held against.

    Raises
    ------
    InvalidInput
        If bounds are out of order, leave rows over, or leave a split empty; if there is no time to
        hold them against.
    """
    if split is None:
        yield WHOLE, table
    elif isinstance(split, str):
        yield from _by_column(table, check_column(split, table.column_names, "split"))
    elif split:
        yield from _by_time(table, split, time)
    else:
        raise InvalidInput(
            f"split={split!r} says no split",
            hint='write {"train": "2013-09-01", "test": None}, or a column\'s name',
        )


def _by_column(table: pa.Table, column: str) -> Iterator[tuple[str, pa.Table]]:
    values = table.column(column)
    if values.null_count:
        row = int(np.flatnonzero(pc.is_null(values).to_numpy())[0]) + 1
        raise InvalidInput(
            f"row {row} names no split in column {column!r}",
            hint="give every row the name of its split",
        )
    text = values.cast(pa.string())
    for name in dict.fromkeys(text.unique().to_pylist()):
        yield check_name(name), table.filter(pc.equal(text, name))


def _by_time(
    table: pa.Table, split: Mapping[str, Any], time: str | None
) -> Iterator[tuple[str, pa.Table]]:
    if time is None:
        raise InvalidInput("split= gives bounds in time, and no time= says which column they mean")
    bounds = _bounds(split)
    times = table.column(time).cast(pa.int64()).to_numpy()
    micros = np.array([_micros(bound) for bound in bounds if bound is not None], dtype=np.int64)
    place = np.searchsorted(micros, times, side="right")
    if len(micros) == len(bounds) and (over := int((place == len(bounds)).sum())):
        last = list(split)[-1]
        raise InvalidInput(
            f"{over:,} rows are not before the last bound, {last}={split[last]!r}",
            hint='end with one that takes the rest, such as "test": None',
        )
    for index, name in enumerate(split):
        chosen = place == index
        if not chosen.any():
            span = pc.min_max(table.column(time)).as_py()
            raise InvalidInput(
                f"split {name!r} would be empty: {time!r} runs from {span['min']:%Y-%m-%d %H:%M} "
                f"to {span['max']:%Y-%m-%d %H:%M}",
                hint="move its bound",
            )
        yield name, table.filter(pa.array(chosen))


def _bounds(split: Mapping[str, Any]) -> list[datetime | None]:
    bounds: list[datetime | None] = []
    for position, (name, value) in enumerate(split.items()):
        check_name(name)
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
