"""How two columns go together: a second pass, since bins follow from the statistics of the first.

Correlations merge by their moments (Chan, Golub and LeVeque, 1979), mutual information by counts of
pairs of bins: at most ten of equal weight of numbers, or the thirty most frequent texts. Where rows
have weights, each counts in both as much as it weighs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column
from workbench.data.statistics.blocks import Block
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.figures import CrossFigures, DatasetStatistics, FeatureStatistics
from workbench.data.statistics.scanning import thread_count

_TEXTS = 30
# Without a label, all pairs are held together of so few columns.
_FEW = 20

Codes = npt.NDArray[np.int64]
Tally = npt.NDArray[Any]


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


def cross_figures(
    figures: DatasetStatistics,
    blocks: Sequence[Block],
    roles: Mapping[str, str],
    cross: bool | Sequence[str],
) -> tuple[CrossFigures, ...]:
    """Return the figures of pairs of columns.

    Parameters
    ----------
    figures : DatasetStatistics
        Of the same rows; where it has a weight, so have these.
    blocks : sequence of Block
    roles : mapping of str to str
    cross : True or sequence of str
        The columns of which each pair is wanted; True takes all of numbers for the correlation, and
        each column with the label (every pair of at most 20, without one) for mutual information.

    Raises
    ------
    InvalidInput
        If there is no such column, or it has no values that could be held against others.
    """
    known = {each.name: each for each in figures.features if _is_plain(each)}
    informed = _pairs(figures, known, roles, cross)
    named = known if cross is True else dict.fromkeys(name for pair in informed for name in pair)
    numbers = [name for name in named if known[name].type in ("INT", "FLOAT", "BOOL", "TIME")]
    columns = list(dict.fromkeys([*numbers, *(name for pair in informed for name in pair)]))
    if not columns:
        return ()
    features = [known[name] for name in columns]
    moments, counts = _pass(blocks, features, numbers, informed, figures.weight)
    place = {name: index for index, name in enumerate(numbers)}
    order = list(known)
    pairs = sorted(
        {*informed, *combinations(numbers, 2)}, key=lambda pair: tuple(map(order.index, pair))
    )
    return tuple(
        CrossFigures(
            a,
            b,
            moments.correlation(place[a], place[b])
            if moments is not None and a in place and b in place
            else None,
            _information(counts[a, b]) if (a, b) in counts else None,
        )
        for a, b in pairs
        if (a, b) in informed or (b, a) not in informed
    )


def _is_plain(feature: FeatureStatistics) -> bool:
    kinds = ("INT", "FLOAT", "BOOL", "TIME", "STRING")
    return feature.type in kinds and not feature.lists and not feature.path


def _pairs(
    figures: DatasetStatistics,
    known: Mapping[str, FeatureStatistics],
    roles: Mapping[str, str],
    cross: bool | Sequence[str],
) -> list[tuple[str, str]]:
    """Return the pairs whose mutual information is wanted."""
    if cross is not True and cross is not False:
        for name in cross:
            check_column(name, [each.name for each in figures.features], "crossed")
            if name not in known:
                raise InvalidInput(
                    f"{name!r} has no single values to hold against others",
                    hint="cross columns of numbers, texts, times and truth values",
                )
        return list(combinations(dict.fromkeys(cross), 2))
    label = next((name for name in known if roles.get(name) == "label"), None)
    if label is not None:
        return [(name, label) for name in known if name != label]
    return list(combinations(known, 2)) if len(known) <= _FEW else []


def _pass(
    blocks: Sequence[Block],
    features: Sequence[FeatureStatistics],
    numbers: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    weight: str | None,
) -> tuple[Comoments | None, dict[tuple[str, str], Tally]]:
    """Read the columns once, and return what was added up over all rows."""
    moments: Comoments | None = None
    counts: dict[tuple[str, str], Tally] = {}
    read = dict.fromkeys([*(each.name for each in features), *([] if weight is None else [weight])])
    with ThreadPoolExecutor(thread_count()) as pool:
        for table in _tables(blocks, list(read)):
            weights = None if weight is None else _doubles(table.column(weight))
            found = pool.map(
                lambda each, table=table: _binned(table.column(each.name), each), features
            )
            coded = dict(zip((each.name for each in features), found, strict=True))
            tallied = pool.map(
                lambda pair, coded=coded, weights=weights: _tallied(coded, pair, weights), pairs
            )
            for pair, tally in zip(pairs, tallied, strict=True):
                counts[pair] = counts[pair] + tally if pair in counts else tally
            if len(numbers) > 1:
                values = [_doubles(table.column(name)) for name in numbers]
                these = Comoments.of(np.stack(values, axis=1), weights)
                moments = these if moments is None else moments.merged(these)
    return moments, counts


def _tables(blocks: Sequence[Block], columns: Sequence[str]) -> Iterator[pa.Table]:
    for block in blocks:
        for _, table in block.tables(columns):
            for start in range(0, table.num_rows, 1 << 18):
                yield table.slice(start, 1 << 18)


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


def _information(counts: Tally) -> float:
    """Return the mutual information of a table of counts, in bits."""
    total = counts.sum()
    if not total:
        return 0.0
    joint = counts / total
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return max(0.0, float((joint[some] * np.log2(joint[some] / apart[some])).sum()))
