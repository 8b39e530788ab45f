"""What validations of a dataset found, the newest first."""

from __future__ import annotations

from typing import Any

from workbench.core.calls import Name, call, literal
from workbench.data.validation.anomalies import Anomaly
from workbench.metadata import Artifact
from workbench.server.datasets.recorded import Recorded, Validation
from workbench.server.facts import verdict
from workbench.server.tables import column, link, table

#: So many validations are shown in full.
SHOWN = 50

_Tables = list[dict[str, Any]]


def anomalies(recorded: Recorded) -> dict[str, Any]:
    """Return the part: each validation with what it found."""
    return {
        "tables": [],
        "code": _code(recorded),
        "validations": [_validation(each) for each in recorded.validations[:SHOWN]],
    }


def _code(recorded: Recorded) -> str:
    """Return the code that validates, and that gets the rows which offended last time."""
    inferred = Name(call("wb.infer_schema", recorded.dataset.ref))
    against = recorded.schemas[0].ref if recorded.schemas else inferred
    validated = call("wb.validate", recorded.dataset.ref, against)
    latest = next(iter(recorded.validations), None)
    found = [] if latest is None else anomalies_in(latest.anomalies)
    column = next((each.column for each in found if each.column), None)
    if column is None:
        return validated
    rows = f"anomalies[{literal(column)}].rows()"
    return f"anomalies = {validated}\n{rows}  # those that offend"


def listed(artifact: Artifact) -> _Tables:
    """Return the table of what one validation found."""
    found = anomalies_in(artifact)
    heads = [
        column("severity", "state"),
        column("column", "code"),
        column("anomaly", "anomaly"),
        column("description", "prose"),
    ]
    rows = [(each.severity.lower(), each.column, each.short, each.description) for each in found]
    return table("Anomalies", heads, rows)


def anomalies_in(artifact: Artifact) -> list[Anomaly]:
    """Return the anomalies that a record holds."""
    return [
        Anomaly(
            column=str(each.get("column", "")),
            kind=str(each.get("kind", "")),
            severity=each.get("severity", "ERROR"),
            short=str(each.get("short") or _worded(str(each.get("kind", "")))),
            description=str(each.get("description", "")),
        )
        for each in artifact.properties.get("found") or ()
    ]


def _validation(validation: Validation) -> dict[str, Any]:
    facts, schema = validation.anomalies.properties, validation.schema
    return {
        **link(validation.anomalies.ref, validation.anomalies.id),
        "made": validation.anomalies.created_at.isoformat(),
        "schema": None if schema is None else link(schema.ref, schema.id),
        "environment": facts.get("environment"),
        "data": facts.get("data"),
        "state": verdict(validation.anomalies),
        "tables": listed(validation.anomalies),
    }


def _worded(kind: str) -> str:
    """Return a kind in words, where a record says no more.

    Examples
    --------
    >>> _worded("SCHEMA_MISSING_COLUMN")
    'Schema missing column'
    """
    return kind.replace("_", " ").capitalize()
