"""Lineage as OpenLineage events, for Marquez, DataHub and other catalogues.

One COMPLETE event a step, after https://openlineage.io/spec/2-0-2/OpenLineage.json, with the schema
and columnLineage dataset facets.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from workbench.workspace import current

if TYPE_CHECKING:
    from workbench.lineage.lineage import Lineage

_PRODUCER = "https://pypi.org/project/jupyter-workbench"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets"


def events_of(graph: Lineage) -> list[dict[str, Any]]:
    """Return one event for each step on the graph's edges, in the order in which they began."""
    metadata = current().metadata
    steps = [metadata.execution(via) for via in {edge.via for edge in graph.edges}]
    events = []
    for step in sorted(steps, key=lambda each: each.started_at):
        sources = {e.source for e in graph.edges if e.via == step.id}
        targets = {e.target for e in graph.edges if e.via == step.id}
        events.append(
            {
                "eventType": {"complete": "COMPLETE", "failed": "FAIL", "canceled": "ABORT"}.get(
                    step.state, "RUNNING"
                ),
                "eventTime": (step.ended_at or step.started_at).isoformat(),
                "producer": _PRODUCER,
                "schemaURL": _SCHEMA,
                # Ids are 128-bit ULIDs; OpenLineage asks for a UUID.
                "run": {"runId": str(uuid.uuid5(uuid.NAMESPACE_OID, step.id))},
                "job": {"namespace": "workbench", "name": f"{step.kind}.{step.name}"},
                "inputs": [_dataset(graph, each) for each in sorted(sources - targets)],
                "outputs": [_output(graph, each, sources) for each in sorted(targets)],
            }
        )
    return events


def _dataset(graph: Lineage, node_id: str) -> dict[str, Any]:
    node = next(each for each in graph.nodes if each.id == node_id)
    facets: dict[str, Any] = {}
    if node.columns:
        facets["schema"] = {
            "_producer": _PRODUCER,
            "_schemaURL": f"{_FACETS}/1-1-1/SchemaDatasetFacet.json",
            "fields": [{"name": column} for column in node.columns],
        }
    return {"namespace": f"workbench.{node.kind}", "name": node.ref, "facets": facets}


def _output(graph: Lineage, node_id: str, sources: set[str]) -> dict[str, Any]:
    output = _dataset(graph, node_id)
    fields: dict[str, dict[str, list[dict[str, str]]]] = {}
    for link in graph.columns:
        if link.target == node_id and link.source in sources:
            origin = _dataset(graph, link.source)
            fields.setdefault(link.target_column, {"inputFields": []})["inputFields"].append(
                {
                    "namespace": origin["namespace"],
                    "name": origin["name"],
                    "field": link.source_column,
                }
            )
    if fields:
        output["facets"]["columnLineage"] = {
            "_producer": _PRODUCER,
            "_schemaURL": f"{_FACETS}/1-2-0/ColumnLineageDatasetFacet.json",
            "fields": fields,
        }
    return output
