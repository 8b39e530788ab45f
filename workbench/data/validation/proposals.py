"""The edit of a schema after which an anomaly is none, to be looked at and accepted.

As TFDV proposes it where it does; what is a matter of the data alone, such as a dataset without
rows, no edit changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.schemas import Schema, SchemaDiff
from workbench.data.schemas.constraints import read_constraints, write_constraints
from workbench.data.schemas.expectations import MEASURES
from workbench.data.schemas.features import find, in_environment
from workbench.data.schemas.inference import infer_feature
from workbench.data.validation.anomalies import Anomaly
from workbench.data.validation.comparisons import measure_feature
from workbench.data.validation.evidence import Evidence
from workbench.data.validation.repairs import OF_COLUMN, OF_DATASET
from workbench.data.validation.specification import mend

if TYPE_CHECKING:
    from workbench.data.validation.examination import Examination

_SCHEMA_ITSELF = (
    "FEATURE_MISSING_NAME",
    "FEATURE_MISSING_TYPE",
    "INVALID_SCHEMA_SPECIFICATION",
    "INVALID_DOMAIN_SPECIFICATION",
)


@dataclass(frozen=True)
class Proposal:
    """An edit of a schema.

    Attributes
    ----------
    schema : Schema
        Before.
    edited : Schema
        After.
    left : tuple of Anomaly
        What no edit of the schema changes.
    """

    schema: Schema
    edited: Schema
    left: tuple[Anomaly, ...] = ()

    @property
    def diff(self) -> SchemaDiff:
        """What would change."""
        return self.schema.diff(self.edited)

    def accept(self) -> Schema:
        """Return the schema as proposed; ``save()`` records it.

        Raises
        ------
        InvalidInput
            If there is nothing to accept.
        """
        if not self.diff:
            kinds = ", ".join(dict.fromkeys(each.kind for each in self.left)) or "nothing"
            raise InvalidInput(
                f"no edit of the schema changes {kinds}", hint="it is the data that must change"
            )
        return self.edited

    def __repr__(self) -> str:
        return f"<Proposal of {len(self.diff)} changes>\n{self.diff!r}"

    def _repr_html_(self) -> str:
        return self.diff._repr_html_()


def propose(anomalies: Iterable[Anomaly], examination: Examination) -> Proposal:
    """Return the edit of the examined schema after which these would be none."""
    proto = examination.schema.to_proto()
    left = tuple(each for each in anomalies if not _edit(proto, each, examination))
    before = examination.schema
    return Proposal(before, Schema(proto, base=before.artifact or before.base), left)


def _edit(proto: Any, anomaly: Anomaly, examination: Examination) -> bool:
    """Change a schema's message for one anomaly; return whether anything is to be changed."""
    if anomaly.constraint is not None:
        return _release(proto, anomaly)
    if not anomaly.path:
        edit = OF_DATASET.get(anomaly.kind)
        return edit is not None and edit(proto, examination)
    if anomaly.kind.startswith(("SPARSE_", "WEIGHTED_")):
        return _deprecate_composite(proto, anomaly.column)
    evidence = examination.evidence
    figures = evidence.columns.get(anomaly.path)
    feature = find(proto, anomaly.column)
    if feature is None:
        return figures is not None and _add(proto, anomaly, evidence)
    if anomaly.kind == "SCHEMA_NEW_COLUMN":
        return _admit(proto, feature, examination.environment)
    if anomaly.kind.startswith("COMPARATOR_"):
        return _loosen(feature, anomaly, examination)
    if anomaly.kind in _SCHEMA_ITSELF:
        list(mend(proto, feature, anomaly.path))
        return True
    change = OF_COLUMN.get(anomaly.kind)
    if change is None:
        return False
    change(proto, feature, figures, evidence)
    return True


def _release(proto: Any, anomaly: Anomaly) -> bool:
    """Take back a constraint; one that is not the schema's cannot be."""
    known = read_constraints(proto)
    kept = [each for each in known if each != anomaly.constraint]
    write_constraints(proto, kept)
    return len(kept) < len(known)


def _deprecate_composite(proto: Any, name: str) -> bool:
    from tensorflow_metadata.proto.v0 import schema_pb2

    for each in (*proto.sparse_feature, *proto.weighted_feature):
        if each.name == name:
            each.lifecycle_stage = schema_pb2.DEPRECATED
    return True


def _add(proto: Any, anomaly: Anomaly, evidence: Evidence) -> bool:
    """Add a new column as it is found, with the fields of a struct."""
    for path, figures in evidence.columns.items():
        if path[: len(anomaly.path)] == anomaly.path and find(proto, ".".join(path)) is None:
            parent = find(proto, ".".join(path[:-1])) if len(path) > 1 else None
            holder = proto if parent is None else parent.struct_domain
            feature = holder.feature.add(name=path[-1])
            infer_feature(feature, figures)
    return True


def _admit(proto: Any, feature: Any, environment: str | None) -> bool:
    """Let a column be in an environment, or be at all."""
    kept = [each for each in feature.not_in_environment if each != environment]
    feature.not_in_environment[:] = kept
    if not in_environment(proto, feature, environment):
        feature.in_environment.append(environment)
    return True


def _loosen(feature: Any, anomaly: Anomaly, examination: Examination) -> bool:
    """Raise thresholds to what was measured; drop those that cannot be."""
    if anomaly.kind.endswith("DATA_MISSING"):
        for comparator in examination.controls:
            feature.ClearField(f"{comparator}_comparator")
        return True
    figures = examination.evidence.columns[anomaly.path]
    fields = {f"COMPARATOR_{_measure(field)}_HIGH": field for field in MEASURES}
    for each in measure_feature(feature, figures, examination.controls, anomaly.path):
        if f"COMPARATOR_{each.measure}_HIGH" == anomaly.kind and each.value > each.threshold:
            limits = getattr(feature, f"{each.comparator}_comparator")
            getattr(limits, fields[anomaly.kind]).threshold = each.value
    return True


def _measure(field: str) -> str:
    names = ("L_INFTY", "JENSEN_SHANNON_DIVERGENCE", "NORMALIZED_ABSOLUTE_DIFFERENCE")
    return dict(zip(MEASURES, names, strict=True))[field]
