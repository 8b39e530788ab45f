"""CSV and TSV: a pass that finds out the types, over all rows, then the pass that reads them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRow, BadRows, check_few, mixed_row, shown
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.chunks import Chunk, chunks_of, in_threads
from workbench.data.reading.csv_kinds import Seen, look, read_type
from workbench.data.reading.locations import File
from workbench.data.reading.values import cast_values, text_as

MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None")
_HEADING = 1 << 16  # bytes that are enough to see the heading
_QUOTE = "put quotes around values that hold the delimiter"
_LATIN = "read it first: pd.read_csv(path, encoding='latin-1')"
_LINE_BREAK = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True)
class Layout:
    """How a file's rows are written: its columns' names, and what stands between values."""

    names: tuple[str, ...]
    delimiter: str


@dataclass(frozen=True)
class Parsed:
    """A chunk's rows.

    Attributes
    ----------
    table : pyarrow.Table
    ragged : dict of int to (str, str)
        Rows that are none, by their number in the chunk: their text, and what is wrong.
    strays : dict of int to (str, object)
        Rows of the table that hold a wrong value, by index: its column, and the value.
    """

    table: pa.Table
    ragged: dict[int, tuple[str, str]] = field(default_factory=dict)
    strays: dict[int, tuple[str, object]] = field(default_factory=dict)


def read_csv(files: Sequence[File], wanted: Mapping[str, pa.DataType], bad: BadRows) -> Reading:
    """Open CSV files of the same columns.

    Types are those that hold all values of a column; where nearly all values are numbers, or times,
    the others are strays, which are bad rows.

    Raises
    ------
    InvalidInput
        If a file is empty or in an unknown encoding, has no usable heading, or columns that differ
        from the first's; or a column has too many strays to be set aside.
    """
    names = _same_names(files)
    # Times may be spelled in ways that only pandas reads.
    columns = {
        name: pa.string() if types.is_timestamp(kind) else kind for name, kind in wanted.items()
    }
    words = {name: str(kind) for name, kind in wanted.items()}
    for name, seen in _look_over(files, [name for name in names if name not in wanted]).items():
        kind, strays, words[name] = seen.settled()
        check_few(strays, seen.present, name, bad)
        columns[name] = read_type(kind)
    stray = partial(_stray, words=words, asked=set(wanted))

    def blocks(bad: BadRows) -> Iterator[Block]:
        for file in files:
            first = 1
            for parsed in _over(file, partial(_parse, columns=columns)):
                block = _numbered(parsed, first, file, names)
                yield _without_bad(first, block, parsed, stray, bad)
                first += parsed.table.num_rows + len(parsed.ragged)

    return Reading(_schema(names, columns), blocks, {"type": "csv"})


def _schema(names: Sequence[str], columns: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema([(name, _stored(columns[name])) for name in names])


def _same_names(files: Sequence[File]) -> tuple[str, ...]:
    layouts = []
    for file in files:
        with file.opened() as stream:
            layouts.append(_opened(stream, file, _HEADING)[0])
    for file, layout in zip(files[1:], layouts[1:], strict=True):
        check_alike(layouts[0].names, layout.names, files[0].name, file.name)
    return layouts[0].names


def check_alike(first: Sequence[str], other: Sequence[str], file: str, other_file: str) -> None:
    """Refuse files whose columns differ, in whatever order they stand."""
    if missing := set(first) ^ set(other):
        names = ", ".join(repr(name) for name in sorted(missing)[:5])
        raise InvalidInput(
            f"{file!r} and {other_file!r} differ in columns: only one has {names}",
            hint="ingest them under two names, or add the column",
        )


def _opened(stream: Any, file: File, size: int = 0) -> tuple[Layout, Iterator[Chunk]]:
    """Return a file's layout, and its rows below the heading."""
    chunks = chunks_of(stream, file.name, quotes=True, size=size)
    first = next(chunks, Chunk(b""))
    content = first.content.lstrip(b"\r\n")
    if not content:
        raise InvalidInput(f"{file.name!r} is empty", hint="give a file with a heading and rows")
    end = next(
        (
            found.end()
            for found in _LINE_BREAK.finditer(content)
            if content.count(b'"', 0, found.end()) % 2 == 0
        ),
        len(content),
    )
    delimiter = "\t" if file.suffix == ".tsv" else ","
    try:
        heading = io.StringIO(content[:end].decode(), newline="")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"the heading of {file.name!r} is no UTF-8: {error}", hint=_LATIN
        ) from error
    names = tuple(next(csv.reader(heading, delimiter=delimiter)))
    check_names(names)

    def bodies() -> Iterator[Chunk]:
        yield Chunk(content[end:], first.closed)
        yield from chunks

    return Layout(names, delimiter), bodies()


def _over(file: File, work: Callable[[Layout, Chunk], Any]) -> Iterator[Any]:
    with file.opened() as stream:
        layout, chunks = _opened(stream, file)
        yield from in_threads(partial(work, layout), chunks)


