"""Files of rows: found, of one kind, and read by its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.reading.bad_rows import BadRows
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.locations import File, find_files

_READERS = {
    "csv": "csv_files:read_csv",
    "jsonl": "json_lines:read_json_lines",
    "parquet": "parquet_files:read_parquet",
    "tfrecord": "tfrecords:read_tfrecords",
    "text": "text_lines:read_text_lines",
}

Reader = Callable[[Sequence[File], Mapping[str, pa.DataType], BadRows], Reading]


def read_files(
    source: str | Path | Sequence[str | Path],
    wanted: Mapping[str, pa.DataType],
    bad: BadRows,
    *,
    options: Mapping[str, Any] | None = None,
    partitions: bool = False,
) -> Reading:
    """Open files of the same columns, which are read in the order given; a folder's by name.

    Parameters
    ----------
    source : path, URL, pattern, or sequence of them
    wanted : mapping of str to pyarrow.DataType
        Types asked for, by column.
    bad : BadRows
        The policy.
    options : mapping, optional
        For the file system that opens a URL.
    partitions : bool
        Whether folders named like ``year=2013`` are columns.

    Raises
    ------
    NotFound
        If a file is missing.
    InvalidInput
        If files are of no known kind or of several, damaged, or their columns differ.
    """
    files = find_files(source, options)
    reading = _reader(files)(files, wanted, bad)
    origin = {"type": files[0].kind, "paths": [file.path for file in files]}
    reading = Reading(reading.schema, reading.blocks, origin, reading.rows)
    return _with_partitions(reading, files) if partitions else reading


def _reader(files: Sequence[File]) -> Reader:
    for file in files:
        if not file.kind:
            raise InvalidInput(
                f"{file.name!r} is of no kind that can be read",
                hint="give .csv (also .gz, .zip), .parquet, .jsonl, .tfrecord or .txt; "
                "or read it and pass the frame",
            )
        if file.kind != files[0].kind:
            raise InvalidInput(
                f"{files[0].name!r} and {file.name!r} are of different kinds",
                hint="ingest them one after the other",
            )
    module, _, name = _READERS[files[0].kind].partition(":")
    reader: Reader = getattr(import_module(f"workbench.data.reading.{module}"), name)
    return reader


def _with_partitions(reading: Reading, files: Sequence[File]) -> Reading:
    """Add a column for each ``key=value`` folder above the files."""
    found = {file.path: _pairs(file) for file in files}
    names = list(found[files[0].path])
    if not names or any(list(each) != names for each in found.values()):
        raise InvalidInput(
            f"partitions=True, but not every file lies in folders such as year=2013: {found}"
        )
    for name in names:
        if name in reading.schema.names:
            raise InvalidInput(
                f"{name!r} is both a column of the files and a folder", hint="leave partitions out"
            )
    kinds = {name: _kind([each[name] for each in found.values()]) for name in names}

    def blocks(bad: BadRows) -> Iterator[Block]:
        for block in reading.blocks(bad):
            table = block.table
            for name, kind in kinds.items():
                value = pa.scalar(found[block.file.path][name] if block.file else None).cast(kind)
                table = table.append_column(pa.field(name, kind), pa.repeat(value, table.num_rows))
            yield Block(table, block.numbers, block.file)

    schema = pa.schema([*reading.schema, *kinds.items()])
    return Reading(schema, blocks, {**reading.source, "partitions": names}, reading.rows)


def _pairs(file: File) -> dict[str, str]:
    folders = [part.partition("=") for part in file.path.split("/")[:-1] if "=" in part]
    return {name: value for name, _, value in folders}


def _kind(values: Sequence[str]) -> pa.DataType:
    try:
        pa.array(values).cast(pa.int64())
    except pa.ArrowInvalid:
        return pa.string()
    return pa.int64()
