"""Curves of runs, thinned so that a page draws them at once however long the run was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from workbench import workspace
from workbench.metadata import Execution, Metadata
from workbench.server import facts, listing

#: The most points that a series is sent with; a screen is not wider.
POINTS = 2_000

Point = tuple[int, float]


def run_curves(run_id: str, since: int = 0) -> dict[str, Any]:
    """Return a run and its curves.

    Parameters
    ----------
    run_id : str
    since : int
        Only points at this step or later.

    Raises
    ------
    NotFound
        If there is no such run.
    """
    metadata = workspace.current().metadata
    run = metadata.execution(run_id)
    return curves_of(metadata, run, since)


def curves_of(metadata: Metadata, run: Execution, since: int = 0) -> dict[str, Any]:
    """Return a run's curves in the shape that the page and the widget draw."""
    series: dict[str, list[Point]] = {}
    for point in metadata.metrics(run.id):
        if point.step >= since:
            series.setdefault(point.key, []).append((point.step, point.value))
    return {
        "run": _run(metadata, run),
        "series": [
            {
                "key": key,
                # JSON has no NaN; a gap in the line says it.
                "points": [
                    [step, value if math.isfinite(value) else None] for step, value in thin(points)
                ],
            }
            for key, points in series.items()
        ],
    }


def thin(points: Sequence[Point], most: int = POINTS) -> list[Point]:
    """Keep the shape of a curve: the first, lowest, highest and last point of each stretch.

    Parameters
    ----------
    points : sequence of (step, value)
        In order of step.
    most : int
        The most points that are returned, 4 at least.

    Examples
    --------
    >>> spike = [(step, 100.0 if step == 537 else 0.0) for step in range(10_000)]
    >>> thinned = thin(spike, 100)
    >>> len(thinned) <= 100, (537, 100.0) in thinned
    (True, True)
    """
    if len(points) <= most:
        return list(points)
    stretches = most // 4
    kept: list[Point] = []
    for index in range(stretches):
        first = index * len(points) // stretches
        end = (index + 1) * len(points) // stretches
        stretch = range(first, end)
        known = [place for place in stretch if not math.isnan(points[place][1])] or list(stretch)
        lowest = min(known, key=lambda place: points[place][1])
        highest = max(known, key=lambda place: points[place][1])
        kept += [points[place] for place in sorted({first, lowest, highest, end - 1})]
    return kept


def experiment(name: str, limit: int = 200) -> dict[str, Any]:
    """Return an experiment's runs with their params and latest metrics, side by side."""
    metadata = workspace.current().metadata
    runs = metadata.executions("run", context=("experiment", name), limit=limit)
    around = listing.surroundings(metadata, runs=runs)
    params = metadata.params_of([run.id for run in runs])
    return {
        "experiment": name,
        "metric": facts.main_metric(
            {key: value for metrics in around.metrics.values() for key, value in metrics.items()}
        ),
        "runs": [
            {
                **listing.run_record(run, around),
                "params": params.get(run.id, {}),
                "data": [each.ref for each in metadata.inputs(run.id) if each.kind == "dataset"],
            }
            for run in runs
        ],
    }


def _run(metadata: Metadata, run: Execution) -> dict[str, Any]:
    metrics = metadata.latest_metrics([run.id]).get(run.id, {})
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "params": metadata.params(run.id),
        "metrics": {key: value for key, value in metrics.items() if math.isfinite(value)},
        "progress": run.properties.get("progress"),
    }
