"""What a source of events does, and opening one by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlsplit

from workbench.core.errors import InvalidInput

Offset = Mapping[str, Any]
"""Where to read on: JSON that a source made, and nobody else looks into."""


class Message(NamedTuple):
    """One event as it came.

    Attributes
    ----------
    value : bytes or mapping of str to str
        JSON, or fields that are all text (a line of CSV, an entry of Redis).
    place : str
        Where it stood, for people: ``events.jsonl:1832``.
    partition : str
        Events of one partition come in the order in which they were written; of two, in any.
    arrived : int or None
        When the source took it in, in microseconds since 1970, where it says so.
    wrong : str
        What the source itself found wrong with it; empty otherwise.
    """

    value: bytes | Mapping[str, str]
    place: str
    partition: str = ""
    arrived: int | None = None
    wrong: str = ""


@dataclass(frozen=True)
class Batch:
    """Some events, and where to read on after them.

    Attributes
    ----------
    messages : list of Message
    offset : Offset
    waiting : frozenset of str
        Of a source with several partitions, those that may have more events by now.
    """

    messages: list[Message]
    offset: Offset
    waiting: frozenset[str] = frozenset()


class StreamSource(Protocol):
    """Events in an order, which can be read again from any offset that was handed out.

    The reader keeps the offset, together with what it made of the events; so a source need not
    remember who read what. An event is given at least once: whoever reads from an older offset
    gets the same events again, in the same order within a partition. Nothing is skipped without a
    word: events that were deleted before they were read are a `Conflict`. A source that does not
    answer raises `Unavailable`, and reading from the same offset may be tried again at any time.
    One source object serves one thread.

    Attributes
    ----------
    name : str
        The address without its secrets: an offset of one source means nothing to another.
    """

    name: str

    def beginning(self) -> Offset:
        """Return the offset of the oldest event that is still there; raises NotFound."""
        ...

    def end(self) -> Offset:
        """Return the offset after the newest event; raises NotFound."""
        ...

    def read(self, offset: Offset, limit: int, wait: float) -> Batch:
        """Return up to `limit` events from `offset` on.

        Waits up to `wait` seconds for the first, and no longer once there is one; a batch may be
        empty. Raises `Unavailable`, or `Conflict` if events at the offset are there no more.
        """
        ...

    def skip(self, offset: Offset) -> Offset:
        """Return an offset that no longer asks for events that are there no more."""
        ...

    def commit(self, offset: Offset) -> None:
        """Say that all before `offset` is dealt with.

        For the source's own tools (a group's lag, what may be deleted): reading never depends on
        it, and saying it again, or never, does no harm.
        """
        ...

    def lag(self, offset: Offset) -> int | None:
        """Return how many events wait from `offset` on; None if the source cannot tell."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def open_source(target: str | Path | StreamSource) -> StreamSource:
    r"""Open a source of events by its address.

    Parameters
    ----------
    target : str, Path or StreamSource
        A file of JSON lines or CSV, or a folder of them; ``redis://host/0?stream=events``, with
        ``group=`` and ``field=`` (the field that holds JSON); ``kafka://host:9092/topic``, with
        ``group=`` and any setting of librdkafka's. A source is returned as it is.

    Raises
    ------
    InvalidInput
        If the address has another scheme or lacks a part.
    Unavailable
        If the package that speaks to it is not installed.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "events.jsonl"
    >>> path.write_text('{"card": "c1", "amount": 3.5}\n')
    30
    >>> source = open_source(path)
    >>> source.read(source.beginning(), limit=10, wait=0).messages[0].value
    b'{"card": "c1", "amount": 3.5}'
    """
    if not isinstance(target, (str, Path)):
        return target
    text = str(target)
    scheme, colon, _ = text.partition("://")
    if not colon or scheme == "file":
        from workbench.features.streams.sources.files import FileSource

        return FileSource(Path(text.removeprefix("file://")))
    options = dict(parse_qsl(urlsplit(text).query))
    if scheme in ("redis", "rediss", "unix"):
        from workbench.features.streams.sources.redis import RedisSource

        return RedisSource(text, options)
    if scheme == "kafka":
        from workbench.features.streams.sources.kafka import KafkaSource

        return KafkaSource(text, options)
    raise InvalidInput(
        f"{text!r} is no source of events",
        hint="give a file or folder, redis://host/0?stream=… or kafka://host:9092/topic",
    )
