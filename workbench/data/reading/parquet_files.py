"""Parquet: row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRows
from workbench.data.reading.blocks import MOST, Block, Reading, numbered
from workbench.data.reading.csv_files import check_alike
from workbench.data.reading.locations import File

_SIZE = 64 << 20  # bytes of a batch, about


def read_parquet(files: Sequence[File], wanted: Mapping[str, pa.DataType], _: BadRows) -> Reading:
    """Open Parquet files of the same columns; whole numbers and fractions go together.

    Raises
    ------
    InvalidInput
        If a file is no Parquet file or cut short, or the files' columns differ; and when rows of
        a file are damaged, after which one.
    """
    schemas, rows = [], 0
    for file in files:
        with _opened(file) as parquet:
            schemas.append(parquet.schema_arrow.remove_metadata())
            rows += parquet.metadata.num_rows
        check_names(schemas[-1].names)
        check_alike(schemas[0].names, schemas[-1].names, files[0].name, file.name)
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInput(f"the files' columns differ in type: {error}") from error

    def blocks(_: BadRows) -> Iterator[Block]:
        for file in files:
            with _opened(file) as parquet:
                tables = _tables(parquet, file)
                yield from numbered((_like(table, schema) for table in tables), file)

    return Reading(schema, blocks, {"type": "parquet"}, rows)


@contextmanager
def _opened(file: File) -> Iterator[pq.ParquetFile]:
    with file.opened() as stream:
        local = file.system is None
        with _errors(
            f"{file.name!r} cannot be read as Parquet", "it is cut short or no Parquet file"
        ):
            parquet = pq.ParquetFile(file.path if local else stream, pre_buffer=not local)
        with parquet:
            yield parquet


def _tables(parquet: pq.ParquetFile, file: File) -> Iterator[pa.Table]:
    batches = parquet.iter_batches(batch_size=_batch(parquet.metadata))
    read = 0
    while True:
        with _errors(f"{file.name!r} cannot be read after row {read:,}", "it is damaged there"):
            batch = next(batches, None)
        if batch is None:
            return
        yield pa.Table.from_batches([batch])
        read += batch.num_rows


@contextmanager
def _errors(what: str, hint: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and type(error) is not OSError:
            raise  # of the file system, not of what lies in the file
        raise InvalidInput(f"{what}: {error}", hint=f"{hint}; write it again") from error


def _batch(metadata: pq.FileMetaData) -> int:
    """Return how many rows to read at a time: fewer of wide ones."""
    size = sum(metadata.row_group(each).total_byte_size for each in range(metadata.num_row_groups))
    fitting: int = _SIZE * metadata.num_rows // max(1, size)
    return max(1, min(MOST, fitting))


def _like(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.select(schema.names).replace_schema_metadata().cast(schema)
