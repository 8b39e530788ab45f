"""Numbers and words as short as JSON can have them without losing what is seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.data.columns import Family
from workbench.data.statistics.distributions import Floats

#: Rounds a number to what can be seen of it.
Draw = Callable[[float], float]

_LETTERS = 80
#: Figures in which 0 is a finding of its own.
_ZERO = frozenset({"drift", "mean", "std", "min", "median", "max", "avg_length", "min_length"})


def exact_in(family: Family) -> Callable[[float | None], float | None]:
    """Return what makes a column's figure one that JSON has: finite, a time in milliseconds."""
    scale = 1000.0 if family == "TIME" else 1.0

    def exact(value: float | None) -> float | None:
        return None if value is None or not math.isfinite(value) else _whole(value / scale)

    return exact


def drawn_in(family: Family, edges: Floats | None) -> Draw:
    """Return what rounds a column's figure to a hundred thousandth of the range it is drawn in."""
    scale = 1000.0 if family == "TIME" else 1.0
    span = 0.0 if edges is None else float(edges[-1] / scale - edges[0] / scale)
    places = 5 - math.floor(math.log10(span)) if 0 < span < math.inf else 6

    def draw(value: float) -> float:
        known = float(value) / scale
        # The greatest numbers leave no room to be rounded up.
        return _whole(round(known, places) if abs(known) < 1e300 else known)

    return draw


def significant(value: float | None, digits: int) -> float | None:
    """Return a number with so many significant digits; a whole number stays as it is."""
    if value is None or not math.isfinite(value):
        return None
    if isinstance(value, int):
        return value
    rounded = float(f"{value:.{digits}g}")
    return _whole(rounded if math.isfinite(rounded) else value)


def present(**facts: Any) -> dict[str, Any]:
    """Return the facts that say something: not None, false or empty, and 0 where that is a finding.

    Examples
    --------
    >>> present(mean=0.0, zeros=0, role=None, unique=3)
    {'mean': 0.0, 'unique': 3}
    """
    return {
        name: value
        for name, value in facts.items()
        if value or (value == 0.0 and value is not False and name in _ZERO)
    }


def cut(text: object) -> str:
    """Return a text, its end left out if it is long."""
    words = str(text)
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1]}…"


def _whole(value: float) -> float:
    """Return a whole number without its point, which JSON then need not write."""
    return int(value) if value == int(value) and abs(value) < 1e15 else value
