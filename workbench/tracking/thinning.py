"""A long curve as few points as a picture can show."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: The most points of one curve that are sent; no picture is wider.
MOST_POINTS = 2_000

Point = tuple[int, float]


def as_json(point: Point) -> list[float | None]:
    """Return a point for JSON, which has no NaN; a gap in the line says it."""
    step, value = point
    return [step, value if math.isfinite(value) else None]


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """Keep the first, lowest, highest and last point of each stretch of a long curve.

    Examples
    --------
    >>> spike = [(step, 9.0 if step == 537 else 0.0) for step in range(5_000)]
    >>> len(thinned(spike, 100)) <= 100, (537, 9.0) in thinned(spike, 100)
    (True, True)
    """
    if len(points) <= most:
        return list(points)
    stretches = max(most // 4, 1)
    kept: set[int] = set()
    for index in range(stretches):
        first, end = index * len(points) // stretches, (index + 1) * len(points) // stretches
        places = range(first, end)
        known = [place for place in places if not math.isnan(points[place][1])] or list(places)
        kept |= {
            first,
            end - 1,
            min(known, key=lambda place: points[place][1]),
            max(known, key=lambda place: points[place][1]),
        }
    return [points[place] for place in sorted(kept)]
