"""What is known of the values of one tile, part by part: adding one, putting two together.

A part is None until it has a value. Every part can be put together in any order; float sums then
differ by rounding, everything else is equal.

=========  =============================================================================
part       what it is
=========  =============================================================================
count      how many values there are
sum        exact for whole numbers
moments    their mean, and the sum of squared distances from it (Welford; Chan et al. 1983)
min, max
values     how often each value occurs
decayed    a sum in which a value counts half for each tile's length before the tile's end
=========  =============================================================================
"""

from __future__ import annotations

from typing import Any


def added(part: str, known: Any, value: Any, age: float, count: int) -> Any:
    """Return a part with one more value.

    Parameters
    ----------
    part : str
    known
        The part so far; ``values`` is changed in place.
    value
        Not None.
    age : float
        From the event to the end of its tile, in tiles.
    count : int
        How many values there are with this one.
    """
    if part == "count":
        return count
    if part == "sum":
        return value if known is None else known + value
    if part == "moments":
        if known is None:
            return (float(value), 0.0)
        mean, squares = known
        away = value - mean
        mean += away / count
        return (mean, squares + away * (value - mean))
    if part == "min":
        return value if known is None or value < known else known
    if part == "max":
        return value if known is None or value > known else known
    if part == "values":
        counts = {} if known is None else known
        counts[value] = counts.get(value, 0) + 1
        return counts
    return (known or 0.0) + value * 2.0**-age


def joined(part: str, one: Any, other: Any, counts: tuple[int, int]) -> Any:
    """Return a part of two sets of values, of which the counts are given; changes neither."""
    if one is None or other is None:
        return other if one is None else one
    if part in ("count", "sum"):
        return one + other
    if part == "moments":
        both = counts[0] + counts[1]
        away = other[0] - one[0]
        mean = one[0] + away * (counts[1] / both)
        return (mean, one[1] + other[1] + away * away * (counts[0] * counts[1] / both))
    if part == "min":
        return min(one, other)
    if part == "max":
        return max(one, other)
    if part == "values":
        merged = dict(one)
        for value, count in other.items():
            merged[value] = merged.get(value, 0) + count
        return merged
    raise AssertionError(part)  # decayed parts refer to their tiles' ends; see `packed`
