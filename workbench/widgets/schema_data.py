"""A schema as JSON to edit, and edits of it as they come back from a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.schemas import Schema, bounds_of, domain_of, type_of

if TYPE_CHECKING:
    from workbench.data.validation import Anomaly

#: What a page may change of a column, in the words of `Schema.edit`.
NUMBERS = ("present", "minimum", "maximum", "tolerate", "drift", "skew", "count")
TEXTS = ("values", "absent")
_OTHERS = ("shape", "stage")
_MEASURES = ("jensen_shannon_divergence", "infinity_norm", "normalized_abs_difference")


def schema_data(schema: Schema, anomalies: Iterable[Anomaly] | None = None) -> dict[str, Any]:
    """Return what the schema editor draws.

    Parameters
    ----------
    schema : Schema
    anomalies : Anomalies or iterable of Anomaly, optional
        Drawn beside their columns, each with the edit that would mend it.

    Returns
    -------
    dict
        ``ref`` and ``name`` of the record, or None; ``columns`` with ``name``, ``type`` and what is
        expected (None where nothing is): ``present``, ``values``, ``minimum``, ``maximum``,
        ``tolerate``, ``absent``, ``drift``, ``skew``, ``count``, ``shape``, ``stage``;
        ``anomalies`` with ``column``, ``kind``, ``severity``, ``short``, ``description`` and
        ``edits``.
    """
    record = schema.artifact or schema.base
    return {
        "ref": schema.artifact.ref if schema.artifact is not None else None,
        "name": record.name if record is not None else None,
        "columns": [*expectations(schema).values()],
        "anomalies": [_anomaly(each, schema) for each in anomalies or ()],
    }


def expectations(schema: Schema) -> dict[str, dict[str, Any]]:
    """Return what is expected of each column, by its name."""
    proto = schema.to_proto()
    return {feature.name: _expected(proto, feature) for feature in proto.feature}


def _expected(proto: Any, feature: Any) -> dict[str, Any]:
    domain = domain_of(proto, feature)
    minimum, maximum = bounds_of(feature)
    held = feature.distribution_constraints
    presence = feature.presence
    return {
        "name": feature.name,
        "type": type_of(feature),
        "present": presence.min_fraction if presence.HasField("min_fraction") else None,
        "values": None if domain is None else list(domain.value),
        "minimum": minimum,
        "maximum": maximum,
        "tolerate": (
            round(1.0 - held.min_domain_mass, 12) if held.HasField("min_domain_mass") else None
        ),
        "absent": list(feature.not_in_environment) or None,
        "drift": _threshold(feature.drift_comparator),
        "skew": _threshold(feature.skew_comparator),
        "count": presence.min_count if presence.HasField("min_count") else None,
        "shape": [each.size for each in feature.shape.dim] if feature.HasField("shape") else None,
        "stage": _stage(feature),
    }


def _stage(feature: Any) -> str | None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    named = feature.lifecycle_stage
    return schema_pb2.LifecycleStage.Name(named) if named else None


def _threshold(comparator: Any) -> float | None:
    for name in _MEASURES:
        if comparator.HasField(name):
            return float(getattr(comparator, name).threshold)
    return None


def _anomaly(anomaly: Anomaly, schema: Schema) -> dict[str, Any]:
    return {
        "column": anomaly.column,
        "kind": anomaly.kind,
        "severity": anomaly.severity,
        "short": anomaly.short,
        "description": anomaly.description,
        "edits": _mending(anomaly, schema),
    }


def _mending(anomaly: Anomaly, schema: Schema) -> list[dict[str, Any]]:
    """Return the edits after which an anomaly is none; nothing where a page cannot say them."""
    if getattr(anomaly, "examination", None) is None:
        return []
    proposed = anomaly.proposal
    edited = proposed.edited
    before, after = expectations(schema), expectations(edited)
    edits = []
    for column, expected in after.items():
        known = before.get(column, {})
        changes = {
            name: expected[name]
            for name in (*NUMBERS, *TEXTS, *_OTHERS)
            if expected[name] != known.get(name)
        }
        if column not in before:
            edits.append({"column": column, "add": expected["type"], "changes": changes})
        elif changes:
            edits.append({"column": column, "add": None, "changes": changes})
    # A proposal that does more than these columns say is not to be accepted by half.
    return edits if apply(schema, edits) == edited else []


def apply(schema: Schema, edits: Iterable[Mapping[str, Any]]) -> Schema:
    """Return a schema with edits made.

    Parameters
    ----------
    schema : Schema
    edits : iterable of mapping
        ``column``, ``changes`` by expectation (None takes one back), and ``add``: the type of a
        column that is new.

    Raises
    ------
    InvalidInput
        If an edit is none, or does not fit its column.
    """
    for edit in edits:
        column, changes = str(edit.get("column")), _checked(edit.get("changes"))
        if edit.get("add"):
            schema = schema.add(column, type=str(edit["add"]))
        if changes:
            schema = schema.edit(column, **changes)
    return schema


def _checked(changes: Any) -> Any:
    if not isinstance(changes, Mapping):
        raise InvalidInput(f"{changes!r} are no changes", hint="give expectations by name")
    for name, value in changes.items():
        if value is not None and not _fits(name, value):
            raise InvalidInput(f"{name}={value!r} is no expectation of a column")
    return dict(changes)


def _fits(name: str, value: Any) -> bool:
    if name in NUMBERS:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if name in TEXTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if name == "shape":
        return isinstance(value, list) and all(isinstance(each, int) for each in value)
    return name == "stage" and isinstance(value, str)
