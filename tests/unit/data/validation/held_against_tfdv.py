"""Holds the kinds that the cases expect against TFDV itself, in the peers' environment.

Run it by ``.venv-peers/bin/python tests/unit/data/validation/held_against_tfdv.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from google.protobuf import json_format
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2


def statistics_of(case: dict[str, Any], name: str) -> Any | None:
    """Return the statistics that a case says, if it does."""
    if name not in case:
        return None
    held = statistics_pb2.DatasetFeatureStatisticsList()
    json_format.ParseDict(case[name], held.datasets.add())
    return held


def kinds_of(case: dict[str, Any]) -> dict[str, set[str]]:
    """Return the kinds of anomalies that TFDV finds in a case, by column."""
    from tensorflow_data_validation.api import (  # type: ignore[import-not-found]
        validation_api,
    )

    found = validation_api.validate_statistics_internal(
        statistics_of(case, "statistics"),
        json_format.ParseDict(case["schema"], schema_pb2.Schema()),
        environment=case.get("environment"),
        previous_span_statistics=statistics_of(case, "baseline"),
        serving_statistics=statistics_of(case, "serving"),
        previous_version_statistics=statistics_of(case, "previous"),
    )
    name = anomalies_pb2.AnomalyInfo.Type.Name
    kinds = {
        column.replace("''", ""): {name(reason.type) for reason in info.reason}
        for column, info in found.anomaly_info.items()
    }
    if found.HasField("dataset_anomaly_info"):
        kinds[""] = {name(reason.type) for reason in found.dataset_anomaly_info.reason}
    return kinds


def main() -> int:
    """Print the cases in which TFDV finds other kinds, and return how many there are."""
    cases = yaml.safe_load(Path(__file__).with_name("tfdv_cases.yaml").read_text())["cases"]
    differing = 0
    for case in cases:
        expected = {column: set(kinds) for column, kinds in case["expect"].items()}
        if (kinds := kinds_of(case)) != expected:
            differing += 1
            print(f"{case['name']}: TFDV finds {kinds}, the case expects {expected}")
    print(f"{len(cases)} cases, {differing} of which TFDV answers otherwise")
    return differing


if __name__ == "__main__":
    raise SystemExit(main() > 0)
