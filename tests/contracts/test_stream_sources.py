"""What every source of events does: a file, a real Redis, and Kafka's protocol.

Kafka's broker runs on a Java machine and is in none of the registries that tests may use. What
stands for it is librdkafka's mock cluster: it speaks the protocol over TCP and keeps messages and
offsets, and has neither retention nor transactions.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services import free_port
from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.features.streams.running import Stream
from workbench.features.streams.sources.source import Message, Offset, StreamSource, open_source


@dataclass
class Feed:
    """A source's address, and the way to write to it."""

    url: str
    write: Callable[[list[bytes]], None]
    ordered: bool = True


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    kafka = pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    # The cluster lives as long as the producer that asked for it.
    host = kafka.Producer(
        {"bootstrap.servers": "none:1", "test.mock.num.brokers": 2, "log_level": 0}
    )
    brokers = host.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{each.host}:{each.port}" for each in brokers)
    del host


@pytest.fixture
def kafka_feed(kafka_servers: str) -> Feed:
    from confluent_kafka import Producer

    topic = f"events-{secrets.token_hex(4)}"
    producer = Producer({"bootstrap.servers": kafka_servers, "log_level": 0})
    producer.list_topics(topic, timeout=10)  # which makes it

    def write(lines: list[bytes]) -> None:
        for each in lines:
            producer.produce(topic, value=each)
        assert producer.flush(10) == 0

    return Feed(f"kafka://{kafka_servers}/{topic}?log_level=0", write, ordered=False)


@pytest.fixture
def redis_feed(redis_url: str) -> Feed:
    import redis

    client = redis.Redis.from_url(redis_url)

    def write(lines: list[bytes]) -> None:
        for each in lines:
            client.xadd("events", {"event": each})

    client.xgroup_create("events", "other", mkstream=True)
    return Feed(f"{redis_url}?stream=events&field=event", write)


@pytest.fixture
def file_feed(tmp_path: Path) -> Feed:
    path = tmp_path / "events.jsonl"
    path.touch()

    def write(lines: list[bytes]) -> None:
        with path.open("ab") as file:
            file.writelines(each + b"\n" for each in lines)

    return Feed(str(path), write)


@pytest.fixture
def folder_feed(tmp_path: Path) -> Feed:
    folder = tmp_path / "events"
    folder.mkdir()

    def write(lines: list[bytes]) -> None:
        name = f"part-{len(list(folder.iterdir())):04}.jsonl"
        (folder / name).write_bytes(b"".join(each + b"\n" for each in lines))

    return Feed(str(folder), write)


@pytest.fixture(params=["file", "folder", "redis", "kafka"])
def feed(request: pytest.FixtureRequest) -> Feed:
    found: Feed = request.getfixturevalue(f"{request.param}_feed")
    return found


@pytest.fixture
def source(feed: Feed) -> Iterator[StreamSource]:
    opened = open_source(feed.url)
    yield opened
    opened.close()


def lines(first: int, last: int) -> list[bytes]:
    return [json.dumps({"n": each}).encode() for each in range(first, last)]


def drain(
    source: StreamSource, offset: Offset, expected: int, limit: int = 100
) -> tuple[list[Message], Offset]:
    """Read until so many have come, and once more."""
    found: list[Message] = []
    while len(found) < expected:
        batch = source.read(offset, limit, wait=10)
        assert len(batch.messages) <= limit
        assert batch.messages, f"{len(found)} of {expected} came"
        found += batch.messages
        offset = _stored(batch.offset)
    last = source.read(offset, limit, wait=0.2)
    return found + last.messages, last.offset


def read_on(source: StreamSource, offset: Offset) -> None:
    """Read for half a minute, whether or not anything comes."""
    for _ in range(60):
        offset = source.read(offset, 10, wait=0.5).offset


