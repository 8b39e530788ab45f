"""A training set of a million rows and three views, beside Feast's and DuckDB's own joins.

The rows are made up by a seed and lie in Parquet: a million in the spine, two million a view, over
ten thousand keys. *In order*: rows were known when they happened. *Late*: each became known about a
day afterwards, so that many arrive after a fresher one; Feast has no such join, and takes the time
of creation for ties alone. Ours is the whole `wb.training_set`, which reads the spine, joins,
stores the result as a dataset and records it: *cold*, with the views' rows still to be prepared, as
after new data, and *warm*, again. DuckDB's are its bare `ASOF` joins over the same files.

Feast takes minutes and many gigabytes at full size: by default it is run, and ours again, on a
tenth of the rows and of the keys; `make bench ARGS=features-training-large` runs it once in full,
and joins a spine to a hundred million rows under a memory cap ten times smaller than they are.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.measuring import FEAST, ROOT, Measure, output_of, ratio, show

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

SPINE, ROWS, KEYS, VIEWS = 1_000_000, 2_000_000, 10_000, 3
ROUNDS = 5
YEAR, BEGAN = 365 * 86_400, 1_400_000_000
#: Rows of the source that does not fit into memory, and how many are made at a time.
MANY, STEP = 100_000_000, 2_000_000


def measure() -> list[Measure]:
    """Measure ours and DuckDB's joins in full, then ours and Feast's on a tenth."""
    measures = []
    for title, keys, late in (
        ("in order", "int", False),
        ("in order, text keys", "text", False),
        ("late", "int", True),
    ):
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), keys=keys, late=late)
            measures += _ours(Path(folder), title, late=late)
    for title, late in (("a tenth, in order", False), ("a tenth, late", True)):
        measures += _beside_feast(title, 0.1, ROUNDS, late=late)
    return measures


def measure_large() -> list[Measure]:
    """Measure Feast in full, and a join beyond memory."""
    full = [
        each
        for title, late in (("in order", False), ("late", True))
        for each in _beside_feast(title, 1.0, 1, late=late)
    ]
    return [*full, *_beyond_memory()]


def make(folder: Path, share: float = 1.0, *, keys: str = "int", late: bool = False) -> None:
    """Write a spine and three views' rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(0)
    count, rows, distinct = (int(each * share) for each in (SPINE, ROWS, KEYS))

    def key(size: int) -> pa.Array:
        numbers = random.integers(0, distinct, size)
        return pa.array(numbers if keys == "int" else [f"user-{each}" for each in numbers])

    spine = {"key": key(count), "at": _times(random.integers(0, YEAR, count))}
    pq.write_table(pa.table(spine), folder / "spine.parquet")
    for view in range(VIEWS):
        event = np.sort(random.integers(0, YEAR, rows))
        created = event
        if late:
            created = event + random.exponential(86_400, rows).astype(np.int64)
            order = np.argsort(created)
            event, created = event[order], created[order]
        columns = {"key": key(rows), "event": _times(event), "created": _times(created)}
        columns |= {f"view{view}_{each}": pa.array(random.random(rows)) for each in "abc"}
        pq.write_table(pa.table(columns), folder / f"view{view}.parquet")


def _times(seconds: npt.NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array((seconds + BEGAN) * 1_000_000).cast(pa.timestamp("us", "UTC"))


def _ours(folder: Path, title: str, *, late: bool) -> list[Measure]:
    told = _in_a_process(folder, ROUNDS)
    cold, warm = (Measure(f"{title}: {each}", tuple(told[each])) for each in ("cold", "warm"))
    rate = Measure(f"{title}: rows a second, warm", (SPINE / warm.median,), "/s")
    if late:
        return [cold, warm, rate]
    bare = Measure(f"{title}: bare ASOF joins", tuple(told["bare"]), note="DuckDB")
    return [
        cold,
        warm,
        rate,
        bare,
        ratio(f"{title}: cold ÷ bare joins", cold, bare, "aim: under 2"),
        ratio(f"{title}: warm ÷ bare joins", warm, bare, "aim: under 2"),
    ]


def _beside_feast(title: str, share: float, rounds: int, *, late: bool) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), share, late=late)
        told = _in_a_process(Path(folder), ROUNDS)
        script = ROOT / "tests" / "benchmarks" / "peers_features.py"
        printed = output_of([FEAST, script, folder, str(rounds)])
        theirs = json.loads(printed.splitlines()[-1])
    if theirs["rows"] != int(SPINE * share):
        raise RuntimeError(f"Feast gave {theirs['rows']:,} rows")
    note = f"Feast {theirs['version']} on DuckDB, {rounds} runs"
    feast = Measure(f"{title}: Feast", tuple(theirs["seconds"]), note=note)
    aim = f"aim: over {30 if late else 100}, in full"
    cold, warm = (Measure(f"{title}: {each}", tuple(told[each])) for each in ("cold", "warm"))
    return [
        cold,
        warm,
        feast,
        ratio(f"{title}: Feast ÷ cold", feast, cold, aim),
        ratio(f"{title}: Feast ÷ warm", feast, warm, aim),
    ]


