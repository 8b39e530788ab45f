"""The parts of a view's or a service's page, by name, in the order of the tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench import workspace
from workbench.core.calls import Name, call
from workbench.core.errors import NotFound, near
from workbench.features.governance.usage import usage
from workbench.metadata import Artifact
from workbench.server import tables
from workbench.server.datasets.users import used_by
from workbench.server.features.definition import definition, service
from workbench.server.features.freshness import freshness
from workbench.server.features.online import online
from workbench.server.features.through_time import through_time


def _versions(artifact: Artifact) -> dict[str, Any]:
    metadata = workspace.current().metadata
    listed = metadata.versions(artifact.kind, artifact.name)
    heads = [tables.column("version"), tables.column("features", "count")]
    heads += [tables.column("description"), tables.column("made", "time")]
    rows = [
        (
            each.ref if each.id == artifact.id else tables.link(each.ref, each.id),
            len(each.properties.get("columns") or each.properties.get("features") or ()),
            str(each.properties.get("description") or ""),
            each.created_at.isoformat(),
        )
        for each in listed
    ]
    return {"tables": tables.table("Versions", heads, rows)}


def _users(artifact: Artifact) -> dict[str, Any]:
    first = call("wb.training_set", Name("spine"), [artifact.name], name="examples")
    found = used_by(artifact, first)
    if artifact.kind == "feature_service" or not found["tables"]:
        return found
    counted = usage(artifact.name)
    names = list(counted[0].counts) if counted else []
    heads = [tables.column("feature", "code")]
    heads += [tables.column(name.replace("_", " "), "count") for name in names]
    rows = [(each.column, *each.counts.values(), each.reads) for each in counted]
    listed = tables.table("Use of each feature", [*heads, tables.column("reads", "count")], rows)
    return {**found, "tables": [*found["tables"], *listed]}


_VIEW: dict[str, Callable[[Artifact], dict[str, Any]]] = {
    "definition": definition,
    "through": through_time,
    "freshness": freshness,
    "online": online,
    "versions": _versions,
    "users": _users,
}
_ON_DEMAND: dict[str, Callable[[Artifact], dict[str, Any]]] = {
    "definition": definition,
    "versions": _versions,
    "users": _users,
}
_SERVICE: dict[str, Callable[[Artifact], dict[str, Any]]] = {
    "definition": service,
    "versions": _versions,
    "users": _users,
}
KINDS = {"feature_view": _VIEW, "on_demand_view": _ON_DEMAND, "feature_service": _SERVICE}


def part(artifact: Artifact, name: str) -> dict[str, Any]:
    """Return one part of the page of a view or a service.

    Raises
    ------
    NotFound
        If it has no such part.
    """
    known = KINDS[artifact.kind]
    if name not in known:
        raise NotFound(f"a view's page has no part {name!r}", hint=near(name, known))
    return known[name](artifact)
