"""A dataset's columns: what each is for, and the column of a source that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.data.datasets.dataset import Dataset
from workbench.metadata import Artifact, ColumnEdge, Metadata
from workbench.server.datasets.recorded import Recorded
from workbench.server.tables import column, column_link, links, table

#: How far back a column is followed.
_DEEPEST = 30


def columns(recorded: Recorded) -> dict[str, Any]:
    """Return the part: a row a column."""
    dataset = Dataset(recorded.dataset)
    roles = roles_of(dataset)
    said = _said(recorded)
    origins = _Origins(recorded.metadata, recorded.dataset)
    sources = {each.name: origins.of(each.name) for each in dataset.columns}
    heads = [column("column", "code"), column("type"), column("role", "roles")]
    heads += [column("description")] * bool(said)
    heads += [column("made from", "code")] * any(sources.values())
    rows = []
    for each in dataset.columns:
        row: list[Any] = [
            column_link(each.name, recorded.dataset.id, each.name),
            each.type,
            ", ".join(roles.get(each.name, ())),
        ]
        if said:
            row.append(said.get(each.name, ""))
        if any(sources.values()):
            found = sources[each.name]
            row.append(
                links([column_link(f"{a.ref}.{name}", a.id, name, how) for a, name, how in found])
            )
        rows.append(row)
    return {"tables": table("Columns", heads, rows)}


def roles_of(dataset: Dataset) -> dict[str, list[str]]:
    """Return what each column is to the dataset: time, label, key and so on."""
    declared = dataset.declared
    found: dict[str, list[str]] = {}
    for role in ("time", "created", "label", "key", "group", "stratify", "split"):
        value = getattr(declared, role)
        named = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        for name in named:
            found.setdefault(name, []).append(role)
    return found


class _Origins:
    """Follows columns back to where they were first recorded."""

    def __init__(self, metadata: Metadata, dataset: Artifact) -> None:
        self._metadata = metadata
        self._dataset = dataset
        self._records: dict[str, Artifact | None] = {dataset.id: dataset}
        self._edges: dict[tuple[str, str], list[ColumnEdge]] = {}
        self._read()

    def of(self, name: str) -> list[tuple[Artifact, str, str]]:
        """Return the first known sources of a column, and what was done on the way.

        An earlier version of a record is no source of it: its rows are simply among these.
        """
        found = self._walk(self._dataset.id, name, "", set())
        return list({(each[0].id, *each[1:]): each for each in found}.values())

    def _walk(
        self, record: str, name: str, how: str, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[Artifact, str, str]]:
        if (record, name) in seen:
            return
        seen.add((record, name))
        edges = self._edges.get((record, name), [])
        for edge in edges:
            done = ", ".join(each for each in (edge.how, how) if each)
            yield from self._walk(edge.source_id, edge.source_column, done, seen)
        artifact = self._records.get(record)
        if not edges and artifact is not None and artifact.id != self._dataset.id:
            yield artifact, name, how

    def _read(self) -> None:
        """Read the edges a generation at a time, back to where none leads further."""
        waiting = [self._dataset.id]
        for _ in range(_DEEPEST):
            edges = self._metadata.column_edges(waiting)
            waiting = [
                each
                for each in dict.fromkeys(edge.source_id for edge in edges)
                if each not in self._records
            ]
            for each in waiting:
                self._records[each] = self._metadata.find_artifact(each)
            for edge in edges:
                if not self._is_earlier(edge):
                    key = (edge.target_id, edge.target_column)
                    self._edges.setdefault(key, []).append(edge)
            if not waiting:
                return

    def _is_earlier(self, edge: ColumnEdge) -> bool:
        source, target = self._records[edge.source_id], self._records[edge.target_id]
        if source is None or target is None:
            return False
        return (source.kind, source.name) == (target.kind, target.name)


def _said(recorded: Recorded) -> dict[str, str]:
    """Return what the schema says of each column in words."""
    from workbench.data.schemas import load_schema

    if not recorded.schemas:
        return {}
    proto = load_schema(recorded.schemas[0]).to_proto()
    return {
        each.name: each.annotation.comment[0] for each in proto.feature if each.annotation.comment
    }
