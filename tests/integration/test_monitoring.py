"""A monitor over a real endpoint's log, and an alert that reaches a real server."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench import cluster, workspace
from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.monitoring import Monitor
from workbench.serving.deployments import Deployment
from workbench.workspace import Workspace

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    space = wb.connect(home=tmp_path_factory.mktemp("home"))
    with workspace.use(space):
        yield space
        cluster.stop()


@pytest.fixture(scope="module")
def deployed(place: Workspace) -> Deployment:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2013-01-01", periods=1000, freq="h", tz="UTC"),
            "wind": generator.normal(10, 4, 1000),
            "carrier": generator.choice(["UA", "DL"], 1000),
        }
    )
    frame["late"] = (frame["wind"] > 12).astype(int)
    data = wb.ingest(
        frame, name="flights", time="at", label="late", split={"train": "2013-02-01", "test": None}
    )
    wb.register(wb.gradient_boosting(data, iterations=5), "delay")
    made: Deployment = wb.deploy("delay", name="delay")
    return made


@pytest.fixture(scope="module")
def looked(deployed: Deployment) -> Monitor:
    with pytest.raises(InvalidInput, match="'delay' has no predictions yet"):
        wb.monitor(deployed)
    generator = np.random.default_rng(1)
    deployed.predict(
        [
            {"wind": float(wind), "carrier": "UA" if i % 2 else "DL"}
            for i, wind in enumerate(generator.normal(25, 4, 300))
        ]
    )
    time.sleep(1.0)
    made: Monitor = wb.monitor("delay")
    return made


def test_a_monitor_finds_the_column_that_moved(looked: Monitor, place: Workspace) -> None:
    assert looked.rows == 300
    assert looked.drift["wind"] > 0.5
    assert looked.drift["carrier"] < 0.05
    assert looked.values["p99_ms"] > 0
    assert looked.values["prediction_mean"] > looked.values["label_mean"]
    step = place.metadata.producers(looked.artifact.id)[0]
    read = {(each.kind, each.ref) for each in place.metadata.inputs(step.id)}
    assert read == {("deployment", "delay@1"), ("dataset", "flights@1")}
    picture = place.blobs.read(looked.artifact.properties["pictures"][0]["digest"])
    assert picture.startswith(b"\x89PNG")
    assert "'wind' drifted most" in looked.sentence()
    assert looked.to_pandas()["feature"].tolist() == ["wind", "carrier"]


def test_an_alert_is_logged_with_the_column_and_the_value(
    looked: Monitor, place: Workspace
) -> None:
    raised = wb.alert(looked, when="drift > 0.1 and rows >= 100")
    assert raised is not None
    assert "wind drift 0" in raised.message
    assert "carrier" not in raised.message
    assert raised.picture.startswith(b"\x89PNG")
    line = json.loads((place.home / "logs" / "alerts.jsonl").read_text().splitlines()[-1])
    assert line["message"] == raised.message
    assert line["columns"] == ["wind"]
    assert raised.artifact.properties["delivered"] is True
    upstream = {node.name for node in wb.lineage(raised).upstream()}
    assert "flights" in upstream


def test_no_alert_where_the_condition_does_not_hold(looked: Monitor, place: Workspace) -> None:
    before = len(place.metadata.artifacts("alert"))
    assert wb.alert(looked, when="drift.carrier > 0.1") is None
    assert wb.alert("delay", when="rows < 100") is None
    assert len(place.metadata.artifacts("alert")) == before


def test_a_webhook_gets_the_alert_with_its_picture(looked: Monitor) -> None:
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    raised = wb.alert(looked, when='drift["wind"] > 0.1', channel=f"webhook:{url}/hook")
    assert raised is not None
    assert received[0]["message"] == raised.message
    assert base64.b64decode(received[0]["picture"]) == raised.picture
    with pytest.raises(Unavailable, match="answered 500"):
        wb.alert(looked, when="drift > 0.1", channel=f"webhook:{url}/broken", name="broken")
    server.shutdown()
    server.server_close()
    with pytest.raises(Unavailable, match="nothing took the alert"):
        wb.alert(looked, when="drift > 0.1", channel=f"webhook:{url}", name="gone")
    kept = workspace.current().metadata.artifact("alert", "gone")
    assert kept.properties["delivered"] is False


def test_what_cannot_be_asked_is_refused(looked: Monitor, deployed: Deployment) -> None:
    with pytest.raises(NotFound, match=r"'wbhook'.*did you mean 'webhook'"):
        wb.alert(looked, channel="wbhook:x")
    with pytest.raises(InvalidInput, match="is no address"):
        wb.alert(looked, when="drift > 0.1", channel="webhook:ftp://x", name="bad")
    with pytest.raises(InvalidInput, match="did you mean 'wind'"):
        wb.alert(looked, when="drift.wnd > 0.1")
    with pytest.raises(NotFound):
        wb.monitor("dealy")
    with pytest.raises(NotFound):
        wb.monitor(deployed, baseline="flihgts")
