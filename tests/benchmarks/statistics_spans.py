"""A new span merged into a year of them, beside a pass over all of their rows."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.made_flights import source_of, write_span
from tests.benchmarks.measuring import Measure, ratio
from workbench import workspace
from workbench.data.datasets.sources import Source
from workbench.data.statistics import describe_source

DAYS, ROWS, ROUNDS = 365, 20_000, 5


def measure() -> list[Measure]:
    """Read a year from nothing, then add one day after another."""
    with tempfile.TemporaryDirectory() as folder:
        place = workspace.connect(home=Path(folder) / "home")
        kept = place.home / "cache" / "parts"
        paths = [write_span(Path(folder), day, ROWS) for day in range(DAYS + ROUNDS)]
        whole, again = [], []
        year = source_of(paths[:DAYS])
        for _ in range(ROUNDS):
            shutil.rmtree(kept, ignore_errors=True)
            whole.append(_timed(year))
            again.append(_timed(year))
        added = [_timed(source_of(paths[: DAYS + day])) for day in range(1, ROUNDS + 1)]
        size = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
        data = sum(path.stat().st_size for path in paths)
    shape = f"{DAYS} days of {ROWS:,} rows × {len(year.columns)} columns"
    full = Measure("all of a year's files", tuple(whole), note=shape)
    span = Measure("one more day", tuple(added), note="the year's figures are kept")
    return [
        full,
        Measure("the year again", tuple(again), note="nothing is read"),
        span,
        ratio("one more day ÷ all", span, full, "aim: under 0.05"),
        Measure("kept", (size / data,), "×", f"of the files' {data / 1e6:,.0f} MB"),
    ]


def _timed(source: Source) -> float:
    start = perf_counter()
    figures, *_ = describe_source(source)
    seconds = perf_counter() - start
    if figures.rows != source.rows:
        raise RuntimeError(f"{figures.rows} rows were counted of {source.rows}")
    return seconds
