"""The graph around a record, as JSON."""

from __future__ import annotations

from typing import Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.lineage import Lineage, lineage
from workbench.metadata import Metadata
from workbench.server import listing

_DIRECTIONS = ("both", "upstream", "downstream")


def graph(identifier: str, direction: str = "both") -> dict[str, Any]:
    """Return nodes, edges and column edges around a record.

    Raises
    ------
    NotFound
        If there is no such record.
    InvalidInput
        If `direction` is not one of both, upstream and downstream.
    """
    if direction not in _DIRECTIONS:
        raise InvalidInput(
            f"{direction!r} is not a direction", hint=f"use {', '.join(_DIRECTIONS)}"
        )
    metadata = workspace.current().metadata
    found = _lineage(metadata, identifier)
    drawn = found.to_dict()
    if direction != "both":
        walked = found.upstream() if direction == "upstream" else found.downstream()
        kept = {found.root, *(node.id for node in walked)}
        drawn["nodes"] = [node for node in drawn["nodes"] if node["id"] in kept]
        for edges in ("edges", "column_edges"):
            drawn[edges] = [
                edge for edge in drawn[edges] if edge["source"] in kept and edge["target"] in kept
            ]
    return drawn


def _lineage(metadata: Metadata, identifier: str) -> Lineage:
    if identifier.startswith(listing.SCHEDULE):
        name = identifier.removeprefix(listing.SCHEDULE)
        jobs = metadata.executions("job", name, limit=1)
        if not jobs:
            metadata.schedule(name)  # raises when there is none
            return Lineage(identifier, [], [], [])
        identifier = jobs[0].id
    artifact = metadata.find_artifact(identifier)
    if artifact is not None:
        return lineage(artifact)
    try:
        return lineage(metadata.execution(identifier))
    except NotFound:
        raise NotFound(
            f"no record has the id {identifier!r}", hint="it may belong to another workspace"
        ) from None
