"""Sliding windows from an hour to a year, over ten million events: what their length costs.

Training: a million instants are answered for, by the features' own join. Beside it stands what one
would write in DuckDB, a window frame over events and instants put together. Serving: one key's row
is read at an instant, when each tile of its windows holds events.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from tests.benchmarks.measuring import Measure, ratio
from workbench import workspace
from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.offline.known_rows import Layout
from workbench.features.offline.known_writing import write_known
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.features.windows.layout import layout_of
from workbench.features.windows.packed import Tiles, add_events, pack, read

EVENTS, INSTANTS, CARDS = 10_000_000, 1_000_000, 2_000
WINDOWS = ("1h", "1d", "7d", "30d", "90d", "365d")
FUNCTIONS = ("count", "sum", "mean", "std", "min", "max")
REPEATS = 5
SECOND = 1_000_000
DAY = 86_400 * SECOND
START = 1_600_000_000 * SECOND
FRAME = """
SELECT key, "at", sum(amount) OVER (
    PARTITION BY key ORDER BY "at" RANGE BETWEEN {length} PRECEDING AND CURRENT ROW
) AS total, is_event
FROM (
    SELECT key, "at", amount, true AS is_event FROM events
    UNION ALL SELECT key, "at", NULL, false FROM instants
)
"""


def measure() -> list[Measure]:
    """Measure in a workspace of its own, windows taking turns."""
    with tempfile.TemporaryDirectory() as folder, workspace.use(workspace.current()):
        workspace.connect(home=Path(folder) / "home")
        rng = np.random.default_rng(7)
        events = {
            "key": rng.integers(0, CARDS, EVENTS),
            "at": START + rng.integers(0, 500 * DAY, EVENTS),
            "amount": rng.exponential(50.0, EVENTS),
        }
        instants = pa.table(
            {
                "key": rng.integers(0, CARDS, INSTANTS),
                "at": pa.array(START + rng.integers(370 * DAY, 500 * DAY, INSTANTS)),
            }
        )
        late = events["at"] + np.where(
            rng.random(EVENTS) < 0.1, rng.integers(0, 3 * DAY, EVENTS), 0
        )
        return [
            *_training(Path(folder) / "a.parquet", events, events["at"], instants, "in order"),
            *_training(Path(folder) / "b.parquet", events, late, instants, "10% up to 3 days late"),
            *_frames(pa.table(events), instants),
            *_serving(),
        ]


def _training(
    path: Path,
    events: dict[str, np.ndarray],
    created: np.ndarray,
    instants: pa.Table,
    order: str,
) -> list[Measure]:
    utc = pa.timestamp("us", "UTC")
    table = pa.table(
        {**events, "at": pa.array(events["at"], utc), "created": pa.array(created, utc)}
    )
    began = time.perf_counter()
    write_known(
        table.schema,
        table.to_batches(max_chunksize=1 << 20),
        Layout(["key"], ["amount"], "at", "created", every=True),
        path,
        rows=EVENTS,
    )
    prepared = Measure(f"prepare, {order}", (time.perf_counter() - began,), note="once a version")
    spine = instants.set_column(1, "at", instants["at"].cast(utc))
    readings: dict[str, list[float]] = {each: [] for each in WINDOWS}
    for _ in range(REPEATS):
        for window in WINDOWS:
            lookup = Lookup(
                "cards",
                path,
                [Column("key", "int64")],
                dict(enumerate(FUNCTIONS)),
                static=False,
                aggregations=tuple(
                    Aggregation(each, "amount", windows=window)  # type: ignore[arg-type]
                    for each in FUNCTIONS
                ),
            )
            began = time.perf_counter()
            Joiner("at", [lookup]).join(spine)
            readings[window].append(time.perf_counter() - began)
    shape = f"{len(FUNCTIONS)} functions, {EVENTS:,} events, {INSTANTS:,} instants"
    found = {
        each: Measure(f"{each}, {order}", tuple(readings[each]), note=shape) for each in WINDOWS
    }
    return [
        prepared,
        *found.values(),
        ratio(f"365d ÷ 1h, {order}", found["365d"], found["1h"], "aim: at most 2"),
    ]


def _frames(events: pa.Table, instants: pa.Table) -> list[Measure]:
    """Measure one sum alone: six would be six frames."""
    found = []
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("events", events)
        connection.register("instants", instants)
        for window, length in (("1h", 3600 * SECOND), ("365d", 365 * DAY)):
            readings = []
            for _ in range(3):
                began = time.perf_counter()
                connection.execute(
                    'CREATE OR REPLACE TEMP TABLE found AS SELECT key, "at", total FROM '
                    f"({FRAME.format(length=length)}) WHERE NOT is_event"
                )
                readings.append(time.perf_counter() - began)
            found.append(Measure(f"DuckDB's frame, {window}", tuple(readings), note="1 sum"))
    return [*found, ratio("DuckDB's frame, 365d ÷ 1h", found[1], found[0])]


def _serving() -> list[Measure]:
    now = START + 500 * DAY
    found = []
    for window in WINDOWS:
        layout = layout_of(
            [Aggregation(each, "x", windows=window) for each in FUNCTIONS],  # type: ignore[arg-type]
            [Column("x", "float64")],
        )
        tiles = Tiles(layout)
        (series,) = layout.series
        times = range(now - series.kept, now, series.tile)
        add_events(tiles, [(each, each, (1.5,)) for each in times], now)
        row = pack(tiles)
        readings = []
        for _ in range(5_000):
            began = time.perf_counter()
            read(row, layout, now)
            readings.append((time.perf_counter() - began) * 1e6)
        low, high = (statistics.quantiles(readings, n=100)[each] for each in (49, 98))
        note = f"p50 {low:.1f}, p99 {high:.1f}; {len(times)} tiles, {len(row):,} bytes"
        found.append(Measure(f"read {len(FUNCTIONS)} features, {window}", (low,), "µs", note))
    return [*found, ratio("read 365d ÷ 1h", found[-1], found[0], "aim: at most 2")]
