"""One pass over a source: its blocks' partials, each made once, merged in one order.

However many threads or machines take part, the same partials are merged in the same order, so the
result is the same to the last bit.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench import workspace
from workbench.core.errors import InvalidInput, WorkbenchError
from workbench.core.progress import progress
from workbench.data.datasets.kept import find, holds
from workbench.data.statistics.blocks import SMALL, Block
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.keeping import (
    WHOLE,
    Slices,
    keep_slices,
    key_of,
    merge_slices,
    unpack,
)
from workbench.data.statistics.partials import RowsPartial
from workbench.data.statistics.partials_of import LIMIT, Looks, partial_of
from workbench.data.statistics.slicing import MOST_SLICES, Slicing, slice_rows, too_many

#: From so many rows on, the columns of a block are shared among threads.
_LARGE = 1 << 18
# Values of all columns together that are counted one by one.
_ALL_COUNTED = 1 << 24


@dataclass(frozen=True)
class Asked:
    """What a pass is asked for.

    Attributes
    ----------
    columns : tuple of str
    by : tuple of str
        The columns whose values together make a slice.
    weight : str or None
        The column that says what each row weighs.
    categorical, words, images : tuple of str
        Columns of whole numbers that are categories, of text to read, and of images.
    limit : int
        Distinct values of a column that are counted one by one.
    """

    columns: tuple[str, ...]
    by: tuple[str, ...] = ()
    weight: str | None = None
    categorical: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    limit: int = LIMIT

    def looks(self, column: str) -> Looks:
        """Return how a column is looked at."""
        return Looks(
            min(self.limit, max(1, _ALL_COUNTED // max(1, len(self.columns)))),
            column in self.categorical,
            column in self.words,
            column in self.images,
        )


class Partials(Protocol):
    """Makes the partials of blocks, here or elsewhere, and yields them in order."""

    def __call__(self, blocks: Sequence[Block], asked: Asked) -> Generator[Slices]:
        """Yield each block's partials."""


def scan(name: str, blocks: Sequence[Block], asked: Asked, make: Partials | None = None) -> Slices:
    """Return the partials of all rows, and of each slice.

    What a block of a dataset's files gave is kept, and so is what all of them gave together, so
    that only a new one is read.

    Parameters
    ----------
    name : str
        What the rows are called.
    blocks : sequence of Block
    asked : Asked
    make : Partials, optional
        Threads of this process if None.

    Raises
    ------
    InvalidInput
        If there are over 1,000 slices, or a weight is negative or missing.
    WorkbenchError
        If not all rows were counted.
    """
    limit = asked.looks("").limit
    total = sum(block.rows for block in blocks)
    with progress(f"Statistics of {name}", total) as advance:
        start, result = _known_prefix(blocks, asked)
        advance(sum(block.rows for block in blocks[:start]))
        # Closed at once on Ctrl-C, so that nothing more is begun.
        with closing(_each(blocks[start:], asked, make or in_threads)) as each:
            for place, slices in enumerate(each, start):
                result = slices if result is None else merge_slices(result, slices, limit)
                if len(result) - 1 > MOST_SLICES:
                    raise too_many(asked.by, len(result) - 1)
                _keep_prefix(blocks, place, asked, result)
                advance(blocks[place].rows)
    counted = result[WHOLE].rows if result else 0
    if counted != total:
        raise WorkbenchError(
            f"{counted:,} rows of {name} were counted where {total:,} are",
            hint="the data changed while it was read; open it again",
        )
    return result or {}


def in_threads(blocks: Sequence[Block], asked: Asked) -> Generator[Slices]:
    """Yield the blocks' partials, made in threads, in order."""
    threads = thread_count()
    pool = ThreadPoolExecutor(threads)
    waiting: deque[list[Future[Slices]]] = deque()
    try:
        for block in blocks:
            groups = _column_groups(block, asked, threads)
            waiting.append([pool.submit(block_partials, block, asked, group) for group in groups])
            while len(waiting) > 2 * threads:
                yield _joined(waiting.popleft())
        while waiting:
            yield _joined(waiting.popleft())
    finally:
        # After Ctrl-C, what has not begun never does.
        pool.shutdown(wait=False, cancel_futures=True)


def thread_count() -> int:
    """Return how many threads work on statistics."""
    return workspace.current().settings.num_cpus or os.cpu_count() or 1


def block_partials(block: Block, asked: Asked, columns: Sequence[str]) -> Slices:
    """Return the partials of some columns of a block's rows, table by table."""
    wanted = dict.fromkeys([*columns, *asked.by])
    if asked.weight is not None:
        wanted[asked.weight] = None
    result: Slices | None = None
    for first, table in block.tables(tuple(wanted)):
        slices = _table_partials(table, asked, columns, first)
        limit = asked.looks("").limit
        result = slices if result is None else merge_slices(result, slices, limit)
    return result or {}


