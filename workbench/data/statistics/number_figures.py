"""The figures of numbers, times and truth values, taken of either form that they are kept in.

Quantiles are NumPy's (linear between neighbours); the standard deviation is the population's, as in
TFDV and facets. Where rows have weights, a quantile is the value that the rows up to it weigh so
large a share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.data.statistics.distributions import Distribution, Floats, equal_edges
from workbench.data.statistics.figures import Bucket, FeatureStatistics, WeightedFigures
from workbench.data.statistics.numbers import Counted, Moments, Numbers
from workbench.data.statistics.partials import NumberPartial
from workbench.data.statistics.sketches import Quantiles

BINS = 20
#: Of the most frequent values, so many.
TOP = 1000
_SHARES = np.linspace(0.0, 1.0, 11)


def number_figures(partial: NumberPartial, known: dict[str, Any]) -> FeatureStatistics:
    """Return the figures of a column, beside what is `known` of it whatever its values.

    Parameters
    ----------
    partial : NumberPartial
    known : dict
        Fields of `FeatureStatistics`; its weighted figures are filled where it has some.
    """
    known = known | {"nan": partial.nan, "categorical": partial.categories is not None}
    if not partial.presence.count:
        return FeatureStatistics(type=partial.family, **known)
    spread = spread_of(partial.numbers)
    bools = partial.family == "BOOL"
    known |= {
        "zeros": 0 if partial.family == "TIME" else spread.zeros,
        "infinite": spread.infinite,
        "minimum": float(spread.minimum) if bools else spread.minimum,
        "maximum": float(spread.maximum) if bools else spread.maximum,
        "unique": spread.unique,
        "approximate": not isinstance(partial.numbers, Counted),
    }
    if partial.categories is not None:
        known["top"] = tuple(partial.categories.top(TOP))
    elif bools:
        known["top"] = _truths(partial.presence.count, spread.zeros)
    if spread.finite.total:
        known |= _moments(spread, bools)
    if known.get("weighted") is not None:
        known["weighted"] = _weighed(partial, spread, known, bools)
    return FeatureStatistics(type=partial.family, **known)


@dataclass(frozen=True, eq=False)
class Spread:
    """What both forms of numbers tell.

    Attributes
    ----------
    zeros, infinite, unique : int
    minimum, maximum : int or float
        Infinite ones too.
    finite : Distribution
    moments : Moments
    heavy : tuple of float64[n] or None
        Finite values and what the rows of each weigh, where rows have weights.
    heavy_moments : Moments or None
    """

    zeros: int
    infinite: int
    unique: int
    minimum: int | float
    maximum: int | float
    finite: Distribution
    moments: Moments
    heavy: tuple[Floats, Floats] | None
    heavy_moments: Moments | None


def spread_of(numbers: Numbers) -> Spread:
    """Return how numbers are spread, of which there is at least one."""
    if isinstance(numbers, Counted):
        low, counts, weights = numbers.finite()
        return Spread(
            numbers.zeros,
            int(numbers.counts.sum() - counts.sum()),
            len(numbers.values),
            numbers.values[0].item(),
            numbers.values[-1].item(),
            Distribution(low, low, counts),
            Moments.of(low, counts),
            None if weights is None else (low, weights),
            None if weights is None else Moments.of(low, weights),
        )
    points, held = _points(numbers.quantiles)
    first, last = points.copy(), points.copy()
    if points.size:
        first[0], last[-1] = numbers.low, numbers.high
    heavy = numbers.weighted_quantiles
    unique = min(round(numbers.distinct.estimate), numbers.count)
    if isinstance(numbers.minimum, int) and isinstance(numbers.maximum, int):
        unique = min(unique, numbers.maximum - numbers.minimum + 1)
    return Spread(
        numbers.zeros,
        numbers.infinite,
        unique,
        numbers.minimum,
        numbers.maximum,
        Distribution(first, last, held.astype(np.int64)),
        numbers.moments,
        None if heavy is None else _points(heavy),
        numbers.weighted_moments,
    )


def _points(quantiles: Quantiles) -> tuple[Floats, Floats]:
    """Return the distinct values that a sketch holds, and what each weighs."""
    values, weights = quantiles.points()
    if not values.size:
        return values, weights
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.add.reduceat(weights, starts)


def _moments(spread: Spread, bools: bool) -> dict[str, Any]:
    finite = spread.finite
    quantiles = finite_quantiles(finite)
    edges = _edges(finite, bools)
    return {
        "mean": spread.moments.mean,
        "std": spread.moments.std,
        "median": quantiles[5],
        "quantiles": tuple(quantiles),
        "histogram": _buckets(edges, finite.binned(edges)),
        "distribution": finite.compressed(),
    }


def _edges(finite: Distribution, bools: bool) -> Floats:
    return (
        np.array([0.0, 0.5, 1.0])
        if bools
        else equal_edges(float(finite.low[0]), float(finite.high[-1]), BINS)
    )


def _buckets(edges: Floats, bars: Floats) -> tuple[Bucket, ...]:
    return tuple(map(Bucket, edges[:-1].tolist(), edges[1:].tolist(), bars.tolist()))


def finite_quantiles(finite: Distribution) -> list[float]:
    """Return the minimum, the nine deciles and the maximum."""
    positions = _SHARES * (finite.total - 1)
    below = np.floor(positions).astype(np.int64)
    cumulative = np.cumsum(finite.counts)
    # The first cell's least value and the last one's greatest are exact; between, both are one.
    values = np.append(finite.low[:1], finite.high[1:])
    low = values[np.searchsorted(cumulative, below, side="right")]
    after = np.minimum(below + 1, finite.total - 1)
    high = values[np.searchsorted(cumulative, after, side="right")]
    part = positions - below
    return [float(value) for value in low * (1 - part) + high * part]


def _weighed(
    partial: NumberPartial, spread: Spread, known: dict[str, Any], bools: bool
) -> WeightedFigures:
    figures: WeightedFigures = known["weighted"]
    if spread.heavy is None or spread.heavy_moments is None or not spread.heavy_moments.weight:
        return figures
    values, weights = spread.heavy
    edges = _edges(spread.finite, bools)
    quantiles = _weighted_quantiles(values, weights)
    top: Iterable[tuple[str, float]] = ()
    if partial.categories is not None:
        top = partial.categories.weighted_top(TOP)
    elif bools:
        named = zip(values.tolist(), weights.tolist(), strict=True)
        ranked = sorted((-weight, "true" if value else "false") for value, weight in named)
        top = [(label, -weight) for weight, label in ranked]
    return replace(
        figures,
        mean=spread.heavy_moments.mean,
        std=spread.heavy_moments.std,
        median=quantiles[5],
        quantiles=tuple(quantiles),
        histogram=_buckets(edges, Distribution(values, values, weights).binned(edges)),
        top=tuple(top),
    )


def _weighted_quantiles(values: Floats, weights: Floats) -> list[float]:
    there = weights > 0
    values, cumulative = values[there], np.cumsum(weights[there])
    wanted = _SHARES * cumulative[-1]
    last = len(values) - 1
    lower = values[np.minimum(np.searchsorted(cumulative, wanted, side="left"), last)]
    upper = values[np.minimum(np.searchsorted(cumulative, wanted, side="right"), last)]
    return [float(value) for value in lower / 2 + upper / 2]


def _truths(count: int, false: int) -> tuple[tuple[str, int], ...]:
    ranked = sorted([(-false, "false"), (false - count, "true")])
    return tuple((label, -n) for n, label in ranked if n)
