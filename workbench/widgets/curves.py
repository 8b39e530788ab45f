"""A run's curves as the widget draws them, read again without reading all of them again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from workbench.metadata import Metadata

#: The most points of one curve that are sent; a picture is not wider.
MOST_POINTS = 1_200
#: Writers of other machines may be late by so many microseconds.
_OVERLAP = 5_000_000

Point = tuple[int, float]


class Curves:
    """The curves of one run; each `read` takes up what was logged since.

    Parameters
    ----------
    metadata : Metadata
    run_id : str
    """

    def __init__(self, metadata: Metadata, run_id: str) -> None:
        self._metadata = metadata
        self._id = run_id
        self._last: int | None = None
        self._values: dict[str, dict[int, float]] = {}

    def read(self) -> dict[str, Any]:
        """Return CurveData: the run and its series.

        Raises
        ------
        NotFound
            If there is no such run.
        """
        run = self._metadata.execution(self._id)
        after = None if self._last is None else self._last - _OVERLAP
        for point in self._metadata.metrics(self._id, after=after):
            self._values.setdefault(point.key, {})[point.step] = point.value
            self._last = max(self._last or 0, point.time)
        latest = self._metadata.latest_metrics([self._id]).get(self._id, {})
        return {
            "run": {
                "id": run.id,
                "name": run.name,
                "state": run.state,
                "params": self._metadata.params(self._id),
                "metrics": {key: value for key, value in latest.items() if math.isfinite(value)},
                "progress": run.properties.get("progress"),
                "error": run.error,
            },
            "series": [
                {"key": key, "points": [_as_json(each) for each in thinned(sorted(values.items()))]}
                for key, values in self._values.items()
            ],
        }


def _as_json(point: Point) -> list[float | None]:
    """JSON has no NaN; a gap in the line says it."""
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
