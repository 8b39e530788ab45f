"""Which candidates tell most of a label, and which of them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.features.offline.worth import Target, worth

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.discovery.writing import Definition

Floats = npt.NDArray[np.float64]
_ALIKE = 0.95
#: How many of the best are held against one another, and on how many rows.
_COMPARED, _ROWS = 200, 4_000
#: Standard errors above chance from which a worth is sure; hundreds are tried at once.
_SURE = 4.0


@dataclass(frozen=True)
class Tried:
    """A candidate with its values on the sample."""

    feature: str
    source: str
    values: pa.ChunkedArray
    definition: Definition


@dataclass(frozen=True)
class Ranked:
    """A candidate with what it is worth."""

    tried: Tried
    worth: float
    present: float
    sure: bool
    like: str | None


def ranked(tried: Sequence[Tried], target: Target) -> list[Ranked]:
    """Return candidates by their worth, the most worthy first; of equals that tried first."""
    figures = [worth(each.values, target) for each in tried]
    order = sorted(range(len(tried)), key=lambda place: (-round(figures[place], 9), place))
    enough = target.chance + _SURE * _error(target)
    some = _some(tried)
    leaders: list[str] = []
    known = np.zeros((min(_COMPARED, len(tried)), len(some)))
    found = []
    for rank, place in enumerate(order):
        each = tried[place]
        like = None
        if rank < _COMPARED:
            ranks = _ranks(each.values.take(some))
            alike = np.flatnonzero(np.abs(known[: len(leaders)] @ ranks) > _ALIKE)
            if len(alike):
                like = leaders[int(alike[0])]
            else:
                known[len(leaders)] = ranks
                leaders.append(each.feature)
        present = 1 - each.values.null_count / max(len(each.values), 1)
        found.append(Ranked(each, figures[place], present, figures[place] > enough, like))
    return found


def _some(tried: Sequence[Tried]) -> npt.NDArray[np.int64]:
    """Return which rows candidates are held against one another on."""
    rows = len(tried[0].values) if tried else 0
    return np.sort(np.random.default_rng(0).permutation(rows)[:_ROWS])


def _error(target: Target) -> float:
    """Return the standard error of what a column of chance values is worth."""
    rows = int(target.rows.sum())
    if target.metric == "correlation":
        return float(1 / np.sqrt(max(rows, 1)))
    few = np.maximum(target.values.sum(axis=0), 1)
    many = np.maximum(rows - few, 1)
    return float(np.max(np.sqrt((rows + 1) / (12 * few * many))))


def _ranks(values: pa.ChunkedArray) -> Floats:
    """Return the rank of each value, of mean 0 and length 1; nulls come first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = values.combine_chunks()
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    else:
        codes = column.dictionary_encode().indices
        numbers = pc.fill_null(codes, -1).to_numpy(zero_copy_only=False).astype(float)
    numbers = np.where(np.isnan(numbers), -np.inf, numbers)
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[places]
    ranks = ranks - ranks.mean()
    length = float(np.sqrt((ranks * ranks).sum()))
    return ranks / length if length else ranks
