"""The feature log under a kill: what was served more than a second before is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import workbench as wb
from workbench.features.log.events import tracked_events
from workbench.features.log.rolling import roll
from workbench.features.log.served import feature_log
from workbench.features.log.served_records import batches

#: Appends a hundred requests at a time, then says how many it has appended by now.
WRITER = """
import sys, time
from pathlib import Path
from workbench.data.columns import Column
from workbench.features.log.served import FeatureLog, log_folder
from workbench.features.log.served_records import Feature, Row, Shape
shape = Shape("s@1", (Column("k", "int64"),), (), (Feature("f", "float64", "v@1", 0),), ("v@1",))
log = FeatureLog(log_folder(Path(sys.argv[1]), "s"), shape)
for i in range(10**9):
    row = Row([i], [], [i / 2], bytes(1), [None])
    assert log.append(f"r{i}", time.time_ns() // 1000, [row])
    if i % 100 == 99:
        print(i, time.time(), flush=True)
        time.sleep(0.01)
"""

TRACKER = """
import sys
import workbench as wb
wb.connect(home=sys.argv[1])
from workbench.features.log.events import track_event
for i in range(10**9):
    track_event("clicks", f"r{i}", clicked=i % 2 == 0)
    print(i, flush=True)
"""


@pytest.mark.parametrize("seconds", [1.5, 3.0])
def test_a_killed_service_loses_at_most_its_last_second(tmp_path: Path, seconds: float) -> None:
    wb.connect(home=tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = [child.stdout.readline()]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        said.append(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    killed = time.time()
    child.wait()
    appended = [line.split() for line in [*said, *child.stdout] if line.endswith("\n")]
    safe = max(int(i) for i, moment in appended if float(moment) < killed - 1)
    table = feature_log("s").read()
    kept = table["k"].to_pylist()
    assert kept == list(range(len(kept)))  # none is missing in between, none is there twice
    assert safe < len(kept) <= int(appended[-1][0]) + 101
    assert table["f"].to_pylist() == [i / 2 for i in kept]
    # Nobody writes to it any more, so it is rolled, and is the same.
    assert roll(feature_log("s").folder, batches) == 1
    assert feature_log("s").read()["k"].to_pylist() == kept


def test_an_event_that_was_told_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    wb.connect(home=tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", TRACKER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(500)]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    said += [line for line in child.stdout if line.endswith("\n")]
    told = int(said[-1])
    events = tracked_events("clicks")
    assert set(events["id"].to_pylist()) >= {f"r{i}" for i in range(told + 1)}
    assert told + 1 <= events.num_rows <= told + 2


def test_two_services_and_a_roller_write_to_one_log_at_once(tmp_path: Path) -> None:
    wb.connect(home=tmp_path)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    folder = feature_log("s").folder
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert roll(folder, batches) == 0
        feature_log("s").read()
    for child in children:
        child.kill()
        child.wait()
    before = sorted(feature_log("s").read()["k"].to_pylist())
    assert roll(folder, batches) == 2
    assert sorted(feature_log("s").read()["k"].to_pylist()) == before
    assert len(before) > 500
