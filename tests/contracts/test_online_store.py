"""What every online store does: SQLite in a file, and a real Redis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services import free_port
from workbench.core.errors import InvalidInput, Unavailable
from workbench.features.online.stores.encoding import pack_row
from workbench.features.online.stores.store import STATE_KEY, OnlineStore, open_store

TABLE = "carrier#1"


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    return f"sqlite:///{tmp_path / 'online.db'}"


@pytest.fixture
def store(url: str) -> Iterator[OnlineStore]:
    opened = open_store(url)
    yield opened
    opened.close()


def row(event: int, created: int = 0, value: int = 0) -> bytes:
    return pack_row(event, created, [value])


def test_rows_come_back_in_the_order_asked_for(store: OnlineStore) -> None:
    assert store.put(TABLE, [(b"a", row(1)), (b"b", row(2))]) == 2
    store.put("plane#1", [(b"a", row(3))])
    wanted = [("plane#1", b"a"), (TABLE, b"b"), (TABLE, b"c"), ("none#1", b"a"), (TABLE, b"a")]
    assert store.read(wanted) == [row(3), row(2), None, None, row(1)]
    assert store.read([]) == []


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
    store.replace(TABLE, [], b"{}")
    for order in orders:
        store.put(TABLE, [(b"a", row(*order))])
    assert store.read([(TABLE, b"a")]) == [row(2**40, 300)]


def test_replacing_leaves_only_what_was_given(store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(10)), (b"b", row(10))])
    assert store.replace(TABLE, [(b"b", row(1)), (b"c", row(1))], b"state") == 2
    assert store.read([(TABLE, key) for key in (b"a", b"b", b"c", STATE_KEY)]) == [
        None,
        row(1),
        row(1),
        b"state",
    ]
    assert store.count(TABLE) == 2


def test_replacing_that_fails_half_way_leaves_the_table_as_it_was(store: OnlineStore) -> None:
    def broken() -> Iterator[tuple[bytes, bytes]]:
        for index in range(5000):
            yield str(index).encode(), row(20)
        raise RuntimeError("the source broke")

    store.put(TABLE, [(b"1", row(10))], b"before")
    with pytest.raises(RuntimeError, match="the source broke"):
        store.replace(TABLE, broken(), b"after")
    assert store.read([(TABLE, b"1"), (TABLE, STATE_KEY)]) == [row(10), b"before"]
    assert store.count(TABLE) == 1


def test_many_rows_are_written_whole(store: OnlineStore) -> None:
    rows = [(str(index).encode(), row(index)) for index in range(4500)]
    assert store.put(TABLE, iter(rows), b"state") == 4500
    assert store.count(TABLE) == 4500
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


def test_a_store_is_shared_by_all_who_open_it_and_opens_again(url: str, store: OnlineStore) -> None:
    store.put(TABLE, [(b"a", row(1))])
    other = open_store(url)
    assert other.read([(TABLE, b"a")]) == [row(1)]
    store.close()
    assert store.read([(TABLE, b"a")]) == [row(1)]
    other.close()


def test_redis_keeps_namespaces_apart(redis_url: str) -> None:
    one, other = (open_store(f"{redis_url}?namespace={name}") for name in ("one", "other"))
    one.put(TABLE, [(b"a", row(1))])
    assert other.read([(TABLE, b"a")]) == [None]
    one.close()
    other.close()


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
