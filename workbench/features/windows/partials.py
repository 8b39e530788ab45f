"""What is known of the values of one tile, part by part, and adding a value to it.

A part is None until it has a value. In whichever order values come, the parts are equal, but for
rounding where floats are summed.

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
