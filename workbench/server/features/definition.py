"""What a view is: its features and where each comes from, and the code that defines it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.core.formats import span
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.governance.tags import tags_of
from workbench.metadata import Artifact
from workbench.server import snippets
from workbench.server.tables import column, column_link, link, links, table


def definition(view: Artifact) -> dict[str, Any]:
    """Return the part: a row a feature, what the view is keyed and timed by, its query."""
    said = view.properties
    sources = _sources(view)
    made = _made_of(said.get("aggregations") or [])
    heads = [column("feature", "code"), column("type")]
    heads += [column("aggregated")] * bool(made)
    heads += [column("from", "code")]
    rows: list[list[Any]] = []
    for each in said.get("columns") or []:
        name = str(each["name"])
        row: list[Any] = [column_link(name, view.id, name), str(each.get("type", ""))]
        row += [made.get(name, "")] * bool(made)
        row.append(links(sources.get(name, [])))
        rows.append(row)
    metadata = workspace.current().metadata
    producer = next(iter(metadata.producers(view.id)), None)
    inputs = [] if producer is None else metadata.inputs(producer.id)
    return {
        "tables": [*table("Features", heads, rows), *_means(view, inputs)],
        "code": snippets.making(view, producer, inputs),
        "sql": said.get("sql"),
    }


def service(artifact: Artifact) -> dict[str, Any]:
    """Return the part of a service: a row a feature, with the version of its view."""
    metadata = workspace.current().metadata
    rows: list[list[Any]] = []
    for each in artifact.properties.get("features") or []:
        reference, _, name = str(each).partition(":")
        try:
            view = metadata.artifact("feature_view", reference)
        except NotFound:
            rows.append([name, "", reference])
            continue
        kinds = {str(known["name"]): str(known.get("type", "")) for known in _columns(view)}
        rows.append(
            [column_link(name, view.id, name), kinds.get(name, ""), link(view.ref, view.id)]
        )
    heads = [column("feature", "code"), column("type"), column("view")]
    return {
        "tables": table("Features", heads, rows),
        "code": snippets.making(artifact, None, []),
        "sql": None,
    }


def _columns(view: Artifact) -> list[dict[str, Any]]:
    return [each for each in view.properties.get("columns") or [] if isinstance(each, dict)]


def _sources(view: Artifact) -> dict[str, list[dict[str, str]]]:
    """Return the columns that each feature was made from, as links to their lineage."""
    metadata = workspace.current().metadata
    found: dict[str, list[dict[str, str]]] = {}
    known: dict[str, Artifact | None] = {}
    for edge in metadata.column_edges([view.id]):
        if edge.source_id not in known:
            known[edge.source_id] = metadata.find_artifact(edge.source_id)
        source = known[edge.source_id]
        text = f"{source.ref if source else edge.source_id}.{edge.source_column}"
        # How it is aggregated has a column of its own.
        how = "" if view.properties.get("aggregations") else edge.how
        cell = column_link(text, edge.source_id, edge.source_column, how)
        found.setdefault(edge.target_column, []).append(cell)
    return found


def _made_of(aggregations: list[dict[str, Any]]) -> dict[str, str]:
    """Return how each feature is aggregated, in words."""
    made: dict[str, str] = {}
    for known in aggregations:
        each = Aggregation.from_json(known)
        what = each.function if each.column is None else f"{each.function} of {each.column}"
        lengths = known.get("windows") or [f"half-life {known.get('half_life')}"]
        for feature, length in zip(each.features, lengths, strict=True):
            made[feature] = f"{what}, {length}"
    return made


def _means(view: Artifact, inputs: list[Artifact]) -> list[dict[str, Any]]:
    """Return what the view is about and how its rows count, a line each."""
    said = view.properties
    keys = {str(each["name"]): str(each.get("type", "")) for each in said.get("keys") or []}
    rows: list[tuple[str, Any]] = []
    for entity in said.get("entities") or []:
        listed = ", ".join(f"{key} ({keys[key]})" if key in keys else key for key in entity["keys"])
        rows.append(("entity", f"{entity['name']}: {listed}"))
    if view.kind == "on_demand_view":
        given = ", ".join(f"{each['name']} ({each['type']})" for each in said["inputs"])
        rows += [("time", "computed when asked"), ("takes", given or "none")]
    elif said.get("static"):
        rows.append(("time", "static"))
    else:
        rows.append(("time", str(said.get("time") or "")))
        rows.append(("known from", str(said.get("created") or said.get("time") or "")))
        rows.append(("valid for", _age(said.get("ttl_seconds"), said.get("aggregations"))))
    rows += [("reads", link(each.ref, each.id)) for each in inputs]
    if said.get("owner"):
        rows.append(("owner", str(said["owner"])))
    ways: dict[str, str] = {}
    for each in tags_of(view):
        said_here = len(each.path) < 2
        ways.setdefault(each.tag, each.tag if said_here else f"{each.tag}: {each.way}")
    rows += [("tag", way) for way in ways.values()]
    return table("Meaning", [column("what", "word"), column("value", "word")], rows)


def _age(seconds: float | None, aggregations: object) -> str:
    if aggregations:
        return "its windows"
    if seconds is None:
        return "any age"
    return span(timedelta(seconds=seconds))
