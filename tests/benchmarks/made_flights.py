"""Flights made up by a seed, in Parquet files of a span each, as many as there is room for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.columns import Column, columns_of
from workbench.data.datasets.manifest import File
from workbench.data.datasets.sources import Part, Source, parquet_source

#: Bytes of a row in Arrow's memory, with its texts; and about so many in a file.
IN_MEMORY, STORED = 210, 80
GROUP_ROWS = 1 << 17

_CARRIERS = ["UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX", "FL", "AS", "F9", "YV"]


def made_flights(span: int, rows: int) -> pa.Table:
    """Return rows of one span: 20 columns of numbers, texts, times and truth values."""
    rng = np.random.default_rng(span)
    first = 1_356_998_400_000_000 + span * 86_400_000_000
    hours = np.sort(rng.integers(0, 86_400, rows)) * 1_000_000
    columns = {
        "id": np.arange(rows, dtype=np.int64) + span * rows,
        "at": pa.array(first + hours, pa.timestamp("us", "UTC")),
        "day": pa.array(np.full(rows, first // 86_400_000_000, np.int32), pa.date32()),
        "late": pa.array(rng.random(rows) < 0.2),
        "flight": rng.integers(1, 9000, rows),
        "seats": rng.integers(4, 450, rows),
        "price_cents": rng.gamma(3, 9000, rows).astype(np.int64),
        "carrier": _drawn(rng, _CARRIERS, rows),
        "tailnum": _drawn(rng, [f"N{number:05}" for number in range(4000)], rows),
        "route": _drawn(rng, [f"New York – destination {number}" for number in range(200)], rows),
        "notice": _drawn(rng, [f"Gate {n} has changed, see the board" for n in range(900)], rows),
    }
    for name, scale in (("dep_delay", 30), ("arr_delay", 40), ("taxi_out", 9), ("air_time", 60)):
        columns[name] = pa.array(
            rng.exponential(scale, rows).round() - scale // 5, mask=rng.random(rows) < 0.02
        )
    for name in ("temperature", "wind", "pressure", "humidity", "visibility"):
        columns[name] = rng.normal(len(name) + span / 100, 2, rows)
    return pa.table(columns)


def write_span(folder: Path, span: int, rows: int) -> Path:
    """Write a span's file, and return where it lies."""
    path = folder / f"{span:05}.parquet"
    pq.write_table(made_flights(span, rows), path, row_group_size=GROUP_ROWS)
    return path


def source_of(paths: list[Path]) -> Source:
    """Return the files' rows as those of one dataset, of a span a file."""
    schema = made_flights(0, 1).schema
    stored = {column: column.name for column in columns_of(schema)}
    parts = tuple(_part(path, stored) for path in paths)
    rows = sum(part.rows for part in parts)
    return replace(parquet_source("made", paths[0], stored), rows=rows, parts=parts)


def _part(path: Path, stored: dict[Column, str]) -> Part:
    (part,) = parquet_source(path.stem, path, stored).parts
    digest = hashlib.sha256(f"{path} {part.rows}".encode()).hexdigest()
    return replace(part, file=File(digest, part.rows, path.stat().st_size, "all", path.stem))


def _drawn(rng: np.random.Generator, words: list[str], rows: int) -> pa.Array:
    codes = pa.array(rng.integers(0, len(words), rows, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(words))
