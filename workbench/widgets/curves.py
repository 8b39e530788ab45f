"""A run's curves as the widget draws them, read again without reading all of them again."""

from __future__ import annotations

import math
from typing import Any

from workbench.metadata import Metadata
from workbench.tracking.thinning import as_json, thinned

#: Writers of other machines may be late by so many microseconds.
_OVERLAP = 5_000_000


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
                {"key": key, "points": [as_json(each) for each in thinned(sorted(values.items()))]}
                for key, values in self._values.items()
            ],
        }
