"""`wb.lineage`: where a record came from, what came from it, and what a change would touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, NotFound, near
from workbench.lineage.graph import ColumnLink, Edge, Node, as_json, build, column_links, needs
from workbench.metadata import Artifact
from workbench.workspace import Workspace, current

if TYPE_CHECKING:
    import pandas as pd

_KINDS = (
    "deployment",
    "dashboard",
    "model",
    "dataset",
    "feature_view",
    "on_demand_view",
    "feature_service",
    "evaluation",
    "monitor",
    "alert",
    "statistics",
    "schema",
    "anomalies",
    "transform",
)


@dataclass(frozen=True)
class Lineage:
    """A record with everything up- and downstream of it.

    Attributes
    ----------
    root : str
        The id of the record that was asked for.
    nodes : list of Node
    edges : list of Edge
        From source to what came of it.
    columns : list of ColumnLink
        From column to column.
    needed : list of ColumnLink
        From columns that a view filters, joins or is keyed by to each of its features.
    """

    root: str
    nodes: list[Node]
    edges: list[Edge]
    columns: list[ColumnLink]
    needed: list[ColumnLink] = field(default_factory=list, repr=False)

    @property
    def node(self) -> Node:
        """The record that was asked for."""
        return self._by_id[self.root]

    def upstream(self) -> list[Node]:
        """Return what the record came from, nearest first."""
        return self._walk(lambda edge: (edge.target, edge.source))

    def downstream(self) -> list[Node]:
        """Return what came from the record, nearest first."""
        return self._walk(lambda edge: (edge.source, edge.target))

    def impact(self, column: str | None = None) -> list[Node]:
        """Return what would break if the record, or one of its columns, were gone.

        A view breaks also without a column that it only filters, joins or is keyed by.
        `workbench.impact` asks this of all versions of a name, with the ways.

        Parameters
        ----------
        column : str, optional
            A column of the record. Records that have no columns of their own, such as an endpoint,
            count when they depend on a record that the column reaches.

        Raises
        ------
        NotFound
            If the record has no such column.
        """
        if column is None:
            return self.downstream()
        links = [*self.columns, *self.needed]
        known = {link.source_column for link in links if link.source == self.root}
        if column not in known | set(self.node.columns):
            raise NotFound(
                f"{self.node.ref!r} has no column {column!r}",
                hint=near(column, known | set(self.node.columns)),
            )
        reached = {node for node, _ in self._path(column, links)} - {self.root}
        with_columns = {link.target for link in self.columns}
        grew = True
        while grew:
            more = {
                edge.target
                for edge in self.edges
                if edge.source in reached and edge.target not in with_columns | reached
            }
            reached |= more
            grew = bool(more)
        return [node for node in self.downstream() if node.id in reached]

    def column_path(self, column: str) -> list[tuple[str, str]]:
        """Return every (record id, column) that a column of the record flows into, itself first."""
        return self._path(column, self.columns)

    def _path(self, column: str, links: Sequence[ColumnLink]) -> list[tuple[str, str]]:
        following: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for link in links:
            source = (link.source, link.source_column)
            following.setdefault(source, []).append((link.target, link.target_column))
        found = {(self.root, column): None}
        waiting = list(found)
        for place in waiting:  # grows while it is read: a breadth-first walk
            fresh = [step for step in following.get(place, ()) if step not in found]
            found.update(dict.fromkeys(fresh))
            waiting += dict.fromkeys(fresh)
        return waiting

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as JSON: nodes, edges, column_edges and the root's id."""
        return {"root": self.root, **as_json(self.nodes, self.edges, self.columns)}

    def to_pandas(self) -> pd.DataFrame:
        """Return one row an edge: source, target, how."""
        import pandas as pd

        rows = [
            (self._by_id[e.source].title, self._by_id[e.target].title, e.how) for e in self.edges
        ]
        return pd.DataFrame(rows, columns=["source", "target", "how"])

    def to_openlineage(self) -> list[dict[str, Any]]:
        """Return the steps as OpenLineage run events; see `workbench.lineage.openlineage`."""
        from workbench.lineage.openlineage import events_of

        return events_of(self)

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    def _walk(self, ends: Callable[[Edge], tuple[str, str]]) -> list[Node]:
        steps: dict[str, list[str]] = {}
        for here, there in map(ends, self.edges):
            steps.setdefault(here, []).append(there)
        found, seen = [self.root], {self.root}
        for node in found:  # grows while it is read: a breadth-first walk
            for there in steps.get(node, ()):
                if there not in seen:
                    seen.add(there)
                    found.append(there)
        return [self._by_id[node] for node in found[1:]]


