"""Reading a view's known rows, and finding among them what was known at each instant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.clock import MICROSECOND
from workbench.features.offline.keys import KeyIndex, Numbers, part_of, plain
from workbench.features.offline.known_writing import PARTS

if TYPE_CHECKING:
    import pyarrow as pa


#: Rows of a spine that are searched for together.
_STRETCH = 1 << 14


class KnownRows:
    """A file that `known_writing.write_known` wrote, of whatever size.

    Parameters
    ----------
    path : Path
    keys : int
        How many columns a key has.
    features : sequence of int
        The positions of the features to read.
    ttl : timedelta, optional
        How old a row may be.
    static : bool
        Whether rows hold at any time.
    """

    def __init__(
        self,
        path: Path,
        keys: int,
        features: Sequence[int],
        *,
        static: bool,
        ttl: timedelta | None = None,
    ) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path, memory_map=True, pre_buffer=False)
        said = self._file.metadata.metadata or {}
        known: dict[str, Any] = json.loads(said[PARTS]) if PARTS in said else {}
        #: Over how many parts the keys are spread.
        self.parts: int = known.get("parts", 1)
        self._groups: list[int] | None = known.get("groups")
        self._names = [f"k{place}" for place in range(keys)]
        self._features = [f"f{place}" for place in features]
        self._static = static
        self._ttl = None if ttl is None else ttl // MICROSECOND

    @property
    def size(self) -> int:
        """How many bytes the rows take in memory, about."""
        groups = self._file.metadata
        return sum(groups.row_group(each).total_byte_size for each in range(groups.num_row_groups))

    @property
    def keys(self) -> int:
        """How many keys there are, where they are in one part."""
        return len(self._only.starts) if self.parts == 1 else 0

    @cached_property
    def types(self) -> list[pa.DataType]:
        """The types of the keys, plain."""
        empty = self._file.schema_arrow.empty_table()
        return [plain(empty.column(each)).type for each in self._names]

    def plain(self, keys: Sequence[pa.ChunkedArray]) -> list[pa.ChunkedArray]:
        """Return the columns of keys as these rows' keys are compared."""
        import pyarrow as pa

        return [
            # Whatever type it has: nothing but nulls is often taken for text.
            pa.chunked_array([pa.nulls(len(each), kind)])
            if each.null_count == len(each)
            else plain(each, kind)
            for each, kind in zip(keys, self.types, strict=True)
        ]

    def answer(self, keys: Sequence[pa.ChunkedArray], at: Numbers | None) -> pa.Table:
        """Return the features known of each key at each instant, in the order of the keys.

        Parameters
        ----------
        keys : sequence of pyarrow.ChunkedArray
            As `plain` gives them.
        at : numpy.ndarray of int64 or None
            Microseconds; None where rows are static.
        """
        import pyarrow as pa

        if self.parts == 1 or not len(keys[0]):
            return self._only.answer(keys, at)
        where = part_of(keys, self.parts)
        order = np.argsort(where, kind="stable")
        ends = np.cumsum(np.bincount(where, minlength=self.parts)).tolist()
        found = []
        for part, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if end > start:
                rows = order[start:end]
                asked = [each.take(pa.array(rows)) for each in keys]
                found.append(self.part(part).answer(asked, None if at is None else at[rows]))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_tables(found).take(pa.array(back))

    def part(self, number: int) -> Part:
        """Return the rows of one part."""
        names = [*self._names, *([] if self._static else ["visible"]), "first", *self._features]
        names += [] if self._ttl is None else ["event"]
        return Part(self._read(number, names), self._names, self._features, self._ttl)

    def _read(self, number: int, names: Sequence[str]) -> pa.Table:
        """Return columns of one part."""
        if self._groups is None:
            return self._file.read(columns=names)
        groups = [place for place, part in enumerate(self._groups) if part == number]
        return self._file.read_row_groups(groups, columns=names)

    @cached_property
    def _only(self) -> Part:
        return self.part(0)


class Part:
    """Rows in memory, by key and then by the instant from which they are visible.

    Attributes
    ----------
    starts : numpy.ndarray of int64
        Where each key's rows begin.
    """

    def __init__(
        self, table: pa.Table, keys: Sequence[str], features: Sequence[str], ttl: int | None
    ) -> None:
        import pyarrow as pa

        table = table.combine_chunks()
        self._features = table.select(features)
        self._ttl = ttl
        self._visible = _numbers(table, "visible")
        self._event = None if ttl is None else _numbers(table, "event")
        self.starts = np.flatnonzero(table.column("first").to_numpy())
        self._ends = np.append(self.starts[1:], table.num_rows)
        firsts = pa.array(self.starts)
        self._index = KeyIndex([plain(table.column(each).take(firsts)) for each in keys])

    def answer(self, keys: Sequence[pa.ChunkedArray], at: Numbers | None) -> pa.Table:
        """Return the features known of each key at each instant; as `KnownRows.answer`."""
        import pyarrow as pa

        found = self._index.find(keys)
        if at is None:
            rows = self.starts[found] if len(self.starts) else found
            return self._features.take(pa.array(rows, mask=found < 0))
        rows = np.full(len(found), -1)
        asked = np.flatnonzero(found >= 0)
        if asked.size:
            rows[asked] = self._last(found[asked], at[asked])
        return self._features.take(pa.array(rows, mask=rows < 0))

    def _last(self, keys: Numbers, at: Numbers) -> Numbers:
        """Return, for each known key, its last row visible at an instant; -1 where there is none.

        The rows of all keys are searched by halves at once: sorted by key, so that memory is read
        in order, and a stretch of them at a time, which stays in the processor's cache.
        """
        bits = max(len(keys), 1).bit_length()
        order = (keys << bits) | np.arange(len(keys))
        order.sort()
        order &= (1 << bits) - 1
        rows = np.empty(len(keys), np.int64)
        for start in range(0, len(keys), _STRETCH):
            asked = order[start : start + _STRETCH]
            rows[asked] = self._last_of(keys[asked], at[asked])
        return rows

    def _last_of(self, keys: Numbers, at: Numbers) -> Numbers:
        row = self.starts[keys]  # the answer, if there is one, is here or up to `left` - 1 on
        left = self._ends[keys] - row
        for _ in range(int(left.max() - 1).bit_length()):
            half = left >> 1
            row += half * (self._visible[row + half] <= at)
            left -= half
        none = self._visible[row] > at
        if self._event is not None and self._ttl is not None:
            none |= at - self._event[row] > self._ttl
        row[none] = -1
        return row


def _numbers(table: pa.Table, name: str) -> Numbers:
    if name not in table.column_names:
        return np.zeros(0, np.int64)
    return np.asarray(table.column(name).to_numpy(), np.int64)
