"""The bars and values that several sets of rows are drawn over, and how often each occurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.data.statistics.describing import BINS
from workbench.data.statistics.distributions import Distribution, Floats, shared_edges
from workbench.data.statistics.drawn_numbers import Draw, significant
from workbench.data.statistics.figures import Bucket, FeatureStatistics

_VALUES, _OTHERS, _SETS = 20, 10, 4


def shared_bars(known: list[FeatureStatistics]) -> Floats | None:
    """Return the edges of the bars that all sets are drawn over; a set alone keeps its own."""
    drawn = [each for each in known if each.histogram or each.distribution is not None]
    if len(drawn) == 1 and drawn[0].histogram:
        return _edges(drawn[0].histogram)
    spreads = [each.distribution or _spread(each.histogram) for each in drawn]
    return shared_edges(spreads, BINS) if spreads else None


def shared_values(known: list[FeatureStatistics]) -> list[str]:
    """Return the values to name: the most frequent ones of the first set, then of the others."""
    heads = [each.top[: _OTHERS if place else _VALUES] for place, each in enumerate(known[:_SETS])]
    return list(dict.fromkeys(value for head in heads for value, _ in head))


def bounds(edges: Floats, draw: Draw) -> dict[str, Any]:
    """Return the range of equally wide bars, else the edges of all."""
    widths = np.diff(edges)
    rounding = 4 * np.spacing(np.abs(edges).max())
    if np.allclose(widths, widths.mean(), rtol=1e-6, atol=rounding):
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
    spread = distribution or _spread(histogram)
    return [significant(count, 6) for count in spread.binned(edges).tolist()]


def counts(
    top: Sequence[tuple[str, float]], unique: int, values: list[str], *, whole: bool
) -> list[float | None]:
    """Return how often each value occurs; None if it may, too rarely to be among the top."""
    known = dict(top)
    absent = 0 if whole and len(known) >= unique else None
    return [significant(known.get(value, absent), 6) for value in values]


def _edges(histogram: Sequence[Bucket]) -> Floats:
    return np.array([*(bar.low for bar in histogram), histogram[-1].high])


def _spread(histogram: Sequence[Bucket]) -> Distribution:
    """Return a histogram as a distribution: its bars are the cells."""
    low, high, count = (
        np.array([getattr(bar, name) for bar in histogram]) for name in ("low", "high", "count")
    )
    return Distribution(low, high, count)
