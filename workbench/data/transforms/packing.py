"""States of analyzers as bytes: MessagePack, with arrays and exact fractions; nothing runs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

_ARRAY, _FRACTION, _WHOLE = 1, 2, 3


def pack(state: dict[str, Any]) -> bytes:
    """Return a state as bytes."""
    import msgpack

    content: bytes = msgpack.packb(state, default=_encode, use_bin_type=True)
    return content


def unpack(content: bytes) -> dict[str, Any]:
    """Return the state that `pack` wrote."""
    import msgpack

    state: dict[str, Any] = msgpack.unpackb(
        content, ext_hook=_decode, strict_map_key=False, raw=False
    )
    return state


def _encode(value: Any) -> Any:
    import msgpack

    if isinstance(value, np.ndarray):
        head = {"type": value.dtype.str, "shape": list(value.shape), "bytes": value.tobytes()}
        return msgpack.ExtType(_ARRAY, msgpack.packb(head))
    if isinstance(value, Fraction):
        return msgpack.ExtType(_FRACTION, f"{value.numerator:x}/{value.denominator:x}".encode())
    if isinstance(value, int):  # beyond 64 bits
        return msgpack.ExtType(_WHOLE, f"{value:x}".encode())
    raise TypeError(f"{type(value).__name__} cannot be packed")


def _decode(code: int, content: bytes) -> Any:
    import msgpack

    if code == _ARRAY:
        head = msgpack.unpackb(content)
        return np.frombuffer(head["bytes"], head["type"]).reshape(head["shape"])
    if code == _FRACTION:
        above, _, below = content.decode().partition("/")
        return Fraction(int(above, 16), int(below, 16))
    return int(content, 16)
