"""Holding what is known of some rows against a schema, column by column.

`check` walks the columns of the data, then those that are missing; each is handed from one concern
to the next: the schema itself, presence, type, domain, and comparison with other data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.data.schemas.features import in_environment, is_passive, is_required, walk
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation import presence
from workbench.data.validation.anomalies import Anomaly, Measurement, found
from workbench.data.validation.comparisons import (
    Controls,
    check_controls,
    check_measurement,
    check_treatment,
    measure_feature,
)
from workbench.data.validation.composites import check_composites, clashing
from workbench.data.validation.domains import check_domain, check_type
from workbench.data.validation.evidence import Evidence, Path
from workbench.data.validation.semantics import check_semantics
from workbench.data.validation.specification import mend


def check(
    proto: Any, evidence: Evidence, environment: str | None, controls: Controls
) -> tuple[list[Anomaly], list[Measurement]]:
    """Return every way in which columns are not as a schema says, and what was measured.

    Parameters
    ----------
    proto : Schema
        Mended on the way where it contradicts itself.
    evidence : Evidence
    environment : str or None
    controls : dict
        What is known of the data to compare with, by drift and skew.
    """
    if not evidence.figures.rows:
        said = "The data has no rows."
        return [found((), "NO_DATA_IN_SPAN", "No rows", said)], []
    checking = _Checking(proto, evidence, environment, controls)
    anomalies = [*checking.columns(), *check_composites(proto, evidence)]
    return anomalies, checking.measured


@dataclass
class _Checking:
    proto: Any
    evidence: Evidence
    environment: str | None
    controls: Controls
    measured: list[Measurement] = field(default_factory=list)

    def columns(self) -> Iterator[Anomaly]:
        """Yield the anomalies of every column of the schema, then of those that are new."""
        known: set[Path] = {
            (each.name,) for each in (*self.proto.sparse_feature, *self.proto.weighted_feature)
        }
        passive: list[Path] = []
        for path, feature in walk(self.proto):
            known.add(path)
            if is_passive(feature):
                passive.append(path)
            if not _below(path, passive):
                yield from self._expected(feature, path)
        yield from _new_columns(self.evidence.columns, known, passive)

    def _expected(self, feature: Any, path: Path) -> Iterator[Anomaly]:
        figures = self.evidence.columns.get(path)
        if figures is None:
            yield from mend(self.proto, feature, path) if not feature.name else ()
            if is_required(self.proto, feature, self.environment):
                yield presence.missing_column(path)
            yield from check_treatment(feature, self.controls, path)
        elif len(path) > 1 or not clashing(self.proto, feature.name):
            yield from mend(self.proto, feature, path)
            if not is_passive(feature):
                yield from self._present(feature, figures, path)

    def _present(self, feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
        if not figures.count:
            if is_required(self.proto, feature, self.environment):
                yield presence.no_values(path, figures)
            return
        if not in_environment(self.proto, feature, self.environment):
            yield presence.strayed_column(path, self.environment)
        yield from presence.check_lengths(feature, figures, path)
        yield from presence.check_shape(feature, figures, path)
        yield from presence.check_presence(feature, figures, path)
        yield from check_type(feature, figures, path)
        yield from check_domain(self.proto, feature, figures, path)
        yield from check_semantics(feature, figures, self.evidence, path)
        yield from presence.check_unique(feature, figures, path)
        for each in measure_feature(feature, figures, self.controls, path):
            self.measured.append(each)
            yield from check_measurement(each)
        yield from check_controls(feature, self.controls, path)
        yield from _check_derived(feature, self.evidence, path)


def _below(path: Path, others: list[Path]) -> bool:
    """Return whether a column is one of these, or inside one."""
    return any(path[: len(other)] == other for other in others)


def _check_derived(feature: Any, evidence: Evidence, path: Path) -> Iterator[Anomaly]:
    from tensorflow_metadata.proto.v0 import schema_pb2

    in_schema = feature.HasField("validation_derived_source")
    if path in evidence.derived and not in_schema:
        yield found(
            path,
            "DERIVED_FEATURE_INVALID_SOURCE",
            "Source not in the schema",
            "The column is derived from others, and the schema does not say from which.",
        )
    elif in_schema and feature.lifecycle_stage != schema_pb2.VALIDATION_DERIVED:
        stage = schema_pb2.LifecycleStage.Name(feature.lifecycle_stage)
        yield found(
            path,
            "DERIVED_FEATURE_BAD_LIFECYCLE",
            "Other stage",
            f"A derived column is at the stage VALIDATION_DERIVED, and the schema says {stage}.",
        )


def _new_columns(
    columns: dict[Path, FeatureStatistics], known: set[Path], passive: list[Path]
) -> Iterator[Anomaly]:
    reported: list[Path] = []
    for path, figures in columns.items():
        # A new struct says it for its fields; one that is not looked at has no new fields.
        if path not in known and not _below(path, [*reported, *passive]):
            reported.append(path)
            yield presence.new_column(path, figures)
