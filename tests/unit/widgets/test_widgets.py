"""Widgets: what they show, the picture beside them, and a run that is followed while it goes."""

import base64
import copy
import json
import re
import struct
import time
from typing import Any

import pyarrow as pa
import pytest

import workbench as wb
from workbench import workspace
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import statistics
from workbench.data.validation import validate
from workbench.data.validation.anomalies import Anomaly
from workbench.tracking import start_run
from workbench.widgets import LineageWidget, RunWidget, StatisticsWidget
from workbench.widgets.curves import Curves

pytestmark = pytest.mark.unit

NUMBERS = {
    "count": 90, "missing": 10, "mean": 1.5, "std": 0.5, "min": 1.0, "median": 1.5, "max": 2.0,
    "unique": 2, "bars": [45, 45],
}  # fmt: skip
WORDS = {"count": 90, "missing": 10, "unique": 2, "counts": [60, 30]}
ODD = {
    "column": "delay", "kind": "K", "severity": "ERROR", "short": "<i>odd</i>", "description": ".",
}  # fmt: skip
STATISTICS = {
    "datasets": [{"name": "flights@1", "rows": 100}],
    "features": [
        {
            "name": "delay", "type": "INT", "role": "label", "range": [1, 2], "stats": [NUMBERS],
            "drift": 0.2, "anomalies": [ODD],
        },
        {"name": "<b>&\x01", "type": "STRING", "values": ["UA", "<script>alert(1)</script>"],
         "stats": [WORDS]},
        {"name": "empty", "type": "FLOAT", "stats": [None]},
        {"name": "at", "type": "TIME", "role": "time", "range": [1, 2], "stats": [NUMBERS],
         "drift": 0.0},
        {"name": "who", "type": "STRUCT", "stats": [{"count": 1, "missing": 0}]},
    ],
}  # fmt: skip
LINEAGE = {
    "root": "a",
    "nodes": [
        {"id": key, "kind": "dataset", "title": f"{key}@1", "subtitle": "3 rows", "state": "live"}
        for key in "abc"
    ],
    "edges": [
        {"source": "a", "target": "b"},
        {"source": "b", "target": "c"},
        {"source": "c", "target": "a"},
    ],
    "column_edges": [],
}
RUN: dict[str, Any] = {
    "run": {"id": "r", "name": "wide", "state": "failed", "metrics": {"loss": 0.5}},
    "series": [{"key": "loss", "points": [[0, 1.0], [1, None], [2, 0.5]]}],
}


@pytest.fixture(autouse=True)
def _static(monkeypatch):
    monkeypatch.setattr("workbench.widgets.base._static", lambda name: f"/* {name} */")


@pytest.fixture
def place(tmp_path):
    made = workspace.connect(home=tmp_path)
    with workspace.use(made):
        yield made


