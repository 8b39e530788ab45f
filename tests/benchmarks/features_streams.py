"""Events a second from a file into a plain and an aggregated view, and how soon one is readable.

Events are made up by a seed: 50,000 JSON lines of 1,000 keys, and of 20,000, a hundredth of them
twice and some out of order. A reading is one run from the first
event to the last, in a workspace of its own; it reads, checks, tells duplicates, keeps the
checkpoint and writes. Beside it stand `wb.push` of the same rows in batches of the same size, which
does neither of the former, and the same parsed by `json.loads` alone. Redis is a real server on
this machine that keeps nothing on disk.

How soon an event is readable: it is appended to the file of a running stream, and asked for until
it is there.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from tests.benchmarks.features_online import redis_server
from tests.benchmarks.measuring import Measure, ratio
from workbench import workspace
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.features.streams.stream import stream

EVENTS, ROUNDS, ASKED, BATCH = 50_000, 5, 50, 10_000
KINDS = ("plain", "aggregated")


def measure() -> list[Measure]:
    """Measure every kind of view on every store."""
    measures = []
    with tempfile.TemporaryDirectory() as name, redis_server() as port:
        lines = made_lines(keys=1000)
        measures.append(rate("JSON alone", [timed(lambda: parsed(lines)) for _ in range(ROUNDS)]))
        many = made_lines(keys=20_000)
        for store, url in (("SQLite", ""), ("Redis", f"redis://127.0.0.1:{port}/0")):
            folder = Path(name, store)
            for kind in KINDS:
                title = f"{store}, {kind} view"
                runs, pushes, more = [], [], []
                for _ in range(ROUNDS):  # in turn, so that what else the machine does hits all
                    runs.append(streamed(folder, kind, url, lines))
                    pushes.append(pushed(folder, kind, url, lines))
                    more.append(streamed(folder, kind, url, many))
                ours = rate(f"{title}: stream", runs)
                beside = rate(f"{title}: push", pushes)
                measures += [ours, beside, ratio(f"{title}: stream against push", ours, beside)]
                measures.append(rate(f"{title}, 20,000 keys: stream", more))
                measures.append(readable(title, folder, kind, url))
    return measures


def rate(name: str, seconds: list[float]) -> Measure:
    """Return events a second."""
    return Measure(name, tuple(EVENTS / each for each in seconds), "events/s")


def made_lines(keys: int) -> list[str]:
    """Return events as JSON, a hundredth of them twice, some up to a minute out of order."""
    chosen, begin = random.Random(5), datetime.now(UTC) - timedelta(minutes=30)
    lines: list[str] = []
    while len(lines) < EVENTS:
        seconds = len(lines) * 1500 / EVENTS - chosen.random() * 50
        event = {
            "card": f"card-{chosen.randrange(keys)}",
            "at": (begin + timedelta(seconds=seconds)).isoformat(),
            "amount": round(chosen.random() * 100, 2),
            "shop": f"shop-{chosen.randrange(50)}",
        }
        lines += [json.dumps(event)] * (2 if chosen.random() < 0.01 else 1)
    return lines[:EVENTS]


def parsed(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def timed(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


@contextmanager
def fresh(folder: Path, kind: str, url: str) -> Iterator[FeatureView]:
    """Make a workspace with a view of one kind."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(dir=folder))
    if url:
        url = f"{url}?namespace={home.name}"
    with workspace.use(workspace.connect(home=home, online_url=url or None)):
        past = pa.table(
            {"card": ["old"], "at": ["2013-01-01T00:00:00Z"], "amount": [1.0], "shop": ["s"]}
        )
        aggregations = [
            Aggregation("count", windows=["1h", "1d", "30d"]),
            Aggregation("sum", "amount", windows=["1h", "1d", "30d"]),
            Aggregation("max", "amount", windows=["1h", "1d"]),
            Aggregation("top_k", "shop", windows=["1d"], k=3),
        ]
        yield feature_view(
            name="cards",
            entities=Entity("card", keys=["card"]),
            source=ingest(past, name="paid", time="at"),
            aggregations=aggregations if kind == "aggregated" else (),
        )


def streamed(folder: Path, kind: str, url: str, lines: list[str]) -> float:
    """Return the seconds that a stream takes for all events."""
    with fresh(folder, kind, url) as view:
        path = folder / "events.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines))
        made = stream(view, path, batch=BATCH)
        seconds = timed(lambda: made.run(caught_up=True))
        counts = made.status().counts
        if counts.read != EVENTS or counts.poisonous or counts.too_late:
            raise SystemExit(f"the stream did not take all events: {counts}")
        return seconds


def pushed(folder: Path, kind: str, url: str, lines: list[str]) -> float:
    """Return the seconds that pushes of the same events take."""
    with fresh(folder, kind, url) as view:
        rows = parsed(lines)
        batches = [rows[first : first + BATCH] for first in range(0, EVENTS, BATCH)]
        return timed(lambda: [push(view, batch) for batch in batches])


def readable(title: str, folder: Path, kind: str, url: str) -> Measure:
    """Measure from when an event is written to when it is read."""
    with fresh(folder, kind, url) as view:
        path = folder / "live.jsonl"
        path.write_text("")
        feature = "amount_sum_1h" if kind == "aggregated" else "amount"
        made = stream(view, path).start()
        readings = []
        for number in range(ASKED):
            time.sleep(0.03)
            now = datetime.now(UTC).isoformat()
            event = {"card": f"live-{number}", "at": now, "amount": 7.0, "shop": "s"}
            begin = perf_counter()
            with path.open("a") as file:
                file.write(f"{json.dumps(event)}\n")
            while _asked(view, event["card"]).get(feature) != 7.0:
                time.sleep(0.0005)
            readings.append(1000 * (perf_counter() - begin))
        made.stop()
    slowest = sorted(readings)[int(len(readings) * 0.95)]
    return Measure(f"{title}: until readable", tuple(readings), "ms", f"p95 {slowest:.0f} ms")


def _asked(view: FeatureView, card: object) -> dict[str, Any]:
    from workbench.core.errors import NotFound

    try:
        return online(view, {"card": card})[0]
    except NotFound:
        return {}  # the stream has not begun its table


if __name__ == "__main__":
    from tests.benchmarks.measuring import show

    show("streams", measure())
