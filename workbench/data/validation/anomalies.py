"""What validation found: a list to read, and tensorflow_metadata's ``Anomalies``."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.data.drift import ColumnDrift

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.schemas import Schema
    from workbench.metadata import Artifact

Severity = Literal["ERROR", "WARNING"]


@dataclass(frozen=True)
class Anomaly:
    """One way in which the data is not as the schema says.

    Attributes
    ----------
    column : str
        Empty when it is the dataset as a whole.
    kind : str
        A name of tensorflow_metadata's ``AnomalyInfo.Type``, such as SCHEMA_MISSING_COLUMN.
    severity : str
        ERROR or WARNING.
    short : str
        A few words.
    description : str
        A sentence that names the values.
    """

    column: str
    kind: str
    severity: Severity
    short: str
    description: str


@dataclass(frozen=True)
class Measurement:
    """A drift or skew that was held against a threshold.

    Attributes
    ----------
    comparator : str
        drift or skew.
    measure : str
        L_INFTY or JENSEN_SHANNON_DIVERGENCE.
    moved : ColumnDrift
    threshold : float
    """

    comparator: Literal["drift", "skew"]
    measure: Literal["L_INFTY", "JENSEN_SHANNON_DIVERGENCE"]
    moved: ColumnDrift
    threshold: float

    @property
    def value(self) -> float:
        """What was measured."""
        return self.moved.l_infinity if self.measure == "L_INFTY" else self.moved.jsd


@dataclass(frozen=True)
class Anomalies:
    """The anomalies of some data; true if there are any.

    Attributes
    ----------
    name : str
        The data.
    found : tuple of Anomaly
        By the schema's columns, then the new ones.
    schema : Schema
    measurements : tuple of Measurement
    artifact : Artifact or None
        The record.
    """

    name: str
    found: tuple[Anomaly, ...]
    schema: Schema
    measurements: tuple[Measurement, ...] = ()
    empty: bool = False
    artifact: Artifact | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have any, in order."""
        return tuple(dict.fromkeys(each.column for each in self.found if each.column))

    def __bool__(self) -> bool:
        return bool(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Anomaly]:
        return iter(self.found)

    def to_proto(self) -> Any:  # generated classes carry no types
        """Return tensorflow_metadata's message, as TFDV writes it: one entry a column."""
        from tensorflow_metadata.proto.v0 import anomalies_pb2

        proto = anomalies_pb2.Anomalies(
            baseline=self.schema.to_proto(),
            anomaly_name_format=anomalies_pb2.Anomalies.SERIALIZED_PATH,
            data_missing=self.empty,
        )
        for column in dict.fromkeys(each.column for each in self.found):
            reasons = [each for each in self.found if each.column == column]
            info = proto.anomaly_info[column] if column else proto.dataset_anomaly_info
            _fill(info, column, reasons)
        for column in dict.fromkeys(each.moved.column for each in self.measurements):
            entry = proto.drift_skew_info.add()
            entry.path.step.append(column)
            for each in self.measurements:
                if each.moved.column == column:
                    kinds = anomalies_pb2.DriftSkewInfo.Measurement
                    target = getattr(entry, f"{each.comparator}_measurements")
                    target.add(
                        type=kinds.Type.Value(each.measure),
                        value=each.value,
                        threshold=each.threshold,
                    )
        return proto

    def to_pandas(self) -> pd.DataFrame:
        """Return a row an anomaly."""
        import pandas as pd

        fields = ("column", "kind", "severity", "description")
        rows = [{name: getattr(each, name) for name in fields} for each in self.found]
        return pd.DataFrame(rows, columns=list(fields))

    def __repr__(self) -> str:
        if not self.found:
            return f"<Anomalies of {self.name}: none>"
        lines = [f"  {each.column or 'dataset'}: {each.description}" for each in self.found]
        return "\n".join([f"<Anomalies of {self.name}: {len(self.found)}>", *lines])

    def _repr_html_(self) -> str:
        name = html.escape(self.name)
        if not self.found:
            return f"<div>✓ {name} is as the schema says.</div>"
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(each.column or 'dataset')}</td>"
            f"<td style='text-align:left'>{html.escape(each.short)}</td>"
            f"<td style='text-align:left'>{html.escape(each.description)}</td></tr>"
            for each in self.found
        )
        heads = "".join(
            f"<th style='text-align:left'>{head}</th>"
            for head in ("Column", "Anomaly", "What was found")
        )
        count = f"{len(self.found)} anomal{'y' if len(self.found) == 1 else 'ies'}"
        return (
            f"<div>✗ {name}: {count}</div><table><thead><tr>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def _fill(info: Any, column: str, reasons: list[Anomaly]) -> None:
    if column:
        info.path.step.append(column)
    worst = "ERROR" if any(each.severity == "ERROR" for each in reasons) else "WARNING"
    info.severity = type(info).Severity.Value(worst)
    single = len(reasons) == 1
    info.short_description = reasons[0].short if single else "Multiple errors"
    info.description = " ".join(each.description for each in reasons)
    for each in reasons:
        info.reason.add(
            type=type(info).Type.Value(each.kind),
            short_description=each.short,
            description=each.description,
        )
