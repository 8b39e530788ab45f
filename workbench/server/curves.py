"""Curves of runs, thinned so that a page draws them at once however long the run was."""

from __future__ import annotations

import math
from typing import Any

from workbench import workspace
from workbench.metadata import Execution, Metadata
from workbench.server import listing
from workbench.server.metric_names import main_metric
from workbench.tracking.thinning import Point, as_json, thinned


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
                "points": [as_json(each) for each in thinned(points)],
            }
            for key, points in series.items()
        ],
    }


def experiment(name: str, limit: int = 200) -> dict[str, Any]:
    """Return an experiment's runs with their params and latest metrics, side by side."""
    metadata = workspace.current().metadata
    runs = metadata.executions("run", context=("experiment", name), limit=limit)
    around = listing.surroundings(metadata, runs=runs)
    params = metadata.params_of([run.id for run in runs])
    return {
        "experiment": name,
        "metric": main_metric(
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
