"""Points: what of the rows is drawn, how columns travel, and what a saved notebook keeps."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.sources import open_source
from workbench.widgets import DiveWidget
from workbench.widgets.dive import KEPT
from workbench.widgets.dive_data import encode, read_points

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


def flights(rows=50):
    return pa.table(
        {
            "origin": ["JFK", None, "<script>alert(1)</script>", "JFK", "EWR"] * (rows // 5),
            "delay": pa.array([1, None, 3, 70_000, -5] * (rows // 5), pa.int64()),
            "late": [True, False, None, True, True] * (rows // 5),
            "at": pa.array([0, 1, 2, None, 4] * (rows // 5), pa.timestamp("us", "UTC")),
        }
    )


@given(st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=40))
@settings(max_examples=50)
def test_texts_come_back_from_their_codes(values):
    field = encode("c", pa.chunked_array([pa.array(values, pa.string())]))
    assert field.texts is not None
    assert [field.texts[code - 1] if code else None for code in field.values] == values
    counts = [values.count(text) for text in field.texts]
    assert counts == sorted(counts, reverse=True)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**53), 2**53)), max_size=40))
@settings(max_examples=50)
def test_whole_numbers_keep_their_value_in_the_narrowest_type(values):
    field = encode("c", pa.chunked_array([pa.array(values, pa.int64())]))
    assert [None if np.isnan(each) else int(each) for each in field.values.astype(float)] == values


def test_whole_numbers_that_a_browser_cannot_tell_apart_are_texts():
    field = encode("id", pa.chunked_array([pa.array([2**53 + 1, 2**53 + 2])]))
    assert (field.type, field.texts) == ("STRING", (str(2**53 + 1), str(2**53 + 2)))


def test_times_are_milliseconds_and_small_columns_are_narrow():
    points = read_points(open_source(flights()), 100_000, 0)
    types = {each.name: str(each.values.dtype) for each in points.fields}
    assert types == {"origin": "uint8", "delay": "float32", "late": "uint8", "at": "float64"}
    at = points.fields[3].values[np.argsort(points.index)]
    assert at[:3].tolist() == [0.0, 0.001, 0.002]


def test_many_rows_are_sampled_the_same_each_time():
    table = pa.table({"x": range(1_000)})
    first, again, other = (read_points(open_source(table), 100, seed) for seed in (7, 7, 8))
    assert (first.rows, len(first.index)) == (1_000, 100)
    assert first.index.tolist() == again.index.tolist() != other.index.tolist()
    assert first.fields[0].values.tolist() == first.index.tolist()


def test_rows_of_many_batches_keep_their_values(tmp_path):
    frame = pd.DataFrame({"row": range(500), "name": [f"n{row % 7}" for row in range(500)]})
    with workspace.use(workspace.connect(home=tmp_path)):
        for part in range(5):
            rows = frame.iloc[100 * part : 100 * (part + 1)]
            ingest(rows, name="parts", span=f"{part}", append=part > 0)
        points = read_points(open_source("parts"), 60, 3)
    row, name = points.fields
    assert row.values.tolist() == points.index.tolist()
    assert name.texts is not None
    assert [name.texts[code - 1] for code in name.values] == [f"n{at % 7}" for at in points.index]


def test_a_head_keeps_only_the_texts_that_it_uses():
    table = pa.table({"id": [f"a{row}" for row in range(300)]})
    points = read_points(open_source(table), 1_000, 0)
    head = points.head(3)
    (field,) = head.fields
    assert field.texts is not None
    assert {field.texts[code - 1] for code in field.values} == {f"a{row}" for row in head.index}
    assert len(field.texts) == 3


def test_a_notebook_keeps_a_sample_and_the_kernel_sends_the_rest():
    widget = DiveWidget(pa.table({"x": range(KEPT * 2)}), name="numbers")
    assert len(widget.data["index"]) == 4 * KEPT
    sent = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))
    widget._received(widget, {"type": "points"}, [])
    ((content, buffers),) = sent
    assert content["data"]["fields"][0]["code"] == "i2"
    assert [len(each) for each in buffers] == [8 * KEPT, 4 * KEPT]
    assert repr(widget) == "Points of numbers: 8,000 rows"


def test_columns_that_cannot_be_drawn_are_left_out_and_named():
    widget = DiveWidget(pa.table({"tags": [["a"]], "x": [1]}))
    assert widget.data["left_out"] == ["tags"]
    with pytest.raises(InvalidInput, match="x='tags'"):
        DiveWidget(pa.table({"tags": [["a"]], "x": [1]}), x="tags")


def test_the_code_of_a_dataset_begins_with_it(tmp_path):
    with workspace.use(workspace.connect(home=tmp_path)):
        ingest(flights(), name="flights")
        widget = DiveWidget(dataset("flights"), color="origin")
    assert widget.data["source"] == 'flights = wb.dataset("flights@1").to_pandas()'
    assert widget.view == {"color": "origin"}
    assert DiveWidget(flights(), name="class").data["variable"] == "rows"


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"x": "delay"},
        {"y": "delay", "rows": "origin"},
        {"x": "at", "y": "delay", "color": "delay"},
        {"rows": "origin", "columns": "late"},
    ],
)
def test_every_arrangement_has_a_still_picture(view):
    widget = DiveWidget(flights(), **view)
    content, _ = widget._repr_mimebundle_()
    assert content["image/png"]
    assert "<script>" not in widget.svg()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": pd.Series([], dtype="float64")}),
        pd.DataFrame({"x": [None, None]}, dtype="float64"),
        pd.DataFrame({"x": [1.0], "c": ["a"]}),
        pd.DataFrame({"x": [float("inf"), float("-inf"), 1.0]}),
    ],
)
def test_no_rows_one_row_and_nothing_but_missing_values(frame):
    assert DiveWidget(frame, x="x").svg().startswith("<svg")
    assert DiveWidget(frame, color="x").svg().startswith("<svg")
