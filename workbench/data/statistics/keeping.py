"""Partials as bytes, and the ones that are kept so that a new span costs only itself.

The bytes are msgpack of plain values, arrays and the classes named here, compressed with zstd:
reading them runs nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.data.column_hashing import text_bytes
from workbench.data.datasets.kept import keep
from workbench.data.statistics.images import Images
from workbench.data.statistics.numbers import Counted, Moments, Summary
from workbench.data.statistics.partials import (
    BytesPartial,
    Lengths,
    Level,
    ListPartial,
    NumberPartial,
    Presence,
    RowsPartial,
    StructPartial,
    TextPartial,
)
from workbench.data.statistics.sketches import Distinct, Quantiles
from workbench.data.statistics.texts import Hashed, Texts
from workbench.data.statistics.words import Words

FORMAT = 1
# Partials take about four times as long to read and merge as bytes of files to read and count.
_WORTH = 4
#: The partial of every row, beside those of slices, which have a name.
WHOLE = ""

Slices = dict[str, RowsPartial]

_CLASSES = {
    each.__name__: each
    for each in (
        BytesPartial,
        Counted,
        Distinct,
        Hashed,
        Images,
        Lengths,
        Level,
        ListPartial,
        Moments,
        NumberPartial,
        Presence,
        Quantiles,
        RowsPartial,
        StructPartial,
        Summary,
        TextPartial,
        Texts,
        Words,
    )
}
_CLASS, _ARRAY, _STEPS, _TEXTS = "#", 1, 2, 3


def pack(slices: Slices) -> bytes:
    """Return partials as bytes; `unpack` brings back the very same."""
    return _compressed(_flat(slices))


def unpack(content: bytes) -> Slices:
    """Return the partials that `pack` made bytes of."""
    import msgpack

    size = int.from_bytes(content[:8], "little")
    plain = pa.decompress(content[8:], decompressed_size=size, codec="zstd", asbytes=True)
    slices: Slices = msgpack.unpackb(
        plain,
        ext_hook=_array,
        object_hook=_made,
        strict_map_key=False,
        use_list=False,
    )
    return slices


def merge_slices(a: Slices, b: Slices, limit: int) -> Slices:
    """Return the partials of both sets of rows, slice by slice."""
    merged = dict(a)
    for name, rows in b.items():
        merged[name] = merged[name].merged(rows, limit) if name in merged else rows
    return merged


def key_of(digests: Sequence[str], asked: Mapping[str, object], what: str) -> dict[str, object]:
    """Return what the partials of files are kept by.

    Parameters
    ----------
    digests : sequence of str
        Of the files, in the order that they are merged in.
    asked : mapping
        Whatever else the partials depend on.
    what : str
        ``block`` or ``prefix``.
    """
    chain = hashlib.sha256("".join(digests).encode()).hexdigest()
    return {"statistics": FORMAT, "what": what, "files": chain, **asked}


def keep_slices(key: dict[str, object], slices: Slices, size: int) -> None:
    """Keep partials, unless they are so large that reading the files again takes as long.

    Parameters
    ----------
    key : dict
    slices : dict
    size : int
        Bytes of the files.
    """
    flat = _flat(slices)
    # They seldom become a quarter as long; what would be too long then is not even compressed.
    if len(flat) > size:
        return
    content = _compressed(flat)
    if len(content) * _WORTH < size:
        keep(key, content)


def _flat(slices: Slices) -> bytes:
    import msgpack

    flat: bytes = msgpack.packb(slices, default=_plain, strict_types=True)
    return flat


def _compressed(flat: bytes) -> bytes:
    packed: bytes = pa.compress(flat, codec="zstd", asbytes=True)
    return len(flat).to_bytes(8, "little") + packed


def _plain(value: Any) -> Any:
    """Return what msgpack knows instead of a value that it does not."""
    import msgpack

    if isinstance(value, np.ndarray):
        return msgpack.ExtType(*_packed(value))
    if isinstance(value, pa.Array):
        _, sizes, content = text_bytes(value)
        head = len(sizes).to_bytes(8, "little")
        return msgpack.ExtType(_TEXTS, head + sizes.tobytes() + content.tobytes())
    if isinstance(value, tuple):
        return list(value)
    if type(value).__name__ in _CLASSES:
        # Not `asdict`, which would look into the fields: they are turned one by one.
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {_CLASS: type(value).__name__, **fields}
    raise TypeError(f"a {type(value).__name__} is no part of statistics")


def _packed(values: npt.NDArray[Any]) -> tuple[int, bytes]:
    """Return an array in as few bytes as hold it, and in which form they are."""
    kind, form, first = values.dtype, _ARRAY, b""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float32)
        values = narrow if (narrow == values).all() else values
    elif kind.itemsize == 8 and len(values) > 1 and (values[1:] > values[:-1]).all():
        # Steps between ascending numbers are small; unsigned, they are right whatever the sign.
        form, first = _STEPS, values[:1].tobytes()
        values = _narrowed(np.diff(values.view(np.uint64)))
    elif kind.itemsize == 8:
        values = _narrowed(values)
    return form, f"{kind.str} {values.dtype.str}".ljust(8).encode() + first + values.tobytes()


def _narrowed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.size and values.min() < 0:
        return values
    return values.astype(np.min_scalar_type(values.max(initial=0)))


def _array(code: int, content: bytes) -> Any:
    if code in (_ARRAY, _STEPS):
        kind, stored = content[:8].decode().split()
        if code == _ARRAY:
            return np.frombuffer(content, stored, offset=8).astype(kind, copy=False)
        first = np.frombuffer(content, np.uint64, 1, 8)
        steps = np.frombuffer(content, stored, offset=16)
        return np.cumsum(np.concatenate([first, steps]), dtype=np.uint64).view(kind)
    count = int.from_bytes(content[:8], "little")
    sizes = np.frombuffer(content, np.int64, count, 8)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(content[8 + 8 * count :])]
    return pa.Array.from_buffers(pa.large_string(), count, buffers)


def _made(fields: dict[Any, Any]) -> Any:
    name = fields.pop(_CLASS, None)
    return fields if name is None else _CLASSES[name](**fields)
