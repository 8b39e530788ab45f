"""The head of a view's page: its parts, and what is said of it before any of them is read."""

from __future__ import annotations

from typing import Any

from workbench.core.calls import call
from workbench.metadata import Artifact
from workbench.server.tables import link

#: So many other versions are listed.
CHOSEN = 200


def view_page(artifact: Artifact, versions: list[Artifact]) -> dict[str, Any]:
    """Return what the page of a view or a service has beside what every page has."""
    said = artifact.properties
    features = said.get("columns") or said.get("features") or ()
    counts: dict[str, int | None] = {"definition": len(features)}
    if artifact.kind == "feature_view":
        counts |= dict.fromkeys(("through", "freshness", "online"))
    counts |= {"versions": len(versions), "users": None}
    others = [each for each in versions if each.id != artifact.id]
    return {
        "view": {
            "parts": [{"key": key, "count": count} for key, count in counts.items()],
            "tags": list(said.get("tags") or []),
            "versions": [link(each.ref, each.id) for each in others[:CHOSEN]],
            "carry": None
            if artifact.kind == "on_demand_view"
            else call("wb.materialize", artifact.ref),
        }
    }
