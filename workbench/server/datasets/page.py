"""The head of a dataset's page: its parts, its statistics, and the code of its actions."""

from __future__ import annotations

from itertools import islice
from typing import Any

from workbench.core.calls import assigned, variable
from workbench.data.validation.anomalies import Anomaly
from workbench.metadata import Artifact, Execution, Metadata
from workbench.server import snippets, statistics
from workbench.server.datasets.anomalies import anomalies_in
from workbench.server.datasets.recorded import Recorded, Validation
from workbench.server.features.why import is_explained
from workbench.server.tables import link

#: So many other versions can be chosen from; the Versions part lists all.
CHOSEN = 200


def dataset_page(
    metadata: Metadata, dataset: Artifact, versions: list[Artifact], made_by: Execution | None
) -> dict[str, Any]:
    """Return what the page of a dataset has beside what every page has."""
    recorded = Recorded(metadata, dataset)
    others = [each for each in versions if each.id != dataset.id]
    drawn = statistics.first_of(recorded.statistics, dataset)
    latest = next(iter(recorded.validations), None)
    found = [] if latest is None else anomalies_in(latest.anomalies)
    validated = None if latest is None else _validated(latest, found)
    code = snippets.describing(dataset) if drawn is None else statistics.code_of(*drawn)
    return {
        "statistics": None if drawn is None else statistics.draw(*drawn, found),
        "statistics_code": code,
        "dataset": {
            "parts": _parts(recorded, versions, validated),
            "statistics_of": _shown(drawn),
            "statistics_choices": statistics.choices(recorded, islice(others, CHOSEN)),
            "versions": [link(each.ref, each.id) for each in others[:CHOSEN]],
            "previous": _previous(others, dataset),
            "validated": validated,
            "cells": cells(recorded),
            "step": None if made_by is None else _step(metadata, made_by),
        },
    }


def cells(recorded: Recorded) -> list[str]:
    """Return the cells of a notebook that looks at a dataset."""
    dataset = recorded.dataset
    name = variable(dataset.name, "data")
    fetched = assigned(name, snippets.fetching(dataset))
    load = "wb.infer_schema(statistics)"
    if recorded.schemas:
        load = snippets.fetching(recorded.schemas[0])
    needed = "import workbench as wb\nfrom workbench.widgets import StatisticsWidget"
    return [
        f"{needed}\n\n{fetched}\n{name}",
        f"statistics = wb.statistics({name})\nStatisticsWidget(statistics)",
        assigned("schema", load) + "\nschema",
        f"anomalies = wb.validate({name}, schema)\nanomalies",
    ]


def _parts(
    recorded: Recorded, versions: list[Artifact], validated: dict[str, Any] | None
) -> list[dict[str, Any]]:
    facts = recorded.dataset.properties
    counts: dict[str, int | None] = {
        "columns": len(facts.get("columns") or ()),
        "spans": facts.get("spans") or None,
        "versions": len(versions),
        "schema": None,
        "anomalies": validated["count"] if validated else None,
        "users": None,
        "bad_rows": facts.get("bad_rows") or 0,
    }
    if is_explained(recorded.dataset):
        counts["why"] = None
    return [
        {"key": key, "count": count} for key, count in counts.items() if key != "bad_rows" or count
    ]


def _shown(drawn: tuple[Artifact, Artifact | None] | None) -> list[str]:
    return [] if drawn is None else [each.id for each in drawn if each is not None]


def _validated(latest: Validation, found: list[Anomaly]) -> dict[str, Any]:
    return {"count": len(found), "made": latest.anomalies.created_at.isoformat()}


def _previous(others: list[Artifact], dataset: Artifact) -> str | None:
    earlier = (each.id for each in others if each.version < dataset.version)
    return next(earlier, others[-1].id if others else None)


def _step(metadata: Metadata, step: Execution) -> dict[str, Any]:
    """Return which step made it, and the job or run that the step was part of."""
    parent = next(iter(metadata.executions_of_ids([step.parent])), None) if step.parent else None
    shown = step if step.kind in ("run", "job") else parent
    return {
        "kind": step.kind,
        "in": None if shown is None else link(shown.name, shown.id) | {"kind": shown.kind},
    }
