"""Holding data against a schema, and against the data before it or the data served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.datasets.dataset import KIND as DATASET
from workbench.data.schemas import Constraint, Schema
from workbench.data.schemas.constraints import as_constraint
from workbench.data.schemas.features import environments_of
from workbench.data.schemas.records import schema as recorded_schema
from workbench.data.statistics import Statistics
from workbench.data.validation.anomalies import Anomalies, Comparator, Severity
from workbench.data.validation.evidence import Evidence
from workbench.data.validation.examination import Examination, examine
from workbench.data.validation.gathering import figures_of, gather, rows_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.metadata import Artifact

    Data: TypeAlias = Statistics | Dataset | pd.DataFrame | pa.Table | str

KIND = "anomalies"
#: What a record keeps of each anomaly, to be shown without the message.
_KEPT = ("column", "kind", "severity", "short", "description")


def validate(
    data: Data,
    schema: Schema | str,
    environment: str | None = None,
    *,
    baseline: Data | None = None,
    serving: Data | None = None,
    previous: Data | None = None,
    split: str | None = None,
    span: str | None = None,
    constraints: Sequence[Constraint | str] = (),
    history: Sequence[int | Data] | None = None,
    references: Mapping[str, Data] | None = None,
    severities: Mapping[str, Severity] | None = None,
) -> Anomalies:
    """Return how the data differs from what the schema says; true if it does.

    What was found is recorded when the data or the schema has a record. Every anomaly knows its
    rows, the slices where it is worst, and an edit of the schema after which it is none.

    Parameters
    ----------
    data : Statistics, Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference; a ``DatasetFeatureStatisticsList`` will do, too.
    schema : Schema or str
        A string is a schema's reference.
    environment : str, optional
        Columns that are not expected there, such as the label in SERVING, may be absent.
    baseline : optional
        Data before this, for the schema's drift thresholds.
    serving : optional
        Data that was served, for the schema's skew thresholds.
    previous : optional
        The version before, for the schema's expectation of rows; that of a dataset is known.
    split, span : str, optional
        Only this split, or this span, of a dataset.
    constraints : sequence of Constraint or str
        Demanded beside those that the schema carries; a string is a condition in SQL that every
        row must fulfil.
    history : sequence, optional
        Earlier row counts for `RowCount`, or data to count, the newest last; those of a dataset are
        its earlier versions and spans.
    references : mapping, optional
        Other data for `Reference`, by the name that it says, where that is no dataset's reference.
    severities : mapping, optional
        ERROR or WARNING by kind, where it is to be other than usual: a new column as a warning by
        ``{"SCHEMA_NEW_COLUMN": "WARNING"}``.

    Raises
    ------
    NotFound
        If there is no such dataset or schema.
    InvalidInput
        If the schema knows no such environment, a constraint cannot be answered, or `data` cannot
        be read.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.schemas.inference import infer_schema
    >>> schema = infer_schema(pa.table({"origin": ["JFK", "EWR"]}))
    >>> found = validate(pa.table({"origin": ["JFK", "LAX"]}), schema)
    >>> [each.kind for each in found]
    ['ENUM_TYPE_UNEXPECTED_STRING_VALUES']
    >>> found[0].rows()["origin"].to_dict()
    {1: 'LAX'}
    >>> found.recheck(found.propose().accept())
    <Anomalies of data: none>
    """
    place = workspace.current()
    if isinstance(schema, str):
        schema = recorded_schema(schema)
    _check_environment(schema, environment)
    extra = tuple(as_constraint(each) for each in constraints)
    demanded = tuple(dict.fromkeys([*schema.constraints, *extra]))
    gathered = gather(
        data, schema, demanded, split=split, span=span, references=references, history=history
    )
    controls, others = _controls(baseline, serving)
    result = examine(
        Examination(
            schema,
            gathered.evidence,
            environment,
            controls,
            place.clock.now(),
            None if "drift" not in controls else controls["drift"].figures.rows,
            _previous_rows(previous, gathered.artifact, split, span),
            extra,
            _severities(severities or {}),
            references or {},
            gathered.open,
        )
    )
    reads = [gathered.artifact, schema.artifact or schema.base, *others]
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
        "found": [{name: getattr(each, name) for name in _KEPT} for each in result],
    }
    with place.metadata.record(
        "validate", name, reads=reads, properties={"environment": environment}
    ) as step:
        blob = place.blobs.put_bytes(result.to_proto().SerializeToString(deterministic=True))
        artifact = step.write(KIND, name, digest=blob.digest, size=blob.size, properties=facts)
    return replace(result, artifact=artifact)


def _controls(
    baseline: Data | None, serving: Data | None
) -> tuple[dict[Comparator, Evidence], list[Artifact | None]]:
    controls: dict[Comparator, Evidence] = {}
    records: list[Artifact | None] = []
    given: tuple[tuple[Comparator, Data | None], ...] = (("drift", baseline), ("skew", serving))
    for comparator, other in given:
        if other is not None:
            controls[comparator], record = figures_of(other)
            records.append(record)
    return controls, records


def _previous_rows(
    previous: Data | None, artifact: Artifact | None, split: str | None, span: str | None
) -> float | None:
    """Return the rows of the version before: what is given, else that of a dataset."""
    if previous is not None:
        return rows_of(previous)
    if artifact is None or artifact.kind != DATASET or artifact.version == 1:
        return None
    earlier = workspace.current().metadata.versions(DATASET, artifact.name)
    before = [each for each in earlier if each.version < artifact.version]
    if not before or split is not None or span is not None:
        return None
    return float(max(before, key=lambda each: each.version).properties["rows"])


def _check_environment(schema: Schema, environment: str | None) -> None:
    known = environments_of(schema.to_proto())
    if environment is not None and environment not in known:
        raise InvalidInput(
            f"the schema knows no environment {environment!r}",
            hint=f"it knows {', '.join(known) or 'none'}",
        )


def _severities(given: Mapping[str, Severity]) -> dict[str, Severity]:
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    kinds = anomalies_pb2.AnomalyInfo.Type.keys()
    for kind, severity in given.items():
        if kind not in kinds:
            raise InvalidInput(f"no anomaly is of the kind {kind!r}", hint=near(kind, kinds))
        if severity not in ("ERROR", "WARNING"):
            raise InvalidInput(f"{severity!r} is no severity", hint="say ERROR or WARNING")
    return dict(given)