def _stored(offset: Offset) -> Offset:
    """Return an offset as a checkpoint keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(offset))
    return kept


def values(messages: list[Message]) -> list[int]:
    return [json.loads(each.value)["n"] for each in messages if isinstance(each.value, bytes)]


def test_all_events_come_once_and_in_order_within_a_partition(
    feed: Feed, source: StreamSource
) -> None:
    feed.write(lines(0, 250))
    found, offset = drain(source, source.beginning(), 250)
    assert sorted(values(found)) == list(range(250))
    for partition in {each.partition for each in found}:
        mine = values([each for each in found if each.partition == partition])
        assert mine == sorted(mine)
    assert len({(each.partition, each.place) for each in found}) == 250
    feed.write(lines(250, 260))
    more, _ = drain(source, offset, 10)
    assert sorted(values(more)) == list(range(250, 260))


def test_a_limit_holds_and_nothing_is_lost_by_it(feed: Feed, source: StreamSource) -> None:
    feed.write(lines(0, 25))
    found, _ = drain(source, source.beginning(), 25, limit=7)
    assert sorted(values(found)) == list(range(25))


def test_whoever_reads_from_an_older_offset_gets_the_same_again(
    feed: Feed, source: StreamSource
) -> None:
    feed.write(lines(0, 30))
    first, middle = drain(source, source.beginning(), 30)
    feed.write(lines(30, 60))
    second, _ = drain(source, middle, 30)
    source.commit(middle)
    again, _ = drain(source, middle, 30)
    assert sorted(values(again)) == sorted(values(second)) == list(range(30, 60))
    everything, _ = drain(source, source.beginning(), 60)
    assert sorted(values(everything)) == sorted(values(first + second))


def test_a_reader_that_was_killed_is_followed_from_its_offset(feed: Feed) -> None:
    feed.write(lines(0, 40))
    killed = open_source(feed.url)
    _, offset = drain(killed, killed.beginning(), 40)
    feed.write(lines(40, 80))
    killed.read(offset, 100, wait=10)  # these were delivered, and it died with them
    follower = open_source(feed.url)
    found, after = drain(follower, offset, 40)
    assert sorted(values(found)) == list(range(40, 80))
    follower.commit(after)
    killed.close()
    follower.close()


def test_reading_from_the_end_gives_what_comes_later(feed: Feed, source: StreamSource) -> None:
    feed.write(lines(0, 10))
    end = source.end()
    assert source.read(end, 10, wait=0.2).messages == []
    feed.write(lines(10, 13))
    found, _ = drain(source, end, 3)
    assert sorted(values(found)) == [10, 11, 12]


def test_lag_counts_what_waits(feed: Feed, source: StreamSource) -> None:
    feed.write(lines(0, 20))
    beginning = source.beginning()
    assert source.lag(beginning) == 20
    _, offset = drain(source, beginning, 20)
    source.commit(offset)
    assert source.lag(offset) == 0
    feed.write(lines(20, 25))
    assert source.lag(offset) == 5
    assert source.lag(source.end()) == 0


def test_what_is_no_event_comes_as_it_is(feed: Feed, source: StreamSource) -> None:
    feed.write([b"not json", b"\xff\xfe", '{"n": "naïve 東京"}'.encode()])
    found, _ = drain(source, source.beginning(), 3)
    assert {each.value for each in found} == {
        b"not json",
        b"\xff\xfe",
        '{"n": "naïve 東京"}'.encode(),
    }


def test_a_source_has_a_name_without_secrets() -> None:
    for url in ("redis://ann:secret@127.0.0.1:6379/0?stream=events",):
        assert "secret" not in open_source(url).name
    pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    named = open_source("kafka://127.0.0.1:1/t?sasl.password=secret&log_level=0").name
    assert named == "kafka://127.0.0.1:1/t"


def test_a_source_that_is_not_there_is_named(redis_url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no stream 'none'"):
        open_source(f"{redis_url}?stream=none").beginning()
    with pytest.raises(NotFound, match="there is no file"):
        open_source(tmp_path / "none.jsonl").beginning()
    with pytest.raises(Unavailable, match="does not answer"):
        open_source(f"redis://127.0.0.1:{free_port()}/0?stream=events").beginning()
    with pytest.raises(InvalidInput, match="names no stream"):
        open_source(redis_url)
    with pytest.raises(InvalidInput, match="no source of events"):
        open_source("amqp://host/queue")


def test_redis_takes_over_what_a_killed_consumer_left_pending(
    redis_feed: Feed, redis_url: str
) -> None:
    import redis

    client = redis.Redis.from_url(redis_url)
    redis_feed.write(lines(0, 10))
    # It wrote and kept the offset of five events, read the others, and died acknowledging none.
    killed = open_source(redis_feed.url)
    half = killed.read(killed.beginning(), 5, wait=1)
    killed.read(half.offset, 5, wait=1)
    assert client.xpending("events", "workbench")["pending"] == 10
    follower = open_source(redis_feed.url)
    found, offset = drain(follower, _stored(half.offset), 5)
    assert values(found) == [5, 6, 7, 8, 9]
    assert client.xpending("events", "workbench")["pending"] == 5
    follower.commit(offset)
    assert client.xpending("events", "workbench")["pending"] == 0
    killed.close()
    follower.close()


def test_redis_may_lose_its_group_and_reading_goes_on(redis_feed: Feed, redis_url: str) -> None:
    import redis

    source = open_source(redis_feed.url)
    redis_feed.write(lines(0, 5))
    _, offset = drain(source, source.beginning(), 5)
    redis.Redis.from_url(redis_url).xgroup_destroy("events", "workbench")
    redis_feed.write(lines(5, 8))
    with pytest.raises(Unavailable, match="refuses"):
        source.read(offset, 10, wait=0.1)
    found, _ = drain(source, offset, 3)
    assert values(found) == [5, 6, 7]
    source.close()


def test_redis_entries_that_were_trimmed_unread_are_said(redis_feed: Feed, redis_url: str) -> None:
    import redis

    client = redis.Redis.from_url(redis_url)
    source = open_source(redis_feed.url)
    redis_feed.write(lines(0, 10))
    offset = source.read(source.beginning(), 4, wait=1).offset
    client.xtrim("events", minid=str(offset["id"]), approximate=False)
    assert source.lag(offset) == 6  # what is gone was read
    follower = open_source(redis_feed.url)
    assert values(follower.read(offset, 10, wait=1).messages) == [4, 5, 6, 7, 8, 9]
    client.xtrim("events", maxlen=3, approximate=False)
    with pytest.raises(Conflict, match="3 entries"):
        source.read(offset, 10, wait=1)
    late = open_source(redis_feed.url)
    with pytest.raises(Conflict, match="3 entries of the stream 'events' were deleted"):
        late.read(offset, 10, wait=1)
    assert values(late.read(late.skip(offset), 10, wait=1).messages) == [7, 8, 9]
    for each in (source, follower, late):
        each.close()


def test_a_redis_stream_that_was_made_anew_is_said(redis_feed: Feed, redis_url: str) -> None:
    import redis

    client = redis.Redis.from_url(redis_url)
    client.xadd("events", {"event": b"{}"}, id="9999999999999-1")
    source = open_source(redis_feed.url)
    offset = source.read(source.beginning(), 10, wait=1).offset
    client.delete("events")
    redis_feed.write(lines(0, 1))
    late = open_source(redis_feed.url)
    with pytest.raises(Conflict, match="ends before what was read of it"):
        late.read(offset, 10, wait=1)
    assert values(late.read(late.skip(offset), 10, wait=1).messages) == [0]
    source.close()
    late.close()


def test_redis_fields_are_columns(redis_url: str) -> None:
    import redis

    client = redis.Redis.from_url(redis_url)
    client.xadd("plain", {"card": "c1", "amount": "3.5"})
    client.xadd("plain", {"card": b"\xff"})
    source = open_source(f"{redis_url}?stream=plain&group=mine")
    found = source.read(source.beginning(), 10, wait=1).messages
    assert found[0].value == {"card": "c1", "amount": "3.5"}
    assert found[0].arrived is not None
    assert found[1].wrong.startswith("no text")
    other = open_source(f"{redis_url}?stream=plain&group=mine&field=event")
    assert other.read(other.beginning(), 10, wait=1).messages[0].wrong == "it has no field 'event'"
    source.close()
    other.close()


def test_kafka_messages_that_are_not_there_are_said(kafka_feed: Feed) -> None:
    source = open_source(kafka_feed.url)
    kafka_feed.write(lines(0, 8))
    found, offset = drain(source, source.beginning(), 8)
    assert all(each.arrived for each in found)
    beyond = {each: int(at) + 100 for each, at in offset.items()}
    with pytest.raises(Conflict, match="no longer has"):
        source.read(beyond, 10, wait=1)
    again, _ = drain(source, source.skip(beyond), 8)
    assert sorted(values(again)) == list(range(8))
    source.close()


def test_kafka_commits_its_groups_offsets(kafka_feed: Feed, kafka_servers: str) -> None:
    import time

    from confluent_kafka import Consumer, TopicPartition

    source = open_source(f"{kafka_feed.url}&group=mine")
    kafka_feed.write(lines(0, 8))
    _, offset = drain(source, source.beginning(), 8)
    source.commit(offset)
    topic = kafka_feed.url.rpartition("/")[2].partition("?")[0]
    tool = Consumer({"bootstrap.servers": kafka_servers, "group.id": "mine", "log_level": 0})
    places = [TopicPartition(topic, int(each)) for each in offset]
    until = time.monotonic() + 10
    while time.monotonic() < until:
        kept = {str(each.partition): each.offset for each in tool.committed(places, timeout=10)}
        if kept == offset:
            break
    assert kept == offset
    tool.close()
    source.close()


_BROKER = """
import sys
from confluent_kafka import Producer
host = Producer({"bootstrap.servers": "none:1", "test.mock.num.brokers": 1, "log_level": 0})
(broker,) = host.list_topics(timeout=10).brokers.values()
writer = Producer({"bootstrap.servers": f"{broker.host}:{broker.port}", "log_level": 0})
writer.list_topics("events", timeout=10)
writer.produce("events", value=b"{}")
writer.flush(10)
print(f"{broker.host}:{broker.port}", flush=True)
sys.stdin.read()
"""


def test_kafka_that_goes_away_is_named_rather_than_silent() -> None:
    pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    broker = subprocess.Popen(
        [sys.executable, "-c", _BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert broker.stdout is not None
    source = open_source(f"kafka://{broker.stdout.readline().strip()}/events?log_level=0")
    _, offset = drain(source, source.beginning(), 1)
    broker.kill()
    broker.communicate()
    with pytest.raises(Unavailable, match="does not answer"):
        read_on(source, offset)
    source.close()


def test_kafka_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
    monkeypatch.setattr("workbench.features.streams.sources.kafka._ANSWER", 1.0)
    source = open_source(f"kafka://127.0.0.1:{free_port()}/events?log_level=0")
    with pytest.raises(Unavailable, match="does not answer"):
        source.beginning()
    source.close()
    with pytest.raises(InvalidInput, match="cannot be set up"):
        open_source("kafka://127.0.0.1:1/events?no.such.setting=1")
    with pytest.raises(InvalidInput, match="names no topic"):
        open_source("kafka://127.0.0.1:1")


def test_a_view_is_the_same_whichever_source_its_events_come_from(
    feed: Feed, tmp_path: Path
) -> None:
    import pyarrow as pa

    import workbench as wb
    from workbench import workspace

    now = datetime.now(UTC)
    with workspace.use(workspace.connect(home=tmp_path / "home")):
        past = pa.table({"card": ["old"], "at": [now - timedelta(days=9)], "amount": [1.0]})
        view = wb.feature_view(
            name="totals",
            entities=wb.Entity("card"),
            source=wb.ingest(past, name="paid", time="at"),
            aggregations=[wb.Aggregation("sum", "amount", windows=["1d"])],
        )
        # The partitions of a topic are read one after the other, each from long ago to now.
        events = [
            {
                "card": f"c{n % 3}",
                "at": (now - timedelta(seconds=3000 - n)).isoformat(),
                "amount": n,
            }
            for n in range(3000)
        ]
        for first in range(0, 3000, 500):
            feed.write([json.dumps(each).encode() for each in events[first : first + 500]])
        feed.write([b"poison"])

        def made() -> Stream:
            return wb.stream(view, feed.url, lateness="1s", allowed="1s", batch=700)

        done = made().run(caught_up=True)
        assert (done.counts.events, done.counts.poisonous, done.counts.too_late) == (3000, 1, 0)
        assert (done.lag, done.newest) == (0, now - timedelta(seconds=1))
        feed.write([json.dumps({**events[-1], "amount": 7.0}).encode()])
        done = made().run(caught_up=True)
        assert done.counts.read == 3002
        totals = wb.online(view, [{"card": f"c{n}"} for n in range(3)])
        expected = [float(sum(range(card, 3000, 3))) for card in range(3)]
        expected[2] += 7.0
        assert [each["amount_sum_1d"] for each in totals] == expected
