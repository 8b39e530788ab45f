"""A feature service under load: 50 features of three views, over HTTP, and what its log costs.

The load is open: requests leave at their times whether or not earlier ones are answered, and a
latency counts from when its request should have left. Server and load share the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psutil
import pyarrow as pa

import workbench as wb
from tests.benchmarks.measuring import Measure, ratio
from workbench import workspace
from workbench.features.log.served import FeatureLog
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_processes import serve_features
from workbench.serving.feature_protocol import Question, answer_as_json, question_of_json
from workbench.serving.feature_service import ServedFeatures, compile_service

RATE, SECONDS, CONNECTIONS = 500, 10, 32
ENTITIES = 10_000
WIDTHS = {"carrier": 20, "plane": 20, "origin": 10}
ROUNDS = 5


def measure() -> list[Measure]:
    """Measure in a workspace of its own."""
    with tempfile.TemporaryDirectory(prefix="workbench-service-") as name:
        wb.connect(home=name)
        define()
        return [*_costs(Path(name)), *_under_load(), _lost()]


def define() -> None:
    """Make the service, with a row of each view for each entity."""
    now = datetime.now(UTC) - timedelta(hours=1)
    views = []
    for view, width in WIDTHS.items():
        rows = {
            view: [f"{view}-{i}" for i in range(ENTITIES)],
            "at": [now] * ENTITIES,
            **{f"{view}_{j}": np.random.default_rng(j).normal(size=ENTITIES) for j in range(width)},
        }
        source = wb.ingest(pa.table(rows), name=view, time="at")
        entity = wb.Entity(view, keys=[view])
        views.append(wb.feature_view(name=view, entities=[entity], source=source))
    wb.feature_service("wide", views)
    wb.materialize(views)


def entity(number: int) -> dict[str, str]:
    """Return the keys of one entity."""
    return {view: f"{view}-{number % ENTITIES}" for view in WIDTHS}


def _costs(home: Path) -> list[Measure]:
    """Measure a request inside the process, without HTTP, with the log and without."""
    plan = compile_service("wide")
    measures = FeatureMeasures()
    bare = ServedFeatures(plan, measures, logged=False)
    logged = ServedFeatures(plan, measures)
    alone, added = [], []
    readings: dict[str, list[float]] = {"bare": [], "logged": []}
    for number in range(ROUNDS * 2000):
        question = Question([entity(number)])
        for name, service in (("bare", bare), ("logged", logged)):
            start = time.perf_counter()
            service.get(question)
            readings[name].append((time.perf_counter() - start) * 1e6)
        if number % 5 == 0:
            body = json.dumps({"entities": [entity(number)]}).encode()
            start = time.perf_counter()
            found, ids = bare.get(question_of_json(body))
            answer_as_json(bare.shape, found, ids)
            alone.append((time.perf_counter() - start) * 1e6)
    added = list(np.array(readings["logged"]) - np.array(readings["bare"]))
    bare.close()
    logged.close()
    without = Measure("a request inside, not logged", tuple(readings["bare"]), "µs")
    with_log = Measure("a request inside, logged", tuple(readings["logged"]), "µs")
    return [
        without,
        with_log,
        Measure("the log adds", (float(np.median(added)),), "µs", "median; aim: under 50"),
        Measure(
            "the log adds, 99th percentile against 99th percentile",
            (_high(readings["logged"]) - _high(readings["bare"]),),
            "µs",
        ),
        ratio("logged ÷ not logged", with_log, without),
        Measure("with JSON in and out", tuple(alone), "µs"),
    ]


def _under_load() -> list[Measure]:
    server = serve_features("wide")
    try:
        asyncio.run(_load(server.url, 200, 2))  # warm
        daemon = workspace.current().daemons.get("features-wide")
        assert daemon is not None
        process = psutil.Process(daemon.pid)
        loads, spent = [], []
        for _ in range(ROUNDS):
            before = sum(process.cpu_times()[:2])
            loads.append(asyncio.run(_load(server.url, RATE, SECONDS)))
            spent.append((sum(process.cpu_times()[:2]) - before) / loads[-1].sent * 1e6)
    finally:
        server.stop()
    sent, failed = sum(each.sent for each in loads), sum(each.failed for each in loads)
    note = f"{RATE} requests a second for {SECONDS} s, {CONNECTIONS} connections, 1 entity each"
    return [
        Measure("over HTTP, median", tuple(_at(each, 0.5) for each in loads), "ms", note),
        Measure(
            "over HTTP, 99th percentile",
            tuple(_at(each, 0.99) for each in loads),
            "ms",
            "aim: under 20",
        ),
        Measure("over HTTP, slowest", tuple(max(each.latencies) * 1e3 for each in loads), "ms"),
        Measure("of the server's processor, a request", tuple(spent), "µs"),
        Measure("requests that failed", (float(failed),), "", f"of {sent:,}"),
    ]


@dataclass
class Load:
    """What became of the requests of one run."""

    latencies: list[float] = field(default_factory=list)
    sent: int = 0
    failed: int = 0


async def _load(url: str, rate: int, seconds: int) -> Load:
    """Send requests at random moments, `rate` a second on average."""
    address = urlsplit(url)
    assert address.hostname == "127.0.0.1"
    load = Load()
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection(address.hostname, address.port))
    dice = random.Random(7)
    start = time.perf_counter()
    due, tasks = 0.0, []
    while due < seconds:
        pause = start + due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        tasks.append(asyncio.create_task(_ask(idle, load, start + due, load.sent)))
        load.sent += 1
        due += dice.expovariate(rate)
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    while not idle.empty():
        idle.get_nowait()[1].close()
    return load


async def _ask(idle: asyncio.Queue[Any], load: Load, due: float, number: int) -> None:
    reader, writer = await idle.get()
    try:
        body = json.dumps({"entities": [entity(number)]}).encode()
        head = "POST /v1/features/wide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].split()[0])
        content = await reader.readexactly(length)
    except (OSError, EOFError):
        load.failed += 1
        return
    load.latencies.append(time.perf_counter() - due)
    # Every tenth is looked into: all its features are there.
    whole = number % 10 or content.count(b'"present"') == sum(WIDTHS.values())
    load.failed += not (answer.startswith(b"HTTP/1.1 200") and whole)
    idle.put_nowait((reader, writer))


WRITER = """
import sys, time
from pathlib import Path
import workbench as wb
from tests.benchmarks import features_service
features_service.append_for_ever(Path(sys.argv[1]))
"""


def _lost() -> Measure:
    """Kill a process that logs 500 requests a second, and see how old the newest record is."""
    import subprocess

    readings = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="workbench-log-") as name:
            child = subprocess.Popen(
                [sys.executable, "-c", WRITER, name], stdout=subprocess.PIPE, text=True
            )
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(random.uniform(1, 2))
            os.kill(child.pid, signal.SIGKILL)
            killed = datetime.now(UTC)
            child.wait()
            wb.connect(home=name)
            table = wb.feature_log("s").read()
            numbers = table["k"].to_pylist()
            assert numbers == list(range(len(numbers)))
            readings.append((killed - table["time"][-1].as_py()).total_seconds())
    return Measure("log lost by SIGKILL", tuple(readings), "s", "bound: 0.25 s and a write")


def append_for_ever(home: Path) -> None:
    """Log 500 requests a second."""
    from workbench.data.columns import Column
    from workbench.features.log.served import log_folder
    from workbench.features.log.served_records import Feature, Row, Shape

    shape = Shape(
        "s@1", (Column("k", "int64"),), (), (Feature("f", "float64", "v@1", 0),), ("v@1",)
    )
    log = FeatureLog(log_folder(home, "s"), shape)
    for i in range(10**9):
        log.append(f"r{i}", time.time_ns() // 1000, [Row([i], [], [i / 2], bytes(1), [None])])
        if i == 0:
            print("ready", flush=True)
        time.sleep(1 / 500)


def _high(readings: list[float]) -> float:
    return float(np.quantile(readings, 0.99))


def _at(load: Load, share: float) -> float:
    return float(np.quantile(load.latencies, share)) * 1e3