def _table_partials(table: pa.Table, asked: Asked, columns: Sequence[str], first: int) -> Slices:
    weights = None if asked.weight is None else _weights(table, asked.weight, first)
    slicing = slice_rows(table, asked.by) if asked.by else None
    result = _empty(table, weights, slicing)
    of_slice = dict(slicing.cut_array(weights)) if slicing and weights is not None else {}
    for name in columns:
        column, looks = table.column(name), asked.looks(name)
        result[WHOLE].columns[name] = partial_of(column, looks, weights)
        for label, rows in slicing.cut(column) if slicing else ():
            result[label].columns[name] = partial_of(rows, looks, of_slice.get(label))
    return result


def _empty(table: pa.Table, weights: Floats | None, slicing: Slicing | None) -> Slices:
    """Return how many rows there are, in all and in each slice, and what they weigh."""
    whole = 0.0 if weights is None else float(weights.sum())
    result = {WHOLE: RowsPartial(table.num_rows, whole, {})}
    if slicing is not None:
        result |= {name: RowsPartial(rows, 0.0, {}) for name, rows in slicing.rows().items()}
        for name, each in slicing.cut_array(weights) if weights is not None else ():
            result[name] = replace(result[name], weight=float(each.sum()))
    return result


def _weights(table: pa.Table, name: str, first: int) -> Floats:
    column = table.column(name)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InvalidInput(
            f"weight={name!r} is a column of {column.type}", hint="weights are numbers from 0 on"
        )
    weights: Floats = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy()
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise InvalidInput(
            f"row {first + row + 1:,} weighs {column[row].as_py()!r} in {name!r}",
            hint="a weight is a finite number from 0 on; filter such rows, or fill them with 0",
        )
    return weights


def _column_groups(block: Block, asked: Asked, threads: int) -> list[Sequence[str]]:
    """Return the columns in the groups that are looked at one beside another.

    Rows are sliced and weighed again for each group, so then there are only a few.
    """
    if block.rows < _LARGE:
        return [asked.columns]
    plain = not asked.by and asked.weight is None
    groups = len(asked.columns) if plain else 2 * threads
    return [asked.columns[place::groups] for place in range(min(groups, len(asked.columns)))]


def _joined(futures: list[Future[Slices]]) -> Slices:
    """Return the columns of all groups together."""
    first, *others = (future.result() for future in futures)
    for other in others:
        for name, rows in other.items():
            first[name].columns.update(rows.columns)
    return first


def _each(blocks: Sequence[Block], asked: Asked, make: Partials) -> Generator[Slices]:
    """Yield the blocks' partials in order: those that are kept, and those that must be made."""
    keys = [
        key_of(block.digests, _key(asked), "block") if _is_kept(block) else None for block in blocks
    ]
    known = [key is not None and holds(key) for key in keys]
    new = [block for block, here in zip(blocks, known, strict=True) if not here]
    with closing(make(new, asked)) as made:
        for block, key, here in zip(blocks, keys, known, strict=True):
            content = find(key) if key is not None and here else None
            if content is not None:
                yield unpack(content)
                continue
            # What was kept a moment ago may be cleared away by now.
            slices = block_partials(block, asked, asked.columns) if here else next(made)
            if key is not None:
                keep_slices(key, slices, block.size)
            yield slices


def _is_kept(block: Block) -> bool:
    """Return whether a block's partials are worth keeping: not of a frame, nor of few rows."""
    whole = all(piece.chosen is None for piece in block.pieces)
    return whole and bool(block.digests) and block.rows >= SMALL


def _key(asked: Asked) -> dict[str, object]:
    return dict(asdict(asked))


def _known_prefix(blocks: Sequence[Block], asked: Asked) -> tuple[int, Slices | None]:
    """Return how many blocks' partials are kept as one, and that; the most there are."""
    if not all(_is_kept(block) for block in blocks[:-1]):
        return 0, None
    for end in range(len(blocks), 1, -1):
        if _is_kept(blocks[end - 1]):
            content = find(_prefix_key(blocks[:end], asked))
            if content is not None:
                return end, unpack(content)
    return 0, None


def _keep_prefix(blocks: Sequence[Block], place: int, asked: Asked, result: Slices) -> None:
    """Keep what all blocks gave together, once the last one is there that more rows change not."""
    last = place == len(blocks) - 1 or (place == len(blocks) - 2 and not blocks[-1].closed)
    if last and place > 0 and blocks[place].closed and all(map(_is_kept, blocks[: place + 1])):
        size = sum(block.size for block in blocks[: place + 1])
        keep_slices(_prefix_key(blocks[: place + 1], asked), result, size)


def _prefix_key(blocks: Sequence[Block], asked: Asked) -> dict[str, object]:
    digests = [digest for block in blocks for digest in block.digests]
    return key_of(digests, _key(asked), "prefix")
