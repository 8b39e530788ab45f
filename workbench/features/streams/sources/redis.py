"""Events in a Redis stream, read as a consumer group of one.

The reader's own offset says where to read on; the group is set to it. So a group that was lost, or
a reader that was killed between writing and acknowledging, changes nothing, and Redis's own tools
still show who reads, how far and what is pending.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.features.streams.sources.source import Batch, Message, Offset

if TYPE_CHECKING:
    from redis import Redis

GROUP = "workbench"
_CONSUMER = "stream"
_PAGE = 1000
_OWN = ("stream", "group", "field")


class RedisSource:
    """The entries of one Redis stream (Redis 7 or newer); see `StreamSource`.

    Parameters
    ----------
    url : str
        ``redis://[[user]:password@]host[:port][/database]?stream=…``
    options : mapping of str to str
        ``stream``; ``group``, its consumer group; ``field``, the one that holds an event as JSON
        (without it, each field is a column).
    """

    def __init__(self, url: str, options: dict[str, str]) -> None:
        try:
            import redis
        except ImportError as error:
            raise Unavailable(
                "a source in Redis needs the package redis",
                hint="pip install 'jupyter-workbench[redis]'",
            ) from error
        if not options.get("stream"):
            raise InvalidInput(
                f"{urlsplit(url).path!r} names no stream", hint="redis://host/0?stream=events"
            )
        parts = urlsplit(url)
        rest = [pair for pair in parse_qsl(parts.query) if pair[0] not in _OWN]
        self._stream = options["stream"]
        self._group = options.get("group", GROUP)
        self._field = options.get("field", "").encode()
        host = parts.netloc.rpartition("@")[2]
        self.name = f"{parts.scheme}://{host}{parts.path}?stream={self._stream}"
        self._client: Redis = redis.Redis.from_url(
            urlunsplit(parts._replace(query=urlencode(rest))), socket_connect_timeout=5
        )
        self._at: str | None = None
        self._delivered: list[str] = []

    def beginning(self) -> Offset:
        """Return the offset of the oldest entry."""
        known = self._info()
        return {"id": "0-0", "read": int(known["entries-added"]) - int(known["length"])}

    def end(self) -> Offset:
        """Return the offset after the newest entry."""
        known = self._info()
        return {"id": _text(known["last-generated-id"]), "read": int(known["entries-added"])}

    def skip(self, offset: Offset) -> Offset:
        """Return the offset of the oldest entry that is still there and was not read."""
        known = self._info()
        if _order(offset["id"]) > _order(_text(known["last-generated-id"])):
            return self.beginning()
        removed = int(known["entries-added"]) - int(known["length"])
        return {"id": offset["id"], "read": max(removed, int(offset["read"]))}

    def read(self, offset: Offset, limit: int, wait: float) -> Batch:
        """Return the entries after the offset."""
        with self._errors():
            if self._at != offset["id"]:
                self._take_over(offset)
            group, streams = self._group, cast("Any", {self._stream: ">"})
            # In one transaction: nothing can be trimmed between the look and the read.
            pipeline = self._client.pipeline(transaction=True)
            pipeline.xinfo_stream(self._stream)
            pipeline.xreadgroup(group, _CONSUMER, streams, count=limit)
            known, answer = pipeline.execute()
            self._check_kept(offset, known)
            if not answer and wait > 0:
                block = max(1, int(wait * 1000))
                answer = self._client.xreadgroup(
                    group, _CONSUMER, streams, count=limit, block=block
                )
        entries = answer[0][1] if answer else []
        if not entries:
            return Batch([], offset)
        messages = [self._message(_text(each), fields or {}) for each, fields in entries]
        ids = [each.place for each in messages]
        self._delivered += ids
        self._at = ids[-1]
        return Batch(messages, {"id": ids[-1], "read": int(offset["read"]) + len(ids)})

    def commit(self, offset: Offset) -> None:
        """Acknowledge the entries before the offset."""
        done = _order(offset["id"])
        ready = [each for each in self._delivered if _order(each) <= done]
        with self._errors():
            self._acknowledge(ready)
        self._delivered = self._delivered[len(ready) :]

    def lag(self, offset: Offset) -> int:
        """Return how many entries wait; one deleted from between them is counted too."""
        return max(0, int(self._info()["entries-added"]) - int(offset["read"]))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _take_over(self, offset: Offset) -> None:
        """Set the group to an offset, and end what a former reader left pending before it."""
        import redis

        self._info()  # which says it if there is no such stream
        position: dict[str, Any] = {"id": offset["id"], "entries_read": int(offset["read"])}
        try:
            self._client.xgroup_create(self._stream, self._group, **position)
        except redis.exceptions.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            self._client.xgroup_setid(self._stream, self._group, **position)
        start, done = "0-0", _order(offset["id"])
        while True:
            answer: Any = self._client.xautoclaim(
                self._stream, self._group, _CONSUMER, 0, start, count=_PAGE, justid=False
            )
            # What lies after the offset is delivered again, to us, by the next read.
            claimed = [_text(each) for each, _ in answer[1]]
            self._acknowledge([each for each in claimed if _order(each) <= done])
            if (start := _text(answer[0])) == "0-0":
                break
        self._delivered = []
        self._at = offset["id"]

    def _check_kept(self, offset: Offset, known: dict[str, Any]) -> None:
        first = known["first-entry"]
        removed = int(known["entries-added"]) - int(known["length"])
        newest = _order(_text(known["last-generated-id"]))
        lost = removed - int(offset["read"])
        if newest < _order(offset["id"]):
            self._at = None
            raise Conflict(
                f"the stream {self._stream!r} ends before what was read of it ({offset['id']})",
                hint='is it another one of that name? start anew, or gaps="skip"',
            )
        if lost > 0 and (first is None or _order(_text(first[0])) > _order(offset["id"])):
            self._at = None
            raise Conflict(
                f"{lost:,} entries of the stream {self._stream!r} were deleted before they were "
                "read",
                hint='trim it later; pass over what is lost with gaps="skip"',
            )

    def _acknowledge(self, ids: list[str]) -> None:
        for start in range(0, len(ids), _PAGE):
            self._client.xack(self._stream, self._group, *ids[start : start + _PAGE])

    def _message(self, place: str, fields: dict[bytes, bytes]) -> Message:
        arrived = int(place.partition("-")[0]) * 1000
        if self._field:
            if self._field not in fields:
                text = repr(fields).encode()
                wrong = f"it has no field {self._field.decode()!r}"
                return Message(text, place, arrived=arrived, wrong=wrong)
            return Message(fields[self._field], place, arrived=arrived)
        try:
            texts = {name.decode(): value.decode() for name, value in fields.items()}
        except UnicodeDecodeError as error:
            return Message(repr(fields).encode(), place, arrived=arrived, wrong=f"no text: {error}")
        return Message(texts, place, arrived=arrived)

    def _info(self) -> dict[str, Any]:
        import redis

        with self._errors():
            try:
                known: dict[str, Any] = self._client.xinfo_stream(self._stream)
            except redis.exceptions.ResponseError as error:
                if "no such key" not in str(error):
                    raise
                raise NotFound(
                    f"there is no stream {self._stream!r} at {self.name}",
                    hint=f"XADD to it first, or XGROUP CREATE {self._stream} … MKSTREAM",
                ) from error
        if "entries-added" not in known:
            raise Unavailable(f"{self.name} is older than Redis 7", hint="use a newer one")
        return known

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import redis

        try:
            yield
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            self._at = None
            raise Unavailable(
                f"the source {self.name} does not answer: {error}",
                hint="check that Redis runs there",
            ) from error
        except redis.exceptions.ResponseError as error:
            self._at = None  # the group or the stream is gone: the next read sets it up again
            raise Unavailable(f"the source {self.name} refuses: {error}") from error


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _order(entry: str) -> tuple[int, int]:
    time, _, number = entry.partition("-")
    return int(time), int(number)