@pytest.mark.parametrize(
    "widget",
    [
        lambda: StatisticsWidget(STATISTICS),
        lambda: LineageWidget(LINEAGE),
        lambda: RunWidget(copy.deepcopy(RUN)),
        lambda: RunWidget({**RUN, "series": []}),
        lambda: LineageWidget({"nodes": [], "edges": []}),
    ],
)
def test_a_picture_and_a_line_of_text_stand_beside_the_live_view(widget):
    content, metadata = widget()._repr_mimebundle_()
    image = base64.b64decode(content["image/png"])
    width, height = struct.unpack(">II", image[16:24])
    assert image.startswith(b"\x89PNG")
    assert width == 2 * metadata["image/png"]["width"]
    assert height > 80
    assert content["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in content


def test_names_and_values_stay_text_in_the_picture():
    svg = StatisticsWidget(STATISTICS).svg()
    assert "<script>" not in svg
    assert "&lt;i&gt;odd" in svg
    assert "&lt;b&gt;&amp;" in svg
    assert "\x01" not in svg


def test_a_long_title_in_the_picture_keeps_its_version():
    name = "carrier_delay_of_the_last_24_hours"
    node = {"id": "a", "kind": "dataset", "name": name, "version": 12, "title": f"{name}@12"}
    svg = LineageWidget({"nodes": [node], "edges": []}).svg()
    assert re.search(r">carrier\w*…@12<", svg)


def test_statistics_come_as_wb_statistics_makes_them(place):
    rows = pa.table({"delay": [1, None, 3]})
    widget = StatisticsWidget(statistics(rows), statistics(rows))
    assert [each["rows"] for each in widget.data["datasets"]] == [3, 3]
    assert widget.data["features"][0]["stats"][1]["missing"] == 1


def test_the_button_gives_the_code_that_draws_a_datasets_statistics(place):
    rows = pa.table({"delay": [1, None, 3, 4]})
    flights = wb.ingest(rows, name="flights", split={"train": 0.5, "test": 0.5}, key="delay")
    train, test = (statistics(flights, split=split) for split in ("train", "test"))
    known: dict[str, Any] = {"wb": wb}
    made, _, drawn = StatisticsWidget(train, test).code.partition("\n\n")
    exec(made, known)
    assert eval(drawn, known).data == StatisticsWidget(train, test).data
    assert StatisticsWidget(train, statistics(rows)).code == ""


def test_slices_are_drawn_beside_the_whole_unless_others_are_asked_for(place):
    sliced = statistics(pa.table({"by": ["a", "b"], "x": [1, 2]}), by="by")

    def names(**options: Any) -> list[str]:
        return [each["name"] for each in StatisticsWidget(sliced, **options).data["datasets"]]

    assert names() == ["data", "by=a", "by=b"]
    assert names(slices=[]) == ["data"]
    assert names(compare=sliced) == ["data", "data"]


def test_anomalies_are_shown_at_their_column(place):
    rows = pa.table({"delay": [1, None, 3]})
    odd = Anomaly("delay", "UNKNOWN_TYPE", "WARNING", "Odd", "It is odd.")
    widget = StatisticsWidget(statistics(rows), anomalies=[odd], edits={"delay": "schema.edit()"})
    assert widget.data["features"][0]["anomalies"][0]["code"] == "schema.edit()"
    assert "! warning" in widget.svg()


def test_an_anomaly_brings_the_code_of_the_edit_that_accepts_it(place):
    schema = infer_schema(statistics(pa.table({"carrier": ["UA", "AA"], "x": [1, 2]})))
    now = statistics(pa.table({"carrier": ["UA", "Y"], "x": [1, 2]}))
    anomalies = validate(now, schema)
    widget = StatisticsWidget(now, anomalies=anomalies)
    (shown,) = widget.data["features"][0]["anomalies"]
    code, _, change = shown["code"].partition("  # ")
    assert "Y" in change
    known: dict[str, Any] = {"anomalies": anomalies}
    exec(code, known)
    assert not anomalies.recheck(known["schema"])


def test_a_record_that_is_opened_reaches_the_kernel():
    widget = LineageWidget(LINEAGE)
    opened: list[str] = []
    widget.on_open(opened.append)
    widget._received(widget, {"type": "open", "id": "b"}, [])
    widget._received(widget, {"type": "open", "id": 3}, [])
    widget._received(widget, "nonsense", [])
    assert opened == ["b"]


def test_stop_is_offered_only_where_something_stops():
    stopped = []
    running = copy.deepcopy(RUN)
    running["run"]["state"] = "running"
    widget = RunWidget(running, on_stop=lambda: stopped.append(1))
    assert widget.stoppable
    assert not RunWidget(RUN).stoppable
    widget._received(widget, {"type": "stop"}, [])
    assert stopped == [1]


def test_a_run_is_followed_until_it_ends(place):
    with start_run("delay", name="wide") as run:
        run.log_metric("loss", 1.0, step=0)
        widget = RunWidget(run)
        assert widget.state == "running"
        run.log_metric("loss", 0.5, step=1)
        run.progress(1, 2, "epoch 1 of 2")
        _wait(lambda: _points(widget) == [[0, 1.0], [1, 0.5]])
    _wait(lambda: widget.state == "complete")
    assert widget.data["run"]["metrics"] == {"loss": 0.5}


def test_a_finished_run_is_found_by_its_id(place):
    run = start_run("delay", name="deep")
    run.log_metric("loss", float("nan"))
    run.finish("failed", "ValueError: diverged")
    widget = RunWidget(run.id)
    assert (widget.state, _points(widget)) == ("failed", [[0, None]])
    assert "diverged" in widget.data["run"]["error"]
    json.dumps(widget.data, allow_nan=False)


def test_reading_again_takes_up_only_what_is_new(place):
    with start_run("delay") as run:
        for step in range(3_000):
            run.log_metric("loss", 1 / (step + 1), step=step)
        curves = Curves(place.metadata, run.id)
        assert run.metrics["loss"] == 1 / 3_000
        first = curves.read()["series"][0]["points"]
        run.log_metric("loss", 7.0, step=3_000)
        assert run.metrics["loss"] == 7.0
        again = curves.read()["series"][0]["points"]
    assert len(first) <= 1_200
    assert first[0] == [0, 1.0]
    assert again[-1] == [3_000, 7.0]


def _points(widget):
    series = widget.data["series"]
    return series[0]["points"] if series else []


def _wait(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
