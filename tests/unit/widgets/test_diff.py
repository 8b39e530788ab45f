"""The difference of two versions: its rows, its columns, its cells."""

import json

import pandas as pd
import pytest

from workbench import workspace
from workbench.data.datasets.diff import diff
from workbench.data.datasets.ingest import ingest
from workbench.widgets import DiffWidget

pytestmark = pytest.mark.unit

BEFORE = pd.DataFrame({"id": [1, 2, 3], "delay": [5.0, None, 7.0], "name": ["<b>a", "b", "c"]})
AFTER = pd.DataFrame(
    {"id": [2, 3, 4], "delay": [6.5, 7.0, 9.0], "name": ["b", "C", "d"], "late": [True] * 3}
)


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


@pytest.fixture(autouse=True)
def place(tmp_path_factory):
    with workspace.use(workspace.connect(home=tmp_path_factory.mktemp("home"))):
        yield


def compared(key=None):
    return diff(ingest(BEFORE, name="flights"), ingest(AFTER, name="flights"), key)


def test_rows_are_counted_by_key_and_changed_cells_stand_beside_the_old_ones():
    widget = DiffWidget(compared("id"))
    assert repr(widget) == (
        "flights@1 → flights@2: 1 rows added, 1 removed, 2 changed, 0 unchanged"
    )
    assert widget.code == 'wb.dataset("flights@1").diff("flights@2", key=["id"])'
    changed = {each["key"][0]: each["cells"] for each in widget.data["samples"]["changed"]}
    assert changed == {"2": {"delay": [None, "6.5"]}, "3": {"name": ["c", "C"]}}
    assert widget.data["samples"]["added"]["rows"] == [["4", "9", "d", "True"]]
    json.dumps(widget.data, allow_nan=False)


def test_columns_that_came_stand_first_and_each_says_how_far_it_moved():
    columns = DiffWidget(compared("id")).data["columns"]
    assert [(each["name"], each["state"], each["changed"]) for each in columns] == [
        ("late", "added", 0),
        *sorted([("delay", "kept", 1), ("name", "kept", 1)], key=lambda each: -_jsd(columns, each)),
        ("id", "kept", 0),
    ]
    assert DiffWidget(compared("id"), drift=False).data["columns"][0]["drift"] is None


def test_a_struct_moved_as_far_as_its_field_that_moved_most():
    before, after = (
        ingest(pd.DataFrame({"s": [{"a": 1, "b": n}] * 5}), name="structs") for n in (1, 2)
    )
    (column,) = DiffWidget(diff(before, after)).data["columns"]
    assert (column["name"], column["drift"]["jsd"], column["drift"]["where"]) == ("s", 1, "1")


def _jsd(columns, which):
    return next(each["drift"]["jsd"] for each in columns if each["name"] == which[0])


def test_without_a_key_changed_rows_are_removed_and_added():
    widget = DiffWidget(compared())
    assert (widget.data["changed"], widget.data["samples"]["changed"]) == (0, None)
    assert widget.data["key"] == []


def test_a_still_picture_writes_names_as_text():
    widget = DiffWidget(compared("id"))
    content, _ = widget._repr_mimebundle_()
    assert content["image/png"]
    assert "<b>" not in widget.svg()


def test_versions_that_are_the_same_have_a_picture_too():
    same = diff(ingest(BEFORE, name="same"), ingest(BEFORE, name="same"), "id")
    widget = DiffWidget(same)
    assert (widget.data["unchanged"], widget.data["samples"]) == (
        3,
        {"added": None, "removed": None, "changed": None},
    )
    assert "No column changed." in widget.svg()
