"""The catalogue: every view and service, with the one fact that matters and what finds it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from workbench import workspace
from workbench.metadata import Artifact
from workbench.server import facts, listing
from workbench.server.features.writing import named

#: The most of each kind; a workspace with more is searched by `workbench features search`.
MOST = 20_000


def catalogue() -> dict[str, Any]:
    """Return the newest version of every view and service, newest use first."""
    metadata = workspace.current().metadata
    found = [
        each
        for kind in ("feature_view", "feature_service")
        for each in metadata.artifacts(kind, latest_only=True, limit=MOST)
    ]
    used = metadata.last_used([each.id for each in found])
    around = listing.surroundings(metadata, found)
    rows = [
        listing.artifact_record(each, around, used.get(each.id)) | _looked_for(each, around.now)
        for each in found
    ]
    rows.sort(key=lambda row: row["used_at"], reverse=True)
    return {"features": rows}


def _looked_for(artifact: Artifact, now: datetime) -> dict[str, Any]:
    """Return what a view or service is filtered and searched by."""
    said = artifact.properties
    if artifact.kind == "feature_service":
        return {
            "features": [str(each) for each in said.get("features") or []],
            "entities": [],
            "owner": str(said.get("owner") or ""),
            "tags": list(said.get("tags") or []),
            "description": str(said.get("description") or ""),
            "freshness": "service",
        }
    return {
        "features": named(said.get("columns")),
        "entities": named(said.get("entities")),
        "owner": str(said.get("owner") or ""),
        "tags": list(said.get("tags") or []),
        "description": str(said.get("description") or ""),
        "freshness": freshness(said, now),
    }


def freshness(said: dict[str, Any], now: datetime) -> str:
    """Return in one word how fresh a view's values online are.

    ``static``; ``never`` carried online; ``stale`` when the newest is older than a row may be;
    ``fresh``. A view that stands at a moment is judged at that moment.

    Examples
    --------
    >>> from datetime import UTC
    >>> freshness({"ttl_seconds": None}, datetime.now(UTC))
    'never'
    """
    if said.get("static"):
        return "static"
    online = said.get("online") or {}
    if not online:
        return "never"
    newest = facts.moment(online.get("newest"))
    allowed = said.get("ttl_seconds")
    if newest is None or allowed is None:
        return "fresh"
    measured = facts.moment(online.get("as_of")) or now
    return "stale" if measured - newest > timedelta(seconds=allowed) else "fresh"