def _look_over(files: Sequence[File], names: Sequence[str]) -> dict[str, Seen]:
    """Return what columns hold, from the first row to the last."""
    total = dict.fromkeys(names, Seen())
    if names:
        for file in files:
            for part in _over(file, partial(_look, names=names)):
                total = {name: total[name] + part[name] for name in names} if part else total
    return total


def _look(layout: Layout, chunk: Chunk, names: Sequence[str]) -> dict[str, Seen]:
    if not chunk.closed or not chunk.content.strip(b"\r\n"):
        return {}
    table = _table(layout, chunk, {}, names)
    return {name: look(table.column(name), partial(_text, layout, chunk, name)) for name in names}


def _text(layout: Layout, chunk: Chunk, name: str) -> pa.ChunkedArray:
    return _table(layout, chunk, {name: pa.string()}, [name]).column(0)


def _table(
    layout: Layout,
    chunk: Chunk,
    columns: Mapping[str, pa.DataType],
    only: Sequence[str] | None = None,
    ragged: dict[int, tuple[str, str]] | None = None,
) -> pa.Table:
    def refused(row: pyarrow.csv.InvalidRow) -> str:
        if ragged is not None:
            reason = f"has {row.actual_columns} values for {row.expected_columns} columns"
            ragged[row.number] = (row.text, reason)
        return "skip"

    words = ("true", "True", "TRUE"), ("false", "False", "FALSE")
    digits = (("1",), ("0",)) if columns else ((), ())  # alone, they are numbers
    return pyarrow.csv.read_csv(
        pa.BufferReader(chunk.content),
        read_options=pyarrow.csv.ReadOptions(
            column_names=layout.names, use_threads=False, block_size=len(chunk.content) + 1
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=refused
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            null_values=MISSING,
            strings_can_be_null=True,
            true_values=words[0] + digits[0],
            false_values=words[1] + digits[1],
            column_types=columns,
            include_columns=only,
        ),
    )


def _parse(layout: Layout, chunk: Chunk, columns: Mapping[str, pa.DataType]) -> Parsed:
    empty = _schema(layout.names, columns).empty_table()
    if not chunk.closed:
        text = shown(chunk.content)
        return Parsed(empty, {1: (text, "a quote is opened here and never closed")})
    if not chunk.content.strip(b"\r\n"):
        return Parsed(empty)
    ragged: dict[int, tuple[str, str]] = {}
    try:
        table = _table(layout, chunk, columns, ragged=ragged)
    except pa.ArrowInvalid:
        return _parse_by_value(layout, chunk, columns)
    for position, kind in enumerate(table.schema.types):
        if kind != _stored(kind):
            times = table.column(position).cast(_stored(kind), safe=False)
            table = table.set_column(position, table.column_names[position], times)
    return Parsed(table, ragged)


def _parse_by_value(layout: Layout, chunk: Chunk, columns: Mapping[str, pa.DataType]) -> Parsed:
    ragged: dict[int, tuple[str, str]] = {}
    raw = _table(layout, chunk, dict.fromkeys(layout.names, pa.binary()), ragged=ragged)
    done = {}
    strays: dict[int, tuple[str, object]] = {}
    for name in layout.names:
        kind = _stored(columns[name])
        texts = raw.column(name).combine_chunks()
        done[name], wrong = cast_values(texts, text_as(kind))
        for index in wrong.tolist():
            strays.setdefault(index, (name, texts[index].as_py()))
    return Parsed(pa.table(done), ragged, strays)


def _stored(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us", kind.tz) if types.is_timestamp(kind) else kind


def _numbered(parsed: Parsed, first: int, file: File, names: Sequence[str]) -> Block:
    rows = parsed.table.num_rows + len(parsed.ragged)
    numbers: range | np.ndarray = range(first, first + rows)
    if parsed.ragged:
        numbers = np.delete(np.asarray(numbers), [row - 1 for row in parsed.ragged])
    return Block(parsed.table.select(names), numbers, file)


def _without_bad(
    first: int, block: Block, parsed: Parsed, stray: Callable[..., BadRow], bad: BadRows
) -> Block:
    """Hand over a chunk's ragged and stray rows, in order, and return the others."""
    if not parsed.ragged and not parsed.strays:
        return block
    found = [
        BadRow(block.source, first + row - 1, None, shown(text), reason, _QUOTE)
        for row, (text, reason) in parsed.ragged.items()
    ]
    mask = np.ones(block.table.num_rows, bool)
    for index, (name, value) in parsed.strays.items():
        mask[index] = False
        found.append(stray(block.source, int(block.numbers[index]), name, value))
    for each in sorted(found, key=lambda each: each.row):
        bad.add(each)
    return block.keep(mask)


def _stray(
    source: str, row: int, name: str, value: object, words: Mapping[str, str], asked: set[str]
) -> BadRow:
    text = shown(value)
    if isinstance(value, bytes) and not _is_text(value):
        return BadRow(source, row, name, text, "is no UTF-8", _LATIN)
    if name in asked:
        return BadRow(source, row, name, text, f"is no {words[name]}")
    return mixed_row(source, row, name, text, words[name])


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
