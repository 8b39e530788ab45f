"""Keys as typed tuples: numbered, found again, and spread over parts.

A key of several columns is compared column by column, each by its own type: ``("1", "23")`` is
never ``("12", "3")``, nor is ``1`` ever ``"1"``. Whole numbers are equal whatever their width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = npt.NDArray[np.int64]


def plain(column: pa.ChunkedArray, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    """Return a key's column in the one form in which its values are compared.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
    kind : pyarrow.DataType, optional
        The plain type of the other side; what it cannot hold becomes null, as it equals nothing
        there.

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain(pa.chunked_array([pa.array([1, -1], pa.int8())]), pa.uint64()).to_pylist()
    [1, None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    own = column.type
    if types.is_null(own):
        return column if kind is None else column.cast(kind)
    if types.is_integer(own):
        wide = pa.uint64() if types.is_uint64(own) else pa.int64()
        column = column.cast(wide)
        if kind is not None and kind != wide:
            least = pa.scalar(0 if types.is_int64(wide) else 2**63, wide)
            beyond = pc.less if types.is_int64(wide) else pc.greater_equal
            lost = beyond(column, least)
            column = pc.if_else(lost, pa.scalar(None, wide), column).cast(kind)
        return column
    if types.is_floating(own) or types.is_decimal(own):
        return named(pc.add(column.cast(pa.float64()), 0.0))  # minus zero is zero
    if types.is_large_string(own) or types.is_string_view(own):
        return column.cast(pa.string())
    if types.is_large_binary(own) or types.is_binary_view(own):
        return column.cast(pa.binary())
    return column


def named(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a key's column with nulls for NaN: it equals nothing, itself included."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)


def numbered(columns: Sequence[pa.ChunkedArray]) -> Numbers:
    """Return a number for each row, the same for equal keys alone, from 0 to below 2³¹.

    Parameters
    ----------
    columns : sequence of pyarrow.ChunkedArray
        Plain, of one length below 2³¹, and without nulls.
    """
    import pyarrow as pa

    if len(columns) == 1 and columns[0].type == pa.int64() and len(columns[0]):
        values = columns[0].to_numpy()
        least, most = int(values.min()), int(values.max())
        if most - least < 1 << 31:  # numbers already: no need to look each of them up
            return np.asarray(values - least, np.int64)
    numbers = _codes(columns[0])[0]
    for column in columns[1:]:
        codes, count = _codes(column)
        numbers = _codes(numbers * count + codes)[0]
    return numbers


class KeyIndex:
    """Finds keys among known ones.

    Parameters
    ----------
    known : sequence of pyarrow.ChunkedArray
        The columns of keys that differ from one another, plain and without nulls.
    """

    def __init__(self, known: Sequence[pa.ChunkedArray]) -> None:
        import pyarrow as pa

        self._values: list[pa.Array] = []
        self._pairs: list[pa.Array] = []
        numbers: Numbers | None = None
        for column in known:
            if len(known) == 1:
                self._values.append(_whole(column))
                return
            distinct = _whole(column.unique())
            codes = _index_in(column, distinct)
            self._values.append(distinct)
            if numbers is None:
                numbers = codes
                continue
            pairs = pa.array(numbers * len(distinct) + codes)
            last = len(self._values) == len(known)
            self._pairs.append(pairs if last else pairs.unique())
            numbers = _index_in(pairs, self._pairs[-1])

    def find(self, asked: Sequence[pa.ChunkedArray]) -> Numbers:
        """Return the position of each row's key among the known ones; -1 where it is unknown.

        Parameters
        ----------
        asked : sequence of pyarrow.ChunkedArray
            Columns of the same types; a null is in no key.
        """
        import pyarrow as pa

        found = _index_in(asked[0], self._values[0])
        for column, values, pairs in zip(asked[1:], self._values[1:], self._pairs, strict=True):
            codes = _index_in(column, values)
            whole = np.where((found < 0) | (codes < 0), -1, found * len(values) + codes)
            found = _index_in(pa.array(whole), pairs)
        return found


def part_of(columns: Sequence[pa.ChunkedArray], parts: int) -> npt.NDArray[np.int16]:
    """Return which of so many parts each row's key belongs to; equal keys are in one part."""
    import pyarrow as pa

    from workbench.data.column_hashing import hash_rows

    names = [str(place) for place in range(len(columns))]
    hashes = hash_rows(pa.table(dict(zip(names, columns, strict=True))), names)
    return (hashes % np.uint64(parts)).astype(np.int16)


def _codes(values: pa.ChunkedArray | Numbers) -> tuple[Numbers, int]:
    import pyarrow as pa

    array = pa.array(values) if isinstance(values, np.ndarray) else _whole(values)
    encoded = array.dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def _index_in(values: pa.ChunkedArray | pa.Array, known: pa.Array) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_null(values.type):
        return np.full(len(values), -1)
    found = pc.fill_null(pc.index_in(values, value_set=known, skip_nulls=True), -1)
    return np.asarray(found.to_numpy(), np.int64)


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
