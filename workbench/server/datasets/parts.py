"""The parts of a dataset's page, by name, in the order of the tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench import workspace
from workbench.core.errors import NotFound, near
from workbench.metadata import Artifact
from workbench.server.datasets.anomalies import anomalies
from workbench.server.datasets.bad_rows import bad_rows
from workbench.server.datasets.columns import columns
from workbench.server.datasets.recorded import Recorded
from workbench.server.datasets.schemas import schema
from workbench.server.datasets.spans import spans
from workbench.server.datasets.users import users
from workbench.server.datasets.versions import versions
from workbench.server.features.why import questions

PARTS: dict[str, Callable[[Recorded], dict[str, Any]]] = {
    "columns": columns,
    "spans": spans,
    "versions": versions,
    "schema": schema,
    "anomalies": anomalies,
    "users": users,
    "bad_rows": bad_rows,
    "why": questions,
}


def part(identifier: str, name: str) -> dict[str, Any]:
    """Return one part of a dataset's page: its tables, and what else it draws.

    Raises
    ------
    NotFound
        If there is no such dataset, or no such part.
    """
    if name not in PARTS:
        raise NotFound(f"a dataset's page has no part {name!r}", hint=near(name, PARTS))
    return PARTS[name](Recorded(workspace.current().metadata, dataset_record(identifier)))


def dataset_record(identifier: str) -> Artifact:
    """Return the record of a dataset by its id.

    Raises
    ------
    NotFound
        If there is none.
    """
    artifact = workspace.current().metadata.find_artifact(identifier)
    if artifact is None or artifact.kind != "dataset":
        raise NotFound(
            f"no dataset has the id {identifier!r}", hint="it may belong to another workspace"
        )
    return artifact
