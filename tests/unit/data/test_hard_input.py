"""Rows that trip platforms up, taken through the whole room: the right answer, or a clear error."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import workbench as wb
from workbench.core.errors import InvalidInput

NAMES = [
    'say "when"',
    "<script>alert(1)</script>",
    "🛫 delay",
    "延误",
    "a.b",
    "' OR 1=1 --",
    "x" * 300,
]


def through(frame, name, **declared):
    """Ingest, describe, infer, validate and draw; return the dataset and its statistics."""
    data = wb.ingest(frame, name=name, **declared)
    statistics = wb.statistics(data)
    schema = wb.infer_schema(statistics)
    found = wb.validate(data, schema)
    assert not found, found
    shown = data._repr_html_() + schema._repr_html_() + found._repr_html_()
    shown += statistics._repr_html_()
    assert "<script>" not in shown
    json.dumps(statistics.data(), allow_nan=False)
    assert type(statistics).from_proto(statistics.to_proto()).rows == data.rows
    return data, statistics


def test_names_of_every_kind():
    frame = pa.table({name: [1, 2, None] for name in NAMES})
    data, statistics = through(frame, "names", key=NAMES[0])
    assert [each.name for each in statistics.features] == NAMES
    assert all(each.missing == 1 for each in statistics.features)
    sliced = wb.statistics(data, by=NAMES[1])
    assert f"{NAMES[1]}=1" in sliced.slices
    difference = data.diff(wb.ingest(frame.slice(0, 2), name="names", key=NAMES[0]))
    assert (difference.removed, difference.unchanged) == (1, 2)
    assert len(wb.drift(data, frame).columns) == len(NAMES)


@pytest.mark.parametrize(
    ("names", "says"),
    [(["a", "a"], "both named 'a'"), (["a", ""], "has no name"), (["a", " "], "has no name")],
)
def test_names_that_cannot_be_told_apart(names, says):
    frame = pd.DataFrame([[1, 2]], columns=names)
    with pytest.raises(InvalidInput, match=says):
        wb.ingest(frame, name="double")


def test_nan_and_null_are_both_missing_and_infinity_is_not():
    frame = pa.table({"x": pa.array([1.0, float("nan"), None, float("inf"), float("-inf")])})
    _, statistics = through(frame, "infinite")
    (x,) = statistics.features
    assert (x.count, x.missing, x.infinite) == (3, 2, 2)
    assert (x.mean, x.minimum, x.maximum) == (1.0, float("-inf"), float("inf"))


def test_times_at_the_ends_of_the_calendar():
    at = [datetime(9999, 12, 31, 23, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)]
    data, statistics = through(pa.table({"at": at}), "far", time="at", span="year")
    assert set(data.spans) == {"9999", "0001"}
    assert data.to_arrow().column("at").to_pylist() == sorted(at)
    assert statistics["at"].unique == 2


def test_whole_numbers_beyond_what_floats_hold():
    large = [2**53 + 1, 2**63 - 1, -(2**63)]
    data, statistics = through(
        pa.table({"n": large, "u": pa.array([2**64 - 1, 0, 2**53 + 1], pa.uint64())}), "large"
    )
    assert data.to_arrow().column("n").to_pylist() == large
    assert (statistics["n"].minimum, statistics["n"].maximum) == (-(2**63), 2**63 - 1)
    assert statistics["u"].maximum == 2**64 - 1


def test_structs_and_lists_nested_in_one_another():
    rows = [
        {"who": {"name": "Ann", "planes": [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []}]}},
        {"who": {"name": None, "planes": None}},
        {"who": None},
    ]
    data, statistics = through(pa.Table.from_pylist(rows), "nested")
    assert data.to_arrow().to_pylist() == rows
    names = {each.name for each in statistics.features}
    assert {"who", "who.name", "who.planes.tags"} <= names
    assert statistics["who.planes.tags"].top == (("a", 1), ("b", 1))


def test_no_rows_are_refused_and_an_empty_frame_has_statistics():
    empty = pa.table({"x": pa.array([], pa.float64()), "s": pa.array([], pa.string())})
    with pytest.raises(InvalidInput, match="would have no rows"):
        wb.ingest(empty, name="empty")
    statistics = wb.statistics(empty)
    assert (statistics.rows, statistics["x"].count, statistics["s"].unique) == (0, 0, 0)
    json.dumps(statistics.data(), allow_nan=False)
    schema = wb.infer_schema(pa.table({"x": [1.0], "s": ["a"]}))
    assert [each.kind for each in wb.validate(empty, schema)] == ["NO_DATA_IN_SPAN"]


def test_one_row():
    data, statistics = through(
        pa.table({"x": [7.5], "s": ["only"]}), "one", split={"a": 0.5, "b": 0.5}
    )
    assert (statistics["x"].std, statistics["x"].median) == (0.0, 7.5)
    assert sum(data.splits.values()) == 1
    (empty,) = [name for name, rows in data.splits.items() if not rows]
    assert data.to_arrow(empty).num_rows == 0
    assert wb.statistics(data, split=empty).rows == 0
    fitted = wb.Transform(numeric=["x"], categorical=["s"]).fit(data)
    assert fitted.apply_row({"x": 7.5, "s": "only"})["numeric"].tolist() == [0.0, 0.0]


def test_columns_without_any_value():
    frame = pa.table({"nothing": pa.nulls(3), "nan": [np.nan] * 3, "x": [1, 2, 3]})
    _, statistics = through(frame, "hollow")
    assert (statistics["nothing"].missing, statistics["nan"].missing) == (3, 3)
    with pytest.raises(InvalidInput, match="'nan' has no values to fit on"):
        wb.Transform(numeric=["nan"]).fit(frame)


def test_a_thousand_columns():
    frame = pa.table({f"c{place}": [place, None, 1] for place in range(1000)})
    data, statistics = through(frame, "wide")
    assert len(data.columns) == len(statistics.features) == 1000
    assert statistics["c999"].maximum == 999


def test_mixed_types_name_the_row(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text("x\n" + "\n".join([*map(str, range(30)), "oops", "31"]) + "\n")
    with pytest.raises(InvalidInput, match=r"row 31.*'oops'"):
        wb.ingest(path, name="mixed")
    data = wb.ingest(path, name="mixed", bad_rows="set_aside")
    assert (data.rows, data.columns[0].type) == (31, "int64")
    assert data.bad_rows()["row"].tolist() == [31]
