"""Sums, moments and extremes of many ranges of one array, each from the range's own values alone.

Differences of running sums would be faster, and wrong: what is left of a small value after a large
one has come and gone is rounding. The work depends on the array and the number of ranges, and but
for a logarithm not on how long they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]
_SHORT = 16


def extremes(values: Numbers, low: Whole, high: Whole, *, least: bool) -> Numbers:
    """Return the least or greatest of ``values[low:high]`` for each pair; no range is empty.

    Examples
    --------
    >>> extremes(np.array([3, 1, 2]), np.array([0, 2]), np.array([3, 3]), least=True)
    array([1, 2])
    """
    choose = np.minimum if least else np.maximum
    found = np.empty(len(low), values.dtype)
    best, span = values, 1
    for level, places in _by_level(_bits(high - low) - 1):
        while span < 1 << level:  # best[i] is that of the `span` values from i
            best = choose(best[:-span], best[span:])
            span *= 2
        found[places] = choose(best[low[places]], best[high[places] - span])
    return found


def sums(values: Floats, low: Whole, high: Whole) -> Floats:
    """Return the sum of ``values[low:high]`` for each pair; no range is empty.

    Examples
    --------
    >>> sums(np.array([1e300, 1.0, 2.0]), np.array([0, 1]), np.array([3, 3]))
    array([1.e+300, 3.e+000])
    """
    found = np.empty(len(low))
    for level, places in _by_level(_bits(low ^ (high - 1))):
        first, last = low[places], high[places] - 1
        if level == 0:
            found[places] = values[first]
            continue
        running = _from_middles(_blocks(values, level))
        found[places] = running[first] + running[last]
    return found


def moments(values: Floats, low: Whole, high: Whole) -> tuple[Floats, Floats]:
    """Return the mean of each range and the sum of squared distances from it; none is empty.

    Distances are taken from one value of the range itself, so that little cancels.
    """
    mean, squares = np.empty(len(low)), np.zeros(len(low))
    for level, places in _by_level(_bits(low ^ (high - 1))):
        first, last = low[places], high[places] - 1
        if level == 0:
            mean[places] = values[first]
            continue
        blocks = _blocks(values, level)
        centre = blocks[:, 1, :1]
        away = blocks - centre[:, :, None]
        count = high[places] - low[places]
        running = _from_middles(away)
        total = running[first] + running[last]
        running = _from_middles(away * away)
        mean[places] = centre[last >> level, 0] + total / count
        squares[places] = np.maximum(running[first] + running[last] - total * total / count, 0)
    return mean, squares


def _bits(numbers: Whole) -> npt.NDArray[np.int8]:
    """Return how many bits each number takes; exact below 2**53."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int8)


def _by_level(levels: npt.NDArray[np.int8]) -> Iterator[tuple[int, Whole]]:
    """Yield each level that occurs, in order, and where it does."""
    order = np.argsort(levels, kind="stable")
    ends = np.cumsum(np.bincount(levels)) if len(levels) else np.zeros(0, np.int64)
    start = 0
    for level, end in enumerate(ends.tolist()):
        if end > start:
            yield level, order[start:end]
        start = end


def _blocks(values: Floats, level: int) -> Floats:
    """Return values in blocks of two halves, the level being that of the bit between them."""
    half = 1 << (level - 1)
    whole = -(-len(values) // (2 * half)) * 2 * half
    padded = np.zeros(whole)
    padded[: len(values)] = values
    return padded.reshape(-1, 2, half)


def _from_middles(blocks: Floats) -> Floats:
    """Return, for each value, the sum of it and all between it and the middle of its block."""
    half = blocks.shape[2]
    with np.errstate(over="ignore", invalid="ignore"):  # what does not lie in a range
        if half <= _SHORT:  # a call a column is then cheaper than one a row
            running = blocks.copy()
            for place in range(1, half):
                running[:, 1, place] += running[:, 1, place - 1]
                running[:, 0, half - 1 - place] += running[:, 0, half - place]
        else:
            running = np.empty_like(blocks)
            np.cumsum(blocks[:, 0, ::-1], axis=1, out=running[:, 0, ::-1])
            np.cumsum(blocks[:, 1], axis=1, out=running[:, 1])
    return running.reshape(-1)
