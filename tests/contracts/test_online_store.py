"""What every online store does: SQLite in a file, a real Redis, and a real Redis Cluster."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services import accepts, free_port, program, running
from workbench.core.errors import Conflict, InvalidInput, StorageFull, Unavailable
from workbench.features.online.stores.encoding import pack_key, pack_row, unpack_values
from workbench.features.online.stores.leases import held
from workbench.features.online.stores.sqlite import SqliteStore
from workbench.features.online.stores.state import Marks, Source, TableState, Writing, pack_state
from workbench.features.online.stores.store import REMOVED, STATE_KEY, OnlineStore, open_store

TABLE = "carrier#1"


@pytest.fixture(scope="module")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a cluster of one node, which minds slots as many nodes do."""
    import redis

    port = free_port()
    with redis_on(
        port,
        tmp_path_factory.mktemp("cluster"),
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        str(free_port()),
    ):
        with redis.Redis(port=port) as node:
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            while b"cluster_state:ok" not in node.execute_command("CLUSTER", "INFO"):
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0?cluster=true"


@contextmanager
def redis_on(port: int, home: Path, *options: str) -> Iterator[None]:
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--dir", str(home), *options]
    with running(command, lambda: accepts(port), home / "log"):
        yield


@pytest.fixture(params=["sqlite", "redis", "cluster"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    if request.param == "cluster":
        import redis

        url = str(request.getfixturevalue("cluster_url"))
        with redis.Redis(port=urlsplit(url).port or 0) as node:
            node.flushall()
        return url
    return f"sqlite:///{tmp_path / 'online.db'}"


@pytest.fixture
def store(url: str) -> Iterator[OnlineStore]:
    opened = open_store(url)
    yield opened
    opened.close()


def row(event: int, created: int = 0, value: int = 0) -> bytes:
    return pack_row(event, created, [value])


def marked(at: int, source: Source = "push", ttl: int | None = None) -> Writing:
    return Writing(source, at, ttl)


def said(at: int) -> bytes:
    return pack_state(TableState(None, at, None))


def counted(store: OnlineStore) -> int | None:
    (known,) = store.marks([TABLE])
    return None if known is None else known.rows


def test_rows_come_back_in_the_order_asked_for(store: OnlineStore) -> None:
    assert store.put(TABLE, [(b"a", row(1)), (b"b", row(2))]) == 2
    store.put("plane#1", [(b"a", row(3))])
    wanted = [("plane#1", b"a"), (TABLE, b"b"), (TABLE, b"c"), ("none#1", b"a"), (TABLE, b"a")]
    assert store.read(wanted) == [row(3), row(2), None, None, row(1)]
    assert store.read([]) == []


def test_tables_that_share_keys_are_read_at_once_with_their_states(store: OnlineStore) -> None:
    tables = [f"view {place}#{place}" for place in range(70)]
    keys = [str(place).encode() for place in range(100)]
    for place, table in enumerate(tables[:-1]):
        store.put(table, [(key, row(place, value=int(key))) for key in keys[place:]], said(place))
    store.put(TABLE, [(b"of another", row(7))])
    found = store.rows_of([(tables, [*keys, None, b"none"]), ([TABLE], [b"of another"])])
    assert found == [
        *(
            (
                said(place),
                [*[None] * place, *(row(place, value=int(k)) for k in keys[place:]), None, None],
            )
            for place in range(69)
        ),
        (None, [None] * 102),
        (None, [row(7)]),
    ]
    assert store.rows_of([(tables[:2], []), ([TABLE], [b"of another"])]) == [
        (said(0), []),
        (said(1), []),
        (None, [row(7)]),
    ]
    assert store.rows_of([]) == []


def test_a_state_is_read_anew_after_anyone_has_written_it(store: OnlineStore, url: str) -> None:
    other = open_store(url)
    store.put(TABLE, [(b"a", row(1))], said(1))
    wanted = [([TABLE, "another"], [b"a"])]
    assert store.rows_of(wanted) == [(said(1), [row(1)]), (None, [None])]
    for writer in (other, store):
        writer.put("another", [(b"a", row(2))], said(2))
        assert store.rows_of(wanted) == [(said(1), [row(1)]), (said(2), [row(2)])]
        writer.replace("another", [(b"a", row(3))], said(3))
        assert store.rows_of(wanted) == [(said(1), [row(1)]), (said(3), [row(3)])]

        def failing() -> Iterator[tuple[bytes, bytes]]:
            yield b"a", row(4)
            raise KeyError("half way")

        with pytest.raises(KeyError, match="half way"):
            writer.replace(TABLE, failing(), said(9))
        assert store.rows_of(wanted) == [(said(1), [row(1)]), (said(3), [row(3)])]
        writer.drop("another")
        assert store.rows_of(wanted) == [(said(1), [row(1)]), (None, [None])]
    other.close()


def test_an_older_row_changes_nothing_and_an_equal_one_is_written(store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(10, 5, value=1))])
    store.put(TABLE, [(b"a", row(9, 9, value=2)), (b"a", row(10, 4, value=3))])
    assert store.read([(TABLE, b"a")]) == [row(10, 5, value=1)]
    store.put(TABLE, [(b"a", row(10, 5, value=4))])
    assert store.read([(TABLE, b"a")]) == [row(10, 5, value=4)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([(-3, 2), (0, 0), (0, 1), (255, 0), (256, 0), (2**40, -1), (2**40, 300)]))
