"""Events in a Kafka topic.

The reader's own offsets say where to read on: all partitions are assigned by hand, so there is no
rebalancing, and the group's offsets are committed for Kafka's tools alone.

Tested against librdkafka's mock cluster, which speaks the protocol over TCP and keeps messages and
offsets, but has neither retention nor transactions; not against a broker on a Java machine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.features.streams.sources.source import Batch, Message, Offset

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError

GROUP = "workbench"
_ANSWER = 10.0  # seconds to wait for a broker
_LOOK = 30.0  # seconds after which partitions that were added are looked for


class KafkaSource:
    """The messages of one Kafka topic, whose values are events as JSON; see `StreamSource`.

    Parameters
    ----------
    url : str
        ``kafka://host:port[,host:port…]/topic``
    options : mapping of str to str
        ``group``, whose offsets are committed; all else is librdkafka's own configuration, such as
        ``security.protocol`` and ``sasl.username``.
    """

    def __init__(self, url: str, options: dict[str, str]) -> None:
        try:
            import confluent_kafka
        except ImportError as error:
            raise Unavailable(
                "a source in Kafka needs the package confluent-kafka",
                hint="pip install 'jupyter-workbench[kafka]'",
            ) from error
        parts = urlsplit(url)
        self._topic = parts.path.strip("/")
        if not parts.netloc or not self._topic:
            raise InvalidInput(
                f"{parts.netloc + parts.path!r} names no topic", hint="kafka://host:9092/topic"
            )
        servers = parts.netloc.rpartition("@")[2]
        self.name = f"kafka://{servers}/{self._topic}"
        settings: dict[str, Any] = {
            "isolation.level": "read_committed",
            "queued.max.messages.kbytes": 65536,
            **{name: value for name, value in options.items() if name != "group"},
            "bootstrap.servers": servers,
            "group.id": options.get("group", GROUP),
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "error_cb": self._failed,
            "log_level": 0,
        }
        try:
            self._consumer: Consumer = confluent_kafka.Consumer(settings)
            # A broker answers one connection's questions in turn, and a fetch waits for events.
            self._asking: Consumer = confluent_kafka.Consumer(settings)
        except confluent_kafka.KafkaException as error:
            raise InvalidInput(
                f"{self.name} cannot be set up: {error.args[0].str()}",
                hint="after ? stand settings of librdkafka's",
            ) from error
        self._at: dict[str, int] | None = None
        self._looked = 0.0
        self._failure = ""

    def beginning(self) -> Offset:
        """Return the offsets of the oldest messages."""
        return {each: self._ends(each)[0] for each in self._partitions()}

    def end(self) -> Offset:
        """Return the offsets after the newest messages."""
        return {each: self._ends(each)[1] for each in self._partitions()}

    def skip(self, offset: Offset) -> Offset:
        """Return offsets of which each is still there."""
        self._at = None
        kept = {}
        for each in self._partitions():
            first, last = self._ends(each)
            at = int(offset.get(each, first))
            kept[each] = at if first <= at <= last else first
        return kept

    def read(self, offset: Offset, limit: int, wait: float) -> Batch:
        """Return messages of all partitions."""
        now = time.monotonic()
        if self._at != offset or now - self._looked > _LOOK:
            self._assign(offset)
            self._looked = now
        # To wait for a full batch would hold back the first of its messages.
        first = self._consumer.poll(wait)
        found = [] if first is None else [first, *self._consumer.consume(limit - 1, timeout=0)]
        at = dict(self._at or {})
        messages = []
        for each in found:
            if (error := each.error()) is not None:
                self._raise(error)
            partition, place = str(each.partition()), int(each.offset() or 0)
            at[partition] = place + 1
            messages.append(_message(each.value(), each.timestamp(), partition, place))
        if not found and self._failure:
            failure, self._failure = self._failure, ""
            raise Unavailable(
                f"the source {self.name} does not answer: {failure}",
                hint="check that Kafka runs there",
            )
        self._at = at
        return Batch(messages, at, frozenset(each for each in at if self._waits(each, at[each])))

    def commit(self, offset: Offset) -> None:
        """Commit the group's offsets, without waiting for it."""
        import confluent_kafka

        try:
            self._consumer.commit(offsets=self._places(offset), asynchronous=True)
        except confluent_kafka.KafkaException as error:
            self._raise(error.args[0])

    def lag(self, offset: Offset) -> int:
        """Return how many messages wait; markers of transactions count as messages."""
        lag = 0
        for each in self._partitions():
            first, last = self._ends(each)
            lag += max(0, last - int(offset.get(each, first)))
        return lag

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close()
        self._asking.close()

    def _assign(self, offset: Offset) -> None:
        """Read on from the offset, and from the beginning of partitions that were added since."""
        places: dict[str, int] = {}
        for each in self._partitions():
            first, last = self._ends(each)
            places[each] = at = int(offset.get(each, first))
            if at < first or at > last:
                lost = f"messages {at:,} to {first:,}" if at < first else f"message {at:,}"
                raise Conflict(
                    f"partition {each} of {self._topic!r} no longer has {lost}",
                    hint='keep them longer (retention.ms); pass over what is lost with gaps="skip"',
                )
        if places != self._at:
            self._consumer.assign(self._places(places))
            self._at = places

    def _places(self, offset: Offset) -> list[Any]:
        from confluent_kafka import TopicPartition

        return [TopicPartition(self._topic, int(each), int(at)) for each, at in offset.items()]

    def _partitions(self) -> list[str]:
        import confluent_kafka

        try:
            known = self._asking.list_topics(self._topic, timeout=_ANSWER).topics[self._topic]
        except confluent_kafka.KafkaException as error:
            self._raise(error.args[0])
            raise
        if known.error is not None or not known.partitions:
            raise NotFound(f"there is no topic {self._topic!r} at {self.name}", hint="create it")
        return [str(each) for each in sorted(known.partitions)]

    def _ends(self, partition: str) -> tuple[int, int]:
        import confluent_kafka

        place = confluent_kafka.TopicPartition(self._topic, int(partition))
        try:
            found = self._asking.get_watermark_offsets(place, timeout=_ANSWER)
        except confluent_kafka.KafkaException as error:
            self._raise(error.args[0])
            raise
        return found[0], found[1]

    def _waits(self, partition: str, at: int) -> bool:
        """Return whether a partition may have more, by what its last answer said of its end."""
        import confluent_kafka

        place = confluent_kafka.TopicPartition(self._topic, int(partition))
        _, end = self._consumer.get_watermark_offsets(place, cached=True)
        return end < 0 or end > at

    def _failed(self, error: KafkaError) -> None:
        self._failure = error.str()

    def _raise(self, error: KafkaError) -> None:
        import confluent_kafka

        self._at = None
        if error.code() in (
            confluent_kafka.KafkaError._AUTO_OFFSET_RESET,
            confluent_kafka.KafkaError.OFFSET_OUT_OF_RANGE,
        ):
            raise Conflict(
                f"messages of {self._topic!r} were deleted before they were read: {error.str()}",
                hint='keep them longer (retention.ms); pass over what is lost with gaps="skip"',
            )
        raise Unavailable(
            f"the source {self.name} does not answer: {error.str()}",
            hint="check that Kafka runs there",
        )


def _message(
    value: bytes | str | None, stamp: tuple[int, int], partition: str, place: int
) -> Message:
    from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

    kind, millis = stamp
    arrived = None if kind == TIMESTAMP_NOT_AVAILABLE else millis * 1000
    where = f"partition {partition}, offset {place}"
    if value is None:
        return Message(b"", where, partition, arrived, wrong="a message without a value")
    raw = value.encode() if isinstance(value, str) else value
    return Message(raw, where, partition, arrived)
