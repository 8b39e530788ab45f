"""JSON lines: a pass that finds out the types, over all rows, then the pass that reads them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRow, BadRows, check_few, mixed_row, shown
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.chunks import Chunk, chunks_of, in_threads
from workbench.data.reading.json_kinds import Seen, word_of
from workbench.data.reading.locations import File

_EXACT = float(2**63)
_OBJECT = 'write one {"column": value} a line'


@dataclass(frozen=True)
class Layout:
    """What columns are read as, what most of their values are called, and which are to be text."""

    schema: pa.Schema
    words: Mapping[str, str]
    texts: frozenset[str]


@dataclass(frozen=True)
class Parsed:
    """A chunk's rows, how many it has, and the wrong ones, by position."""

    table: pa.Table
    rows: int
    wrong: Mapping[int, BadRow] = field(default_factory=dict)


def read_json_lines(
    files: Sequence[File], wanted: Mapping[str, pa.DataType], bad: BadRows
) -> Reading:
    """Open files of one JSON object a line; a column that a line lacks is null there.

    Raises
    ------
    InvalidInput
        If there are no objects, or a column mixes types and too many rows would be set aside.
    """
    seen = _look_over(files)
    texts = frozenset(name for name, kind in wanted.items() if kind == pa.string())
    columns, words = {}, {}
    for name, each in seen.items():
        columns[name], strays, words[name] = each.settled()
        if name in texts:
            columns[name] = pa.string()
        else:
            check_few(strays, each.counts.total(), name, bad)
    layout = Layout(pa.schema(list(columns.items())), words, texts)

    def blocks(bad: BadRows) -> Iterator[Block]:
        for file in files:
            first = 1
            for parsed in _over(file, partial(_parse, layout)):
                for position, wrong in parsed.wrong.items():
                    bad.add(_placed(wrong, file.name, first + position))
                numbers = np.delete(np.arange(first, first + parsed.rows), list(parsed.wrong))
                first += parsed.rows
                yield Block(parsed.table, numbers, file)

    return Reading(layout.schema, blocks, {"type": "jsonl"})


def _placed(bad: BadRow, source: str, row: int) -> BadRow:
    return BadRow(source, row, bad.column, bad.value, bad.reason, bad.hint)


def _over(file: File, work: Callable[[Chunk], Any]) -> Iterator[Any]:
    with file.opened() as stream:
        yield from in_threads(work, chunks_of(stream, file.name))


def _look_over(files: Sequence[File]) -> dict[str, Seen]:
    """Return what columns hold, from the first row to the last."""
    seen: dict[str, Seen] = {}
    for file in files:
        for part in _over(file, _look):
            for name, kind, count in part:
                column = seen.setdefault(name, Seen())
                try:
                    if count:
                        column.add(kind, count)
                except TypeError as error:
                    raise InvalidInput(
                        f"column {name!r} mixes types within its values: {error}",
                        hint=f'write them alike, or read it as text: types={{{name!r}: "string"}}',
                    ) from error
    if not seen:
        raise InvalidInput(f"{files[0].name!r} holds no JSON objects", hint=_OBJECT)
    check_names(list(seen))
    return seen


def _look(chunk: Chunk) -> list[tuple[str, pa.DataType, int]]:
    """Return each column of a chunk: its name, a type, and how many values have it."""
    if not chunk.content.strip():
        return []
    try:
        table = _table(chunk.content)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return _look_by_value(chunk)
    found = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if types.is_float64(kind) and (pc.max(column).as_py() or 0) >= _EXACT:
            kind = _of_large(chunk, name)
        found.append((name, kind, len(column) - column.null_count))
    return found


def _of_large(chunk: Chunk, name: str) -> pa.DataType:
    """Tell whole numbers of 64 bits, which a double would round, from true doubles."""
    try:
        _table(chunk.content, pa.schema([(name, pa.uint64())]))
    except pa.ArrowInvalid:
        return pa.float64()
    return pa.uint64()


def _look_by_value(chunk: Chunk) -> list[tuple[str, pa.DataType, int]]:
    values: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for line in _lines(chunk):
        record = _record(line)
        for name, value in record.items() if isinstance(record, dict) else ():
            if value is None:
                values.setdefault((name, ""), [])
            else:
                values[name, word_of(value)].append(json.dumps({"v": value}).encode())
    found = []
    for (name, _), lines in values.items():
        found.append((name, pa.null(), 0))
        found += [(name, kind, count) for kind, count in _kinds(lines)]
    return found


