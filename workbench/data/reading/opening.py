"""Opening a source: which reader reads it, as which types, and what becomes of wrong rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.reading.bad_rows import BadRows, Policy
from workbench.data.reading.blocks import MOST, Reading, slices
from workbench.data.reading.conversion import Conversion, wanted_types
from workbench.data.reading.files import read_files
from workbench.data.reading.frames import read_frame
from workbench.data.reading.images import Images, read_images
from workbench.data.reading.queries import Query, read_query
from workbench.data.reading.rows import Rows

#: Bytes of a table of rows, about, at most.
_SIZE = 64 << 20


@dataclass(frozen=True)
class SourceTable:
    """A source that was read.

    Attributes
    ----------
    table : pyarrow.Table
    source : dict
        Where it came from, as JSON: its type, and its paths if it has any.
    assumed_utc : tuple of str
        Columns whose times had no zone and were taken as UTC.
    """

    table: pa.Table
    source: dict[str, Any]
    assumed_utc: tuple[str, ...] = ()


def open_rows(
    source: object,
    types: Mapping[str, str] | None = None,
    *,
    bad_rows: Policy = "error",
    storage_options: Mapping[str, Any] | None = None,
    partitions: bool = False,
) -> Rows:
    """Open a source whose rows are read table by table, as often as wanted.

    Parameters
    ----------
    source : frame, table, path, or list of paths
    types : mapping of str to str, optional
        Types to read columns as, by name: one of `TYPES`.
    bad_rows : "error", "set_aside" or int
        What to do with a row that cannot be read: raise an error that names it, set all such rows
        aside, or at most so many.
    storage_options : mapping, optional
        For the file system that opens a URL, as fsspec takes them.
    partitions : bool
        Whether folders named like ``year=2013`` are columns.

    Raises
    ------
    NotFound
        If a file is missing.
    InvalidInput
        If the source cannot be read, or a column has no usable name or a type that cannot be kept.
        What is wrong with a row is raised while its table is read.
    Unavailable
        If a place does not answer or refuses, or a package that reads the source is not installed.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = open_rows(pa.table({"delay": ["1", "soon"]}), {"delay": "int64"}, bad_rows=10)
    >>> [each.num_rows for each in rows.tables()], rows.bad.to_arrow()["value"].to_pylist()
    ([1], ['soon'])
    """
    wanted = wanted_types(types or {})
    bad = BadRows(bad_rows)
    reading = _reading(source, wanted, bad, storage_options, partitions)
    conversion = Conversion(reading.schema, wanted)
    assumed: set[str] = set()

    def tables() -> Iterator[pa.Table]:
        bad.clear()
        yield from _gathered(conversion(block, bad, assumed) for block in reading.blocks(bad))

    return Rows(conversion.schema, tables, reading.source, reading.rows, assumed, bad)


def rows_of(
    table: pa.Table, *, source: dict[str, Any] | None = None, assumed_utc: Iterable[str] = ()
) -> Rows:
    """Return the rows of a table whose types datasets keep.

    Examples
    --------
    >>> rows = rows_of(pa.table({"delay": [1, 2]}))
    >>> rows.rows, [each.num_rows for each in rows.tables()]
    (2, [2])
    """
    origin = {"type": "arrow"} if source is None else source

    def tables() -> Iterator[pa.Table]:
        return (each.table for each in slices(table))

    return Rows(table.schema, tables, origin, table.num_rows, set(assumed_utc))


def read_source(source: object, types: Mapping[str, str] | None = None) -> SourceTable:
    """Read a source whole, into memory; as `open_rows`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_source(pa.table({"delay": [1, 2]})).table.num_rows
    2
    """
    rows = open_rows(source, types)
    table = pa.concat_tables([rows.schema.empty_table(), *rows.tables()])
    return SourceTable(table, rows.source, tuple(sorted(rows.assumed_utc)))


def _reading(
    source: object,
    wanted: Mapping[str, pa.DataType],
    bad: BadRows,
    options: Mapping[str, Any] | None,
    partitions: bool,
) -> Reading:
    if isinstance(source, (str, Path)) or (
        isinstance(source, (list, tuple)) and source and isinstance(source[0], (str, Path))
    ):
        return read_files(source, wanted, bad, options=options, partitions=partitions)
    if isinstance(source, Query):
        return read_query(source, bad)
    if isinstance(source, Images):
        return read_images(source, wanted, bad)
    if (reading := read_frame(source, wanted)) is not None:
        return reading
    raise InvalidInput(
        f"a {type(source).__name__} is no source of rows",
        hint="give a pandas, polars or Arrow table, a DuckDB relation, a query, or the path of "
        "CSV, Parquet, JSON lines, TFRecord or text files",
    )


def _gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Put small tables together, which cost less to work on, up to about a million rows."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        if waiting and (rows + table.num_rows > MOST or size > _SIZE):
            yield pa.concat_tables(waiting)
            waiting, rows, size = [], 0, 0
        waiting.append(table)
        rows += table.num_rows
        size += table.nbytes
    if rows:
        yield pa.concat_tables(waiting)
