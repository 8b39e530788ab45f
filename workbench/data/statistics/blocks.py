"""Rows of a source that are described in one go: a large file, or several small ones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.core.errors import InvalidInput, WorkbenchError
from workbench.data.datasets.sources import Part, Source

#: A file of fewer rows is read together with its neighbours, until they have so many.
SMALL, ENOUGH = 1 << 14, 1 << 17
#: Rows in memory at once, at the most; fewer where they are stored in many bytes.
_MOST_ROWS, _MOST_STORED = 1 << 22, 1 << 27

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a source, and where it lies.

    Attributes
    ----------
    part : Part
    first : int
        The number of its first row in the source.
    chosen : int64[n] or None
        The rows to be looked at, by their number in the part; all of them if None.
    """

    part: Part
    first: int
    chosen: Rows | None = None

    @property
    def rows(self) -> int:
        """How many rows are looked at."""
        return self.part.rows if self.chosen is None else len(self.chosen)

    def tables(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows in order, each table with the number of its first row in the source.

        Raises
        ------
        WorkbenchError
            If there are not as many rows as the part is said to have.
        """
        stored = 0 if self.part.file is None else self.part.file.size
        heavy = _MOST_STORED * self.part.rows // max(stored, 1)
        position = 0
        for table in self.part.tables(columns, max(1, min(_MOST_ROWS, heavy or 1))):
            after = position + table.num_rows
            if self.chosen is None:
                yield self.first + position, table
            else:
                low, high = np.searchsorted(self.chosen, [position, after])
                if high > low:
                    yield self.first + position, table.take(self.chosen[low:high] - position)
            position = after
        if position != self.part.rows:
            raise WorkbenchError(
                f"{position:,} rows were read where {self.part.rows:,} should be",
                hint="the data changed while it was read; open it again",
            )


@dataclass(frozen=True, eq=False)
class Block:
    """Pieces that are described together.

    Attributes
    ----------
    pieces : tuple of Piece
        Several only if they are small.
    closed : bool
        Whether it stays as it is when the source grows at its end.
    """

    pieces: tuple[Piece, ...]
    closed: bool

    @property
    def rows(self) -> int:
        """How many rows are looked at."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def digests(self) -> list[str]:
        """What names the files' rows for ever; empty where they are of no dataset."""
        files = [piece.part.file for piece in self.pieces]
        return [file.digest for file in files if file is not None]

    @property
    def size(self) -> int:
        """Bytes of the files."""
        files = [piece.part.file for piece in self.pieces]
        return sum(file.size for file in files if file is not None)

    def tables(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows; those of several small pieces at once."""
        if len(self.pieces) == 1:
            yield from self.pieces[0].tables(columns)
            return
        found = [each for piece in self.pieces for each in piece.tables(columns)]
        if found:
            table = pa.concat_tables([table for _, table in found], promote_options="permissive")
            yield found[0][0], table.unify_dictionaries()


def blocks_of(source: Source, sample: int | float | None = None, seed: int = 0) -> list[Block]:
    """Return all of a source, span by span, in the order in which its blocks are merged.

    Parameters
    ----------
    source : Source
    sample : int or float, optional
        How many rows to look at, or which share of them; all rows have the same chance, and the
        same rows are drawn each time.
    seed : int
        Another one draws other rows.
    """
    firsts = np.cumsum([0, *(part.rows for part in source.parts)]).tolist()
    pieces = [Piece(part, first) for part, first in zip(source.parts, firsts, strict=False)]
    if sample is not None:
        drawn = _drawn(source.rows, sample, seed)
        pieces = [_narrowed(piece, drawn) for piece in pieces]
    # A new span comes last, whatever its splits: what is known of those before it can then be used.
    pieces.sort(key=lambda piece: "" if piece.part.file is None else piece.part.file.span)
    return list(_together(pieces))


def _together(pieces: list[Piece]) -> Iterator[Block]:
    small: list[Piece] = []
    for piece in pieces:
        if piece.part.rows >= SMALL:
            if small:
                yield Block(tuple(small), closed=True)
            yield Block((piece,), closed=True)
            small = []
            continue
        small.append(piece)
        if sum(each.part.rows for each in small) >= ENOUGH:
            yield Block(tuple(small), closed=True)
            small = []
    if small:
        yield Block(tuple(small), closed=False)


def _drawn(rows: int, sample: int | float, seed: int) -> Rows:
    if isinstance(sample, bool) or sample <= 0:
        raise InvalidInput(
            f"sample={sample!r} says no number of rows", hint="give 100_000 rows, or a share of 0.1"
        )
    if isinstance(sample, float) and sample > 1:
        raise InvalidInput(
            f"sample={sample!r} is a share over 1", hint="give rows as a whole number"
        )
    wanted = min(rows, sample if isinstance(sample, int) else max(1, round(rows * sample)))
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, wanted, replace=False, shuffle=False))


def _narrowed(piece: Piece, drawn: Rows) -> Piece:
    low, high = np.searchsorted(drawn, [piece.first, piece.first + piece.part.rows])
    return Piece(piece.part, piece.first, drawn[low:high] - piece.first)
