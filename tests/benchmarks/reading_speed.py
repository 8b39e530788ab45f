"""Reading a version of a dataset, beside DuckDB on bare Parquet files of the same rows."""

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
        data = ingest(table, name="flights", time="time_hour", span="month", key="flight")
        taken = time.perf_counter() - began
        bare = Path(folder) / "bare"
        bare.mkdir()
        with duckdb.connect() as connection:
            connection.from_arrow(table).write_parquet(str(bare / "0.parquet"))
        shape = f"{data.rows:,} rows × {len(data.columns)} columns, {len(data.spans)} spans"
        return [
            Measure("ingest", (data.rows / taken / 1e6,), "M rows/s", shape),
            *_pair("as Arrow", lambda _: data.to_arrow(), lambda r: r.to_arrow_table(), bare),
            *_pair("as pandas", lambda _: data.to_pandas(), lambda r: r.df(), bare),
            *_pair("summed", lambda c: _summed(data.relation(c)), _summed, bare),
        ]


def _pair(
    what: str, ours: Callable[[Any], Any], theirs: Callable[[Any], Any], bare: Path
) -> list[Measure]:
    mine, others = [], []
    with duckdb.connect() as connection:
        for _ in range(REPEATS):
            began = time.perf_counter()
            theirs(connection.read_parquet(str(bare / "*.parquet")))
            others.append(time.perf_counter() - began)
            began = time.perf_counter()
            ours(connection)
            mine.append(time.perf_counter() - began)
    read = Measure(f"a version {what}", tuple(mine))
    peer = Measure(f"DuckDB on bare files {what}", tuple(others))
    return [read, peer, ratio(f"DuckDB ÷ version, {what}", peer, read, "aim: at least 0.8")]


def _summed(relation: Any) -> Any:
    return relation.aggregate("carrier, sum(distance), avg(arr_delay)").fetchall()
