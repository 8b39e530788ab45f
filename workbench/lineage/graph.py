"""The graph that a person sees: artifacts, runs and jobs as nodes, every other step as an edge.

The stored graph alternates artifacts and executions. Here an ingest or an evaluation is only the
line between what it read and what it wrote, while a run or a job is something people look for, so
it is a node. Artifacts that nobody names (a checkpoint, a file of a run) are passed through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workbench.metadata import Artifact, ColumnEdge, Event, Execution

_EXECUTIONS_SHOWN = frozenset({"run", "job"})
_ARTIFACTS_HIDDEN = frozenset({"checkpoint", "file", "transform"})


@dataclass(frozen=True)
class Node:
    """A record in the graph.

    Attributes
    ----------
    id, kind, name : str
    version : int or None
        None for runs and jobs.
    title, subtitle : str
        What to print on it.
    state : str
    columns : tuple of str
        Names of the columns it has, for records that have some.
    """

    id: str
    kind: str
    name: str
    version: int | None
    title: str
    subtitle: str
    state: str
    columns: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """``name@version``, or the name where there are no versions."""
        return self.name if self.version is None else f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Edge:
    """`target` came from `source`.

    Attributes
    ----------
    source, target : str
        Ids of nodes.
    how : str
        The kind of step: ingest, training_set, register, …
    via : str
        The id of the execution.
    """

    source: str
    target: str
    how: str
    via: str


@dataclass(frozen=True)
class ColumnLink:
    """A column of `target` was computed from a column of `source`."""

    source: str
    source_column: str
    target: str
    target_column: str
    how: str


def build(
    artifacts: Sequence[Artifact], executions: Sequence[Execution], events: Sequence[Event]
) -> tuple[list[Node], list[Edge]]:
    """Turn records and events into nodes and edges.

    Returns
    -------
    nodes, edges
        Each edge once; nodes in the order in which they were made.
    """
    nodes = [_artifact_node(each) for each in artifacts if each.kind not in _ARTIFACTS_HIDDEN]
    nodes += [_execution_node(each) for each in executions if each.kind in _EXECUTIONS_SHOWN]
    made = {each.id: each.created_at for each in artifacts}
    made |= {each.id: each.started_at for each in executions}
    nodes.sort(key=lambda node: (made[node.id], node.id))
    return nodes, _edges({node.id for node in nodes}, executions, events)


def column_links(edges: Sequence[ColumnEdge], shown: set[str]) -> list[ColumnLink]:
    """Return the column edges between nodes that are shown, each once."""
    links = (
        ColumnLink(e.source_id, e.source_column, e.target_id, e.target_column, e.how)
        for e in edges
        if e.source_id in shown and e.target_id in shown
    )
    return list(dict.fromkeys(links))


def needs(artifacts: Sequence[Artifact]) -> Iterator[ColumnLink]:
    """Yield the columns that a view cannot do without, whose values it does not take.

    It filters, joins or orders by them, or has them as a key or time: each of its features needs
    each of them. A view's record says so under ``uses``.
    """
    ids = {(each.kind, each.ref): each.id for each in artifacts}
    for each in artifacts:
        facts = each.properties
        for kind, read in (("dataset", "datasets"), ("feature_view", "views")):
            for name, ref in facts.get(read, {}).items() if each.kind == "feature_view" else ():
                source = ids.get((kind, ref))
                for column in facts.get("uses", {}).get(name, ()) if source else ():
                    for feature in facts["columns"]:
                        how = f"needs {column}"
                        yield ColumnLink(str(source), column, each.id, feature["name"], how)


def as_json(
    nodes: Sequence[Node], edges: Sequence[Edge], links: Sequence[ColumnLink]
) -> dict[str, Any]:
    """Return the graph as JSON, for the widget and the lab."""
    return {
        "nodes": [
            {**asdict(node), "ref": node.ref, "columns": list(node.columns)} for node in nodes
        ],
        "edges": [asdict(edge) for edge in edges],
        "column_edges": [asdict(link) for link in links],
    }


def _edges(shown: set[str], executions: Sequence[Execution], events: Sequence[Event]) -> list[Edge]:
    following: dict[str, list[tuple[str, str]]] = {}
    by_id = {each.id: each for each in executions}
    told = _told_by_steps(by_id, events)
    for event in events:
        if event.direction == "input" and (event.execution_id, event.artifact_id) in told:
            continue
        pair = (event.artifact_id, event.execution_id)
        source, target = pair if event.direction == "input" else pair[::-1]
        following.setdefault(source, []).append((target, event.execution_id))
    for each in executions:
        # A job that started a run is upstream of it; other steps under a job are reached through
        # what they read.
        if each.kind == "run" and each.parent in by_id and each.parent in shown:
            following.setdefault(each.parent, []).append((each.id, each.id))
    found: dict[Edge, None] = {}
    for source in shown:
        stack, seen = list(following.get(source, ())), set[str]()
        while stack:
            target, via = stack.pop()
            if target in shown:
                if target != source:
                    found[Edge(source, target, by_id[via].kind, via)] = None
            elif target not in seen:
                seen.add(target)
                stack += following.get(target, ())
    return list(found)


def _told_by_steps(
    executions: Mapping[str, Execution], events: Sequence[Event]
) -> set[tuple[str, str]]:
    """Return (job, artifact) for what a step under the job read or wrote.

    A notebook's job reads all that its cells read. Where the steps between are in the graph, lines
    through the job would only say the same again, and less exactly.
    """
    told = set()
    for event in events:
        step = executions.get(event.execution_id)
        while step is not None and (step := executions.get(step.parent or "")):
            told.add((step.id, event.artifact_id))
    return told


def _artifact_node(artifact: Artifact) -> Node:
    facts = artifact.properties
    # Statistics say how many columns they are of, not which.
    named = (facts.get("columns"), facts.get("features"))
    columns = next((each for each in named if each and not isinstance(each, int)), ())
    return Node(
        id=artifact.id,
        kind=artifact.kind,
        name=artifact.name,
        version=artifact.version,
        title=artifact.ref,
        subtitle=_subtitle(artifact, facts),
        state=str(facts.get("state", artifact.state)),
        columns=tuple(each["name"] if isinstance(each, Mapping) else str(each) for each in columns),
    )


def _subtitle(artifact: Artifact, facts: Mapping[str, Any]) -> str:
    if artifact.kind == "statistics":  # they are named as their dataset is
        part = facts.get("split") or facts.get("span")
        return f"statistics of {part}" if part else "statistics of all rows"
    if artifact.kind == "anomalies" and "count" in facts:
        return {0: "no anomalies", 1: "1 anomaly"}.get(
            facts["count"], f"{facts['count']} anomalies"
        )
    if isinstance(facts.get("rows"), int):
        return f"{facts['rows']:,} rows"
    if artifact.kind == "evaluation" and "passed" in facts:
        return "gate passed" if facts["passed"] else "gate failed"
    return ", ".join(artifact.aliases) or artifact.kind.replace("_", " ")


def _execution_node(execution: Execution) -> Node:
    return Node(
        id=execution.id,
        kind=execution.kind,
        name=execution.name,
        version=None,
        title=execution.name,
        subtitle=execution.context or execution.state,
        state=execution.state,
    )
