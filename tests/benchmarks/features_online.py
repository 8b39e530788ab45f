"""Fifty features of an entity from three views, read and pushed, beside Feast on the same stores.

The rows are made up by a seed: ten thousand entities with numbers and text. Both read in process
and return Python values, ours by `wb.online` with a feature service, Feast's by
`get_online_features(…).to_dict()`; both write 10,000 rows a call, ours by `wb.push`, Feast's by
`write_to_online_store`. Redis is a real server on this machine that keeps nothing on disk. A round
is a thousand reads of one entity and a hundred of a hundred; figures are the medians of five
rounds' medians and 99th percentiles.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.measuring import FEAST, Measure, output_of, ratio

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.definitions.views import FeatureService, FeatureView

ENTITIES, READS, ROUNDS = 10_000, 1000, 5
VIEWS = {"spend": 17, "visits": 17, "profile": 16}
_PEER = Path(__file__).with_name("peers_features_online.py")


def measure() -> list[Measure]:
    """Measure ours on both stores, then Feast on the same."""
    measures = []
    with tempfile.TemporaryDirectory() as folder, redis_server() as port:
        for view, width in VIEWS.items():
            write(Path(folder, f"{view}.parquet"), view, width)
        for title, url, peer in (
            ("SQLite", "", {"type": "sqlite", "path": "PLACE/online.db"}),
            (
                "Redis",
                f"redis://127.0.0.1:{port}/0",
                {"type": "redis", "connection_string": f"127.0.0.1:{port},db=1"},
            ),
        ):
            measures += _beside_feast(title, Path(folder), url, peer)
    return measures


def write(path: Path, view: str, width: int) -> None:
    """Write a view's rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(sum(map(ord, view)))
    columns = {
        "card": pa.array([f"card-{each}" for each in range(ENTITIES)]),
        "at": pa.array(
            [datetime.now(UTC) - timedelta(hours=1)] * ENTITIES, pa.timestamp("us", "UTC")
        ),
    }
    for place in range(width):
        numbers = generator.integers(0, 1000, ENTITIES)
        kinds = (generator.random(ENTITIES), numbers, [f"value {each % 50}" for each in numbers])
        columns[f"{view}_{place}"] = pa.array(kinds[place % 3])
    pq.write_table(pa.table(columns), path)


