"""The command that runs the whole line: what it prints, and what it leaves when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from workbench.cli.demo import KEYS
from workbench.core.files import file_lock

pytestmark = pytest.mark.integration

PROGRAM = str(Path(sys.executable).with_name("workbench"))


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    yield home
    subprocess.run([PROGRAM, "down", "--home", str(home)], check=True)


def start(home, *options):
    return subprocess.Popen(
        [PROGRAM, "demo", "--home", str(home), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def belonging_to(home):
    """Return the processes that know this workspace, by their environment or their arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            knows = process.environ().get("WORKBENCH_HOME") == str(home)
            if knows or str(home) in process.cmdline():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return [each for each in found if each.is_running() and each.status() != "zombie"]


def until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)


@pytest.mark.timeout(900)
def test_json_is_one_object_and_nothing_stays_behind(home):
    process = start(home, "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err
    made = json.loads(out)
    assert set(KEYS) <= set(made)
    assert 0 <= made["prediction"] <= 1
    assert {"ingest", "train", "deploy", "dashboard"} <= set(made["stages"])
    assert "ingest" in err
    assert belonging_to(home) == []
    checked = subprocess.run([PROGRAM, "doctor", "--home", str(home)], check=False)
    assert checked.returncode == 0


def test_a_second_demo_in_the_same_workspace_is_refused_at_once(home):
    with file_lock(home / "run" / "demo.lock"):
        out, err = start(home, "--json").communicate(timeout=60)
    assert out == ""
    assert f"error: the demo in {home} is held by process {os.getpid()}" in err
    assert "Traceback" not in err


@pytest.mark.timeout(240)
def test_ctrl_c_leaves_no_process_and_no_running_record(home):
    process = start(home)
    until((home / "metadata.db").exists, 60)
    until(lambda: any("ipykernel" in " ".join(p.cmdline()) for p in belonging_to(home)), 60)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
    assert process.returncode == 130
    assert belonging_to(home) == []
    (job,) = json.loads(
        subprocess.check_output([PROGRAM, "jobs", "list", "--json", "--home", str(home)])
    )
    assert job["state"] == "canceled"


@pytest.mark.timeout(240)
def test_after_a_kill_the_doctor_finds_and_mends(home):
    process = start(home)
    until(lambda: any("ipykernel" in " ".join(p.cmdline()) for p in belonging_to(home)), 60)
    time.sleep(3)
    process.kill()
    process.communicate()
    until(lambda: belonging_to(home) == [], 30)
    doctor = [PROGRAM, "doctor", "--home", str(home)]
    found = subprocess.run(doctor, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "their process is gone: " in found.stdout
    assert "job 'quickstart'" in found.stdout
    assert subprocess.run([*doctor, "--fix"], check=False).returncode == 0
