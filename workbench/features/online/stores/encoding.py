"""Keys and rows as bytes.

A key is the MessagePack array of its typed values, so ("1", "23") and ("12", "3") differ, as do 1
and "1". A row is its order, 16 bytes (event time and creation time in microseconds, big-endian,
shifted so that bytes sort as the times do), and the MessagePack array of its values.
"""

from __future__ import annotations

import math
import operator
import struct
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgpack

from workbench.core.clock import micros
from workbench.core.errors import InvalidInput

ORDER_BYTES = 16
_SHIFT = 1 << 63
_DATE = 1
_ORDER = struct.Struct(">QQ")


def pack_key(values: Sequence[object], types: Sequence[str], names: Sequence[str]) -> bytes | None:
    """Return a key's bytes, or None if one of its values is missing.

    Parameters
    ----------
    values, types, names : sequences
        Side by side; types as datasets name them.

    Raises
    ------
    InvalidInput
        If a value is not of its key's type.

    Examples
    --------
    >>> pack_key(["1", "23"], ["string"] * 2, ["a", "b"]) == pack_key(
    ...     ["12", "3"], ["string"] * 2, ["a", "b"]
    ... )
    False
    """
    exact = []
    for value, kind, name in zip(values, types, names, strict=True):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        exact.append(_exact(value, kind, name))
    try:
        return _packers.key(exact)
    except (OverflowError, UnicodeEncodeError) as error:  # beyond 64 bits; half a letter
        raise InvalidInput(f"{values!r:.80} cannot be a key: {error}") from error


def pack_row(event: int, created: int, values: Sequence[object]) -> bytes:
    """Return a row's bytes; times in microseconds, 0 for a static row's event."""
    return _ORDER.pack(event + _SHIFT, created + _SHIFT) + _packers.row(values)


def unpack_order(row: bytes) -> tuple[int, int]:
    """Return a row's event and creation time."""
    event, created = _ORDER.unpack_from(row)
    return event - _SHIFT, created - _SHIFT


def event_of(order: bytes) -> int:
    """Return the event time from an order's first 8 bytes, or all of it, or a row."""
    return int.from_bytes(order[:8]) - _SHIFT


def unpack_values(row: bytes) -> list[Any]:
    """Return a row's values; times are aware and in UTC."""
    values: list[Any] = msgpack.unpackb(row[ORDER_BYTES:], ext_hook=_restored, timestamp=3)
    return values


class _Packers(threading.local):
    """What packs keys and rows, one a thread: making one costs more than packing a row."""

    def __init__(self) -> None:
        self.key: Callable[[object], bytes] = msgpack.Packer().pack
        self.row: Callable[[object], bytes] = msgpack.Packer(default=_extended, datetime=True).pack


def _exact(value: Any, kind: str, name: str) -> object:
    """Return a key's value as its type's one spelling."""
    try:
        if kind == "string" and isinstance(value, str):
            return str(value)
        if kind.startswith(("int", "uint")) and not isinstance(value, bool):
            return operator.index(value)
        if kind == "bool" and (isinstance(value, bool) or type(value).__name__ == "bool"):
            return bool(value)
        if kind.startswith(("float", "decimal")) and not isinstance(value, (str, bool)):
            return float(value) + 0.0  # minus zero is zero, as in a training set
        if kind == "timestamp":
            known = datetime.fromisoformat(value) if isinstance(value, str) else value
            return micros(known if known.tzinfo else known.replace(tzinfo=UTC))
        if kind == "date":
            return (date.fromisoformat(value) if isinstance(value, str) else value).isoformat()[:10]
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass  # said below, for every way in which a value can be wrong
    raise InvalidInput(
        f"{value!r} cannot be the key {name!r}, which is of type {kind}",
        hint=f"give it as {_python(kind)}",
    )


def _python(kind: str) -> str:
    if kind.startswith(("int", "uint")):
        return "a whole number"
    if kind.startswith(("float", "decimal")):
        return "a number"
    return {"string": "text", "bool": "True or False"}.get(kind, "a time, or ISO 8601 text")


def _extended(value: object) -> object:
    if isinstance(value, date):
        return msgpack.ExtType(_DATE, value.isoformat().encode())
    if isinstance(value, Decimal):
        return float(value)
    raise InvalidInput(f"a {type(value).__name__} cannot be kept in an online store")


def _restored(code: int, data: bytes) -> object:
    return date.fromisoformat(data.decode()) if code == _DATE else msgpack.ExtType(code, data)


_packers = _Packers()
