"""Which slice each row belongs to, by the values of one column or of several together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_single
from workbench.data.scalars import category

MOST_SLICES = 1000


@dataclass(frozen=True, eq=False)
class Slicing:
    """The rows of a table, arranged by slice.

    Attributes
    ----------
    names : tuple of str
        Such as ``carrier=UA``, or ``carrier=UA, origin=JFK``.
    order : int64[n]
        Row numbers, slice by slice; within one they keep their order.
    ends : int64[slices]
        Where each slice ends in `order`.
    """

    names: tuple[str, ...]
    order: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def cut(self, column: pa.ChunkedArray) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """Yield each slice's name and its rows of a column."""
        arranged = column.take(pa.array(self.order))
        for name, start, end in self._places():
            yield name, arranged.slice(start, end - start)

    def cut_array(
        self, values: npt.NDArray[np.float64]
    ) -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
        """Yield each slice's name and its rows of an array."""
        arranged = values[self.order]
        for name, start, end in self._places():
            yield name, arranged[start:end]

    def rows(self) -> dict[str, int]:
        """Return how many rows each slice has."""
        return {name: end - start for name, start, end in self._places()}

    def _places(self) -> Iterator[tuple[str, int, int]]:
        ends = self.ends.tolist()
        yield from zip(self.names, [0, *ends[:-1]], ends, strict=True)


def slice_rows(table: pa.Table, by: Sequence[str]) -> Slicing:
    """Return the slices of a table's rows.

    Parameters
    ----------
    table : pyarrow.Table
    by : sequence of str
        Columns; rows of the same values in all of them are a slice.

    Raises
    ------
    InvalidInput
        If there are over 1,000, or a column holds lists or structs.

    Examples
    --------
    >>> import pyarrow as pa
    >>> slice_rows(pa.table({"origin": ["JFK", "EWR", "JFK"]}), ["origin"]).rows()
    {'origin=EWR': 1, 'origin=JFK': 2}
    """
    labels, codes = [""], np.zeros(table.num_rows, np.int64)
    for name in by:
        check_single(name, table.column(name).type, "slicing")
        words, of_row = _words(table.column(name))
        if len(words) > MOST_SLICES:
            raise too_many(by, len(words))
        # Only the combinations that occur go on to the next column.
        pairs, codes = np.unique(codes * len(words) + of_row, return_inverse=True)
        labels = [
            f"{labels[pair // len(words)]}, {name}={words[pair % len(words)]}".removeprefix(", ")
            for pair in pairs.tolist()
        ]
        if len(labels) > MOST_SLICES:
            raise too_many(by, len(labels))
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(labels)))
    return Slicing(tuple(labels), order, ends)


def too_many(by: Sequence[str], found: int) -> InvalidInput:
    """Return the error of too many slices."""
    named = " and ".join(repr(name) for name in by)
    have = "has" if len(by) == 1 else "together have"
    return InvalidInput(
        f"{named} {have} {found:,} values, too many to slice by",
        hint=f"slice by at most {MOST_SLICES:,} values",
    )


def _words(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the values as words, in their order, and the number of each row's."""
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    present = [category(value) for value in whole.dictionary.to_pylist()]
    codes = pc.fill_null(whole.indices, len(present)).to_numpy().astype(np.int64)
    named = ["missing" if word is None else word for word in [*present, None]]
    used = np.unique(codes)
    words = sorted({named[code] for code in used.tolist()})
    places = {word: place for place, word in enumerate(words)}
    numbers = np.array([places.get(word, 0) for word in named], np.int64)
    return words, numbers[codes]
