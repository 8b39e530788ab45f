"""Text: a row a line, with its number in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from workbench.data.reading.bad_rows import BadRow, BadRows, shown
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.chunks import chunks_of
from workbench.data.reading.locations import File
from workbench.data.reading.values import cast_values

SCHEMA = pa.schema([("line", pa.int64()), ("text", pa.string())])


def read_text_lines(files: Sequence[File], _: Mapping[str, pa.DataType], __: BadRows) -> Reading:
    """Open text files: columns ``line``, from 1 in each file, and ``text``."""

    def blocks(bad: BadRows) -> Iterator[Block]:
        for file in files:
            first = 1
            with file.opened() as stream:
                for chunk in chunks_of(stream, file.name):
                    block = _block(chunk.content, first, file, bad)
                    first += chunk.content.count(b"\n")
                    yield block

    return Reading(SCHEMA, blocks, {"type": "text"})


def _block(content: bytes, first: int, file: File, bad: BadRows) -> Block:
    lines = content.removesuffix(b"\n").split(b"\n")
    texts = pa.array([line.removesuffix(b"\r") for line in lines], pa.binary())
    values, wrong = cast_values(texts, lambda each: each.cast(pa.string()))
    for index in wrong.tolist():
        hint = "write the file in UTF-8"
        bad.add(BadRow(file.name, first + index, "text", shown(lines[index]), "is no UTF-8", hint))
    numbers = np.arange(first, first + len(lines))
    table = pa.table([pa.array(numbers), values], schema=SCHEMA)
    mask = np.ones(len(lines), bool)
    mask[wrong] = False
    return Block(table, numbers, file).keep(mask)
