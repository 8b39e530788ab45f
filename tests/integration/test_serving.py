"""Serving, over HTTP, on a real Ray: what answers, what is refused, what keeps answering."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench import cluster, workspace
from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.data.datasets import Dataset
from workbench.registry import ModelVersion
from workbench.serving.deployments import Deployment
from workbench.tracking import Run
from workbench.workspace import Workspace

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    space = wb.connect(home=tmp_path_factory.mktemp("home"))
    with workspace.use(space):
        yield space
        cluster.stop()


@pytest.fixture(scope="module")
def data(place: Workspace) -> Dataset:
    generator = np.random.default_rng(0)
    rows = 2000
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2013-01-01", periods=rows, freq="h", tz="UTC"),
            "origin": generator.choice(["JFK", "LGA"], rows),
            "wind": generator.normal(10, 4, rows),
            "distance": generator.uniform(100, 2500, rows),
        }
    )
    frame["late"] = (generator.random(rows) < 1 / (1 + np.exp(12 - frame["wind"]))).astype(int)
    made: Dataset = wb.ingest(
        frame, name="flights", time="at", label="late", split={"train": "2013-03-01", "test": None}
    )
    return made


@pytest.fixture(scope="module")
def run(data: Dataset) -> Run:
    trained: Run = wb.gradient_boosting(data, columns=["wind", "distance", "origin"], iterations=10)
    return trained


@pytest.fixture(scope="module")
def version(data: Dataset, run: Run) -> ModelVersion:
    hours = pd.date_range("2013-01-01", periods=48, freq="h", tz="UTC")
    weather = pd.DataFrame(
        {
            "origin": ["JFK", "LGA"] * 24,
            "hour": hours,
            "wind": [30.0, 1.0] * 24,
        }
    )
    source = wb.ingest(weather, name="weather", time="hour")
    view = wb.feature_view(
        name="wind_now", entities=[wb.Entity("origin")], source=source, features=["wind"]
    )
    service = wb.feature_service("delay_features", [view])
    wb.materialize()
    made: ModelVersion = wb.register(run, "delay", alias="champion", features=service)
    return made


@pytest.fixture(scope="module")
def deployed(version: ModelVersion) -> Deployment:
    made: Deployment = wb.deploy("delay@champion", name="delay")
    return made


ROW = {"origin": "JFK", "distance": 500.0}


def test_a_port_in_use_is_named_and_nothing_is_deployed(version: ModelVersion) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"port {port} on 127.0.0.1 is in use.*leave it out"):
            wb.deploy("delay@champion", name="delay", port=port)
    assert wb.deployments() == []


def test_a_cluster_that_was_left_is_not_taken_for_the_present_one(version: ModelVersion) -> None:
    former = wb.deploy("delay@champion", name="former")
    cluster.stop()
    assert former.state == "down"
    again = wb.deploy("delay@champion", name="former")
    assert again.predict(ROW) == pytest.approx(version.predict([{**ROW, "wind": 30.0}])[0])
    again.stop()


def test_features_come_by_key_and_the_requests_own_win(
    deployed: Deployment, version: ModelVersion
) -> None:
    looked_up = deployed.predict(ROW)
    given = deployed.predict([{**ROW, "wind": 30.0}, {**ROW, "wind": 1.0}])
    direct = version.predict([{**ROW, "wind": 30.0}, {**ROW, "wind": 1.0}])
    assert given == pytest.approx(direct.tolist())
    assert looked_up == given[0] != given[1]
    unknown = deployed.predict({**ROW, "origin": "???"})
    assert unknown == pytest.approx(
        version.predict({"origin": "???", "distance": 500.0, "wind": None})[0]
    )


def test_the_features_themselves_are_answered_for_at_the_same_address(
    deployed: Deployment,
) -> None:
    with wb.FeatureClient(deployed.url, timeout=20) as client:
        known, unknown = client.get("delay_features", [{"origin": "JFK"}, {"origin": "???"}])
        assert (known.values, known.statuses) == ({"wind": 30.0}, {"wind": "present"})
        assert unknown.statuses == {"wind": "missing"}
        client.track_event("landings", known.id, late=True)
    assert wb.tracked_events("landings")["id"].to_pylist() == [known.id]
    until = time.monotonic() + 10
    while wb.feature_log("delay_features").read().num_rows < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    metrics = httpx.get(f"{deployed.url}/metrics").text
    assert "workbench_feature_requests_total" in metrics


def test_a_model_is_trained_again_on_what_it_was_given(deployed: Deployment) -> None:
    rows = [ROW, {**ROW, "origin": "LGA", "wind": 7.5}]
    deployed.predict(rows, request_id="again")
    assert "again/1" in deployed.predictions()["request_id"].to_pylist()
    for i, late in enumerate((True, False)):
        wb.track_event("landed", f"again/{i}", late=late)
    made = wb.training_set(from_log="delay", labels="landed", name="seen")
    seen = made.to_arrow().select(["request_id", "origin", "wind", "late"]).to_pylist()
    assert seen == [
        {"request_id": "again/0", "origin": "JFK", "wind": 30.0, "late": True},
        {"request_id": "again/1", "origin": "LGA", "wind": 7.5, "late": False},
    ]
    upstream = {each.ref for each in wb.lineage(made.ref).upstream()}
    assert {deployed.ref, "delay@1"} <= upstream


def test_both_protocols_answer_alike(deployed: Deployment) -> None:
    url = deployed.url
    rows = [{**ROW, "wind": 3.0}, {**ROW, "wind": 20.0}]
    first = httpx.post(f"{url}/v1/models/delay:predict", json={"instances": rows}).json()
    second = httpx.post(
        f"{url}/v2/models/delay/infer",
        json={
            "id": "7",
            "inputs": [
                {"name": "origin", "shape": [2], "datatype": "BYTES", "data": ["JFK", "JFK"]},
                {"name": "distance", "shape": [2, 1], "datatype": "FP64", "data": [500, 500]},
                {"name": "wind", "shape": [2], "datatype": "FP64", "data": [3.0, 20.0]},
            ],
        },
    ).json()
    assert second["outputs"][0]["data"] == first["predictions"]
    assert (second["id"], second["model_name"], second["model_version"]) == ("7", "delay", "1")
    about = httpx.get(f"{url}/v2/models/delay").json()
    assert {each["name"] for each in about["inputs"]} == {"wind", "distance", "origin"}
    for path in ("v2", "v2/health/ready", "v2/health/live", "v2/models/delay/ready"):
        assert httpx.get(f"{url}/{path}").status_code == 200
    status = httpx.get(f"{url}/v1/models/delay").json()["model_version_status"][0]
    assert (status["version"], status["state"]) == ("1", "AVAILABLE")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"origin": "JFK"}], "no column 'distance'"),
        ([{"distance": 1.0}], "no 'origin', by which the feature 'wind' is looked up"),
        ([{**ROW, "distance": "far"}], "'distance' = 'far'"),
        ([ROW, {**ROW, "wind": True}], "instance 1 has 'wind' = True"),
        ([{**ROW, "origin": 3}], "origin"),
    ],
)
def test_a_bad_row_is_refused_by_its_column(
    deployed: Deployment, rows: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        deployed.predict(rows)


def test_a_bad_request_is_answered_as_such(deployed: Deployment) -> None:
    url = f"{deployed.url}/v1/models/delay:predict"
    assert httpx.post(url, content=b"{").status_code == 400
    assert httpx.post(url, json={"rows": []}).status_code == 400
    assert httpx.get(url).status_code == 405
    missing = httpx.post(f"{deployed.url}/v1/models/dealy:predict", json={})
    assert missing.status_code == 404
    assert "/v1/models/delay:predict" in missing.json()["error"]


def test_every_prediction_is_logged_within_a_second_with_what_was_looked_up(
    deployed: Deployment,
) -> None:
    before = datetime.now(UTC)
    headers = {"x-request-id": "mine"}
    url = f"{deployed.url}/v1/models/delay:predict"
    answer = httpx.post(url, json={"instances": [ROW, ROW]}, headers=headers).json()
    time.sleep(1.0)
    table = deployed.predictions(since=before)
    assert table["request_id"].to_pylist() == ["mine/0", "mine/1"]
    assert table["probability"].to_pylist() == answer["predictions"]
    assert table["wind"].to_pylist() == [30.0, 30.0]
    assert table["model"].to_pylist() == ["delay@1", "delay@1"]
    assert 0 < table["latency_ms"][0].as_py() < 1000


def test_prometheus_can_read_what_it_does(deployed: Deployment) -> None:
    deployed.predict(ROW)
    text = httpx.get(f"{deployed.url}/metrics").text
    assert 'workbench_predictions_total{deployment="delay",model="delay@1"}' in text
    assert 'workbench_prediction_log_dropped{deployment="delay"} 0.0' in text
    assert 'workbench_request_seconds_count{deployment="delay"}' in text


def test_what_a_deployment_read_is_recorded(deployed: Deployment, place: Workspace) -> None:
    step = place.metadata.producers(deployed.artifact.id)[0]
    read = {(each.kind, each.ref) for each in place.metadata.inputs(step.id)}
    assert read == {
        ("model", "delay@1"),
        ("feature_service", "delay_features@1"),
        ("feature_view", "wind_now@1"),
    }
    upstream = wb.lineage(deployed).upstream()
    assert {"flights", "weather"} <= {node.name for node in upstream}


def test_a_swap_fails_no_request_and_a_rollback_brings_back(
    deployed: Deployment, run: Run, place: Workspace
) -> None:
    slower = wb.gradient_boosting("flights", columns=["wind", "distance", "origin"], iterations=300)
    second = wb.register(slower, "delay", features="delay_features")
    gaps: list[float] = []
    statuses: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        body = {"instances": [ROW]}
        last = time.perf_counter()
        with httpx.Client() as client:
            while not stop.is_set():
                answer = client.post(f"{deployed.url}/v1/models/delay:predict", json=body)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now
                statuses.append(answer.status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    pids = replica_pids()
    assert len(pids) == 1
    swapped = wb.deploy(second, name="delay")
    stop.set()
    thread.join()
    assert set(statuses) == {200}
    print(f"{len(statuses)} requests during the swap, longest gap {max(gaps) * 1000:.0f} ms")
    assert max(gaps) < 2.0
    assert replica_pids() == pids
    assert (swapped.ref, swapped.model) == ("delay@2", "delay@2")
    assert deployed.state == "replaced"
    back = wb.rollback("delay")
    assert (back.revision, back.model) == (3, "delay@1")
    assert (
        httpx.get(f"{back.url}/v1/models/delay").json()["model_version_status"][0]["version"] == "1"
    )
    with pytest.raises(NotFound, match="no revision before"):
        wb.rollback("delay")


def replica_pids() -> list[int]:
    import psutil

    return [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if any("ServeReplica:delay:" in part for part in each.info["cmdline"] or [])
        and str(workspace.current().home) in str(each.environ().get("WORKBENCH_HOME", ""))
    ]


def test_promoting_moves_the_deployments_that_follow_the_alias(
    deployed: Deployment, version: ModelVersion
) -> None:
    wb.deploy("delay@champion", name="follower")
    wb.promote("delay@2", alias="champion")
    assert wb.deployment("follower").model == "delay@2"
    assert wb.model("delay@champion").version == 2
    follower = wb.deployment("follower")
    follower.stop()
    assert follower.state == "stopped"
    with pytest.raises(Unavailable):
        follower.predict(ROW)


def test_a_model_that_cannot_be_loaded_leaves_the_former_one_answering(
    deployed: Deployment, place: Workspace
) -> None:
    before = wb.deployment("delay")
    wb.register(lambda frame: frame["wind"] * 0 + 0.5, "code")
    with pytest.raises(InvalidInput, match="allow_code"):
        wb.deploy("code", name="delay")
    after = wb.deployment("delay")
    assert after.ref == before.ref
    assert after.state == "live"
    assert 0 <= after.predict(ROW) <= 1
    assert place.metadata.executions("deploy", "delay")[0].state == "failed"
    with pytest.raises(InvalidInput, match="allow_code"):
        wb.deploy("code", name="other", wait=60)
    with pytest.raises(NotFound):
        wb.deployment("other")
    half = wb.deploy("code", name="half", allow_code=True)
    assert half.predict([{"wind": 3.0}]) == [0.5]
    half.stop()


def test_ports_and_names_that_cannot_be_are_refused(deployed: Deployment) -> None:
    port = wb.deployment("delay").artifact.properties["port"]
    with pytest.raises(Conflict, match=f"on port {port} already"):
        wb.deploy("delay@1", name="delay", port=port - 1)
    with pytest.raises(InvalidInput, match="part of an address"):
        wb.deploy("delay@1", name="a/b")


def test_a_deployment_outlives_the_process_that_made_it(
    deployed: Deployment, place: Workspace
) -> None:
    program = "import workbench as wb; print(wb.deploy('delay@1', name='left').url)"
    environment = {**os.environ, **place.settings.environment()}
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == wb.deployment("left").url
    assert wb.deployment("left").predict(ROW) == wb.model("delay@1").predict({**ROW, "wind": 30.0})
    wb.deployment("left").stop()


def test_a_killed_replica_comes_back_with_its_model_and_its_log(deployed: Deployment) -> None:
    current = wb.deployment("delay")
    current.predict(ROW)
    time.sleep(1.0)
    before = current.predictions().num_rows
    (pid,) = replica_pids()
    os.kill(pid, signal.SIGKILL)
    assert current.predictions().num_rows == before
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            current.predict(ROW)
            break
        except Unavailable:
            time.sleep(0.2)
    assert current.predict(ROW) == current.predict({**ROW, "wind": 30.0})


def test_a_port_in_use_is_said_before_anything_starts(
    tmp_path: object, version: ModelVersion
) -> None:
    from workbench.serving.ports import check_free

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port} on 127.0.0.1 is in use by process"):
            check_free("127.0.0.1", port)
