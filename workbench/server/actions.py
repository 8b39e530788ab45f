"""What a click may do to a record; each has a line of Python that does the same."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.metadata import Artifact, Metadata
from workbench.server import listing


def set_alias(identifier: str, alias: object) -> dict[str, Any]:
    """Make an alias point at the version with this id.

    Raises
    ------
    NotFound
        If there is no such record.
    InvalidInput
        If `alias` cannot be one.
    """
    metadata = workspace.current().metadata
    artifact = _artifact(metadata, identifier)
    if not isinstance(alias, str) or not alias or alias.isdigit():
        raise InvalidInput(f"{alias!r} cannot be an alias", hint="use a word such as 'champion'")
    metadata.set_alias(artifact.kind, artifact.name, alias, artifact.version)
    fresh = metadata.artifact(artifact.kind, f"{artifact.name}@{alias}")
    return listing.artifact_record(fresh, listing.surroundings(metadata, [fresh]))


def delete_alias(identifier: str, alias: str) -> dict[str, Any]:
    """Take an alias from the version with this id; nothing happens if it does not bear it.

    Raises
    ------
    NotFound
        If there is no such record.
    """
    metadata = workspace.current().metadata
    artifact = _artifact(metadata, identifier)
    if alias in artifact.aliases:
        metadata.delete_alias(artifact.kind, artifact.name, alias)
    fresh = _artifact(metadata, identifier)
    return listing.artifact_record(fresh, listing.surroundings(metadata, [fresh]))


def _artifact(metadata: Metadata, identifier: str) -> Artifact:
    artifact = metadata.find_artifact(identifier)
    if artifact is None:
        raise NotFound(
            f"no record has the id {identifier!r}", hint="it may be a run, which takes no alias"
        )
    return artifact


def run_schedule(name: str) -> dict[str, Any]:
    """Start a scheduled notebook now, in a thread of this server, and return at once.

    Raises
    ------
    NotFound
        If nothing is scheduled under this name, or its notebook is gone.
    InvalidInput
        If what was scheduled is no notebook.
    """
    from workbench.jobs.schedules import kept_notebook

    schedule = workspace.current().metadata.schedule(name)
    kept_notebook(schedule)  # what cannot run is said to the caller, not to a thread
    thread = threading.Thread(target=_run, args=(schedule.name,), name=f"job {name}", daemon=True)
    thread.start()
    return {"started": schedule.name}


def _run(name: str) -> None:
    from workbench.jobs.runs import JobFailed
    from workbench.jobs.schedules import run_scheduled

    # A job that fails says so in its own record, which the page shows.
    with contextlib.suppress(JobFailed):
        run_scheduled(name)
