"""Reading a version's Parquet files: several at once into one table, or one by one in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq


def load(paths: Sequence[str], schema: pa.Schema) -> pa.Table:
    """Return the rows of files, in order, with the columns of `schema`.

    A span is often a small file, which one thread reads as fast as several do: so there is one for
    each of several files at once. Arrow divides a large file by its columns.
    """
    with ThreadPoolExecutor(pa.cpu_count()) as threads:
        tables = list(threads.map(lambda path: _read(path, schema.names), paths))
    return pa.concat_tables(tables or [schema.empty_table()])


def load_batches(paths: Sequence[str], columns: Sequence[str], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of files, in order, as tables of at most about `rows` rows."""
    for path in paths:
        # Buffered ahead, all of a file would lie in memory.
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(rows, columns=columns):
                yield pa.Table.from_batches([batch]).select(columns)


def _read(path: str, columns: Sequence[str]) -> pa.Table:
    # Parquet reads columns in its own order, and a field of a struct for a name that holds a point.
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns).select(columns)
