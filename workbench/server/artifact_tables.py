"""The tables of an artifact's page, one small function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.metadata import Artifact, Metadata
from workbench.server import tables
from workbench.server.datasets import anomalies, schemas
from workbench.server.tables import column, pairs, table

_Tables = list[dict[str, Any]]


def _schema(metadata: Metadata, artifact: Artifact) -> _Tables:
    earlier = metadata.versions("schema", artifact.name)
    return [
        *schemas.demanded(artifact),
        *schemas.changed(earlier, artifact),
        *_read(metadata, artifact),
    ]


def _anomalies(metadata: Metadata, artifact: Artifact) -> _Tables:
    return [*anomalies.listed(artifact), *_read(metadata, artifact)]


def _read(metadata: Metadata, artifact: Artifact) -> _Tables:
    """Return the records that the step which made this one read."""
    producers = metadata.producers(artifact.id)
    return tables.artifacts("Read", metadata.inputs(producers[0].id) if producers else [])


def _model(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    signature = properties.get("signature") or {}
    inputs = _columns(signature.get("inputs") if isinstance(signature, dict) else None)
    metrics = pairs("Metrics", ("metric", "value"), _numbers(properties.get("metrics")))
    judged = related(metadata, artifact)
    return [
        *(_evaluation(metadata, judged) if judged is not None else metrics),
        *table("Takes", [column("input", "code"), column("type")], inputs),
    ]


def _evaluation(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    gates = [
        (gate.get("metric", ""), gate.get("rule", ""), "passed" if gate.get("passed") else "failed")
        for gate in properties.get("gates") or []
    ]
    overall = {
        "slice": "all rows",
        "rows": properties.get("rows"),
        "metrics": properties.get("overall") or {},
        "comparisons": properties.get("comparisons") or {},
    }
    return [
        *_slices([overall, *(properties.get("slices") or [])]),
        *table("Gates", [column("metric"), column("rule"), column("verdict", "state")], gates),
    ]


def _slices(slices: list[dict[str, Any]]) -> _Tables:
    """Return one row a slice: each metric with its interval, the baseline's, and what differs."""
    names = [str(name) for name in slices[0]["metrics"]]
    compared = any(_compared(each, name, "baseline") for each in slices for name in names)
    columns = [column("slice"), column("rows", "count")]
    for name in names:
        columns.append(column(name, "interval"))
        if compared:
            columns += [column("baseline", "number"), column("difference", "difference")]
    rows = []
    for each in slices:
        row: list[Any] = [each.get("slice", ""), each.get("rows")]
        for name in names:
            value = each["metrics"].get(name)
            found = _compared(each, name, "model")
            row.append(each.get("note") or value if value is None else _interval(value, found))
            if compared:
                baseline = _compared(each, name, "baseline")
                difference = _compared(each, name, "difference")
                row.append(baseline.get("value"))
                row.append(_interval(difference["value"], difference) if difference else None)
        rows.append(row)
    return table("Evaluation", columns, rows)


def _compared(found: Mapping[str, Any], name: str, what: str) -> Mapping[str, Any]:
    return ((found.get("comparisons") or {}).get(name) or {}).get(what) or {}


def _interval(value: float, estimate: Mapping[str, Any]) -> dict[str, float] | float:
    """Return a cell with a value and its interval, where there is one."""
    low, high = estimate.get("low"), estimate.get("high")
    return value if low is None or high is None else {"value": value, "low": low, "high": high}


def related(metadata: Metadata, artifact: Artifact) -> Artifact | None:
    """Return what says most about a record: a model's evaluation, a deployment's monitor."""
    wanted = {"model": "evaluation", "deployment": "monitor"}.get(artifact.kind)
    for reader in reversed(metadata.consumers(artifact.id)) if wanted else ():
        for output in metadata.outputs(reader.id):
            if output.kind == wanted:
                return output
    return None


def _deployment(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    answers = {
        name: str(properties[name])
        for name in ("url", "model", "feature_service", "port")
        if properties.get(name)
    }
    watched = related(metadata, artifact)
    return [
        *pairs("Answers at", ("", "value"), answers),
        *(_monitor(metadata, watched) if watched is not None else ()),
    ]


def _monitor(metadata: Metadata, artifact: Artifact) -> _Tables:
    properties = artifact.properties
    seen = {
        "predictions": properties.get("rows"),
        "mean prediction": properties.get("prediction_mean"),
        "p50, ms": properties.get("p50_ms"),
        "p99, ms": properties.get("p99_ms"),
    }
    drift = _numbers(properties.get("drift"))
    return [
        *pairs("Seen", ("figure", "value"), _numbers(seen)),
        *pairs("Drift against the baseline", ("feature", "distance"), drift),
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
    "schema": _schema,
    "anomalies": _anomalies,
    "statistics": _read,
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
