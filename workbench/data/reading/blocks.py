"""What every reader gives: rows as they stand in the source, block by block, with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.data.reading.bad_rows import BadRow, BadRows, shown

if TYPE_CHECKING:
    from workbench.data.reading.locations import File

#: Rows of a block at most.
MOST = 1 << 20


@dataclass(frozen=True)
class Block:
    """Rows that were read together.

    Attributes
    ----------
    table : pyarrow.Table
    numbers : sequence of int
        Each row's number in its source, from 1.
    file : File or None
        Where they stand, if in a file.
    """

    table: pa.Table
    numbers: Sequence[int] | np.ndarray
    file: File | None = None

    @property
    def source(self) -> str:
        """The file's name, or nothing."""
        return "" if self.file is None else self.file.name

    def keep(self, mask: np.ndarray) -> Block:
        """Return the rows where `mask` is true."""
        numbers = np.asarray(self.numbers)[mask]
        return replace(self, table=self.table.filter(pa.array(mask)), numbers=numbers)

    def bad(self, index: int, column: str | None, reason: str, hint: str = "") -> BadRow:
        """Return the record of the row at `index`, whose `column` is wrong."""
        value = _plain(self.table.column(column)[index]) if column else ""
        return BadRow(self.source, int(self.numbers[index]), column, shown(value), reason, hint)


@dataclass(frozen=True)
class Reading:
    """An opened source.

    Attributes
    ----------
    schema : pyarrow.Schema
        The columns as they are read, before types are settled.
    blocks : callable
        Yields all blocks, in order, from the start; rows that cannot be read go to the `BadRows`.
    source : dict
        Where the rows come from, as JSON.
    rows : int or None
        How many there are, where that is known.
    """

    schema: pa.Schema
    blocks: Callable[[BadRows], Iterator[Block]]
    source: dict[str, Any]
    rows: int | None = None


def slices(table: pa.Table, first: int = 1, file: File | None = None) -> Iterator[Block]:
    """Yield a table as blocks, its rows numbered from `first`."""
    for start in range(0, table.num_rows, MOST):
        piece = table.slice(start, MOST)
        yield Block(piece, range(first + start, first + start + piece.num_rows), file)


def numbered(
    tables: Iterable[pa.Table | pa.RecordBatch], file: File | None = None
) -> Iterator[Block]:
    """Yield tables that follow one another as blocks."""
    first = 1
    for each in tables:
        table = pa.Table.from_batches([each]) if isinstance(each, pa.RecordBatch) else each
        yield from slices(table, first, file)
        first += table.num_rows


def set_aside(block: Block, wrong: Mapping[int, BadRow], bad: BadRows) -> Block:
    """Hand over a block's wrong rows, by index and in order, and return the others."""
    if not wrong:
        return block
    mask = np.ones(block.table.num_rows, bool)
    for index in sorted(wrong):
        bad.add(wrong[index])
        mask[index] = False
    return block.keep(mask)


def _plain(value: pa.Scalar) -> object:
    try:
        return value.as_py()
    except (OverflowError, ValueError):  # a time that Python cannot show, such as 'infinity'
        return value.value
