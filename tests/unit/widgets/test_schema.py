"""The schema editor: what it shows, the edits that come back, and what becomes of them."""

import json

import pandas as pd
import pytest

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.schemas import Schema
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import statistics
from workbench.data.validation import validate
from workbench.widgets import SchemaWidget
from workbench.widgets.schema_data import apply, expectations, schema_data

pytestmark = pytest.mark.unit

FLIGHTS = pd.DataFrame(
    {"delay": [1, 2, 3], "carrier": ["UA", "AA", "<b>"], "gate": [1.5, 2.5, 3.5]}
)
WRONG = pd.DataFrame({"delay": [1, 2, 900], "carrier": ["UA", None, "ZZ"], "extra": [1, 2, 3]})


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


@pytest.fixture(autouse=True)
def place(tmp_path_factory):
    with workspace.use(workspace.connect(home=tmp_path_factory.mktemp("home"))):
        yield


@pytest.fixture
def schema():
    inferred = infer_schema(statistics(FLIGHTS))
    return inferred.edit("carrier", values=["UA", "AA", "<b>"]).edit("delay", minimum=0, maximum=60)


@pytest.fixture
def widget(schema):
    made = SchemaWidget(schema.save("flights"))
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append(content)
    return made


def test_what_is_expected_of_a_column_is_shown(schema):
    edited = schema.edit("carrier", drift=0.1, tolerate=0.02, absent=["serving"], present=1.0)
    expected = expectations(edited)["carrier"]
    assert expected["values"] == ["UA", "AA", "<b>"]
    assert (expected["drift"], expected["tolerate"], expected["present"]) == (0.1, 0.02, 1.0)
    assert (expected["absent"], expected["minimum"]) == (["serving"], None)
    assert expectations(edited)["delay"]["maximum"] == 60


@pytest.mark.parametrize(
    "changes",
    [
        {"values": ["UA"], "tolerate": 0.1},
        {"present": 0.5, "drift": 0.2, "skew": 0.3},
        {"absent": ["serving"]},
        {"values": None},
    ],
)
def test_an_edit_that_comes_back_is_the_edit_of_the_code_beside_it(schema, changes):
    assert apply(schema, [{"column": "carrier", "changes": changes}]) == schema.edit(
        "carrier", **changes
    )


@pytest.mark.parametrize(
    "changes", [{"values": "UA"}, {"minimum": "0"}, {"drift": True}, {"nonsense": 1}, "all"]
)
def test_what_is_no_edit_is_refused(schema, changes):
    with pytest.raises(InvalidInput):
        apply(schema, [{"column": "delay", "changes": changes}])


def test_every_anomaly_that_columns_can_mend_has_an_edit_to_accept(schema):
    anomalies = validate(WRONG, schema)
    found = schema_data(schema, anomalies)["anomalies"]
    assert {each["column"] for each in found} == {"delay", "carrier", "gate", "extra"}
    edits = [edit for each in found for edit in each["edits"]]
    assert {each["column"]: each["add"] for each in edits}["extra"] == "INT"
    assert not validate(WRONG, apply(schema, edits))


def test_edits_are_checked_as_one_types(widget):
    edits = [
        {"column": "delay", "changes": {"maximum": 90}},
        {"column": "carrier", "changes": {"minimum": 1}},
    ]
    widget._received(widget, {"type": "check", "edits": edits}, [])
    (answer,) = widget.sent
    assert list(answer["errors"]) == ["carrier"]
    assert "which has no range" in answer["errors"]["carrier"]


def test_save_records_the_next_version(widget):
    seen: list[Schema] = []
    widget.on_save(seen.append)
    edits = [{"column": "delay", "changes": {"maximum": 90}}]
    widget._received(widget, {"type": "save", "edits": edits, "name": "flights"}, [])
    assert widget.sent == [{"type": "saved", "ref": "flights@2"}]
    assert (widget.data["ref"], seen) == ("flights@2", [widget.schema])
    assert expectations(widget.schema)["delay"]["maximum"] == 90


def test_a_refused_edit_leaves_the_schema_as_it_was(widget):
    before = widget.schema
    edits = [{"column": "delay", "changes": {"values": ["a"]}}]
    widget._received(widget, {"type": "save", "edits": edits, "name": "flights"}, [])
    widget._received(widget, {"type": "save", "edits": "nonsense"}, [])
    assert [each["type"] for each in widget.sent] == ["refused"]
    assert widget.schema is before


def test_a_still_picture_writes_names_as_text(schema):
    widget = SchemaWidget(schema, validate(WRONG, schema))
    content, _ = widget._repr_mimebundle_()
    assert content["image/png"]
    assert "<b>" not in widget.svg()
    json.dumps(widget.data, allow_nan=False)
    assert repr(SchemaWidget(Schema.from_text(""))) == "Schema: 0 columns, 0 anomalies"
    assert SchemaWidget(Schema.from_text("")).svg()
