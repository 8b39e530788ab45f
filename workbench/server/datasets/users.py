"""Who uses a dataset: what was made from it, directly and further on."""

from __future__ import annotations

from collections import deque
from typing import Any

from workbench.core.calls import Name, call
from workbench.lineage import lineage
from workbench.lineage.graph import Node
from workbench.metadata import Artifact
from workbench.server.datasets.recorded import Recorded
from workbench.server.tables import column, link, table

#: What is said about rows does not use them.
_FIGURES = ("statistics", "schema", "anomalies", "drift")

#: The order of kinds, from near to far.
_ORDER = (
    "dataset",
    "transform",
    "feature_view",
    "feature_service",
    "run",
    "job",
    "model",
    "evaluation",
    "deployment",
    "monitor",
    "alert",
    "dashboard",
)


def users(recorded: Recorded) -> dict[str, Any]:
    """Return the part: a row a user, those that read it themselves first."""
    first = call("wb.train", Name("fit"), data=recorded.dataset.ref)
    return used_by(recorded.dataset, first)


def used_by(record: Artifact, first: str) -> dict[str, Any]:
    """Return a row a user of a record; where there is none, the code that makes the first."""
    graph = lineage(record)
    nodes = {node.id: node for node in graph.nodes}
    steps: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges:
        steps.setdefault(edge.source, []).append((edge.target, edge.how))
    rows: list[tuple[int, int, str, list[Any]]] = []
    seen, waiting = {record.id}, deque([(record.id, 0)])
    while waiting:
        here, distance = waiting.popleft()
        for target, how in steps.get(here, ()):
            if target in seen:
                continue
            seen.add(target)
            node = nodes[target]
            if node.kind in _FIGURES:
                continue
            waiting.append((target, distance + 1))
            if (node.kind, node.name) != (record.kind, record.name):
                through = None if here == record.id else nodes[here]
                rows.append((distance, _place(node), node.title, _row(node, how, through)))
    rows.sort(key=lambda row: row[:3])
    heads = [column("record"), column("kind", "kind"), column("state", "state")]
    heads += [column("made by", "step"), column("through")]
    known = call("wb.lineage", f"{record.kind}:{record.ref}") + ".downstream()"
    tables = table("Users", heads, [row for *_, row in rows])
    return {"tables": tables, "code": known if rows else first}


def _row(node: Node, how: str, through: Node | None) -> list[Any]:
    return [
        link(node.title, node.id),
        node.kind,
        node.state,
        how,
        "" if through is None else link(through.title, through.id),
    ]


def _place(node: Node) -> int:
    return _ORDER.index(node.kind) if node.kind in _ORDER else len(_ORDER)
