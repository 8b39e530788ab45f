"""Which value of a training set is asked about: its feature, its keys and its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.clock import micros
from workbench.core.errors import InvalidInput, near
from workbench.data.datasets import Dataset
from workbench.data.times import as_utc
from workbench.features.definitions.selections import choose
from workbench.features.definitions.views import FeatureView

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.definitions.selections import Chosen


@dataclass(frozen=True)
class AskedValue:
    """A value of a training set.

    Attributes
    ----------
    view : FeatureView
    position : int
        The feature's, among the view's.
    keys : dict
    at : int or None
        In microseconds; None where the view is static.
    stored : tuple
        The value that the training set holds; empty where keys and a time were given.
    """

    view: FeatureView
    position: int
    keys: dict[str, Any]
    at: int | None
    stored: tuple[Any, ...]


def value_asked(made: Dataset, row: int | Mapping[str, Any], feature: str) -> AskedValue:
    """Find a value by the number of its row, or by keys and a time.

    Raises
    ------
    NotFound
        If a view is gone.
    InvalidInput
        If it is no training set, or has no such row or feature, or the feature is computed on
        demand.
    """
    view, position, name = _feature(made, feature)
    needed = [each.name for each in view.keys]
    if isinstance(row, Mapping):
        given: dict[str, Any] = dict(row)
        stored: tuple[Any, ...] = ()
    else:
        read = _row(made, row, {*needed, *([made.time] if made.time else []), name})
        given, stored = read, (read[name],)
    missing = [each for each in needed if each not in given]
    if missing:
        raise InvalidInput(
            f"the row has no {missing[0]!r}, which is a key of the view {view.name!r}",
            hint="give it beside the others: row={…}",
        )
    keys = {each: given[each] for each in needed}
    if view.time is None:
        return AskedValue(view, position, keys, None, stored)
    times = [each for each in (made.time, "at", "time") if each is not None and each in given]
    if not times or given[times[0]] is None:
        raise InvalidInput(
            f"the row has no time, and the view {view.name!r} changes over time",
            hint=f"give it beside the keys: row={{…, {made.time or 'at'!r}: …}}",
        )
    at = micros(as_utc(given[times[0]], "at"))
    return AskedValue(view, position, keys, at, stored)


def _feature(made: Dataset, feature: str) -> tuple[FeatureView, int, str]:
    """Return the view that a column of a training set is a feature of, and its place there."""
    if made.artifact.properties.get("from_log"):
        raise InvalidInput(
            f"the features of {made.ref} are those that were served, not joined",
            hint="what a join would have given instead is measured by wb.skew",
        )
    asked = made.artifact.properties.get("features")
    if not asked:
        raise InvalidInput(
            f"{made.ref} is no training set: its columns were not joined",
            hint="name a dataset that wb.training_set made",
        )
    chosen = choose(asked)
    columns = [each.name for each in made.columns]
    names = chosen.names(columns[: len(columns) - len(chosen.asked)])
    pair = _pair(chosen, names, feature, made)
    view = chosen.views[pair[0]]
    if not isinstance(view, FeatureView):
        raise InvalidInput(
            f"{feature!r} is computed for each row by the on-demand view {view.ref}",
            hint="ask for what it reads: " + ", ".join(view.reads or ["its inputs, given"]),
        )
    position = [each.name for each in view.columns].index(pair[1])
    return view, position, names[pair]


def _pair(
    chosen: Chosen, names: Mapping[tuple[str, str], str], feature: str, made: Dataset
) -> tuple[str, str]:
    for pair in chosen.asked:
        if feature in (names[pair], ":".join(pair), f"{chosen.views[pair[0]].ref}:{pair[1]}"):
            return pair
    known = [names[pair] for pair in chosen.asked]
    raise InvalidInput(f"{made.ref} has no feature {feature!r}", hint=near(feature, known))


def _row(made: Dataset, row: int, columns: set[str]) -> dict[str, Any]:
    """Read one row, of its own row group only."""
    import pyarrow.parquet as pq

    if isinstance(row, bool) or not isinstance(row, (int, np.integer)):
        raise InvalidInput(f"row={row!r} is no row's number", hint="or give keys and time: row={…}")
    if not 0 <= row < made.rows:
        raise InvalidInput(
            f"{made.ref} has no row {row:,}", hint=f"its rows are 0 to {made.rows - 1:,}"
        )
    left = int(row)
    wanted = [each.name for each in made.columns if each.name in columns]
    for known, path in zip(made.files, made.paths(), strict=True):
        if left >= known.rows:
            left -= known.rows
            continue
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if left < rows:
                    table: pa.Table = file.read_row_group(group, columns=wanted)
                    return {each: table.column(each)[left].as_py() for each in wanted}
                left -= rows
    raise InvalidInput(f"{made.ref} has no row {row:,}")
