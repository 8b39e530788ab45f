"""A schema as tables: what it expects of each column, and what each version changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.metadata import Artifact
from workbench.server.calls import call
from workbench.server.datasets.recorded import Recorded
from workbench.server.tables import column, link, table

if TYPE_CHECKING:
    from workbench.data.schemas import Schema
    from workbench.data.schemas.difference import Change

#: So many versions are compared with the one before.
COMPARED = 30

_Tables = list[dict[str, Any]]


def schema(recorded: Recorded) -> dict[str, Any]:
    """Return the part: the newest schema of the dataset, and how it came to be so."""
    versions = recorded.schemas
    code = call("wb.infer_schema", recorded.dataset.ref)
    if not versions:
        return {"tables": [], "code": code, "schema": None}
    newest = versions[0]
    return {
        "tables": [*expected(newest), *changed(versions, newest)],
        "code": call("wb.validate", recorded.dataset.ref, newest.ref),
        "schema": {**link(newest.ref, newest.id), "made": newest.created_at.isoformat()},
    }


def expected(artifact: Artifact) -> _Tables:
    """Return what a schema expects: a row a column, then what it demands beside."""
    from workbench.data.schemas.showing import rows_of

    schema = _load(artifact)
    rows = rows_of(schema.to_proto())
    names = list(rows[0]) if rows else []
    filled = [name for name in names if any(row[name] for row in rows)]
    formats = {"Column": "code", "Values": "prose"}
    heads = [column(name.lower(), formats.get(name, "text")) for name in filled]
    demanded = [(each.title,) for each in schema.constraints]
    return [
        *table("Expected", heads, [[row[name] for name in filled] for row in rows]),
        *table("Constraints", [column("constraint", "code")], demanded),
    ]


def changed(versions: Sequence[Artifact], shown: Artifact) -> _Tables:
    """Return the versions of a schema, and every change between two neighbours."""
    compared = list(versions[: COMPARED + 1])
    schemas = [_load(each) for each in compared]
    changes: dict[str, tuple[Change, ...]] = {}
    for place, (after, before) in enumerate(pairwise(schemas)):
        changes[compared[place].id] = before.diff(after).changes
    heads = [column("version"), column("changes", "count"), column("made", "time")]
    rows = [
        (
            each.ref if each.id == shown.id else link(each.ref, each.id),
            len(changes[each.id]) if each.id in changes else None,
            each.created_at.isoformat(),
        )
        for each in versions
    ]
    words = [column("expectation"), column("before", "prose"), column("after", "prose")]
    lines = [
        (each.ref, change.column, change.what, change.before or "", change.after or "")
        for each in compared
        for change in changes.get(each.id, ())
    ]
    return [
        *table("Schema versions", heads, rows),
        *table("Changes", [column("version"), column("column", "code"), *words], lines),
    ]


def _load(artifact: Artifact) -> Schema:
    from workbench.data.schemas import load_schema

    return load_schema(artifact)
