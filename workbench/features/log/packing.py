"""Records as bytes: MessagePack, with days, which it has no word for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgpack

_DATE = 1


def pack(record: Any) -> bytes:  # lists, dicts and plain values
    """Return a record's bytes.

    Raises
    ------
    TypeError
        If it holds something else than plain values.
    """
    return bytes(msgpack.packb(record, default=_extended, datetime=True))


def unpack(content: bytes) -> Iterator[Any]:
    """Yield the records that some bytes are made of; times are aware and in UTC.

    Examples
    --------
    >>> list(unpack(pack(["UA", 1]) + pack(["DL", None])))
    [['UA', 1], ['DL', None]]
    """
    unpacker = msgpack.Unpacker(
        ext_hook=_restored, timestamp=3, max_buffer_size=0, strict_map_key=False
    )
    unpacker.feed(content)
    yield from unpacker


def _extended(value: object) -> object:
    if isinstance(value, date):
        return msgpack.ExtType(_DATE, value.isoformat().encode())
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be kept in the log")


def _restored(code: int, data: bytes) -> object:
    return date.fromisoformat(data.decode()) if code == _DATE else msgpack.ExtType(code, data)
