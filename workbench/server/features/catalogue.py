"""The catalogue: every view and service, with the one fact that matters and what finds it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from workbench import workspace
from workbench.core.errors import Unavailable
from workbench.features.definitions.kinds import SERVICE, VIEW, VIEWS
from workbench.features.online.freshness import Freshness
from workbench.metadata import Artifact, Metadata
from workbench.server import listing
from workbench.server.features.freshness import in_store, word_of
from workbench.server.features.writing import named

#: The most of each kind; a workspace with more is searched by `workbench features search`.
MOST = 20_000

_Row = tuple[Artifact, dict[str, Any]]


def catalogue() -> dict[str, Any]:
    """Return the newest version of every view and service, newest use first."""
    metadata = workspace.current().metadata
    now = metadata.clock.now()
    commits = metadata.commits()
    # To the minute, as facts say how long ago something was.
    at = (commits, now.replace(second=0, microsecond=0))
    found = _read(metadata) if commits is None else _recorded(metadata, at)
    known, trouble = _in_store([each for each, _ in found if each.kind == VIEW])
    rows = [row | {"freshness": _fresh(each, known, now)} for each, row in found]
    return {"features": rows, "trouble": trouble}


@lru_cache(maxsize=1)
def _recorded(metadata: Metadata, at: object) -> list[_Row]:
    """Read thousands of records only when somebody has changed one."""
    del at  # when that was
    return _read(metadata)


def _read(metadata: Metadata) -> list[_Row]:
    found = [
        each
        for kind in (*VIEWS, SERVICE)
        for each in metadata.artifacts(kind, latest_only=True, limit=MOST)
    ]
    used = metadata.last_used([each.id for each in found])
    around = listing.surroundings(metadata, found)
    rows = [
        (each, listing.artifact_record(each, around, used.get(each.id)) | _looked_for(each))
        for each in found
    ]
    rows.sort(key=lambda row: row[1]["used_at"], reverse=True)
    return rows


def _in_store(views: list[Artifact]) -> tuple[dict[str, Freshness] | None, str | None]:
    """Return what is online of views; where the store does not answer, why."""
    try:
        return in_store(views), None
    except Unavailable as error:  # what is defined can be looked at all the same
        return None, error.message


def _fresh(each: Artifact, known: dict[str, Freshness] | None, now: datetime) -> str:
    if each.kind != VIEW:
        return "service" if each.kind == SERVICE else "on demand"
    return "unknown" if known is None else word_of(each.properties, known.get(each.id), now)


def _looked_for(artifact: Artifact) -> dict[str, Any]:
    """Return what a view or service is filtered and searched by."""
    said = artifact.properties
    return {
        "features": named(said.get("features" if artifact.kind == SERVICE else "columns")),
        "entities": named(said.get("entities")),
        "owner": str(said.get("owner") or ""),
        "tags": list(said.get("tags") or []),
        "description": str(said.get("description") or ""),
    }