def test_the_latest_row_stays_in_whatever_order_rows_arrive(
    store: OnlineStore, orders: list[tuple[int, int]]
) -> None:
    store.replace(TABLE, [], said(0))
    for order in orders:
        store.put(TABLE, [(b"a", row(*order))])
    assert store.read([(TABLE, b"a")]) == [row(2**40, 300)]


def test_replacing_leaves_only_what_was_given(store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(10)), (b"b", row(10))])
    assert store.replace(TABLE, [(b"b", row(1)), (b"c", row(1))], said(1)) == 2
    assert store.read([(TABLE, key) for key in (b"a", b"b", b"c", STATE_KEY)]) == [
        None,
        row(1),
        row(1),
        said(1),
    ]
    assert counted(store) == 2


def test_replacing_that_fails_half_way_leaves_the_table_as_it_was(store: OnlineStore) -> None:
    def broken() -> Iterator[tuple[bytes, bytes]]:
        for index in range(5000):
            yield str(index).encode(), row(20)
        raise RuntimeError("the source broke")

    store.put(TABLE, [(b"1", row(10))], said(2), writing=marked(1))
    with pytest.raises(RuntimeError, match="the source broke"):
        store.replace(TABLE, broken(), said(3))
    assert store.read([(TABLE, b"1"), (TABLE, STATE_KEY)]) == [row(10), said(2)]
    assert counted(store) == 1


def test_many_rows_are_written_whole(store: OnlineStore) -> None:
    rows = [(str(index).encode(), row(index)) for index in range(4500)]
    assert store.put(TABLE, iter(rows), said(1)) == 4500
    assert counted(store) == 4500
    assert store.read([(TABLE, key) for key, _ in rows]) == [each for _, each in rows]


def test_two_writers_and_a_reader_at_once_agree_in_the_end(store: OnlineStore) -> None:
    keys = [str(index).encode() for index in range(50)]
    failures: list[BaseException] = []

    def write(parity: int) -> None:
        try:
            for event in range(parity, 40, 2):
                store.put(TABLE, [(key, row(event)) for key in keys])
                assert all(
                    each is None or len(each) > 16 for each in store.read([(TABLE, keys[0])])
                )
        except BaseException as error:  # noqa: BLE001  # told by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(parity,)) for parity in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert store.read([(TABLE, key) for key in keys]) == [row(39)] * 50


def test_readers_never_wait_for_a_writer_that_takes_long_and_other_writers_do(
    store: OnlineStore, url: str
) -> None:
    store.put(TABLE, [(b"a", row(1))], said(1))
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[tuple[bytes, bytes]]:
        yield b"a", row(2)
        begun.set()
        assert go_on.wait(30)
        yield b"b", row(2)

    other = open_store(url)
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(store.replace, TABLE, slow(), said(2))
        assert begun.wait(30)
        late = pool.submit(other.put, "another", [(b"a", row(3))])
        for reader in (store, open_store(url)):
            assert reader.rows_of([([TABLE], [b"a", b"b"])]) == [(said(1), [row(1), None])]
            assert reader.read([(TABLE, b"a")]) == [row(1)]
        go_on.set()
        assert (writing.result(), late.result()) == (2, 1)
    assert store.rows_of([([TABLE, "another"], [b"a"])]) == [(said(2), [row(2)]), (None, [row(3)])]
    other.close()


def test_a_store_is_shared_by_all_who_open_it_and_opens_again(url: str, store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(1))])
    other = open_store(url)
    assert other.read([(TABLE, b"a")]) == [row(1)]
    store.close()
    assert store.read([(TABLE, b"a")]) == [row(1)]
    other.close()


