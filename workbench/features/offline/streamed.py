"""A spine of whatever size: its tables one after another, each with its features beside it.

A view's rows that fit into memory stay there, and answer table after table. Others lie in parts, by
their keys; the spine's keys are then spread over the same parts on disk, each part is answered by
itself, and what was found is read back in the order of the spine.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from workbench.core.files import storage_errors
from workbench.features.offline.keys import part_of
from workbench.features.offline.spilling import Parts, part_bytes, scratch

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.offline.known_files import KnownRows
    from workbench.features.offline.point_in_time import Joiner

Item = TypeVar("Item")

#: Rows that are answered at a time: few, so that one thread writes while others join, but not so
#: few that finding the keys among many costs more than what is found.
_FEWEST, _MOST = 1 << 18, 1 << 20
#: Rows of a batch on disk: of each part one is in memory when they are read back.
_STORED = 1 << 14
#: How many views' rows, each as large as a part, are in memory together.
_RESIDENT = 4


def beside(
    tables: Callable[[], Iterator[pa.Table]],
    joiner: Joiner,
    home: Path,
    memory: int | None = None,
) -> Generator[tuple[pa.Table, pa.Table]]:
    """Yield the spine's rows, piece by piece in order, and the features of each piece.

    Parameters
    ----------
    tables : callable
        Yields the spine's tables. It is called twice where rows do not fit into memory.
    joiner : Joiner
    home : Path
        Whose ``tmp`` takes what does not fit.
    memory : int, optional
        Bytes of rows to work on at a time; by default what `part_bytes` says.
    """
    memory = memory or part_bytes()
    large = _too_large(joiner.known, _RESIDENT * memory)
    features = sum(len(each.columns) for each in joiner.lookups)
    most = max(1024, min(_MOST, memory // (8 * (features + 2))))
    if not large:
        with ThreadPoolExecutor(_RESIDENT) as threads:  # the rows of several views are read at once
            size = max([_FEWEST, *threads.map(lambda each: each.keys, joiner.known)])
        for piece in _pieces(tables(), min(size, most)):
            yield piece, joiner.join(piece)
        return
    with scratch(home) as folder:
        with storage_errors("what has no room in memory"):
            asked = _asked(tables(), joiner, large, folder, most)
            answered = {
                place: _answered(asked[place], joiner, place, folder, most) for place in large
            }
        found = {place: _Back(each) for place, each in answered.items()}
        done = 0
        for piece in _pieces(tables(), most):
            done += piece.num_rows
            yield piece, joiner.join(piece, {place: found[place].until(done) for place in large})


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, the next of which is made by another thread while one is used.

    Examples
    --------
    >>> list(ahead(iter([1, 2])))
    [1, 2]
    """
    iterator = iter(items)
    nothing: list[Item] = []

    def following() -> list[Item]:
        for item in iterator:
            return [item]
        return nothing

    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(following)
        while made := waiting.result():
            waiting = thread.submit(following)
            yield made[0]


def _pieces(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, table.num_rows, size):
            yield table.slice(start, size)


def _too_large(known: Sequence[KnownRows], left: int) -> list[int]:
    """Return the places of those views whose rows are not to stay in memory."""
    large = []
    for place, each in enumerate(known):
        if each.parts > 1 or each.size > left:
            large.append(place)
        else:
            left -= each.size
    return large


def _asked(
    tables: Iterable[pa.Table], joiner: Joiner, places: Sequence[int], folder: Path, most: int
) -> dict[int, Parts]:
    """Spread the rows' numbers, instants and keys over the parts of each view."""
    import pyarrow as pa

    asked = {place: Parts(folder, f"asked{place}", joiner.known[place].parts) for place in places}
    done = 0
    for piece in _pieces(tables, most):
        joiner.check(piece)
        at = joiner.instants(piece)
        numbers = np.arange(done, done + piece.num_rows)
        for place, parts in asked.items():
            known, lookup = joiner.known[place], joiner.lookups[place]
            keys = known.plain([piece.column(key.name) for key in lookup.keys])
            columns = {"row": numbers, **({} if lookup.static else {"at": at})}
            columns |= {f"k{number}": each for number, each in enumerate(keys)}
            parts.add(pa.table(columns), part_of(keys, parts.count))
        done += piece.num_rows
    for parts in asked.values():
        parts.close()
    return asked


def _answered(asked: Parts, joiner: Joiner, place: int, folder: Path, most: int) -> Parts:
    """Answer what was asked of a view, part by part."""
    import pyarrow as pa

    known, static = joiner.known[place], joiner.lookups[place].static
    found = Parts(folder, f"found{place}", asked.count)
    for number in range(asked.count):
        part = None
        for rows in _gathered(asked.batches(number), most):
            part = part or known.part(number)
            keys = [rows.column(each) for each in rows.column_names if each[0] == "k"]
            at = None if static else rows.column("at").to_numpy()
            features = part.answer(keys, at)
            columns = [rows.column("row"), *features.columns]
            table = pa.table(columns, names=["row", *features.column_names])
            found.write(number, table, _STORED)
        asked.delete(number)
    found.close()
    return found


def _gathered(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.Table]:
    """Put batches together up to about so many rows: each call looks all keys up."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= most:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


class _Back:
    """Reads what was found back in the order of the spine's rows."""

    def __init__(self, found: Parts) -> None:
        self._batches = [found.batches(part) for part in range(found.count)]
        self._waiting = [next(each, None) for each in self._batches]

    def until(self, end: int) -> pa.Table:
        """Return the features of the rows before `end` that were not read yet."""
        import pyarrow as pa

        pieces: list[pa.RecordBatch] = []
        for place, batches in enumerate(self._batches):
            while (batch := self._waiting[place]) is not None:
                count = int(np.searchsorted(batch.column("row").to_numpy(), end))
                pieces.append(batch.slice(0, count))
                if count < batch.num_rows:
                    self._waiting[place] = batch.slice(count)
                    break
                self._waiting[place] = next(batches, None)
        table = pa.Table.from_batches(pieces).combine_chunks()
        order = pa.array(np.argsort(table.column("row").to_numpy()))
        return table.drop_columns("row").take(order)
