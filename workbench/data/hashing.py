"""Numbers from values that stay the same for ever, on any machine, in any version of a library.

A value's hash follows from what it is, not from how it is typed: 5 as int8, int64 or float64 is the
same, as is text however it is encoded in Arrow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import family_of, type_name

Hashes = npt.NDArray[np.uint64]

_MISSING = np.uint64(0x9E6C63D0876A46A5)
_COMBINE = np.uint64(0x9E3779B97F4A7C15)


def hash_rows(table: pa.Table, columns: Sequence[str]) -> Hashes:
    """Return a number of 64 bits for each row, from its values in `columns`, in that order.

    Examples
    --------
    >>> import pyarrow as pa
    >>> one, two = hash_rows(pa.table({"a": [5, 5.0]}), ["a"])
    >>> bool(one == two)
    True
    """
    hashes = np.zeros(table.num_rows, np.uint64)
    for name in columns:
        hashes = _mixed(hashes * _COMBINE + hash_column(name, table.column(name)))
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
        whole = pc.fill_null(column, 0).to_numpy().view(np.int64)
    else:
        whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    hashes = _mixed(whole.view(np.uint64))
    hashes[pc.is_null(column).to_numpy()] = _MISSING
    return hashes


def _of_texts(column: pa.ChunkedArray) -> Hashes:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries()
    if not len(encoded):
        return np.zeros(0, np.uint64)
    words = encoded.chunk(0).dictionary.to_pylist()
    numbers = np.array([*map(_of_text, words), _MISSING], np.uint64)
    codes = pa.chunked_array([chunk.indices for chunk in encoded.chunks])
    return numbers[pc.fill_null(codes.cast(pa.int64()), len(words)).to_numpy()]


def _of_text(word: str | bytes | None) -> np.uint64:
    if word is None:
        return _MISSING
    content = word.encode() if isinstance(word, str) else word
    return np.uint64(int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little"))


def _of_floats(values: npt.NDArray[np.float64]) -> Hashes:
    missing = np.isnan(values)
    whole = ~missing & (np.abs(values) < 2.0**63) & (values == np.floor(values))
    bits = (values + 0.0).view(np.int64).copy()  # -0.0 is 0.0
    bits[whole] = values[whole].astype(np.int64)
    hashes = _mixed(bits.view(np.uint64))
    hashes[missing] = _MISSING
    return hashes


def _mixed(numbers: Hashes) -> Hashes:
    """Spread numbers over 64 bits: the finalizer of SplitMix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        z = numbers + _COMBINE
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))
