"""Hashes of Arrow's columns, and of rows over several of them.

Numbers go through SplitMix64, text and bytes eight bytes at a time through the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import family_of, type_name
from workbench.data.hashing import STEP, Hashes, mixed

_MISSING = np.uint64(0x9E6C63D0876A46A5)


def hash_rows(table: pa.Table, columns: Sequence[str]) -> Hashes:
    """Return a number of 64 bits for each row, from its values in `columns`, in that order.

    A value's hash follows from what it is, not from how it is typed: 5 as int8, int64 or float64 is
    the same, as is text however Arrow encodes it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> one, two = hash_rows(pa.table({"a": [5, 5.0]}), ["a"])
    >>> bool(one == two)
    True
    """
    hashes = np.zeros(table.num_rows, np.uint64)
    for name in columns:
        hashes = mixed(hashes * STEP + hash_column(name, table.column(name)))
    return hashes


def hash_column(name: str, column: pa.ChunkedArray) -> Hashes:
    """Return a number of 64 bits for each value of a column; missing ones have one of their own.

    Raises
    ------
    InvalidInput
        If the column holds lists or structs.
    """
    family = family_of(column.type)
    if family in ("LIST", "STRUCT"):
        raise InvalidInput(
            f"column {name!r} holds {type_name(column.type)}, by which rows cannot be told apart",
            hint="name columns of numbers, text, truth values or times",
        )
    if family in ("STRING", "BYTES"):
        return _of_texts(column)
    if family == "FLOAT":
        return _of_floats(column.cast(pa.float64()).to_numpy())
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_uint64(column.type):
        whole = pc.fill_null(column, 0).to_numpy()
    else:
        whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy().view(np.uint64)
    hashes = mixed(whole)
    hashes[pc.is_null(column).to_numpy()] = _MISSING
    return hashes


def text_hashes(values: pa.Array) -> Hashes:
    """Return the hashes of texts or byte strings, none of them null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> len(set(text_hashes(pa.array(["a", "b", "a"])).tolist()))
    2
    """
    starts, sizes, content = text_bytes(values)
    # Each byte begins a word of the next eight; the last ones reach into zeros.
    padded = np.concatenate([content, np.zeros(8, np.uint8)])
    words = np.ndarray((len(content) + 1,), "<u8", padded, strides=(1,))
    hashes = mixed(sizes)
    left = np.flatnonzero(sizes > 0)
    done = 0
    while left.size:
        taken = words[starts[left] + done]
        rest = sizes[left] - done
        short = rest < 8
        taken[short] &= (np.uint64(1) << (rest[short] * 8).astype(np.uint64)) - np.uint64(1)
        hashes[left] = mixed(hashes[left] ^ taken)
        done += 8
        left = left[rest > 8]
    return hashes


def text_bytes(
    values: pa.Array,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return where each text begins in the bytes of all, how long it is, and the bytes."""
    large = pa.large_binary()
    if not types.is_large_binary(values.type):
        values = values.cast(pa.large_string()) if _is_text(values.type) else values.cast(large)
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    _, offsets, content = values.buffers()
    ends = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
    size = int(ends[-1] - ends[0])
    held = np.frombuffer(content, np.uint8, size, int(ends[0])) if size else np.zeros(0, np.uint8)
    return ends[:-1] - ends[0], np.diff(ends), held


def _of_texts(column: pa.ChunkedArray) -> Hashes:
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    hashes = np.full(len(column), _MISSING)
    hashes[column.is_valid().to_numpy()] = np.concatenate(
        [np.zeros(0, np.uint64), *(text_hashes(chunk.drop_null()) for chunk in column.chunks)]
    )
    return hashes


def _of_floats(values: npt.NDArray[np.float64]) -> Hashes:
    missing = np.isnan(values)
    whole = ~missing & (np.abs(values) < 2.0**63) & (values == np.floor(values))
    bits = values.view(np.int64).copy()
    bits[whole] = values[whole].astype(np.int64)
    hashes = mixed(bits.view(np.uint64))
    hashes[missing] = _MISSING
    return hashes


def _is_text(kind: pa.DataType) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))
