"""Streams as processes: killed half-way, told to stop, with a store that goes and comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.services import accepts, free_port, program, running
from workbench import workspace
from workbench.core.clock import SystemClock
from workbench.core.errors import NotFound, Unavailable
from workbench.core.settings import load_settings
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.freshness import freshness
from workbench.features.online.reading import online
from workbench.features.streams.stream import stream
from workbench.workspace import Workspace

CARDS = 20
EVENTS = 20_000
LIMIT = 60


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    with workspace.use(workspace.connect(home=tmp_path / "home")) as made:
        yield made


def defined() -> FeatureView:
    past = pa.table({"card": ["old"], "at": ["2013-01-01T00:00:00Z"], "amount": [1]})
    return feature_view(
        name="totals",
        entities=Entity("card", keys=["card"]),
        source=ingest(past, name="paid", time="at"),
        aggregations=[
            Aggregation("sum", "amount", windows=["1d"]),
            Aggregation("count", windows=["1d"]),
        ],
    )


def event(number: int, begin: datetime) -> dict[str, Any]:
    # Some out of order by up to a minute.
    seconds = number * 0.01 - (number % 7) * 8
    when = (begin + timedelta(seconds=seconds)).isoformat()
    return {"n": number, "card": f"c{number % CARDS}", "at": when, "amount": number % 100}


def expected(count: int) -> list[dict[str, int]]:
    totals = [{"amount_sum_1d": 0, "count_1d": 0} for _ in range(CARDS)]
    for number in range(count):
        totals[number % CARDS]["amount_sum_1d"] += number % 100
        totals[number % CARDS]["count_1d"] += 1
    return totals


def values(view: FeatureView) -> list[dict[str, Any]]:
    return online(view, [{"card": f"c{number}"} for number in range(CARDS)])


def command(place: Workspace, source: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from workbench.cli import main; main()"),
            *("features", "stream", "totals", source, "--event-id", "n", "--json", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **place.settings.environment()},
    )


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    until = time.monotonic() + LIMIT
    while not what():
        if process is not None and process.poll() is not None:
            pytest.fail(f"the stream ended: {process.communicate()[1]}")
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.02)


@contextmanager
def writer(write: Callable[[list[dict[str, Any]]], None], begin: datetime) -> Iterator[None]:
    """Write events some at a time, and every tenth twice, while the block runs."""

    def work() -> None:
        for first in range(0, EVENTS, 500):
            chosen = [event(number, begin) for number in range(first, first + 500)]
            write(chosen + chosen[::10])
            time.sleep(0.01)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def seen(view: FeatureView) -> int:
    """Return how many events have reached the online store."""
    try:
        return sum(each["count_1d"] or 0 for each in values(view))
    except (NotFound, Unavailable):
        return 0


def reaches(view: FeatureView, count: float) -> bool:
    return seen(view) >= count


@pytest.mark.parametrize("kind", ["file", "redis"])
def test_a_stream_that_is_killed_again_and_again_counts_every_event_once(
    request: pytest.FixtureRequest, place: Workspace, tmp_path: Path, kind: str
) -> None:
    view, begin = defined(), datetime.now(UTC) - timedelta(minutes=10)
    if kind == "redis":
        import redis

        url = str(request.getfixturevalue("redis_url"))
        client = redis.Redis.from_url(url)
        source = f"{url}?stream=events&field=event"

        def write(events: list[dict[str, Any]]) -> None:
            pipeline = client.pipeline(transaction=False)
            for each in events:
                pipeline.xadd("events", {"event": json.dumps(each)})
            pipeline.execute()
    else:
        path = tmp_path / "events.jsonl"
        path.touch()
        source = str(path)

        def write(events: list[dict[str, Any]]) -> None:
            with path.open("a") as file:
                file.writelines(f"{json.dumps(each)}\n" for each in events)

    write([event(0, begin)])
    with writer(write, begin):
        reached = 0
        for part in (0.2, 0.5, 0.8):
            process = command(place, source)
            wait_for(partial(reaches, view, part * EVENTS), process)
            process.kill()
            process.communicate()
            assert seen(view) >= reached
            reached = seen(view)
    assert reached < EVENTS
    done = command(place, source, "--caught-up")
    out, err = done.communicate(timeout=LIMIT)
    assert done.returncode == 0, err
    counts = json.loads(out)["counts"]
    assert (counts["events"], counts["too_late"], counts["poisonous"]) == (EVENTS, 0, 0)
    assert counts["duplicates"] == EVENTS // 10 + 1
    assert values(view) == expected(EVENTS)
    (fresh,) = freshness([view])
    assert (fresh.source, fresh.rows, fresh.materialized_at) == ("stream", CARDS, None)


def test_a_stream_that_is_told_to_stop_says_how_far_it_came(
    place: Workspace, tmp_path: Path
) -> None:
    view, begin = defined(), datetime.now(UTC) - timedelta(minutes=10)
    path = tmp_path / "events.jsonl"
    path.write_text("".join(f"{json.dumps(event(n, begin))}\n" for n in range(1000)))
    process = command(place, str(path), "--dataset", "streamed")
    wait_for(lambda: seen(view) == 1000, process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    last = json.loads(out.splitlines()[-1])
    assert (last["state"], last["counts"]["events"], last["lag"]) == ("stopped", 1000, 0)
    assert dataset("streamed").rows == 1000


def test_two_processes_do_not_stream_into_one_view(place: Workspace, tmp_path: Path) -> None:
    view, begin = defined(), datetime.now(UTC) - timedelta(minutes=10)
    path = tmp_path / "events.jsonl"
    path.write_text(f"{json.dumps(event(0, begin))}\n")
    process = command(place, str(path))
    try:
        wait_for(lambda: seen(view) == 1, process)
        second = command(place, str(path))
        _, err = second.communicate(timeout=LIMIT)
        assert second.returncode != 0
        assert f"held by process {process.pid}" in err
    finally:
        process.terminate()
        process.communicate()


def test_redis_may_go_away_and_come_back_empty(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    server = [program("redis-server"), "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    home = tmp_path / "home"
    begin = datetime.now(UTC) - timedelta(minutes=10)
    path = tmp_path / "events.jsonl"

    def write(first: int, last: int) -> None:
        with path.open("a") as file:
            file.writelines(f"{json.dumps(event(n, begin))}\n" for n in range(first, last))

    write(0, 500)
    with workspace.use(Workspace(load_settings(home=home, online_url=url), SystemClock())):
        view = defined()
        with running(server, lambda: accepts(port), tmp_path / "log"):
            one = stream(view, path, event_id="n").start()
            wait_for(lambda: seen(view) == 500)
        write(500, 1000)
        wait_for(lambda: one.status().state == "waiting")
        assert "does not answer" in one.status().problem
        with running(server, lambda: accepts(port), tmp_path / "log"):
            wait_for(lambda: seen(view) == 1000)
            assert values(view) == expected(1000)
            assert one.stop().counts.events == 1000
