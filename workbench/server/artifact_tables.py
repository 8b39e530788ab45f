"""The tables of an artifact's page, one small function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.metadata import Artifact, Metadata
from workbench.server import tables
from workbench.server.tables import column, pairs, table

_Tables = list[dict[str, Any]]


def _dataset(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    roles = {
        properties.get(role): role for role in ("label", "created", "time") if properties.get(role)
    }
    rows = [
        (each.get("name"), each.get("type", ""), roles.get(each.get("name"), ""))
        for each in properties.get("columns") or []
    ]
    splits = [(name, count) for name, count in (properties.get("splits") or {}).items()]
    return [
        *table("Splits", [column("split"), column("rows", "count")], splits),
        *table("Columns", [column("column", "code"), column("type"), column("role")], rows),
    ]


def _feature_view(metadata: Metadata, artifact: Artifact) -> _Tables:
    edges = metadata.column_edges([artifact.id])
    sources: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for edge in edges:
        if edge.source_id not in names:
            source = metadata.find_artifact(edge.source_id)
            names[edge.source_id] = source.ref if source else edge.source_id
        sources.setdefault(edge.target_column, []).append(
            f"{names[edge.source_id]}.{edge.source_column}"
        )
    rows = [
        (name, kind, ", ".join(sources.get(name, ())))
        for name, kind in _columns(artifact.properties.get("columns"))
    ]
    return table(
        "Features", [column("feature", "code"), column("type"), column("from", "code")], rows
    )


def _model(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    signature = properties.get("signature") or {}
    inputs = _columns(signature.get("inputs") if isinstance(signature, dict) else None)
    metrics = pairs("Metrics", ("metric", "value"), _numbers(properties.get("metrics")))
    return [
        *(_evaluations(metadata, artifact) or metrics),
        *table("Takes", [column("input", "code"), column("type")], inputs),
    ]


def _evaluations(metadata: Metadata, model: Artifact) -> _Tables:
    """Return the tables of the newest evaluation that read this model or the run that made it."""
    readers = {run.id for run in metadata.consumers(model.id) if run.kind == "evaluate"}
    if not readers:
        return []
    outputs = [each for reader in sorted(readers) for each in metadata.outputs(reader)]
    evaluations = [each for each in outputs if each.kind == "evaluation"]
    return _evaluation(metadata, evaluations[-1]) if evaluations else []


def _evaluation(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    gates = [
        (
            gate.get("metric", ""),
            gate.get("rule") or gate.get("text") or "",
            "passed" if gate.get("passed") else "failed",
        )
        for gate in properties.get("gates") or []
        if isinstance(gate, dict)
    ]
    return [
        *table("Gates", [column("metric"), column("rule"), column("verdict", "state")], gates),
        *pairs("Evaluation", ("metric", "value"), _numbers(properties.get("overall"))),
        *_slices(properties.get("slices")),
    ]


def _slices(slices: object) -> _Tables:
    if not isinstance(slices, list) or not slices:
        return []
    names = [name for name in slices[0].get("metrics", {}) if isinstance(name, str)]
    columns = [
        column("slice"),
        column("rows", "count"),
        *(column(name, "number") for name in names),
    ]
    rows = [
        (
            each.get("slice", ""),
            each.get("rows"),
            *(each.get("metrics", {}).get(name) for name in names),
        )
        for each in slices
    ]
    return table("Slices", columns, rows)


def _deployment(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    answers = {
        name: str(properties[name])
        for name in ("url", "model", "feature_service", "port")
        if properties.get(name)
    }
    return pairs("Answers at", ("", "value"), answers)


def _monitor(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    return [
        *pairs(
            "Drift against the baseline", ("feature", "distance"), _numbers(properties.get("drift"))
        ),
        *pairs("Missing", ("feature", "share"), _numbers(properties.get("missing"))),
    ]


def _alert(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    shown = {
        name: str(properties[name])
        for name in ("when", "monitor", "deployment", "channel")
        if properties.get(name)
    }
    return [
        *pairs("Why", ("", "value"), shown),
        *pairs("Values", ("value", "now"), _numbers(properties.get("values"))),
    ]


def _dashboard(metadata: Metadata, artifact: Artifact) -> _Tables:
    producers = metadata.producers(artifact.id)
    reads = metadata.inputs(producers[0].id) if producers else []
    return tables.artifacts("Shows", reads)


#: The tables of each kind; a kind without an entry has its versions only.
BY_KIND: dict[str, Callable[[Metadata, Artifact], _Tables]] = {
    "dataset": _dataset,
    "feature_view": _feature_view,
    "model": _model,
    "evaluation": _evaluation,
    "deployment": _deployment,
    "monitor": _monitor,
    "alert": _alert,
    "dashboard": _dashboard,
}


def _numbers(values: object) -> dict[str, float]:
    if not isinstance(values, Mapping):
        return {}
    return {
        str(name): float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _columns(columns: object) -> list[tuple[str, str]]:
    if not isinstance(columns, list):
        return []
    return [
        (str(each.get("name")), str(each.get("type", "")))
        if isinstance(each, dict)
        else (str(each), "")
        for each in columns
    ]
