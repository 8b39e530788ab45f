"""Writing a view's known rows, of whatever size, into the file that `known_files` reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.data.engine import quoted
from workbench.features.offline.keys import part_of, plain
from workbench.features.offline.known_rows import Layout, best_known, narrow
from workbench.features.offline.spilling import Parts, part_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq
    from duckdb import DuckDBPyConnection

#: Where the file says how many parts its keys are spread over, and the part of each row group.
PARTS = b"workbench.parts"
#: Rows to read of a source at a time.
BATCH = 1 << 18
_GROUP = 1 << 18
#: Parts of rows of which it is not known beforehand how many there are.
_UNKNOWN = 64
_MOST_PARTS = 256


def prepare(connection: DuckDBPyConnection, relation: str, layout: Layout, target: Path) -> int:
    """Write the rows of a relation that are ever the best known; as `write_known` does of tables.

    Parameters
    ----------
    connection : DuckDBPyConnection
    relation : str
        A table's name or a query in parentheses, as it stands after FROM.
    layout : Layout
    target : Path
    """
    # All columns: a name in SQL could be either of two that differ in case.
    taken = connection.sql(f"SELECT * FROM {relation}")
    spans = [
        f"epoch({quoted(name)}) AS {quoted(name)}"
        for name, kind in zip(taken.columns, taken.types, strict=True)
        if str(kind) == "INTERVAL"
    ]
    if spans:  # which Arrow does not write to Parquet: seconds do
        taken = connection.sql(f"SELECT * REPLACE ({', '.join(spans)}) FROM {relation}")
    reader = taken.to_arrow_reader(BATCH)
    return write_known(reader.schema, reader, layout, target)


def write_known(
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch | pa.Table],
    layout: Layout,
    target: Path,
    *,
    rows: int | None = None,
    memory: int | None = None,
) -> int:
    """Write the rows that are ever the best known to a Parquet file, and return their number.

    Its columns are ``k0…`` (the keys), ``f0…`` (the features), ``first`` (whether the row is its
    key's first) and, unless the rows are static, ``visible``, ``event`` and ``created`` (BIGINT).
    A key's rows lie together, by ``visible``. Rows beyond memory are spread by their keys over
    parts beside the file, and each part is worked on by itself; a row group holds rows of one part.

    Parameters
    ----------
    schema : pyarrow.Schema
    batches : iterable of pyarrow.RecordBatch or pyarrow.Table
        The source's rows, in its order.
    layout : Layout
    target : Path
    rows : int, optional
        How many there are, if that is known.
    memory : int, optional
        Bytes of rows to work on at a time; by default what `part_bytes` says.

    Raises
    ------
    InvalidInput
        If a key holds lists, or times are beyond what microseconds reach.
    """
    folder = target.with_name(f"{target.name}.parts")
    most = memory or part_bytes()
    held = [narrow(schema.empty_table(), layout)]
    parts: Parts | None = None
    size = seen = 0
    try:
        for batch in batches:
            held.append(narrow(batch, layout))
            size += held[-1].nbytes
            seen += batch.num_rows
            if size <= most or (parts is None and seen == rows):
                continue
            if parts is None:
                folder.mkdir()
                parts = Parts(folder, "rows", _count(size, most, seen, rows))
            _spread(parts, held, layout)
            held, size = [], 0
        with _Writer(target, 1 if parts is None else parts.count) as writer:
            if parts is None:
                writer.write(0, best_known(_whole(held), layout))
                return writer.rows
            _spread(parts, held, layout)
            parts.close()
            for part in range(parts.count):
                if (found := parts.read(part)) is not None:
                    writer.write(part, best_known(found, layout))
                    parts.delete(part)
            return writer.rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _whole(held: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(held)


def _count(size: int, most: int, seen: int, rows: int | None) -> int:
    """Return how many parts to make, by what `seen` rows take."""
    if rows is None:
        return _UNKNOWN
    return min(_MOST_PARTS, max(2, -(-size * rows // (seen * most))))


def _spread(parts: Parts, held: list[pa.Table], layout: Layout) -> None:
    for each in held:
        if each.num_rows:
            keys = [plain(each.column(f"k{place}")) for place in range(len(layout.keys))]
            parts.add(each, part_of(keys, parts.count))


class _Writer:
    """Writes parts one after another into a file that says which row group holds which."""

    def __init__(self, target: Path, parts: int) -> None:
        self._target = target
        self._parts = parts
        self._groups: list[int] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> _Writer:
        return self

    def write(self, part: int, rows: pa.Table) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            texts = [each.name for each in rows.schema if pa.types.is_string(each.type)]
            self._writer = pq.ParquetWriter(
                self._target,
                rows.schema,
                compression="lz4",
                use_dictionary=texts,
                write_statistics=False,
            )
        self._writer.write_table(rows, row_group_size=_GROUP)
        self._groups += [part] * max(1, -(-rows.num_rows // _GROUP))
        self.rows += rows.num_rows

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            said = json.dumps({"parts": self._parts, "groups": self._groups})
            self._writer.add_key_value_metadata({PARTS.decode(): said})
            self._writer.close()