def _kinds(lines: Sequence[bytes]) -> list[tuple[pa.DataType, int]]:
    """Return the types of values, each on a line under "v", and how many have each."""
    if not lines:
        return []
    try:
        return [(_table(b"\n".join(lines)).column("v").type, len(lines))]
    except pa.ArrowInvalid:
        half = len(lines) // 2
        return [*_kinds(lines[:half]), *_kinds(lines[half:])] if half else []


def _parse(layout: Layout, chunk: Chunk) -> Parsed:
    if not chunk.content.strip():
        return Parsed(layout.schema.empty_table(), 0)
    try:
        table = _table(chunk.content, layout.schema)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return _parse_by_value(layout, chunk)
    return Parsed(table.select(layout.schema.names), table.num_rows)


def _parse_by_value(layout: Layout, chunk: Chunk) -> Parsed:
    lines = _lines(chunk)
    wrong: dict[int, BadRow] = {}
    good: list[bytes] = []
    for row, line in enumerate(lines):
        record = _record(line)
        if isinstance(record, BadRow):
            wrong[row] = record
        elif (stray := _stray(record, layout)) is not None:
            wrong[row] = stray
        else:
            good.append(_with_texts(line, record, layout.texts))
    table, unread = _readable(good, layout.schema)
    places = [row for row in range(len(lines)) if row not in wrong]
    for position, reason in unread.items():
        row = places[position]
        wrong[row] = BadRow("", 0, None, shown(lines[row]), reason)
    return Parsed(table.select(layout.schema.names), len(lines), dict(sorted(wrong.items())))


def _lines(chunk: Chunk) -> list[bytes]:
    return [line for line in chunk.content.split(b"\n") if line.strip()]


def _record(line: bytes) -> dict[str, Any] | BadRow:
    try:
        record = json.loads(line)
    except UnicodeDecodeError:
        return BadRow("", 0, None, shown(line), "is no UTF-8", "write the file in UTF-8")
    except ValueError as error:
        return BadRow("", 0, None, shown(line), f"is not JSON: {error}", "mend that line")
    if not isinstance(record, dict):
        return BadRow("", 0, None, shown(line), "is no JSON object", _OBJECT)
    return record


def _stray(record: Mapping[str, object], layout: Layout) -> BadRow | None:
    for name, value in record.items():
        word = layout.words.get(name)
        if value is not None and name not in layout.texts and word_of(value) != word:
            return mixed_row("", 0, name, json.dumps(value, ensure_ascii=False), word or "null")
    return None


def _with_texts(line: bytes, record: dict[str, Any], texts: frozenset[str]) -> bytes:
    others = {
        name: json.dumps(record[name], ensure_ascii=False)
        for name in texts & record.keys()
        if record[name] is not None and not isinstance(record[name], str)
    }
    return json.dumps({**record, **others}).encode() if others else line


def _readable(lines: Sequence[bytes], schema: pa.Schema) -> tuple[pa.Table, dict[int, str]]:
    """Return the lines that can be read, and what is wrong with the others; halving finds them."""
    if not lines:
        return schema.empty_table(), {}
    try:
        return _table(b"\n".join(lines), schema), {}
    except pa.ArrowInvalid as error:
        if len(lines) == 1:
            reason = str(error).partition(" in row ")[0]
            return schema.empty_table(), {0: f"cannot be read: {reason}"}
    half = len(lines) // 2
    left, wrong = _readable(lines[:half], schema)
    right, others = _readable(lines[half:], schema)
    table = pa.concat_tables([left.select(schema.names), right.select(schema.names)])
    return table, wrong | {half + position: reason for position, reason in others.items()}


def _table(content: bytes, schema: pa.Schema | None = None) -> pa.Table:
    content.decode()  # Arrow takes any bytes for text
    return pyarrow.json.read_json(
        pa.BufferReader(content),
        read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(content) + 1),
        parse_options=pyarrow.json.ParseOptions(
            explicit_schema=schema,
            unexpected_field_behavior="infer" if schema is None else "ignore",
        ),
    )
