"""Writing rows into few large Parquet files, one series of them for each span and split.

Rows wait in memory until they fill a row group. What waits, all series together, is bounded; so is
the number of files that are open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.datasets.manifest import File
from workbench.storage import Blob

GROUP_ROWS = 1 << 17
GROUP_BYTES = 1 << 26
FILE_GROUPS = 32
WAITING_BYTES = 1 << 28
OPEN_FILES = 128
#: A column of more distinct values in a row group is stored plain. An open file keeps its last
#: column's dictionary in memory, ten times as large as it is stored.
DICTIONARY_BYTES = 1 << 18


@dataclass
class _Series:
    """The files of one span and split; the last one is open."""

    waiting: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    writer: pq.ParquetWriter | None = None
    path: Path | None = None
    written: int = 0


class Packer:
    """Takes tables, gives files.

    Parameters
    ----------
    folder : Path
        For the file that is being written.
    schema : pyarrow.Schema
    store : callable
        Takes a finished file away and returns what it is stored as.
    """

    def __init__(self, folder: Path, schema: pa.Schema, store: Callable[[Path], Blob]) -> None:
        self._folder = folder
        self._schema = schema
        self._store = store
        self._series: dict[tuple[str, str], _Series] = {}
        self._files: list[File] = []
        self._group = 0
        self._waiting = 0
        self._made = 0

    def add(self, split: str, span: str, table: pa.Table) -> None:
        """Take rows; they may wait in memory."""
        if not self._group:
            self._group = _group_rows(table)
        series = self._series.setdefault((split, span), _Series())
        series.waiting.append(table)
        series.rows += table.num_rows
        self._waiting += table.nbytes
        if series.rows >= self._group:
            self._write(split, span, series, whole=True)
        if self._waiting > WAITING_BYTES:
            largest = max(self._series, key=lambda each: self._series[each].rows)
            self._write(*largest, self._series[largest], whole=False)

    def close(self) -> list[File]:
        """Write what waits and return all files, in the order that their series began."""
        for (split, span), series in self._series.items():
            self._write(split, span, series, whole=False)
            self._finish(split, span, series)
        begun = {series: place for place, series in enumerate(self._series)}
        return sorted(self._files, key=lambda each: begun[each.split, each.span])

    def _write(self, split: str, span: str, series: _Series, *, whole: bool) -> None:
        """Write waiting rows as row groups; with `whole`, only as many as fill them."""
        if not series.rows:
            return
        table = pa.concat_tables(series.waiting)
        self._waiting -= table.nbytes
        count = table.num_rows - table.num_rows % self._group if whole else table.num_rows
        for start in range(0, count, self._group):
            # In one chunk, so that equal rows make equal bytes however they arrived.
            piece = table.slice(start, min(self._group, count - start)).combine_chunks()
            self._open(series).write_table(piece, row_group_size=self._group)
            series.written += piece.num_rows
            if series.written >= self._group * FILE_GROUPS:
                self._finish(split, span, series)
        # Copied: a slice would keep all the rows around it in memory.
        rest = table.take(pa.array(np.arange(count, table.num_rows)))
        series.waiting = [rest] if rest.num_rows else []
        series.rows = rest.num_rows
        self._waiting += rest.nbytes

    def _open(self, series: _Series) -> pq.ParquetWriter:
        if series.writer is None:
            opened = [each for each in self._series.items() if each[1].writer is not None]
            if len(opened) >= OPEN_FILES:
                (split, span), oldest = opened[0]
                self._finish(split, span, oldest)
            series.path = self._folder / f"{self._made}.parquet"
            self._made += 1
            # Zstandard takes a tenth less room of flights, and a third more time to read.
            series.writer = pq.ParquetWriter(
                series.path,
                self._schema,
                compression="snappy",
                dictionary_pagesize_limit=DICTIONARY_BYTES,
            )
        return series.writer

    def _finish(self, split: str, span: str, series: _Series) -> None:
        if series.writer is None or series.path is None:
            return
        series.writer.close()
        blob = self._store(series.path)
        self._files.append(File(blob.digest, series.written, blob.size, split, span))
        series.writer, series.path, series.written = None, None, 0


def _group_rows(table: pa.Table) -> int:
    """Return how many rows like these make a row group, a power of two: fewer of a wide table."""
    each = max(table.nbytes // max(table.num_rows, 1), 1)
    fitting = max(GROUP_BYTES // each, 1024)
    return int(min(GROUP_ROWS, 1 << (fitting.bit_length() - 1)))