def _in_a_process(folder: Path, rounds: int) -> dict[str, list[float]]:
    code = f"from tests.benchmarks import features_training as f; f.run({str(folder)!r}, {rounds})"
    told: dict[str, list[float]] = json.loads(
        output_of([sys.executable, "-c", code], cwd=ROOT).splitlines()[-1]
    )
    return told


def run(folder: str, rounds: int) -> None:
    """Make training sets of a folder's spine and views, and print what each took, as JSON."""
    import workbench as wb

    files = sorted(Path(folder).glob("view*.parquet"))
    seconds: dict[str, list[float]] = {"cold": [], "warm": [], "bare": []}
    with tempfile.TemporaryDirectory() as home:
        place = wb.connect(home=home)
        spine = wb.ingest(f"{folder}/spine.parquet", name="spine", time="at")
        entity = wb.Entity("key", keys=["key"])
        views = []
        for path in files:
            wb.ingest(str(path), name=path.stem, time="event", created="created")
            views.append(wb.feature_view(name=path.stem, entities=[entity], source=path.stem))
        wb.training_set(spine, views, name="made")  # loads libraries
        for _ in range(rounds):
            shutil.rmtree(place.home / "cache" / "features")
            for what in ("cold", "warm"):
                made = _timed(lambda: wb.training_set(spine, views, name="made"), seconds[what])
                if made.rows != spine.rows:
                    raise RuntimeError(f"{made.rows:,} rows")
            _timed(lambda: _bare(Path(folder), files), seconds["bare"])
    print(json.dumps(seconds))


def _bare(folder: Path, files: list[Path]) -> None:
    import duckdb

    spine = f"read_parquet('{folder}/spine.parquet')"
    with duckdb.connect() as connection:
        for path in files:
            columns = ", ".join(f"{path.stem}_{each}" for each in "abc")
            connection.sql(
                f"SELECT s.*, {columns} FROM {spine} s ASOF LEFT JOIN read_parquet('{path}') f "
                "ON s.key = f.key AND s.at >= f.event"
            ).to_arrow_table()


def _timed(work: Callable[[], Any], seconds: list[float]) -> Any:
    start = time.perf_counter()
    result = work()
    seconds.append(time.perf_counter() - start)
    return result


def _beyond_memory(rows: int = MANY, least: int = 0) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        size = int(_apart("make_many", folder, rows))
        cap = max(size // 10, least)
        prepared, joined = json.loads(_apart("run_many", folder, cap))
    note = f"{size / 1e9:.1f} GB of rows, under a cap of {cap / 1e9:.2f} GB"
    return [
        Measure(f"beyond memory: {rows:,} rows prepared", (prepared,), note=note),
        Measure(f"beyond memory: {rows // 10:,} rows joined to them", (joined,), note=note),
        Measure("beyond memory: rows a second, both", (rows / (prepared + joined),), "/s"),
    ]


def _apart(function: str, folder: str, number: int) -> str:
    code = (
        f"from tests.benchmarks import features_training as f; f.{function}({folder!r}, {number})"
    )
    return output_of([sys.executable, "-c", code], cwd=ROOT).splitlines()[-1]


def make_many(folder: str, rows: int) -> None:
    """Ingest a spine and many late rows, file by file, and print their size in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    import workbench as wb

    random = np.random.default_rng(0)
    size = 0
    for start in range(0, rows, STEP):
        event = np.sort(random.integers(0, YEAR * STEP // rows, STEP)) + YEAR * start // rows
        created = event + random.exponential(3600, STEP).astype(np.int64)
        columns = {"key": pa.array(random.integers(0, rows // 100, STEP))}
        columns |= {"event": _times(event), "created": _times(created)}
        columns |= {each: pa.array(random.random(STEP)) for each in "abcdef"}
        table = pa.table(columns)
        size += table.nbytes
        pq.write_table(table, f"{folder}/many-{start // STEP:04}.parquet")
    keys, times = random.integers(0, [[rows // 100], [YEAR]], (2, rows // 10))
    wb.connect(home=f"{folder}/home")
    wb.ingest(pa.table({"key": keys, "at": _times(times)}), name="spine", time="at")
    wb.ingest(f"{folder}/many-*.parquet", name="many", time="event", created="created")
    few = pa.table({"key": [1], "event": _times(np.ones(1, np.int64)), "a": [1.0]})
    wb.ingest(few, name="few", time="event")
    for each in Path(folder).glob("many-*.parquet"):
        each.unlink()
    print(size)


def run_many(folder: str, cap: int) -> None:
    """Join that spine to those rows under a cap, and print the seconds of both steps."""
    resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))
    import workbench as wb
    from workbench.features.offline.cache import known_rows

    wb.connect(home=f"{folder}/home")
    entity = wb.Entity("key", keys=["key"])
    few = wb.feature_view(name="few", entities=[entity], source="few")
    wb.training_set("few", few, name="made", time="event")  # loads libraries
    view = wb.feature_view(name="many", entities=[entity], source="many")
    seconds: list[float] = []
    _timed(lambda: known_rows(view), seconds)
    made = _timed(lambda: wb.training_set("spine", view, name="made"), seconds)
    if made.rows != wb.dataset("spine").rows:
        raise RuntimeError(f"{made.rows:,} rows")
    print(json.dumps(seconds))


if __name__ == "__main__":
    asked = list(map(int, sys.argv[1:]))
    show("features-training", _beyond_memory(*asked) if asked else measure())