def lineage(record: object, *, kind: str | None = None) -> Lineage:
    """Return the lineage of a record.

    Parameters
    ----------
    record : str or object
        A reference (``"flights@1"``), a reference with its kind (``"deployment:delay"``), an id, or
        anything that has an ``artifact`` (a dataset, a model version) or is a run.
    kind : str, optional
        The kind, where one name is borne by several kinds.

    Raises
    ------
    NotFound
        If there is no such record.
    InvalidInput
        If `record` is nothing that has a lineage.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from workbench.workspace import connect
    >>> metadata = connect(home=mkdtemp()).metadata
    >>> with metadata.record("ingest", "flights") as step:
    ...     flights = step.write("dataset", "flights")
    >>> with metadata.record("statistics", "flights", reads=[flights]) as step:
    ...     _ = step.write("statistics", "flights")
    >>> [node.kind for node in lineage("dataset:flights").downstream()]
    ['statistics']
    """
    workspace = current()
    metadata = workspace.metadata
    artifact, execution = _find(workspace, record, kind)
    artifacts = [artifact] if artifact else []
    executions = [execution] if execution else []
    # What a job did, its children did.
    executions += [child.id for each in executions for child in metadata.executions(parent=each)]
    up = metadata.reachable(artifacts=artifacts, executions=executions, direction="upstream")
    down = metadata.reachable(artifacts=artifacts, executions=executions, direction="downstream")
    reached = sorted(up[1] | down[1])
    parents = {each.parent for each in metadata.executions_of_ids(reached) if each.kind == "run"}
    found, done, events = metadata.subgraph(
        sorted(up[0] | down[0]), [*reached, *(parent for parent in parents if parent)]
    )
    nodes, edges = build(found, done, events)
    shown = {node.id for node in nodes}
    root = artifact or execution or ""
    if root not in shown:
        raise InvalidInput(
            f"{record!r} is a step and has no place of its own in the graph",
            hint="ask for what it wrote",
        )
    links = column_links(metadata.column_edges(sorted(shown)), shown)
    return Lineage(root, nodes, edges, links, list(needs(found)))


def _find(workspace: Workspace, record: object, kind: str | None) -> tuple[str | None, str | None]:
    """Return (artifact id, None) or (None, execution id)."""
    if isinstance(record, Artifact):
        return record.id, None
    artifact = getattr(record, "artifact", None)
    if isinstance(artifact, Artifact):
        return artifact.id, None
    if not isinstance(record, str):
        own = getattr(record, "id", None)
        if isinstance(own, str):
            return None, workspace.metadata.execution(own).id
        raise InvalidInput(
            f"{type(record).__name__} has no lineage", hint="give a reference such as 'flights@1'"
        )
    return _find_by_text(workspace, record, kind)


def _find_by_text(
    workspace: Workspace, text: str, kind: str | None
) -> tuple[str | None, str | None]:
    metadata = workspace.metadata
    prefix, colon, rest = text.partition(":")
    if colon and (prefix in _KINDS or prefix in ("run", "job")):
        return _find_by_text(workspace, rest, prefix)
    if kind in ("run", "job"):
        found = metadata.executions(kind, text, limit=1)
        return None, found[0].id if found else metadata.execution(text).id
    if metadata.find_artifact(text) is not None:
        return text, None
    kinds: Sequence[str] = _KINDS if kind is None else (kind,)
    missing: NotFound | None = None
    for each in kinds:
        try:
            return metadata.artifact(each, text).id, None
        except NotFound as error:
            missing = missing or error
    runs = metadata.executions(("run", "job"), text, limit=1)
    if runs:
        return None, runs[0].id
    if kind is not None and missing is not None:
        raise missing
    names = {each.name for each in metadata.artifacts(_KINDS, latest_only=True)}
    raise NotFound(f"no record is named {text!r}", hint=near(text.partition("@")[0], names))
