"""Training on a Ray cluster of two hosts, which share an S3 server and nothing else."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

import pytest

from tests.cluster.hosts import PYTHON, two_hosts

pytestmark = pytest.mark.timeout(480)

ANALYST = Path(__file__).with_name("analyst.py")
TOKEN = secrets.token_hex(32)
MAKE_BUCKET = """
import httpx, time
for attempt in range(300):
    try:
        httpx.put("http://localhost:9000/cluster").raise_for_status()
        break
    except httpx.TransportError:
        time.sleep(0.1)
print("true")
"""


@pytest.fixture(scope="module")
def hosts():
    """Two hosts with a Ray node each and, on the first, an S3 server and a notebook's home."""
    with tempfile.TemporaryDirectory(
        prefix="wb-", dir="/tmp"
    ) as name:  # Ray's sockets need a short path
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        with two_hosts(folder, hidden=home) as (one, two):
            for host in (one, two):
                for variable in [each for each in host.environment if each.startswith("RAY_")]:
                    del host.environment[variable]
                host.environment |= {
                    "RAY_AUTH_MODE": "token",
                    "RAY_AUTH_TOKEN": TOKEN,
                    "RAY_USAGE_STATS_ENABLED": "0",
                    "AWS_ENDPOINT_URL": f"http://{one.address}:9000",
                    "AWS_ACCESS_KEY_ID": "test",
                    "AWS_SECRET_ACCESS_KEY": "test",
                    "AWS_DEFAULT_REGION": "us-east-1",
                    "WORKBENCH_HOME": str(home),
                    "WORKBENCH_RAY_ADDRESS": f"{one.address}:6379",
                    "WORKBENCH_ARTIFACT_URL": "s3://cluster/artifacts",
                }
            one.start(
                *(PYTHON, "-m", "moto.server", "-H", "0.0.0.0", "-p", "9000"),
                log=folder / "s3.log",
            )
            bucket = folder / "bucket.py"
            bucket.write_text(MAKE_BUCKET)
            assert one.run(bucket)
            one.start_node(one)
            two.start_node(one)
            yield one, two


def test_two_workers_on_two_hosts_train_what_one_process_does(hosts):
    one, _ = hosts
    told = one.run(ANALYST, "compare")
    assert told["nodes"] == 2
    assert (told["both"]["hosts"], told["both"]["rows"]) == (2, 500)
    assert (told["alone"]["hosts"], told["alone"]["rows"]) == (1, 1000)
    assert told["both"]["weights"] == pytest.approx(told["alone"]["weights"], rel=1e-4)
    assert told["both"]["state"] == "complete"


def test_rows_that_only_one_host_has_are_an_error_with_a_way_out(hosts):
    one, _ = hosts
    before = one.environment["WORKBENCH_ARTIFACT_URL"]
    one.environment["WORKBENCH_ARTIFACT_URL"] = f"{one.environment['WORKBENCH_HOME']}/artifacts"
    try:
        told = one.run(ANALYST, "on_a_disk")
    finally:
        one.environment["WORKBENCH_ARTIFACT_URL"] = before
    assert "cannot read line@" in told["error"]
    assert "artifact_url that they reach" in told["error"]


def test_a_host_that_is_lost_fails_the_run_which_then_goes_on_from_its_checkpoint(hosts):
    one, two = hosts
    process, log = one.begin(ANALYST, "long")
    assert one.run(ANALYST, "wait_for_steps")
    two.crash()
    lost = one.ended(process, log)
    assert "died" in lost["error"]
    assert lost["state"] == "failed"
    assert lost["step"] >= 3
    two.start_node(one)
    resumed = one.run(ANALYST, "resume")
    assert resumed["state"] == "complete"
    assert resumed["from"] == lost["step"]
    assert len(resumed["losses"]) == 2
    assert resumed["losses"][0] < lost["losses"][-1]
    assert resumed["hosts"] == 2
