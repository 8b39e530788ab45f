"""How often each text of a column occurs: all of them while they are few, then the heaviest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.column_hashing import text_hashes
from workbench.data.hashing import Hashes
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.sketches import Distinct

#: Texts that are kept once there are too many of them.
HEAVIEST = 1 << 14
#: Bytes of texts that are kept at the most.
MOST_BYTES = 1 << 25


@dataclass(frozen=True, eq=False)
class Texts:
    """Distinct texts and how often each occurs.

    With too many of them only the most frequent are kept, after Misra and Gries: a text is then
    counted from where it was last not among them.

    Attributes
    ----------
    values : pyarrow.LargeStringArray[n]
        In no order.
    counts : int64[n]
    weights : float64[n] or None
        What the rows of each text weigh together, where rows have weights.
    total : int
        How many there are, those that are not kept included.
    distinct : Distinct or None
        Of all of them, once some are not kept.
    lost : int
        No text that is not kept occurs more often than this, and none that is kept occurs more
        often than its count and this.
    """

    values: pa.Array
    counts: npt.NDArray[np.int64]
    weights: Floats | None
    total: int
    distinct: Distinct | None = None
    lost: int = 0

    @property
    def unique(self) -> int:
        """How many are distinct; about, once some are not kept."""
        if self.distinct is None:
            return len(self.values)
        return min(max(round(self.distinct.estimate), len(self.values)), self.total)

    def merged(self, other: Texts, limit: int) -> Texts:
        """Return the texts of both; all of them if no more than `limit` are distinct."""
        if not self.total or not other.total:
            return self if self.total else other
        both = pa.concat_arrays([self.values, other.values]).dictionary_encode()
        values, codes = both.dictionary, both.indices.to_numpy()
        weights: Floats | None = None
        if self.weights is not None and other.weights is not None:
            heavy = np.concatenate([self.weights, other.weights])
            weights = np.bincount(codes, heavy).astype(np.float64)
        counts = np.bincount(codes, np.concatenate([self.counts, other.counts]))
        distinct = None
        if self.distinct is not None or other.distinct is not None:
            distinct = self._sketch().merged(other._sketch())
        return Texts(
            values,
            counts.astype(np.int64),
            weights,
            self.total + other.total,
            distinct,
            self.lost + other.lost,
        ).bounded(limit)

    def bounded(self, limit: int) -> Texts:
        """Return the heaviest texts alone if more than `limit` are distinct, or they are long."""
        if len(self.values) <= limit and self.values.nbytes <= MOST_BYTES:
            return self
        kept = _heaviest(self.counts, min(HEAVIEST, limit // 2))
        if self.weights is not None:
            kept |= _heaviest(self.weights, min(HEAVIEST, limit // 2))
        values, places = self.values.filter(pa.array(kept)), np.flatnonzero(kept)
        while values.nbytes > MOST_BYTES // 2 and len(places) > 1:
            fewer = _heaviest(self.counts[places], len(places) // 2)
            values, places = values.filter(pa.array(fewer)), places[fewer]
        kept = np.zeros(len(self.counts), bool)
        kept[places] = True
        return replace(
            self,
            values=values,
            counts=self.counts[kept],
            weights=None if self.weights is None else self.weights[kept],
            distinct=self._sketch(),
            lost=self.lost + int(self.counts[~kept].max(initial=0)),
        )

    def top(self, most: int) -> list[tuple[str, int]]:
        """Return the most frequent texts and their counts, ties by name."""
        sure = self.counts > self.lost
        values, counts = ranked(self.values.filter(pa.array(sure)), self.counts[sure], most)
        return list(zip(values.to_pylist(), counts.tolist(), strict=True))

    def weighted_top(self, most: int) -> list[tuple[str, float]]:
        """Return the texts whose rows weigh most, and what they weigh."""
        if self.weights is None:
            return []
        values, weights = ranked(self.values, self.weights, most)
        return list(zip(values.to_pylist(), weights.tolist(), strict=True))

    def _sketch(self) -> Distinct:
        return Distinct.of(text_hashes(self.values)) if self.distinct is None else self.distinct


def ranked(
    values: pa.Array, weights: npt.NDArray[np.int64] | Floats, most: int
) -> tuple[pa.Array, npt.NDArray[np.int64] | Floats]:
    """Return the `most` heaviest values, heaviest first, ties by name."""
    if len(values) > most:
        least = np.partition(weights, -most)[-most]
        heavy = np.flatnonzero(weights >= least)
        values, weights = values.take(heavy), weights[heavy]
    table = pa.table({"weight": weights, "value": values})
    keys = [("weight", "descending"), ("value", "ascending")]
    if len(values) > 2 * most:  # all alike: sorting the names of ids would be the longest work
        order = pc.select_k_unstable(table, most, keys)
    else:
        order = pc.sort_indices(table, keys)[:most]
    return values.take(order), weights[order.to_numpy()]


@dataclass(frozen=True, eq=False)
class Hashed:
    """Distinct byte strings, by their hashes.

    Attributes
    ----------
    hashes : uint64[n]
        Ascending; empty once there were too many.
    distinct : Distinct or None
        Then.
    """

    hashes: Hashes
    distinct: Distinct | None = None

    @classmethod
    def of(cls, hashes: Hashes, limit: int) -> Hashed:
        """Return the distinct ones of hashes."""
        return cls(np.unique(hashes)).bounded(limit)

    def merged(self, other: Hashed, limit: int) -> Hashed:
        """Return the distinct ones of both."""
        if self.distinct is None and other.distinct is None:
            return Hashed(np.union1d(self.hashes, other.hashes)).bounded(limit)
        return Hashed(np.zeros(0, np.uint64), self._sketch().merged(other._sketch()))

    def bounded(self, limit: int) -> Hashed:
        """Return a sketch if there are more than `limit`."""
        if len(self.hashes) <= limit:
            return self
        return Hashed(np.zeros(0, np.uint64), self._sketch())

    @property
    def unique(self) -> int:
        """How many are distinct; about, once there were too many."""
        return len(self.hashes) if self.distinct is None else round(self.distinct.estimate)

    def _sketch(self) -> Distinct:
        return Distinct.of(self.hashes) if self.distinct is None else self.distinct


def _heaviest(weights: npt.NDArray[np.int64] | Floats, most: int) -> npt.NDArray[np.bool_]:
    """Return which are heavier than all but `most`: ties at the border are all left out."""
    if len(weights) <= most:
        return np.ones(len(weights), bool)
    kept: npt.NDArray[np.bool_] = weights > np.partition(weights, -most - 1)[-most - 1]
    return kept
