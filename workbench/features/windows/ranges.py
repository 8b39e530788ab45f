"""Sums, moments and extremes of many ranges of one array, each from the range's own values alone.

Differences of running sums would be faster, and wrong: what is left of a small value after a large
one has come and gone is rounding. The work depends on the array and the number of ranges, and but
for a logarithm not on how long they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

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
    count = high - low
    long = np.flatnonzero(count >= 2 * _SHORT)  # such that there is a whole block in each
    short = np.arange(len(low)) if not len(long) else np.flatnonzero(count < 2 * _SHORT)
    best, span = values, 1
    for level, places in _by_level(_bits(count[short]) - 1):
        while span < 1 << level:  # best[i] is that of the `span` values from i
            best = choose(best[:-span], best[span:])
            span *= 2
        mine = short[places]
        found[mine] = choose(best[low[mine]], best[high[mine] - span])
    if len(long):
        blocks = np.pad(values, (0, -len(values) % _SHORT), mode="edge").reshape(-1, _SHORT)
        from_start = choose.accumulate(blocks, axis=1)
        to_end = choose.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].reshape(-1)
        first, end = low[long], high[long]
        ends = choose(to_end[first], from_start.reshape(-1)[end - 1])
        whole = extremes(from_start[:, -1], -(-first // _SHORT), end // _SHORT, least=least)
        found[long] = choose(ends, whole)
    return found


def sums(values: Floats, low: Whole, high: Whole) -> Floats:
    """Return the sum of ``values[low:high]`` for each pair; no range is empty.

    Examples
    --------
    >>> sums(np.array([1e300, 1.0, 2.0]), np.array([0, 1]), np.array([3, 3]))
    array([1.e+300, 3.e+000])
    """
    found = values[low]  # all there is to a range of one
    for each in _crossings(values, low, high):
        found[each.places] = each.both_sides(_from_middles(each.around))
    return found


def moments(values: Floats, low: Whole, high: Whole) -> tuple[Floats, Floats]:
    """Return the mean of each range and the sum of squared distances from it; none is empty.

    Distances are taken from one value of the range itself, so that little cancels.
    """
    mean, squares = values[low], np.zeros(len(low))
    for each in _crossings(values, low, high):
        centre = each.around[:, 1, :1]
        away = each.around - centre[:, :, None]
        count = high[each.places] - low[each.places]
        total = each.both_sides(_from_middles(away))
        away *= away
        squared = each.both_sides(_from_middles(away)) - total * total / count
        mean[each.places] = centre[each.row, 0] + total / count
        squares[each.places] = np.maximum(squared, 0)
    return mean, squares


@dataclass(frozen=True, eq=False)
class _Crossing:
    """Ranges that cross the middles of blocks of one length.

    Attributes
    ----------
    places : numpy.ndarray of int64
        Which ranges they are.
    around : numpy.ndarray of float64
        For each middle that is crossed, the values before and after it, as far as ranges reach:
        middle × side × value.
    row, left, right : numpy.ndarray of int64
        For each range its middle, and where its first and its last value stand in the middle's
        values.
    """

    places: Whole
    around: Floats
    row: Whole
    left: Whole
    right: Whole

    def both_sides(self, running: Floats) -> Floats:
        """Return for each range what runs from its middle to its first and to its last value."""
        flat = running.reshape(-1)
        start = self.row * (2 * running.shape[2])
        return np.asarray(flat[start + self.left] + flat[start + self.right])


def _crossings(values: Floats, low: Whole, high: Whole) -> Iterator[_Crossing]:
    """Yield the ranges of more than one value by the length of the block whose middle they cross.

    Of all blocks of 2, 4, 8, … values, each range crosses the middle of one of the length that the
    highest bit tells in which its ends differ.
    """
    longest = int((high - low).max(initial=0))
    padded = np.zeros(len(values) + 2 * longest)
    padded[longest : longest + len(values)] = values
    for level, places in _by_level(_bits(low ^ (high - 1))):
        if level == 0:
            continue
        first, last = low[places], high[places] - 1
        middle = (last >> (level - 1)) << (level - 1)
        block = middle >> level
        crossed = np.zeros(int(block.max()) + 1, bool)
        crossed[block] = True
        reach = int(max((middle - first).max(), (last - middle).max() + 1))
        middles = (np.flatnonzero(crossed) << level) + (1 << (level - 1))
        around = sliding_window_view(padded, 2 * reach)[middles + longest - reach]
        yield _Crossing(
            places,
            around.reshape(-1, 2, reach),
            (np.cumsum(crossed) - 1)[block],
            first - middle + reach,
            last - middle + reach,
        )


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


def _from_middles(around: Floats) -> Floats:
    """Return, for each value, the sum of it and all between it and its middle."""
    reach = around.shape[2]
    if reach <= _SHORT:  # a call a column is then cheaper than one a row
        running = around.copy()
        for place in range(1, reach):
            running[:, 1, place] += running[:, 1, place - 1]
            running[:, 0, reach - 1 - place] += running[:, 0, reach - place]
        return running
    running = np.empty_like(around)
    np.cumsum(around[:, 0, ::-1], axis=1, out=running[:, 0, ::-1])
    np.cumsum(around[:, 1], axis=1, out=running[:, 1])
    return running
