"""Holding data against a schema, and against the data before it or the data served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.datasets.sources import open_source
from workbench.data.drift import measure
from workbench.data.drift.profiles import profile_feature
from workbench.data.schemas import Schema, load_schema
from workbench.data.statistics import DatasetStatistics, Statistics, describe_source
from workbench.data.validation import checks
from workbench.data.validation.anomalies import Anomalies, Anomaly, Measurement

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.metadata import Artifact

    Data: TypeAlias = Statistics | Dataset | pd.DataFrame | pa.Table | str

KIND = "anomalies"


def validate(
    data: Data,
    schema: Schema | str,
    environment: str | None = None,
    *,
    baseline: Data | None = None,
    serving: Data | None = None,
    split: str | None = None,
) -> Anomalies:
    """Return how the data differs from what the schema says; true if it does.

    What was found is recorded when the data or the schema has a record.

    Parameters
    ----------
    data : Statistics, Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    schema : Schema or str
        A string is a schema's reference.
    environment : str, optional
        Columns that are not expected there, such as the label in SERVING, may be absent.
    baseline : optional
        Data before this, for the schema's drift thresholds.
    serving : optional
        Data that was served, for the schema's skew thresholds.
    split : str, optional
        Only this split of a dataset.

    Raises
    ------
    NotFound
        If there is no such dataset or schema.
    InvalidInput
        If the schema knows no such environment, or `data` cannot be read.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.schemas.inference import infer_schema
    >>> schema = infer_schema(pa.table({"origin": ["JFK", "EWR"]}))
    >>> [each.kind for each in validate(pa.table({"origin": ["JFK", "LAX"]}), schema)]
    ['ENUM_TYPE_UNEXPECTED_STRING_VALUES']
    """
    place = workspace.current()
    if isinstance(schema, str):
        schema = load_schema(place.metadata.artifact("schema", schema))
    proto = schema.to_proto()
    _check_environment(proto, environment)
    figures, record = _figures(data, split)
    controls: list[tuple[Literal["drift", "skew"], DatasetStatistics]] = []
    reads = [record, schema.artifact or schema.base]
    for comparator, other in (("drift", baseline), ("skew", serving)):
        if other is not None:
            control, control_record = _figures(other)
            controls.append(("drift" if comparator == "drift" else "skew", control))
            reads.append(control_record)
    measurements = [
        each for name, control in controls for each in _measure(proto, figures, name, control)
    ]
    found = list(_found(proto, figures, environment, controls, measurements))
    result = Anomalies(figures.name, tuple(found), schema, tuple(measurements), not figures.rows)
    known = list({each.id: each for each in reads if each is not None}.values())
    return _recorded(result, known, environment) if known else result


def load_anomalies(artifact: Artifact) -> Any:
    """Return the ``Anomalies`` proto that an artifact of that kind holds."""
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    if artifact.kind != KIND or artifact.digest is None:
        raise InvalidInput(f"{artifact.ref} is a {artifact.kind}, not anomalies")
    content = workspace.current().blobs.read(artifact.digest)
    return anomalies_pb2.Anomalies.FromString(content)


def _recorded(result: Anomalies, reads: list[Artifact], environment: str | None) -> Anomalies:
    place = workspace.current()
    name = reads[0].name
    facts = {
        "data": result.name,
        "environment": environment,
        "count": len(result),
        "columns": list(result.columns),
        "found": [
            {"column": each.column, "kind": each.kind, "description": each.description}
            for each in result
        ],
    }
    with place.metadata.record(
        "validate", name, reads=reads, properties={"environment": environment}
    ) as step:
        blob = place.blobs.put_bytes(result.to_proto().SerializeToString(deterministic=True))
        artifact = step.write(KIND, name, digest=blob.digest, size=blob.size, properties=facts)
    return replace(result, artifact=artifact)


def _figures(data: Data, split: str | None = None) -> tuple[DatasetStatistics, Artifact | None]:
    if isinstance(data, Statistics):
        return data.datasets[0], data.artifact
    source = open_source(data, split=split)
    return describe_source(source)[0], source.artifact


def _check_environment(proto: Any, environment: str | None) -> None:
    named = {*proto.default_environment}
    for feature in proto.feature:
        named |= {*feature.in_environment, *feature.not_in_environment}
    if environment is not None and environment not in named:
        known = ", ".join(sorted(named)) or "none"
        raise InvalidInput(
            f"the schema knows no environment {environment!r}", hint=f"it knows {known}"
        )


def _found(
    proto: Any,
    figures: DatasetStatistics,
    environment: str | None,
    controls: list[tuple[Literal["drift", "skew"], DatasetStatistics]],
    measurements: list[Measurement],
) -> Iterator[Anomaly]:
    if not figures.rows:
        yield Anomaly("", "NO_DATA_IN_SPAN", "ERROR", "No rows", "The data has no rows.")
        return
    columns = {each.name: each for each in figures.features}
    for feature in proto.feature:
        expected = checks.is_expected(proto, feature, environment)
        if feature.name not in columns:
            yield from checks.missing_column(feature) if expected else ()
            continue
        if expected:
            yield from checks.check_column(proto, feature, columns[feature.name])
        for measured in measurements:
            if measured.moved.column == feature.name:
                yield from checks.check_measurement(measured)
        for comparator, control in controls:
            there = {each.name for each in control.features}
            if feature.name not in there and _thresholds(feature, comparator):
                yield checks.control_missing(feature.name, comparator)
    known = {feature.name for feature in proto.feature}
    for name, column in columns.items():
        if name not in known:
            yield checks.new_column(column)


def _measure(
    proto: Any,
    figures: DatasetStatistics,
    comparator: Literal["drift", "skew"],
    control: DatasetStatistics,
) -> Iterator[Measurement]:
    here = {each.name: each for each in figures.features}
    there = {each.name: each for each in control.features}
    for feature in proto.feature:
        thresholds = _thresholds(feature, comparator)
        if not thresholds or feature.name not in here or feature.name not in there:
            continue
        moved = measure(
            feature.name, profile_feature(there[feature.name]), profile_feature(here[feature.name])
        )
        for name, threshold in thresholds:
            yield Measurement(comparator, name, moved, threshold)


def _thresholds(
    feature: Any, comparator: str
) -> list[tuple[Literal["L_INFTY", "JENSEN_SHANNON_DIVERGENCE"], float]]:
    limits = getattr(feature, f"{comparator}_comparator")
    found: list[tuple[Literal["L_INFTY", "JENSEN_SHANNON_DIVERGENCE"], float]] = []
    if limits.infinity_norm.HasField("threshold"):
        found.append(("L_INFTY", limits.infinity_norm.threshold))
    if limits.jensen_shannon_divergence.HasField("threshold"):
        found.append(("JENSEN_SHANNON_DIVERGENCE", limits.jensen_shannon_divergence.threshold))
    return found
