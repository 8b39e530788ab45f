"""Reading a version of a dataset, beside DuckDB on bare Parquet files of the same rows.

A version in few spans is held against one bare file; one in many against as many: the version's
own, read by DuckDB alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.benchmarks.measuring import Measure, ratio
from workbench import workspace
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.samples import nycflights13

TIMES = 10
REPEATS = 7


def measure() -> list[Measure]:
    """Measure in a workspace of its own, the two taking turns."""
    with tempfile.TemporaryDirectory() as folder, workspace.use(workspace.current()):
        workspace.connect(home=Path(folder) / "home")
        table = pa.Table.from_pandas(nycflights13("flights"), preserve_index=False)
        table = pa.concat_tables([table] * TIMES)
        began = time.perf_counter()
        months = ingest(table, name="months", time="time_hour", span="month", key="flight")
        taken = time.perf_counter() - began
        days = ingest(table, name="days", time="time_hour", span="day", key="flight")
        bare = Path(folder) / "bare.parquet"
        with duckdb.connect() as connection:
            connection.from_arrow(table).write_parquet(str(bare))
        shape = f"{months.rows:,} rows × {len(months.columns)} columns, {len(months.spans)} spans"
        return [
            Measure("ingest", (months.rows / taken / 1e6,), "M rows/s", shape),
            *_read(months, "a version", [str(bare)], "a bare file"),
            *_read(days, f"{len(days.files)} files", days.paths(), "the same files"),
        ]


def _read(data: Dataset, version: str, paths: list[str], bare: str) -> list[Measure]:
    return [
        *_pair(version, bare, "as Arrow", lambda _: data.to_arrow(), _arrow, paths),
        *_pair(version, bare, "as pandas", lambda _: data.to_pandas(), lambda r: r.df(), paths),
        *_pair(version, bare, "summed", lambda c: _summed(data.relation(c)), _summed, paths),
    ]


def _pair(
    version: str,
    bare: str,
    what: str,
    ours: Callable[[Any], Any],
    theirs: Callable[[Any], Any],
    paths: list[str],
) -> list[Measure]:
    mine, others = [], []
    with duckdb.connect() as connection:
        for _ in range(REPEATS):
            began = time.perf_counter()
            theirs(connection.read_parquet(paths))
            others.append(time.perf_counter() - began)
            began = time.perf_counter()
            ours(connection)
            mine.append(time.perf_counter() - began)
    read = Measure(f"{version} {what}", tuple(mine))
    peer = Measure(f"DuckDB on {bare} {what}", tuple(others))
    return [read, peer, ratio(f"DuckDB ÷ {version}, {what}", peer, read, "aim: at least 0.8")]


def _arrow(relation: Any) -> Any:
    return relation.to_arrow_table()


def _summed(relation: Any) -> Any:
    return relation.aggregate("carrier, sum(distance), avg(arr_delay)").fetchall()
