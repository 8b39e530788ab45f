"""Anomalies as TFX reads them."""

from __future__ import annotations

import re
from typing import Any

from workbench.data.validation.anomalies import Anomalies, Anomaly
from workbench.data.validation.evidence import Path

# A step of a path that needs no quotes, as TFDV's path.cc has it.
_PLAIN = re.compile(r"(\([^()]*\))|([^().']+)")


def to_proto(anomalies: Anomalies) -> Any:
    """Return tensorflow_metadata's ``Anomalies``: one entry a column, its reasons inside."""
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    proto = anomalies_pb2.Anomalies(
        baseline=anomalies.schema.to_proto(),
        anomaly_name_format=anomalies_pb2.Anomalies.SERIALIZED_PATH,
        data_missing=anomalies.empty,
    )
    for path in dict.fromkeys(each.path for each in anomalies.found):
        reasons = [each for each in anomalies.found if each.path == path]
        info = proto.anomaly_info[serialize(path)] if path else proto.dataset_anomaly_info
        _fill(info, path, reasons)
    for path in dict.fromkeys(each.path for each in anomalies.measurements):
        entry = proto.drift_skew_info.add()
        entry.path.step.extend(path)
        for each in anomalies.measurements:
            if each.path == path:
                kinds = anomalies_pb2.DriftSkewInfo.Measurement
                target = getattr(entry, f"{each.comparator}_measurements")
                target.add(
                    type=kinds.Type.Value(each.measure),
                    value=each.value,
                    threshold=each.threshold,
                )
    return proto


def serialize(path: Path) -> str:
    """Return a path as TFDV's anomalies are keyed: steps with points or quotes stand in quotes."""
    return ".".join(
        step if _PLAIN.fullmatch(step) else "'" + step.replace("'", "''") + "'" for step in path
    )


def _fill(info: Any, path: Path, reasons: list[Anomaly]) -> None:
    info.path.step.extend(path)
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