def test_a_store_notes_how_many_rows_a_table_has_and_who_wrote_last(store: OnlineStore) -> None:
    assert store.marks([TABLE]) == [None]
    store.put(TABLE, [(b"a", row(30)), (b"b", row(20))], writing=marked(100, "materialize"))
    assert store.marks([TABLE]) == [Marks(2, 30, 100, "materialize")]
    store.put(TABLE, [(b"b", row(25)), (b"c", row(5))], said(1), writing=marked(200))
    assert store.marks(["none#1", TABLE]) == [None, Marks(3, 30, 200, "push")]
    store.put(TABLE, [], writing=marked(300))
    assert store.marks([TABLE]) == [Marks(3, 30, 300, "push")]
    store.put(TABLE, [(b"d", row(1))])
    assert store.marks([TABLE]) == [Marks(4, 30, 300, "push")]
    store.replace(TABLE, [(b"a", row(7))], said(1), writing=marked(400, "materialize"))
    assert store.marks([TABLE]) == [Marks(1, 7, 400, "materialize")]


def test_a_dropped_table_is_gone_and_no_other(store: OnlineStore) -> None:
    others = ["carrier#12", "carrier", "x{carrier#1}"]
    for table in (TABLE, *others):
        store.put(table, [(b"a", row(1)), (b"}" + TABLE.encode(), row(2))], said(1))
    assert store.tables() == sorted([TABLE, *others])
    assert store.drop(TABLE) == 2
    assert store.tables() == sorted(others)
    assert store.marks([TABLE]) == [None]
    assert store.read([(TABLE, b"a"), (TABLE, STATE_KEY)]) == [None, None]
    for table in others:
        assert store.read([(table, b"a"), (table, STATE_KEY)]) == [row(1), said(1)]
    assert store.drop("none#1") == 0
    store.put(TABLE, [(b"b", row(1))])
    assert store.read([(TABLE, b"a"), (TABLE, b"b")]) == [None, row(1)]


def test_rows_are_read_changed_and_written_as_one(store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(10)), (b"c", row(10, value=3))])

    def change(found: list[bytes | None]) -> list[bytes | None]:
        assert found == [row(10), None, row(10, value=3)]
        return [row(4), row(5), None]  # whatever their order

    store.update(TABLE, [b"a", b"b", b"c"], change, writing=marked(1, "stream"))
    assert store.read([(TABLE, key) for key in (b"a", b"b", b"c")]) == [
        row(4),
        row(5),
        row(10, value=3),
    ]
    assert store.marks([TABLE]) == [Marks(3, 5, 1, "stream")]


def test_a_row_can_be_removed(store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(10)), (b"b", row(20))], writing=marked(1))
    store.update(TABLE, [b"a", b"c"], lambda found: [REMOVED] * len(found), writing=marked(2))
    assert store.read([(TABLE, b"a"), (TABLE, b"b"), (TABLE, b"c")]) == [None, row(20), None]
    assert store.marks([TABLE]) == [Marks(1, 20, 2, "push")]
    store.put(TABLE, [(b"a", row(1))], writing=marked(3))
    assert store.read([(TABLE, b"a")]) == [row(1)]
    assert store.marks([TABLE]) == [Marks(2, 20, 3, "push")]


def test_the_keys_of_a_table_are_told(store: OnlineStore) -> None:
    keys = {b"}" + str(index).encode() + b":" for index in range(6000)}
    store.put(TABLE, [(key, row(1)) for key in keys], said(1))
    store.put("carrier#12", [(b"other", row(1))])
    found = list(store.keys(TABLE))
    assert len(found) > 1
    assert {key for part in found for key in part} == keys
    assert list(store.keys("none#1")) == []


def test_changes_of_many_at_once_are_all_counted(store: OnlineStore, url: str) -> None:
    keys = [str(index).encode() for index in range(5)]

    def add(found: list[bytes | None]) -> list[bytes | None]:
        assert len(found) == len(keys)
        return [row(1, value=1 if old is None else unpack_values(old)[0] + 1) for old in found]

    def work() -> None:
        mine = open_store(url)
        for _ in range(20):
            mine.update(TABLE, keys, add)
        mine.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    assert store.read([(TABLE, key) for key in keys]) == [row(1, value=80)] * 5


def test_a_replaced_table_is_seen_by_who_read_the_former_one(store: OnlineStore, url: str) -> None:
    other = open_store(url)
    for round_ in range(3):
        store.replace(TABLE, [(b"a", row(1, value=round_))], said(round_))
        assert other.read([(TABLE, b"a"), (TABLE, STATE_KEY)]) == [
            row(1, value=round_),
            said(round_),
        ]
        other.put(TABLE, [(b"b", row(round_))])
        assert store.read([(TABLE, b"b")]) == [row(round_)]
    other.close()