@contextmanager
def redis_server() -> Iterator[int]:
    """Run a Redis that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed; `make system-packages` installs it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as home:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            with socket.socket() as probe:
                while probe.connect_ex(("127.0.0.1", port)):
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait()


def _beside_feast(title: str, folder: Path, url: str, peer: dict[str, str]) -> list[Measure]:
    ours = _ours(folder, url)
    command = [str(FEAST), str(_PEER), str(folder), json.dumps(peer), str(READS), str(ROUNDS)]
    told = json.loads(output_of(command))
    feast = {
        "one": _percentile(told["one"], 0.5),
        "one, p99": _percentile(told["one"], 0.99),
        "hundred": _percentile(told["hundred"], 0.5),
        "rows": tuple(told["written"]),
    }
    aims = {"SQLite": "p99 under 0.2 ms", "Redis": "p99 under 1 ms"}
    version = f"Feast {told['version']}"
    ms, seen = 1000.0, {}
    for name, said in (
        ("one", "one entity, median"),
        ("one, p99", "one entity, p99"),
        ("hundred", "100 entities"),
    ):
        seen[name] = Measure(
            f"{title}: {said}", tuple(each * ms for each in ours[name]), "ms",
            {"one, p99": f"aim: {aims[title]}", "hundred": "aim: under 5 ms"}.get(name, ""),
        )  # fmt: skip
        seen[f"{name}, Feast"] = Measure(
            f"{title}: {said}", tuple(each * ms for each in feast[name]), "ms", version
        )
        seen[f"{name}, ratio"] = ratio(
            f"{title}: Feast ÷ ours, {said}", seen[f"{name}, Feast"], seen[name], "aim: over 3"
        )
    rows = Measure(f"{title}: push", ours["rows"], "rows/s", "aim: over 20,000")
    theirs = Measure(f"{title}: write_to_online_store", feast["rows"], "rows/s", version)
    return [
        *seen.values(),
        Measure(
            f"{title}: from push to value", tuple(each * ms for each in ours["seen"]), "ms",
            "one row; aim: under 100 ms",
        ),
        Measure(f"{title}: three views ÷ one, 50 features", ours["some"], "×"),
        Measure(f"{title}: ten views ÷ one, 50 features", ours["many"], "×"),
        Measure(f"{title}: ten views precomputed ÷ one", ours["precomputed"], "×"),
        rows,
        theirs,
        ratio(f"{title}: ours ÷ Feast, rows a second", rows, theirs),
    ]  # fmt: skip


def _ours(folder: Path, url: str) -> dict[str, tuple[float, ...]]:
    import pyarrow.parquet as pq

    import workbench as wb
    from workbench import workspace

    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in VIEWS}
    with tempfile.TemporaryDirectory() as home, workspace.use(workspace.current()):
        wb.connect(home=home, online_url=url or None)
        views = [_view(name, table) for name, table in tables.items()]
        service = wb.feature_service("fifty", views)
        wb.materialize(service)
        cards = tables["spend"]["card"].to_pylist()
        one, hundred = _rounds(service, cards, 1, READS), _rounds(service, cards, 100, READS // 10)
        newest = datetime.now(UTC)
        written = []
        for view, table in zip(views, tables.values(), strict=True):
            times = [newest] * len(table)
            rows = table.set_column(1, "at", [times])
            start = perf_counter()
            wb.push(view, rows)
            written.append(len(table) / (perf_counter() - start))
        seen = tuple(_seen(views[0], tables["spend"].slice(place, 1)) for place in range(100))
        narrow, three, wide = (_split(tables, count) for count in (1, 3, 10))
        ones, threes, tens = (_rounds(each, cards, 1, READS) for each in (narrow, three, wide))
        wb.materialize(wide, precompute=True)
        whole = _rounds(wide, cards, 1, READS)
    return {
        "one": _percentile(one, 0.5),
        "one, p99": _percentile(one, 0.99),
        "hundred": _percentile(hundred, 0.5),
        "rows": tuple(written),
        "seen": seen,
        "some": _over(threes, ones),
        "many": _over(tens, ones),
        "precomputed": _over(whole, ones),
    }


def _view(name: str, table: pa.Table) -> FeatureView:
    import workbench as wb

    source = wb.ingest(table, name=name, time="at")
    return wb.feature_view(entities=wb.Entity("card"), source=source, ttl=timedelta(days=30))


def _split(tables: dict[str, pa.Table], count: int) -> FeatureService:
    """Return a service of the same fifty features, spread over some views."""
    import pyarrow as pa

    import workbench as wb

    columns = {
        name: column
        for table in tables.values()
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    features = [name for name in columns if name not in ("card", "at")]
    parts = [features[place::count] for place in range(count)]
    keys = {name: columns[name] for name in ("card", "at")}
    views = [
        _view(f"part_{count}_{place}", pa.table(keys | {name: columns[name] for name in part}))
        for place, part in enumerate(parts)
    ]
    wb.materialize(views)
    return wb.feature_service(f"over_{count}", views)


def _seen(view: FeatureView, row: pa.Table) -> float:
    """Return how long it takes from a push until its value is read."""
    import workbench as wb

    number = random.randrange(2**40)
    rows = row.set_column(1, "at", [[datetime.now(UTC)]]).set_column(3, "spend_1", [[number]])
    card = row["card"][0].as_py()
    start = perf_counter()
    wb.push(view, rows)
    while wb.online(view, {"card": card})[0]["spend_1"] != number:
        pass
    return perf_counter() - start


def _rounds(service: FeatureService, cards: list[str], count: int, reads: int) -> list[list[float]]:
    import workbench as wb

    def asked() -> float:
        entities = [{"card": each} for each in random.sample(cards, count)]
        start = perf_counter()
        found = wb.online(service, entities)
        took = perf_counter() - start
        if None in found[0].values():
            raise SystemExit(f"{entities[0]} has no features")
        return took

    asked()
    return [[asked() for _ in range(reads)] for _ in range(ROUNDS)]


def _percentile(rounds: list[list[float]], share: float) -> tuple[float, ...]:
    return tuple(sorted(each)[int(len(each) * share)] for each in rounds)


def _over(above: list[list[float]], below: list[list[float]]) -> tuple[float, ...]:
    """Return, by round, how many times the median of one is that of the other."""
    pairs = zip(_percentile(above, 0.5), _percentile(below, 0.5), strict=True)
    return tuple(one / other for one, other in pairs)
