"""From a message to an event of a view: its key, its times and its values, each of its type.

What cannot be one is `Refused`, with the reason; nothing is guessed. A 7 in quotes is no number
where JSON has numbers, and is one where all fields are text.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgpack

from workbench.core.clock import micros
from workbench.core.errors import InvalidInput
from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.encoding import pack_key
from workbench.features.streams.sources.source import Message

Decode = Callable[[bytes], Mapping[str, Any]]
_DECODE = json.JSONDecoder().decode  # `json.loads` would look for other encodings first
_IDENTITY_BYTES = 12
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Refused(InvalidInput):
    """A message that is no event of the view."""


class Event(NamedTuple):
    """One event of a view.

    Attributes
    ----------
    key : bytes
        As the online store has it.
    event, created : int
        In microseconds since 1970; 0 and the moment of its arrival in a static view.
    values : tuple
        Of the view's inputs.
    identity : bytes
        Equal for the same event, delivered twice; empty for one that may well come again.
    when : int
        By which it is late: its time, or its arrival in a static view.
    keys : tuple
        The values of the key columns.
    message : Message
    """

    key: bytes
    event: int
    created: int
    values: tuple[Any, ...]
    identity: bytes
    when: int
    keys: tuple[Any, ...]
    message: Message

    @property
    def visible(self) -> int:
        """From when it is known."""
        return max(self.event, self.created)


class EventReader:
    """Reads messages as events of one view.

    Parameters
    ----------
    view : FeatureView
    event_id : str, optional
        The field that tells one event from another; without it two events are one if their key,
        times and values are equal.
    decode : callable, optional
        Turns a message's bytes into fields; JSON by default.

    Raises
    ------
    InvalidInput
        If a column of the view has a type that no event can carry.
    """

    def __init__(
        self, view: FeatureView, event_id: str | None = None, decode: Decode | None = None
    ) -> None:
        self._view = view
        self._id = event_id
        self._decode = decode
        self._key_names = [each.name for each in view.keys]
        self._key_types = [each.type for each in view.keys]
        columns = [*view.keys, *view.inputs]
        self._typed = [(each.name, each.type, typed(each.type)) for each in columns]
        self._texts = [(each.name, each.type, from_text(each.type)) for each in columns]

    def read(self, message: Message, now: int) -> Event:
        """Return a message as an event that arrived now, in microseconds; raises Refused."""
        try:
            return self._event(message, now)
        except UnicodeEncodeError as error:
            raise Refused(f"text that is no Unicode: {error.reason}") from error

    def _event(self, message: Message, now: int) -> Event:
        if message.wrong:
            raise Refused(message.wrong)
        fields = self._fields(message)
        text = not isinstance(message.value, bytes)
        values = []
        for name, kind, convert in self._texts if text else self._typed:
            value = fields.get(name)
            if value is not None:
                try:
                    value = convert(value)
                except UnicodeEncodeError:
                    raise
                except (TypeError, ValueError, OverflowError) as error:
                    raise Refused(f"{value!r:.200} in {name!r} is no {kind}") from error
            values.append(value)
        width = len(self._key_names)
        keys, rest = tuple(values[:width]), tuple(values[width:])
        if None in keys:
            raise Refused(f"it has no key {self._key_names[keys.index(None)]!r}")
        try:
            key = pack_key(keys, self._key_types, self._key_names)
        except InvalidInput as error:
            raise Refused(error.message) from error
        if key is None:
            raise Refused(f"it has no key {self._key_names!r}")
        arrived = now if message.arrived is None else message.arrived
        view = self._view
        event, created, said = 0, arrived, 0
        if view.time is not None:
            event = _moment(fields, view.time)
            created = event
            if view.created is not None:
                created = arrived
                if fields.get(view.created) is not None:
                    created = said = _moment(fields, view.created)
        when = event if view.time is not None else arrived
        identity = self._identity(fields, key, event, said, rest)
        return Event(key, event, created, rest, identity, when, keys, message)

    def _fields(self, message: Message) -> Mapping[str, Any]:
        if not isinstance(message.value, bytes):
            return message.value
        if self._decode is not None:
            try:
                found: Any = self._decode(message.value)
            except Exception as error:  # whatever a user's function raises
                raise Refused(f"decode raised {type(error).__name__}: {error}") from error
        else:
            try:
                found = _DECODE(message.value.decode())
            except (ValueError, RecursionError) as error:
                raise Refused(f"no JSON: {error}") from error
        if not isinstance(found, Mapping):
            raise Refused(f"no object with fields, but {type(found).__name__}")
        return found

    def _identity(
        self, fields: Mapping[str, Any], key: bytes, event: int, said: int, values: tuple[Any, ...]
    ) -> bytes:
        if self._id is None and self._view.time is None:
            return b""  # a row without a time may go back to what it was
        if self._id is None:
            what: Any = [key, event, said, *values]
        elif (what := fields.get(self._id)) is None:
            raise Refused(f"it has no id {self._id!r}")
        packed = msgpack.packb(what, default=str, datetime=True)
        return blake2b(packed, digest_size=_IDENTITY_BYTES).digest()


def typed(kind: str) -> Callable[[Any], Any]:
    """Return what turns a value of JSON into one of a column's type, or raises ValueError.

    Raises
    ------
    InvalidInput
        If no event can carry the type.

    Examples
    --------
    >>> typed("int64")(7.0), typed("timestamp")("2013-01-01T06:00:00Z").hour
    (7, 6)
    """
    if kind == "string":
        return _text
    if kind == "bool":
        return _flag
    if kind.startswith(("int", "uint")):
        return _whole(kind)
    if kind.startswith(("float", "decimal", "double")):
        return _number
    if kind == "timestamp":
        return _time
    if kind == "date":
        return _day
    raise InvalidInput(
        f"no event carries a value of type {kind}", hint="stream a view of plain columns"
    )


def from_text(kind: str) -> Callable[[str], Any]:
    """Return what turns text into a value of a column's type; empty text is null.

    Examples
    --------
    >>> from_text("float64")("2.5"), from_text("bool")("true"), from_text("int64")("")
    (2.5, True, None)
    """
    exact = typed(kind)
    if kind == "string":
        return exact

    def convert(text: str) -> Any:
        if not text:
            return None
        if kind == "bool":
            return _FLAGS[text.lower()] if text.lower() in _FLAGS else _flag(text)
        if "_" in text:  # which Python allows between digits
            raise ValueError(text)
        if kind.startswith(("int", "uint")):
            return exact(int(text))
        return exact(float(text)) if exact is _number else exact(text)

    return convert


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    if not value.isascii():
        value.encode()  # half of a surrogate pair cannot be written
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _whole(kind: str) -> Callable[[Any], int]:
    bits = int(kind.lstrip("uint") or 64)
    least, most = (0, 1 << bits) if kind.startswith("u") else (-(1 << bits - 1), 1 << bits - 1)

    def convert(value: Any) -> int:
        if isinstance(value, bool):
            raise TypeError(value)
        if isinstance(value, float):  # 7.0 is how some write 7
            if not value.is_integer():
                raise ValueError(value)
            value = int(value)
        if not least <= (whole := operator.index(value)) < most:
            raise OverflowError(value)
        return whole

    return convert


def _number(value: Any) -> float:
    if isinstance(value, (bool, str, bytes)):
        raise TypeError(value)
    return float(value)


def _time(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(value)
    return value


def _moment(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if value is None or value == "":
        raise Refused(f"it has no time {name!r}")
    try:
        return micros(_time(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(
            f"{value!r:.200} in {name!r} is no time",
            hint="ISO 8601, such as 2013-09-01T06:00:00Z; turn others into it with decode=",
        ) from error