def test_one_at_a_time_holds_a_table_and_the_other_is_told_who(
    store: OnlineStore, url: str
) -> None:
    other = open_store(url)
    with store.lease(TABLE, "the materialization of 'carrier'") as check:
        check()
        with (
            pytest.raises(Conflict, match="the materialization of 'carrier' is held by process"),
            other.lease(TABLE, "the materialization of 'carrier'"),
        ):
            pass
        with other.lease("plane#1", "the materialization of 'plane'") as free:
            free()
    with other.lease(TABLE, "the materialization of 'carrier'") as check:
        check()
    other.close()


def test_redis_keeps_namespaces_apart(redis_url: str) -> None:
    one, other = (open_store(f"{redis_url}?namespace={name}") for name in ("one", "other"))
    one.put(TABLE, [(b"a", row(1))])
    assert other.read([(TABLE, b"a")]) == [None]
    one.close()
    other.close()


def test_all_views_of_an_entity_lie_in_one_slot_of_redis(redis_url: str) -> None:
    import redis
    from redis.crc import key_slot

    store = open_store(redis_url)
    keys = [pack_key([text], ["string"], ["k"]) for text in ("UA", "{", "}", "{}", "", "a}b", "é")]
    for table in (TABLE, "plane#1", "}{"):
        store.put(table, [(key or b"", row(1)) for key in keys], said(1))
    with redis.Redis.from_url(redis_url) as client:
        names = client.keys("workbench:features:*")
        rows = [name for name in names if client.type(name) == b"string" and b":" in name[20:]]
        slots = {key: {key_slot(name) for name in rows if (key or b"") in name} for key in keys}
        about = [name for name in names if name.endswith((b"state", b"marks"))]
    assert len(rows) == 3 * len(keys)
    assert all(len(found) == 1 for found in slots.values()), slots
    assert len({key_slot(name) for name in about if b"carrier" in name}) == 1
    store.close()


def test_redis_forgets_rows_a_day_after_they_no_longer_answer(redis_url: str) -> None:
    import redis

    hour, day = 3_600_000_000, 86_400_000
    store = open_store(redis_url)
    store.put(
        TABLE,
        [(b"new", row(10 * hour)), (b"old", row(hour))],
        writing=marked(10 * hour, ttl=2 * hour),
    )
    store.put(TABLE, [(b"ever", row(10 * hour))], writing=marked(10 * hour))
    with redis.Redis.from_url(redis_url) as client:
        life = {
            key: client.pttl(f"workbench:features:{{{key}}}carrier%231:")
            for key in ("new", "old", "ever")
        }
    assert day + 2 * 3_600_000 - 5000 < life["new"] <= day + 2 * 3_600_000
    assert day - 5000 < life["old"] <= day
    assert life["ever"] == -1
    assert store.marks([TABLE])[0] == Marks(None, 10 * hour, 10 * hour, "push")
    store.close()


def test_what_a_process_that_died_left_of_a_replacement_is_cleared_by_the_next(
    redis_url: str,
) -> None:
    import redis

    store = open_store(redis_url)
    store.put(TABLE, [(b"a", row(1))])
    with redis.Redis.from_url(redis_url) as client:
        client.set("workbench:features:{carrier%231}building", "dead")
        client.set("workbench:features:{b}carrier%231:dead", row(1))
        store.replace(TABLE, [(b"a", row(2))], said(1))
        assert len(client.keys("workbench:features:{?}*")) == 1
    assert store.read([(TABLE, b"a"), (TABLE, b"b")]) == [row(2), None]
    store.close()


def test_a_lease_of_a_process_that_died_here_is_taken_over_at_once(redis_url: str) -> None:
    import redis

    with redis.Redis.from_url(redis_url) as client:
        name = "workbench:features:{carrier%231}lease"
        client.set(name, f"{socket.gethostname()}|1|0.5|x")  # process 1 was not born then
        with open_store(redis_url).lease(TABLE, "it") as check:
            check()
        client.set(name, "elsewhere|1|0.5|x", px=50)
        with pytest.raises(Conflict, match="it is held by process 1 on elsewhere"):
            open_store(redis_url).lease(TABLE, "it").__enter__()
        time.sleep(0.06)
        with open_store(redis_url).lease(TABLE, "it") as check:
            check()


