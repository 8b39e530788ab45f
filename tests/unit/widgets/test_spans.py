"""Columns through spans: the bins they share, what moved, and the order of spans."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.data.drift import drift
from workbench.data.statistics import statistics
from workbench.widgets import SpansWidget
from workbench.widgets.spans_data import UNIT, divergence, spans_data

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


@pytest.fixture(autouse=True)
def place(tmp_path_factory):
    with workspace.use(workspace.connect(home=tmp_path_factory.mktemp("home"))):
        yield


def drawn(*frames):
    spans = [(f"{i}", statistics(frame).datasets[0]) for i, frame in enumerate(frames)]
    return {each["name"]: each for each in spans_data("data", spans)["columns"]}


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=80))
@settings(max_examples=40, deadline=None)
def test_every_row_is_in_a_bin_or_missing(values):
    table = pa.table({"x": pa.array(values, pa.float64())})
    column = drawn(table, table.slice(0, max(1, len(values) // 2)))["x"]
    bins = len(column["shares"][0])
    for shares, missing in zip(column["shares"], column["missing"], strict=True):
        assert abs(sum(shares) + missing - UNIT) <= bins
    expected = {"ranges": bins + 1, "numbers": bins, "none": 0}
    assert len(column["marks"]) == expected[column["kind"]]


def test_bins_lie_between_round_numbers_and_reach_to_the_ends():
    values = np.concatenate([np.linspace(0, 100, 5_000), [9_000.0]])
    column = drawn(pa.table({"x": values}), pa.table({"x": values}))["x"]
    assert column["marks"][:3] == ["0", "5", "10"]
    assert column["marks"][-1] == "9,000"


def test_texts_are_ranked_over_all_spans_and_the_rest_is_one_bin():
    first = pa.table({"c": ["a"] * 50 + [f"rare{i}" for i in range(30)]})
    second = pa.table({"c": ["b"] * 60 + [None] * 20})
    column = drawn(first, second)["c"]
    assert column["marks"][:2] == ["b", "a"]
    assert column["marks"][-1] == ""
    assert column["shares"][0][:2] == [0, 6250]
    assert (sum(column["shares"][0]), column["missing"]) == (UNIT, [0, 2500])


def test_a_span_without_the_column_has_none_of_its_values():
    column = drawn(pa.table({"x": [1, 2]}), pa.table({"y": [1, 2]}))["x"]
    assert column["missing"] == [0, UNIT]
    assert column["moved"] == [None, 1.0]


def test_what_moved_is_what_drift_measures_where_values_are_few():
    a, b = pa.table({"c": ["x", "x", "y", None]}), pa.table({"c": ["x", "y", "y", "z"]})
    assert drawn(a, b)["c"]["moved"][1] == pytest.approx(drift(a, b)["c"].jsd, abs=1e-4)
    same = np.array([[0.25, 0.75]])
    assert divergence(same, same).tolist() == [0.0]
    assert divergence(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])).tolist() == [1.0]


def test_spans_of_a_frame_are_in_the_order_of_their_numbers():
    frame = pd.DataFrame({"month": [10, 9, 1, 10], "delay": [1.0, 2.0, 3.0, 4.0]})
    widget = SpansWidget(frame, by="month", name="flights")
    assert [each["name"] for each in widget.data["spans"]] == ["1", "9", "10"]
    assert [each["name"] for each in widget.data["columns"]] == ["delay"]
    assert repr(widget) == "flights through 3 spans: 1 column"


def test_a_datasets_spans_follow_one_another():
    for month in (1, 2):
        rows = pd.DataFrame({"delay": [float(month)] * 3})
        ingest(rows, name="flights", span=f"2013-0{month}", append=month > 1)
    widget = SpansWidget("flights")
    assert [each["name"] for each in widget.data["spans"]] == ["2013-01", "2013-02"]
    assert widget.data["columns"][0]["moved"] == [None, 1.0]
    assert widget.code.endswith('SpansWidget("flights@2")')


def test_named_statistics_are_spans_too():
    parts = {name: statistics(pa.table({"x": [1, 2]})) for name in ("before", "after")}
    widget = SpansWidget(parts)
    assert [each["name"] for each in widget.data["spans"]] == ["before", "after"]
    json.dumps(widget.data, allow_nan=False)


def test_rows_without_spans_are_refused():
    with pytest.raises(InvalidInput, match="no spans") as error:
        SpansWidget(pa.table({"x": [1]}))
    assert "by=" in str(error.value.hint)


@pytest.mark.parametrize(
    "values",
    [[], [None, None], [1.5], [float("inf"), 1.0, float("nan")], ["<script>"], [True, None]],
)
def test_a_still_picture_of_whatever_there_is(values):
    frame = pd.DataFrame({"<b>x": values})
    content, _ = SpansWidget({"a": statistics(frame), "b": statistics(frame)})._repr_mimebundle_()
    assert content["image/png"]
    assert "<script>" not in SpansWidget({"a": statistics(frame)}).svg()


def test_its_code_names_any_column_as_it_is():
    ingest(pa.table({"🛫 延误": ["a", "b"], "n": [1, 2]}), name="named")
    code = SpansWidget("named", by="🛫 延误").code
    assert code.endswith('SpansWidget("named@1", by="🛫 延误")')
