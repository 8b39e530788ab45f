"""A schema as tables: what it expects of each column, and what each version changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.core.calls import assigned, call
from workbench.metadata import Artifact
from workbench.server.datasets.anomalies import anomalies_in
from workbench.server.datasets.recorded import Recorded
from workbench.server.snippets import fetching
from workbench.server.tables import column, link, table

if TYPE_CHECKING:
    from workbench.data.schemas import Schema
    from workbench.data.schemas.difference import Change
    from workbench.data.validation import Anomaly

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
    latest = next(iter(recorded.validations), None)
    is_held = latest is not None and latest.schema is not None and latest.schema.id == newest.id
    return {
        "tables": [*demanded(newest), *changed(versions, newest)],
        "code": call("wb.validate", recorded.dataset.ref, newest.ref),
        "schema": drawn(newest, anomalies_in(latest.anomalies) if latest and is_held else ()),
    }


def drawn(artifact: Artifact, anomalies: Sequence[Anomaly] = ()) -> dict[str, Any]:
    """Return a schema as its editor draws it, with the code that the edits begin from."""
    from workbench.widgets.schema_data import schema_data

    return {
        **link(artifact.ref, artifact.id),
        "made": artifact.created_at.isoformat(),
        "data": schema_data(_load(artifact), anomalies),
        "code": assigned("schema", fetching(artifact)),
    }


def demanded(artifact: Artifact) -> _Tables:
    """Return what a schema demands beside what it expects of each column."""
    rows = [(each.title,) for each in _load(artifact).constraints]
    return table("Constraints", [column("constraint", "code")], rows)


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
