"""One version of a dataset against another, row by row."""

from __future__ import annotations

from typing import Any

from workbench import workspace
from workbench.data.datasets.dataset import Dataset
from workbench.metadata import Artifact
from workbench.server import statistics
from workbench.server.datasets.parts import dataset_record
from workbench.server.datasets.recorded import Recorded

#: So many rows of each kind are shown.
SHOWN = 50


def compare(before: str, after: str) -> dict[str, Any]:
    """Return what changed between two versions, given by their ids, as the picture of it needs.

    How far columns moved is told where both versions have statistics; no row is read for it.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If the two cannot be compared: they share no column, or the key names several rows.
    """
    from workbench.data.datasets.diff import diff
    from workbench.data.drift import drift_of_statistics
    from workbench.widgets.diff_data import diff_data

    records = [dataset_record(each) for each in (before, after)]
    found = diff(Dataset(records[0]), Dataset(records[1]))
    known = [_statistics(each) for each in records]
    figures = [statistics.stored(each.digest) for each in known if each and each.digest]
    drift = drift_of_statistics(*figures) if len(figures) == len(records) else None
    return diff_data(found, drift=drift, limit=SHOWN)


def _statistics(dataset: Artifact) -> Artifact | None:
    """Return the newest statistics of all rows of a version."""
    recorded = Recorded(workspace.current().metadata, dataset).statistics
    return next((each for each in recorded if statistics.is_whole(each)), None)
