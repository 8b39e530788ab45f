"""The bars and values that several sets of rows are drawn over, and how often each occurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.data.statistics.distributions import Distribution, Floats, shared_edges
from workbench.data.statistics.drawn_numbers import Draw, significant
from workbench.data.statistics.figures import Bucket, FeatureStatistics
from workbench.data.statistics.number_figures import BINS

_VALUES, _OTHERS, _SETS = 20, 10, 4
#: From this share of all values on, a bar hides what the values in it are like.
_CROWDED = 0.6


def shared_bars(known: list[FeatureStatistics]) -> Floats | None:
    """Return the edges of the bars that all sets are drawn over; a set alone keeps its own."""
    drawn = [each for each in known if each.histogram or each.distribution is not None]
    if len(drawn) == 1 and drawn[0].histogram:
        return _edges(drawn[0].histogram)
    spreads = [_spread(each.histogram, each.distribution) for each in drawn]
    return shared_edges(spreads, BINS) if spreads else None


def unit_of(known: list[FeatureStatistics], edges: Floats | None) -> float | None:
    """Return the size from which on an axis is logarithmic, where one bar holds most values.

    It is that of the decile nearest to zero; None where equal bars show enough.
    """
    first = known[0]
    if edges is None or first.type == "TIME" or first.unique < BINS:
        return None
    counted = [each or 0.0 for each in bars(first.histogram, first.distribution, edges)]
    sizes = [abs(each) for each in first.quantiles[1:-1] if each]
    if max(counted, default=0.0) < _CROWDED * sum(counted) or not sizes:
        return None
    return significant(max(min(sizes), float(np.abs(edges).max()) * 1e-6), 3)


def bent_edges(edges: Floats, unit: float) -> Floats:
    """Return as many edges that are equally far apart in sign(x) log(1 + abs(x) / unit)."""
    low, high = (np.sign(end) * np.log1p(np.abs(end) / unit) for end in (edges[0], edges[-1]))
    places = np.linspace(low, high, BINS + 1)
    bent = np.sign(places) * np.expm1(np.abs(places)) * unit
    bent[0], bent[-1] = edges[0], edges[-1]
    return np.asarray(bent)


def shared_values(known: list[FeatureStatistics]) -> list[str]:
    """Return the values to name: the most frequent ones of the first set, then of the others."""
    heads = [
        named(each)[: _OTHERS if place else _VALUES] for place, each in enumerate(known[:_SETS])
    ]
    return list(dict.fromkeys(value for head in heads for value, _ in head))


def named(feature: FeatureStatistics) -> tuple[tuple[str, int], ...]:
    """Return the most frequent values; of images, which have no names, the formats."""
    if feature.top or feature.images is None:
        return feature.top
    return tuple(sorted(feature.images.formats.items(), key=lambda each: (-each[1], each[0])))


def bounds(edges: Floats, draw: Draw) -> dict[str, Any]:
    """Return the range of equally wide bars, else the edges of all."""
    widths = np.diff(edges / (np.abs(edges).max() or 1.0))
    if np.allclose(widths, widths.mean(), rtol=1e-6, atol=4 * np.finfo(np.float64).eps):
        return {"range": [draw(edges[0]), draw(edges[-1])]}
    return {"edges": [draw(each) for each in edges.tolist()]}


def bars(
    histogram: Sequence[Bucket], distribution: Distribution | None, edges: Floats | None
) -> list[float | None]:
    """Return how many values lie in each bar."""
    if edges is None or not (histogram or distribution):
        return []
    if histogram and np.array_equal(_edges(histogram), edges):
        return [significant(bar.count, 6) for bar in histogram]
    spread = _spread(histogram, distribution)
    return [significant(count, 6) for count in spread.binned(edges).tolist()]


def counts(
    top: Sequence[tuple[str, float]], values: list[str], *, whole: bool
) -> list[float | None]:
    """Return how often each value occurs; None if it may, too rarely to be among the top."""
    known = dict(top)
    absent = 0 if whole else None
    return [significant(known.get(value, absent), 6) for value in values]


def is_whole(feature: FeatureStatistics) -> bool:
    """Return whether the most frequent values are all that occur."""
    return not feature.approximate and (
        len(feature.top) >= feature.unique or (feature.images is not None and not feature.top)
    )


def _edges(histogram: Sequence[Bucket]) -> Floats:
    return np.array([*(bar.low for bar in histogram), histogram[-1].high])


def _spread(histogram: Sequence[Bucket], distribution: Distribution | None) -> Distribution:
    """Return the finest distribution that a column's cells and its bars give together.

    Cells hold equally many values, so those of a long tail are wide; the bars say how many of them
    lie where.
    """
    if not histogram:
        return distribution or Distribution(*(np.zeros(0) for _ in range(3)))
    edges, counts = _edges(histogram), np.array([bar.count for bar in histogram])
    if distribution is None:
        return Distribution(edges[:-1], edges[1:], counts)
    low, high = distribution.low, distribution.high
    cell = np.minimum(np.searchsorted(high, edges), len(high) - 1)
    inside = (low[cell] < edges) & (edges < high[cell])
    starts = np.concatenate([low, edges[inside]])
    below = np.concatenate(
        [np.cumsum(distribution.counts) - distribution.counts, np.cumsum(counts) - counts, [0.0]]
    )
    below = np.delete(below, len(low) + np.flatnonzero(~inside))
    order = np.argsort(starts, kind="stable")
    ends = np.concatenate([high, high[cell[inside]]])[order]
    starts, below = starts[order], np.maximum.accumulate(below[order])
    ends[:-1] = np.minimum(ends[:-1], starts[1:])
    total = max(float(distribution.total), float(below[-1]))
    return Distribution(starts, ends, np.diff(below, append=total))
