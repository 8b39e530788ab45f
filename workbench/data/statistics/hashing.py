"""A 64-bit hash of each value, the same on every machine and in every version.

Numbers go through the finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014), text and bytes
eight bytes at a time through the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

Hashes = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def number_hashes(values: npt.NDArray[Any]) -> Hashes:
    """Return the hashes of whole numbers or floats; 0.0 and -0.0 have the same.

    Examples
    --------
    >>> import numpy as np
    >>> bool(number_hashes(np.array([0.0]))[0] == number_hashes(np.array([-0.0]))[0])
    True
    """
    wide = values.astype(np.float64) + 0.0 if values.dtype.kind == "f" else values
    return _mixed(np.ascontiguousarray(wide).view(np.uint64) + _STEP)


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
    hashes = _mixed(sizes.astype(np.uint64) + _STEP)
    left = np.flatnonzero(sizes > 0)
    done = 0
    while left.size:
        taken = words[starts[left] + done]
        rest = sizes[left] - done
        short = rest < 8
        taken[short] &= (np.uint64(1) << (rest[short] * 8).astype(np.uint64)) - np.uint64(1)
        hashes[left] = _mixed((hashes[left] ^ taken) + _STEP)
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


def column_hashes(column: pa.Array) -> Hashes:
    """Return the hashes of a bytes column's values, leaving out null ones."""
    return text_hashes(pc.drop_null(column))


def _is_text(kind: pa.DataType) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _FIRST
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _SECOND
    return hashes ^ (hashes >> np.uint64(31))