def test_a_lease_is_renewed_and_one_that_was_lost_is_told(redis_url: str) -> None:
    import redis

    with (
        redis.Redis.from_url(redis_url) as client,
        held(client, b"lease", "it", seconds=0.3) as check,
    ):
        time.sleep(0.5)
        check()
        assert client.pttl("lease") > 0
        client.set("lease", "somebody else")
        time.sleep(0.2)
        with pytest.raises(Conflict, match="it was taken over"):
            check()
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("lease") == b"somebody else"


def test_a_redis_that_is_gone_and_back_works_without_opening_it_again(tmp_path: Path) -> None:
    port = free_port()
    store = open_store(f"redis://127.0.0.1:{port}/0")
    with redis_on(port, tmp_path):
        store.put(TABLE, [(b"a", row(1))])
    with pytest.raises(Unavailable, match="does not answer"):
        store.read([(TABLE, b"a")])
    with pytest.raises(Unavailable, match="does not answer"):
        store.put(TABLE, [(b"a", row(1))])
    with redis_on(port, tmp_path):
        store.put(TABLE, [(b"a", row(2))])
        assert store.read([(TABLE, b"a")]) == [row(2)]
    store.close()


def test_a_full_redis_is_said_and_its_rows_can_still_be_read(tmp_path: Path) -> None:
    import redis

    port = free_port()
    store = open_store(f"redis://127.0.0.1:{port}/0")
    with redis_on(port, tmp_path):
        store.put(TABLE, [(b"a", row(1))])
        with redis.Redis(port=port) as client:
            client.config_set("maxmemory", client.info("memory")["used_memory"] + 200_000)
        rows = [(str(index).encode(), row(2) + bytes(1000)) for index in range(5000)]
        with pytest.raises(StorageFull, match="no room left in the online store"):
            store.put(TABLE, rows)
        with pytest.raises(StorageFull):
            store.replace(TABLE, rows, said(1))
        assert store.read([(TABLE, b"a")]) == [row(1)]
    store.close()


def test_a_full_file_is_said_and_stays_as_it_was(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "online.db")
    store.put(TABLE, [(b"a", row(1))], said(2), writing=marked(1))
    pages = store._connection().execute("PRAGMA page_count").fetchone()[0]
    store._connection().execute(f"PRAGMA max_page_count = {pages + 20}")
    rows = [(str(index).encode(), row(2) + bytes(1000)) for index in range(5000)]
    with pytest.raises(StorageFull, match="no room left in the online store"):
        store.put(TABLE, [(b"a", row(3)), *rows], said(3), writing=marked(2))
    assert store.read([(TABLE, b"a"), (TABLE, STATE_KEY), (TABLE, b"0")]) == [
        row(1),
        said(2),
        None,
    ]
    assert store.marks([TABLE]) == [Marks(1, 1, 1, "push")]
    store.close()


def test_a_deleted_file_is_made_anew_by_the_next_write_and_seen_by_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "online.db"
    writer, reader = SqliteStore(path), SqliteStore(path)
    writer.put(TABLE, [(b"a", row(1))])
    assert reader.read([(TABLE, b"a")]) == [row(1)]
    for file in tmp_path.glob("online.db*"):
        file.unlink()
    writer.put(TABLE, [(b"b", row(2))])
    monkeypatch.setattr(reader._local, "look_at", 0.0)  # a second later
    assert reader.read([(TABLE, b"a"), (TABLE, b"b")]) == [None, row(2)]
    writer.close()
    reader.close()


def test_a_file_of_the_version_before_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "online.db"
    with sqlite3.connect(path) as former:
        former.execute(
            "CREATE TABLE feature_rows (view TEXT NOT NULL, key BLOB NOT NULL, row BLOB NOT NULL, "
            "PRIMARY KEY (view, key)) WITHOUT ROWID"
        )
        former.execute(
            "INSERT INTO feature_rows VALUES (?, x'', ?), (?, x'61', ?)",
            (TABLE, b'{"as_of": null, "written_at": 1, "newest": 1}', TABLE, row(1)),
        )
    former.close()
    store = open_store(path)
    assert store.marks([TABLE]) == [Marks(1, None, None, None)]
    assert store.read([(TABLE, b"a")]) == [row(1)]
    store.close()


def test_a_redis_that_does_not_answer_is_named_without_its_password() -> None:
    store = open_store(f"redis://user:secret@127.0.0.1:{free_port()}/0")
    with pytest.raises(Unavailable, match="does not answer") as caught:
        store.read([(TABLE, b"a")])
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "online.db"
    path.write_bytes(b"not a database, but long enough to look at" * 10)
    with pytest.raises(Unavailable, match="damaged"):
        open_store(path).read([(TABLE, b"a")])


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is no online store"):
        open_store("mysql://host/db")
