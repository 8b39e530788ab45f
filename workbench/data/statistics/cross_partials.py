"""What a second pass remembers of pairs of columns in some rows: it merges with that of others.

Correlations merge by their moments (Chan, Golub and LeVeque, 1979), mutual information by counts of
pairs of bins: at most ten of equal weight of numbers, or the thirty most frequent texts. Where rows
have weights, each counts in both as much as it weighs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.statistics.blocks import Block
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.figures import FeatureStatistics

_TEXTS = 30
# Rows of which all columns are held in memory as doubles.
_ROWS = 1 << 18

Codes = npt.NDArray[np.int64]
Tally = npt.NDArray[Any]


@dataclass(frozen=True)
class Pairs:
    """What is asked of pairs of columns.

    Attributes
    ----------
    features : tuple of FeatureStatistics
        The columns, whose figures say how they are binned.
    numbers : tuple of str
        Those of which each pair is correlated.
    informed : tuple of (str, str)
        Those whose mutual information is wanted.
    weight : str or None
    """

    features: tuple[FeatureStatistics, ...]
    numbers: tuple[str, ...]
    informed: tuple[tuple[str, str], ...]
    weight: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read."""
        names = [each.name for each in self.features]
        return tuple(dict.fromkeys(names if self.weight is None else [*names, self.weight]))


@dataclass(frozen=True, eq=False)
class Comoments:
    """Sums over the rows in which both columns of a pair have a finite value.

    Attributes
    ----------
    rows : float64[k, k]
        How many, or what they weigh together.
    means : float64[k, k]
        Of the first column of a pair, over the rows that it shares with the second.
    products : float64[k, k]
        Of the two columns' distances from their means.
    squares : float64[k, k]
        Of the first column's.
    """

    rows: Floats
    means: Floats
    products: Floats
    squares: Floats

    @classmethod
    def of(cls, columns: Floats, weights: Floats | None = None) -> Comoments:
        """Return those of numbers, NaN where there is none.

        Parameters
        ----------
        columns : float64[n, k]
        weights : float64[n], optional
            What each row weighs; rows weigh 1 if not given.
        """
        there = np.isfinite(columns)
        if weights is not None:
            there &= (weights > 0)[:, None]
        both = there.astype(np.float64)
        heavy = both if weights is None else both * weights[:, None]
        shift = (heavy * np.where(there, columns, 0.0)).sum(axis=0) / _some(heavy.sum(axis=0))
        near = np.where(there, columns - shift, 0.0)
        rows = both.T @ heavy
        sums, squares = near.T @ heavy, (near * near).T @ heavy
        some = _some(rows)
        varied = squares - sums * sums / some
        return cls(
            rows,
            sums / some + np.where(rows > 0, shift[:, None], 0.0),
            near.T @ (near * heavy) - sums * sums.T / some,
            # What rounding leaves of one row, or of equal ones, is no variation.
            np.where(varied > 1e-15 * squares, varied, 0.0),
        )

    def merged(self, other: Comoments) -> Comoments:
        """Return those of both sets of rows."""
        rows = self.rows + other.rows
        some = _some(rows)
        apart = np.where((self.rows > 0) & (other.rows > 0), other.means - self.means, 0.0)
        weight = self.rows * other.rows / some
        return Comoments(
            rows,
            (self.means * self.rows + other.means * other.rows) / some,
            self.products + other.products + apart * apart.T * weight,
            self.squares + other.squares + apart * apart * weight,
        )

    def correlation(self, a: int, b: int) -> float | None:
        """Return Pearson's coefficient of a pair; None where a column does not vary."""
        vary = [
            # What rounding leaves of equal numbers is no variation.
            self.squares[pair] > self.rows[pair] * (4e-16 * self.means[pair]) ** 2
            for pair in ((a, b), (b, a))
        ]
        if not all(vary):
            return None
        scale = float(np.sqrt(self.squares[a, b]) * np.sqrt(self.squares[b, a]))
        return float(np.clip(self.products[a, b] / scale, -1.0, 1.0))


def _some(weights: Floats) -> Floats:
    """Return weights to divide by: those of nothing are 1."""
    return np.where(weights > 0, weights, 1.0)


@dataclass(frozen=True, eq=False)
class CrossPartial:
    """Of some rows.

    Attributes
    ----------
    moments : Comoments or None
        None where no two columns are correlated.
    counts : tuple of int64[a, b] or float64[a, b]
        How many rows lie in each pair of bins, or what they weigh, by informed pair.
    """

    moments: Comoments | None
    counts: tuple[Tally, ...]

    def merged(self, other: CrossPartial) -> CrossPartial:
        """Return that of both sets of rows."""
        moments = self.moments
        if moments is not None and other.moments is not None:
            moments = moments.merged(other.moments)
        counts = zip(self.counts, other.counts, strict=True)
        return CrossPartial(moments, tuple(mine + theirs for mine, theirs in counts))


def cross_partials(block: Block, pairs: Pairs, each: Any = map) -> Iterator[CrossPartial]:
    """Yield what a block's rows give, so many at a time.

    Parameters
    ----------
    block : Block
    pairs : Pairs
    each : callable
        Calls a function with each column or pair, as `map` does or in threads.
    """
    for _, whole in block.tables(pairs.columns):
        for start in range(0, whole.num_rows, _ROWS):
            yield _of_table(whole.slice(start, _ROWS), pairs, each)


def _of_table(table: pa.Table, pairs: Pairs, each: Any) -> CrossPartial:
    weights = None if pairs.weight is None else _doubles(table.column(pairs.weight))
    found = each(lambda feature: _binned(table.column(feature.name), feature), pairs.features)
    coded = dict(zip((feature.name for feature in pairs.features), found, strict=True))
    counts = tuple(each(lambda pair: _tallied(coded, pair, weights), pairs.informed))
    if len(pairs.numbers) < 2:
        return CrossPartial(None, counts)
    values = np.stack([_doubles(table.column(name)) for name in pairs.numbers], axis=1)
    return CrossPartial(Comoments.of(values, weights), counts)


def _doubles(column: pa.ChunkedArray) -> Floats:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    numbers = column.cast(pa.float64(), safe=False)
    values: Floats = pc.fill_null(numbers, np.nan).to_numpy()
    return values


def _binned(column: pa.ChunkedArray, feature: FeatureStatistics) -> tuple[Codes, int]:
    """Return the bin of each row, and how many there are; missing is one of them."""
    spread = feature if feature.weighted is None else feature.weighted
    if feature.type == "STRING":
        words = pa.array([value for value, _ in spread.top[:_TEXTS]], pa.string())
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        places = pc.index_in(column.cast(pa.string()), value_set=words)
        other = pc.if_else(pc.is_null(column), len(words) + 1, len(words))
        return pc.coalesce(places, other).to_numpy().astype(np.int64), len(words) + 2
    values = _doubles(column)
    edges = np.unique(np.array(spread.quantiles[1:-1]))
    if feature.distribution is not None and feature.distribution.exact and feature.unique <= _TEXTS:
        edges = feature.distribution.low[1:]
    codes = np.searchsorted(edges, values, side="right")
    codes[np.isnan(values)] = len(edges) + 1
    codes[np.isinf(values)] = len(edges) + 2
    return codes, len(edges) + 3


def _tallied(
    coded: Mapping[str, tuple[Codes, int]], pair: tuple[str, str], weights: Floats | None
) -> Tally:
    (first, high), (second, wide) = coded[pair[0]], coded[pair[1]]
    return np.bincount(first * wide + second, weights, high * wide).reshape(high, wide)
