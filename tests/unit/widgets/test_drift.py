"""Drift as a moving picture: what it compares, what was measured, what stands still."""

import json

import pandas as pd
import pyarrow as pa
import pytest

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.drift import drift
from workbench.data.statistics import statistics
from workbench.widgets import DriftWidget
from workbench.widgets.drift_picture import changes

pytestmark = pytest.mark.unit

MAY = pa.table(
    {"delay": [1.0, 2.0, 3.0, None], "carrier": ["UA", "UA", "<b>", "AA"], "old": [1] * 4}
)
JUNE = pa.table({"delay": [1.0, 9.0, 9.0, 9.0], "carrier": ["UA", "UA", "<b>", "AA"]})


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


@pytest.fixture(autouse=True)
def place(tmp_path_factory):
    with workspace.use(workspace.connect(home=tmp_path_factory.mktemp("home"))):
        yield


def test_the_column_that_moved_most_comes_first_with_what_was_measured():
    widget = DriftWidget(MAY, JUNE, names=("May", "June"))
    assert [each["name"] for each in widget.data["columns"]] == ["delay", "carrier"]
    assert widget.data["columns"][0]["measures"]["jsd"] == pytest.approx(
        drift(MAY, JUNE)["delay"].jsd, abs=1e-6
    )
    assert widget.data["columns"][1]["measures"]["jsd"] == 0
    assert (widget.data["only_a"], widget.data["only_b"]) == (["old"], [])
    assert repr(widget).startswith("Drift from May to June: delay moved most, JSD 0.")
    json.dumps(widget.data, allow_nan=False)


def test_fields_of_structs_are_columns_too():
    a, b = (pa.table({"s": [{"q": n, "<b>": [{"r": "x"}]}] * 3}) for n in (1, 9))
    widget = DriftWidget(a, b)
    shown = {each["name"]: each["measures"]["jsd"] for each in widget.data["columns"]}
    assert shown == {"s.q": 1, "s": 0, "s.<b>": 0, "s.<b>.r": 0}
    assert changes(widget.data["columns"][0])[0] == ("1", 10_000, 0)
    assert "s.q" in widget.svg()


def test_the_bins_that_changed_most_are_named():
    (column, _) = DriftWidget(MAY, JUNE).data["columns"]
    assert changes(column)[0] == ("9", 0, 7500)


def test_spans_follow_one_another():
    frame = pd.DataFrame({"month": [1, 1, 2, 2, 3], "delay": [1, 1, 1, 2, 2]})
    widget = DriftWidget(frame, by="month")
    (column,) = widget.data["columns"]
    assert column["shares"] == [[10_000, 0], [5_000, 5_000], [0, 10_000]]
    assert column["measures"]["jsd"] == 1


def test_statistics_are_enough():
    widget = DriftWidget(statistics(MAY), statistics(JUNE))
    assert widget.data["columns"][0]["name"] == "delay"


def test_one_set_of_rows_is_refused():
    with pytest.raises(InvalidInput, match="two are compared"):
        DriftWidget(pd.DataFrame({"month": [1], "x": [1]}), by="month")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (MAY, JUNE),
        (pa.table({"x": [1]}), pa.table({"x": [1]})),
        (pa.table({"x": pa.array([], "int64")}), pa.table({"x": pa.array([None], "int64")})),
    ],
)
def test_a_still_picture_of_whatever_there_is(a, b):
    widget = DriftWidget(a, b)
    content, _ = widget._repr_mimebundle_()
    assert content["image/png"]
    assert "<b>" not in widget.svg()
