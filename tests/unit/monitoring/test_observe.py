"""What a monitor sees, from two tables alone, and how it is drawn."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from workbench.evaluation.pictures import png
from workbench.monitoring.observe import observe
from workbench.monitoring.pictures import drift_chart

GENERATOR = np.random.default_rng(0)
BASELINE = pa.table(
    {
        "temp": GENERATOR.normal(10, 3, 2000),
        "hour": pa.array(GENERATOR.integers(0, 24, 2000)),
        "carrier": GENERATOR.choice(["UA", "DL"], 2000),
        "at": pa.array([datetime(2013, 1, 1, tzinfo=UTC)] * 2000),
        "late": pa.array([0, 1, 1, None] * 500),
    }
)


def served(**columns: object) -> pa.Table:
    rows = len(next(iter(columns.values())))  # type: ignore[arg-type]  # every value is a column
    return pa.table(
        {"probability": [0.25] * rows, "latency_ms": np.arange(1.0, rows + 1), **columns}
    )


def test_what_moved_is_found_and_what_did_not_is_not() -> None:
    log = served(
        temp=GENERATOR.normal(20, 3, 1000),
        hour=pa.array(GENERATOR.integers(0, 24, 1000)),
        carrier=pa.array([*(["UA", "DL"] * 450), *([None] * 100)]),
        at=["2013-01-01T00:00:00+00:00"] * 1000,
    )
    seen = observe(log, BASELINE, ["temp", "hour", "carrier", "at", "gone"], "late")
    assert next(iter(seen.drift)) == "temp"
    assert seen.drift["temp"] > 0.5
    assert seen.drift["hour"] < 0.02
    assert seen.drift["at"] == pytest.approx(0, abs=1e-9)
    assert seen.missing["carrier"] == 0.1
    assert seen.baseline_missing["carrier"] == 0
    assert seen.prediction_mean == 0.25
    assert seen.label_mean == pytest.approx(2 / 3)
    assert seen.p50_ms == pytest.approx(500.5)
    assert seen.p99_ms == pytest.approx(990.01)
    assert seen.skipped == {"gone": "the baseline has no such column"}
    shares = seen.histograms[0]["bins"]
    for side in ("baseline", "served"):
        assert sum(each[side] for each in shares) == pytest.approx(1)


def test_a_struct_moves_as_the_field_that_moved_most() -> None:
    baseline = pa.table({"at": [{"hour": 1}] * 9, "seats": [[1]] * 9, "temp": [1] * 9})
    log = served(at=[{"hour": 5}] * 9, seats=[[2]] * 9, temp=[1] * 9)
    seen = observe(log, baseline, ["at", "seats", "temp"], None)
    assert seen.drift == {"at": 1, "seats": 1, "temp": 0}
    assert [each["feature"] for each in seen.histograms] == ["temp"]


def test_columns_that_cannot_be_compared_are_said() -> None:
    seen = observe(served(temp=["warm"] * 3), BASELINE, ["temp", "hour"], None)
    assert seen.drift == {}
    assert seen.skipped["temp"].startswith("served as string")
    assert seen.skipped["hour"] == "no prediction has it"
    assert math.isnan(seen.label_mean)


def test_the_picture_is_a_picture_with_and_without_features() -> None:
    log = served(temp=GENERATOR.normal(20, 3, 100), carrier=["UA"] * 100)
    seen = observe(log, BASELINE, ["temp", "carrier"], None)
    for histograms in (seen.histograms, []):
        assert png(drift_chart(histograms)).startswith(b"\x89PNG")
    chosen = drift_chart(seen.histograms, ["carrier"]).to_dict()
    assert len(chosen["concat"]) == 1
    assert chosen["concat"][0]["title"].startswith("carrier")


def test_a_bar_of_numbers_spans_its_bin_and_stands_on_zero() -> None:
    seen = observe(served(temp=GENERATOR.normal(20, 3, 100)), BASELINE, ["temp"], None)
    for layer in drift_chart(seen.histograms).to_dict()["concat"][0]["layer"]:
        encoding = layer["encoding"]
        # Without the bins said, Vega-Lite lays a bar of two numbers on its side, in mid-air.
        assert (encoding["x"]["bin"], encoding["x2"]["field"]) == ("binned", "high")
        assert encoding["y"]["field"] == "share"
