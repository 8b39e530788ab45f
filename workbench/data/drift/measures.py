"""How far two spreads lie apart, as numbers.

Over shared bins: Jensen-Shannon, the population stability index, L-infinity, chi-square. Over the
values themselves, as their counts tell: Kolmogorov-Smirnov, Wasserstein.
"""

from __future__ import annotations

import math
import warnings
from typing import Literal

import numpy as np

from workbench.data.statistics.distributions import Distribution, Floats

FLOOR = 1e-4
# Up to here scipy counts the paths, beyond it the limit is as good.
_EXACT = 10_000
_MANY = 10_000
# Fewer than this are expected too rarely for the chi-square distribution to hold (Cochran's rule).
_EXPECTED = 5.0


def shares(counts: Floats) -> Floats:
    """Return counts as shares of their sum; none of nothing."""
    total = counts.sum()
    return counts / total if total else counts


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Return the Jensen-Shannon divergence of two shares in bits, from 0 to 1."""
    middle = (p + q) / 2
    if not middle.any():
        return 0.0

    def bits(share: Floats) -> float:
        present = share > 0
        return float((share[present] * np.log2(share[present] / middle[present])).sum())

    return float(np.clip((bits(p) + bits(q)) / 2, 0.0, 1.0))


def stability_index(p: Floats, q: Floats) -> float:
    """Return the population stability index; shares under 0.0001 are taken as that."""
    p, q = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    return float(((q - p) * np.log(q / p)).sum())


def chi_square(a: Floats, b: Floats) -> tuple[float, float, float]:
    """Return the chi-square statistic of two rows of counts, its p-value, and Cramér's V.

    Bins that too few are expected in are taken together, so that the distribution holds.
    """
    from scipy import stats  # type: ignore[import-untyped]

    a, b = _together(a, b)
    total = a.sum() + b.sum()
    if len(a) < 2 or not a.sum() or not b.sum():
        return 0.0, 1.0, 0.0
    statistic = sum(
        float(((row - expected) ** 2 / expected).sum())
        for row in (a, b)
        for expected in ((a + b) * (row.sum() / total),)
    )
    p_value = float(stats.chi2.sf(statistic, len(a) - 1))
    return statistic, p_value, math.sqrt(statistic / total)


def _together(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    both = a + b
    a, b = a[both > 0], b[both > 0]
    smaller = min(a.sum(), b.sum()) / max(a.sum() + b.sum(), 1.0)
    rare = (a + b) * smaller < _EXPECTED
    if rare.sum() < 2:
        return a, b
    return np.append(a[~rare], a[rare].sum()), np.append(b[~rare], b[rare].sum())


def kolmogorov_smirnov(a: Distribution, b: Distribution) -> tuple[float, float]:
    """Return the greatest distance of two cumulative shares, and its p-value.

    Exact where every cell is one value; else the distance at the cells' edges, which is at most
    that of all values.
    """
    if not a.total or not b.total:
        return 0.0, 1.0
    points = _points(a, b)
    distance = float(np.abs(_below(a, points, "right") - _below(b, points, "right")).max())
    return distance, _ks_p_value(a, b, distance)


def _ks_p_value(a: Distribution, b: Distribution, distance: float) -> float:
    from scipy import stats

    if max(a.total, b.total) <= _EXACT and a.exact and b.exact:
        values = [np.repeat(each.low, each.counts) for each in (a, b)]
        with warnings.catch_warnings():
            # Where there are too many paths to count, scipy takes the limit, and says so.
            warnings.simplefilter("ignore", RuntimeWarning)
            return float(stats.ks_2samp(*values).pvalue)
    size = a.total * b.total / (a.total + b.total)
    if size > _MANY:
        # The finite law takes seconds for many rows; with Stephens' correction (1970) the limit
        # law is within 2 % of it from here on.
        scale = np.sqrt(size) + 0.12 + 0.11 / np.sqrt(size)
        return float(stats.kstwobign.sf(scale * distance))
    return float(np.clip(stats.kstwo.sf(distance, max(1, round(size))), 0.0, 1.0))


def wasserstein(a: Distribution, b: Distribution) -> tuple[float, float]:
    """Return how far values must be moved on average to make one spread the other.

    In the values' unit, and in standard deviations of both together.
    """
    if not a.total or not b.total:
        return 0.0, 0.0
    points = _points(a, b)
    # From each point up to the next, where cells that are no single value fill up evenly.
    first = np.abs(_below(a, points, "right") - _below(b, points, "right"))[:-1]
    last = np.abs(_below(a, points, "left") - _below(b, points, "left"))[1:]
    gap = (first + last) / 2
    # Scaled first, since the sum of the widest range is no number.
    scale = float(np.abs(points).max()) or 1.0
    moved = float((gap * np.diff(points / scale)).sum())
    spread = _deviation(a, b, scale)
    return moved * scale, moved / spread if spread else 0.0


def _deviation(a: Distribution, b: Distribution, scale: float) -> float:
    """Return the standard deviation of both together, each weighing half."""
    middles = [(each.low / scale + each.high / scale) / 2 for each in (a, b)]
    weights = [each.counts / (2 * each.total) for each in (a, b)]
    values, weight = np.concatenate(middles), np.concatenate(weights)
    mean = float((values * weight).sum())
    return math.sqrt(float(((values - mean) ** 2 * weight).sum()))


def _below(spread: Distribution, points: Floats, side: Literal["left", "right"]) -> Floats:
    """Return the share of values below each point, with those at it where the side is right."""
    counts = np.concatenate([[0.0], np.cumsum(spread.counts)])
    whole = np.searchsorted(spread.high, points, side=side)
    result = counts[whole]
    cell = np.minimum(whole, len(spread.counts) - 1)
    width = spread.high[cell] - spread.low[cell]
    with np.errstate(over="ignore"):  # of cells that are not cut
        into = points - spread.low[cell]
    cut = (whole < len(spread.counts)) & (into > 0) & (width > 0)
    result[cut] += spread.counts[cell[cut]] * (into[cut] / width[cut])
    return np.asarray(result / spread.total)


def _points(a: Distribution, b: Distribution) -> Floats:
    return np.unique(np.concatenate([a.low, a.high, b.low, b.high]))


def adjusted(p_values: list[float]) -> list[float]:
    """Return p-values adjusted for how many there are, after Benjamini and Hochberg (1995).

    Among columns whose adjusted value is at most 5 %, at most 5 % are expected to be false alarms.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place], reverse=True)
    result = [1.0] * len(p_values)
    least = 1.0
    for rank, place in zip(range(len(p_values), 0, -1), order, strict=True):
        least = min(least, p_values[place] * len(p_values) / rank)
        result[place] = least
    return result
