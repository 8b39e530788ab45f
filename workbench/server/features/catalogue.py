"""The catalogue: every view and service, with the one fact that matters and what finds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workbench import workspace
from workbench.core.errors import Unavailable
from workbench.features.definitions.kinds import SERVICE, VIEW, VIEWS
from workbench.features.online.freshness import Freshness
from workbench.metadata import Artifact
from workbench.server import listing
from workbench.server.features.freshness import in_store, word_of
from workbench.server.features.writing import named

#: The most of each kind; a workspace with more is searched by `workbench features search`.
MOST = 20_000


def catalogue() -> dict[str, Any]:
    """Return the newest version of every view and service, newest use first."""
    metadata = workspace.current().metadata
    found = [
        each
        for kind in (*VIEWS, SERVICE)
        for each in metadata.artifacts(kind, latest_only=True, limit=MOST)
    ]
    used = metadata.last_used([each.id for each in found])
    around = listing.surroundings(metadata, found)
    known, trouble = _in_store([each for each in found if each.kind == VIEW])
    rows = [
        listing.artifact_record(each, around, used.get(each.id))
        | _looked_for(each)
        | {"freshness": _fresh(each, known, around.now)}
        for each in found
    ]
    rows.sort(key=lambda row: row["used_at"], reverse=True)
    return {"features": rows, "trouble": trouble}


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
