"""The prediction log: bounded, quick to reach the file, readable after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.features.log.predictions import PredictionLog, read

START = datetime(2026, 1, 1, tzinfo=UTC)


def record(i: int, **inputs: object) -> dict[str, object]:
    return {
        "time": (START + timedelta(seconds=i)).isoformat(),
        "request_id": f"r{i}",
        "deployment": "delay",
        "model": "delay@1",
        "probability": i / 100,
        "latency_ms": 1.5,
        "inputs": inputs,
    }


def test_what_was_appended_is_read_back_in_order_with_one_column_an_input(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path)
    log.append(record(2, temp=1, carrier="UA", at=datetime(2013, 1, 1, tzinfo=UTC)))
    log.append(record(1, temp=2.5, carrier=None, time="noon", empty=None))
    log.close()
    table = read(tmp_path)
    assert table["request_id"].to_pylist() == ["r1", "r2"]
    assert table["temp"].to_pylist() == [2.5, 1.0]
    assert table["carrier"].to_pylist() == [None, "UA"]
    assert table["input_time"].to_pylist() == ["noon", None]
    assert table["at"].to_pylist() == [None, "2013-01-01T00:00:00+00:00"]
    assert table["empty"].to_pylist() == [None, None]
    assert table["time"].to_pylist() == [START + timedelta(seconds=i) for i in (1, 2)]
    assert read(tmp_path, since=START + timedelta(seconds=2)).num_rows == 1
    assert read(tmp_path, limit=1)["request_id"].to_pylist() == ["r2"]


def test_an_empty_log_is_an_empty_table(tmp_path: Path) -> None:
    assert read(tmp_path / "none").num_rows == 0
    assert read(tmp_path / "none").column_names[0] == "time"


def test_nothing_waits_once_all_is_in_the_file(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path)
    for i in range(500):
        log.append(record(i))
    until = time.monotonic() + 5
    while log.waiting and time.monotonic() < until:
        time.sleep(0.005)
    assert log.waiting == 0
    assert read(tmp_path).num_rows == 500
    log.close()


def test_a_record_is_in_the_file_within_a_second(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path)
    log.append(record(1))
    until = time.monotonic() + 1
    while not log.written and time.monotonic() < until:
        time.sleep(0.02)
    assert read(tmp_path).num_rows == 1
    log.close()


def test_a_full_queue_drops_and_counts_and_does_not_wait(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, capacity=100, flush=0.2)
    before = time.monotonic()
    kept = sum(log.append(record(i)) for i in range(5000))
    assert time.monotonic() - before < 0.5
    assert log.dropped == 5000 - kept > 0
    log.close()
    assert read(tmp_path).num_rows == kept == log.written


def test_a_value_that_json_has_no_word_for_does_not_end_the_writer(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path)
    log.append(record(1, temp=float("nan")))
    log.append(record(2, temp=1.0))
    log.close()
    assert read(tmp_path)["request_id"].to_pylist() == ["r1", "r2"]
    assert read(tmp_path)["temp"].to_pylist() == [None, 1.0]


def test_a_killed_writer_loses_no_whole_line(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; "
        "from workbench.features.log.predictions import PredictionLog; "
        f"log = PredictionLog(Path({str(tmp_path)!r}), flush=0.05)\n"
        "for i in range(10**9):\n"
        " log.append({'time': '2026-01-01T00:00:00+00:00', 'request_id': str(i), 'inputs': {}})\n"
        " time.sleep(0.0005)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program])
    until = time.monotonic() + 20
    while not read(tmp_path).num_rows and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    whole = read(tmp_path).num_rows
    segment = next(tmp_path.glob("*.jsonl"))
    with segment.open("a") as file:
        file.write('{"time": "2026-01-01T00:00:00+00:00", "requ')
    assert read(tmp_path).num_rows == whole > 0
