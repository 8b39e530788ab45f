"""Whatever holds rows, by column or in batches: a dataset's files, a frame, an Arrow table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column, check_column, columns_of
from workbench.data.datasets.dataset import Dataset, dataset
from workbench.data.datasets.manifest import File
from workbench.data.reading import read_source

if TYPE_CHECKING:
    from workbench.metadata import Artifact

BATCH = 1 << 20


@dataclass(frozen=True)
class Part:
    """Rows that lie together: a file of a dataset, or all of a frame.

    Attributes
    ----------
    rows : int
    tables : callable
        ``tables(columns, rows)`` yields the named columns as Arrow tables of at most about `rows`
        rows, in order; text of a dataset may come as a dictionary. Safe in several threads.
    file : File or None
        What of a dataset it is; its digest names these very rows for ever.
    """

    rows: int
    tables: Callable[[Sequence[str], int], Iterator[pa.Table]]
    file: File | None = None


@dataclass(frozen=True)
class Source:
    """Rows that can be read by column or in batches.

    Attributes
    ----------
    name : str
        ``flights@3``, with ``/2013-02`` for a span and ``/train`` for a split; ``data`` for what
        has no record.
    columns : tuple of Column
        In order.
    rows : int
    parts : tuple of Part
        All the rows, in order.
    read : callable
        Returns one column, by name, as a pyarrow.ChunkedArray; safe to call from several threads.
    roles : dict
        What a column is to the dataset (time, created, label), by column.
    artifact : Artifact or None
        The record, of a dataset.
    """

    name: str
    columns: tuple[Column, ...]
    rows: int
    parts: tuple[Part, ...]
    read: Callable[[str], pa.ChunkedArray]
    roles: dict[str, str] = field(default_factory=dict)
    artifact: Artifact | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(each.name for each in self.columns)

    def tables(self, columns: Sequence[str] | None = None, rows: int = BATCH) -> Iterator[pa.Table]:
        """Yield all rows, as tables of at most about `rows` rows; every column unless named."""
        for part in self.parts:
            yield from part.tables(self.names if columns is None else columns, rows)


def open_source(
    data: Any,  # frames of several libraries
    *,
    split: str | None = None,
    span: str | None = None,
    columns: Sequence[str] | None = None,
) -> Source:
    """Return `data` as a source.

    Parameters
    ----------
    data : Dataset, str, pandas.DataFrame, polars.DataFrame or pyarrow.Table
        A string is a dataset's reference.
    split, span : str, optional
        Only this split, or this span, of a dataset.
    columns : sequence of str, optional
        The columns that will be read; a frame's others are then not looked at.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If `data` holds no rows to read, or has no such column, split or span.
    """
    if isinstance(data, (str, Dataset)):
        found = dataset(data)
        for name in columns or ():
            check_column(name, [each.name for each in found.columns], "dataset")
        return _of_dataset(found, split, span)
    for word, asked in (("split", split), ("span", span)):
        if asked is not None:
            raise InvalidInput(
                f"{word}={asked!r} is asked of a {type(data).__name__}, which has no {word}s",
                hint=f"only a dataset has {word}s; filter the frame",
            )
    table = read_source(data if columns is None else _narrowed(data, columns)).table

    def tables(wanted: Sequence[str], rows: int) -> Iterator[pa.Table]:
        chosen = table.select(wanted)
        for start in range(0, table.num_rows, rows):
            yield chosen.slice(start, rows)

    part = Part(table.num_rows, tables)
    return Source("data", columns_of(table.schema), table.num_rows, (part,), table.column)


def _narrowed(data: Any, columns: Sequence[str]) -> Any:
    names = getattr(data, "column_names", None) or [str(name) for name in data.columns]
    for name in columns:
        check_column(name, names, "such")
    if type(data).__module__.partition(".")[0] == "pandas":
        return data[list(columns)]
    return data.select(list(columns)) if isinstance(data, pa.Table) else data


def parquet_source(name: str, path: Path, stored: Mapping[Column, str]) -> Source:
    """Return the rows of one Parquet file, whose columns may be stored under other names."""
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    rows = pq.read_metadata(path).num_rows
    inside = {column.name: name for column, name in stored.items()}
    part = Part(rows, _reader(lambda: path, {each.name: each.type for each in stored}, inside))
    kinds = {column: schema.field(name).type for column, name in inside.items()}
    return Source(name, tuple(stored), rows, (part,), _by_column((part,), kinds))


def _of_dataset(data: Dataset, split: str | None, span: str | None) -> Source:
    types = {column.name: column.type for column in data.columns}
    blobs = workspace.current().blobs

    def part(file: File) -> Part:
        return Part(file.rows, _reader(lambda: blobs.local_path(file.digest), types), file)

    parts = tuple(part(file) for file in data.select(split, span))
    name = "/".join(each for each in (data.ref, span, split) if each)
    rows = sum(part.rows for part in parts)
    read = _by_column(parts, {each.name: each.type for each in data.manifest.schema})
    return Source(name, data.columns, rows, parts, read, data.roles, data.artifact)


def _by_column(
    parts: tuple[Part, ...], kinds: Mapping[str, pa.DataType]
) -> Callable[[str], pa.ChunkedArray]:
    def read(name: str) -> pa.ChunkedArray:
        pieces = [table.column(0) for part in parts for table in part.tables([name], part.rows)]
        chunks = [chunk for piece in pieces for chunk in piece.chunks]
        kind = pieces[0].type if pieces else kinds[name]
        return pa.chunked_array(chunks, kind).unify_dictionaries()

    return read


def _reader(
    path: Callable[[], Path], types: Mapping[str, str], inside: Mapping[str, str] | None = None
) -> Callable[[Sequence[str], int], Iterator[pa.Table]]:
    def tables(columns: Sequence[str], rows: int) -> Iterator[pa.Table]:
        import pyarrow.parquet as pq

        stored = [name if inside is None else inside[name] for name in columns]
        # Parquet keeps text as a dictionary already; counting its codes beats counting the text.
        texts = [
            each for name, each in zip(columns, stored, strict=True) if types[name] == "string"
        ]
        with pq.ParquetFile(path(), read_dictionary=texts) as parquet:
            group: list[int] = []
            waiting = 0
            for index in range(parquet.num_row_groups):
                group.append(index)
                waiting += parquet.metadata.row_group(index).num_rows
                if waiting >= rows or index == parquet.num_row_groups - 1:
                    table = parquet.read_row_groups(group, columns=stored, use_threads=False)
                    yield table.select(stored).rename_columns(list(columns))
                    group, waiting = [], 0

    return tables
