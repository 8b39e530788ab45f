"""What a stream knows is kept whole or not at all, and a file that cannot be used is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.core.errors import InvalidInput, StorageFull, Unavailable
from workbench.features.streams.checkpoints import Checkpoint, DeadLetter, Step


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "streams" / "view.db"


def step(number: int, size: int = 10) -> Step:
    return Step(
        facts={"offset": {"at": number}},
        rows=[(f"{number}-{key}".encode(), bytes(size)) for key in range(3)],
        seen=[(f"{number}".encode(), number)],
        dead=[DeadLetter(number, "no JSON", "here", b"\xff")],
        kept=[b"event"],
    )


def test_a_step_is_there_when_it_is_opened_again(path):
    one = Checkpoint(path, keeps=True)
    assert one.facts() == {}
    assert not path.exists()  # to look makes nothing
    one.commit(step(1))
    one.close()
    other = Checkpoint(path, keeps=True)
    assert other.facts() == {"offset": {"at": 1}}
    assert len(other.waiting()) == 3
    assert other.seen([b"1", b"2"]) == {b"1"}
    assert other.dead(10) == [DeadLetter(1, "no JSON", "here", b"\xff")]
    assert other.kept(10) == [(1, b"event")]
    other.close()


@pytest.mark.parametrize(("keeps", "rows"), [(True, 3), (False, 0)])
def test_rows_stay_after_they_were_written_where_the_next_are_made_of_them(path, keeps, rows):
    one = Checkpoint(path, keeps=keeps)
    one.commit(step(1))
    one.written({"store": "here"})
    assert one.waiting() == []
    assert len(list(one.all_rows())) == rows
    assert one.facts() == {"offset": {"at": 1}, "store": "here"}
    one.commit(step(2))
    assert {key for key, _ in one.waiting()} == {b"2-0", b"2-1", b"2-2"}
    assert len(one.rows([b"1-0", b"2-0", b"3-0"])) == (2 if keeps else 1)
    one.close()


def test_many_keys_are_asked_for_at_once(path):
    one = Checkpoint(path, keeps=True)
    one.commit(Step(seen=[(f"{n}".encode(), n) for n in range(3000)]))
    assert len(one.seen([f"{n}".encode() for n in range(1000, 4000)])) == 2000
    one.commit(Step(forget=2000))
    assert one.seen([b"1999", b"2000"]) == {b"2000"}
    one.close()


def test_a_full_disk_keeps_nothing_of_a_step(path):
    one = Checkpoint(path, keeps=True)
    one.commit(step(1))
    pages = one._connection().execute("PRAGMA page_count").fetchone()[0]
    one._connection().execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageFull, match="no room left for the checkpoint"):
        one.commit(step(2, size=100_000))
    assert one.facts() == {"offset": {"at": 1}}
    assert one.seen([b"2"]) == set()
    one._connection().execute(f"PRAGMA max_page_count = {pages + 2000}")
    one.commit(step(2, size=100_000))
    assert one.facts() == {"offset": {"at": 2}}
    one.close()


def test_a_file_that_cannot_be_used_is_named(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but it is long enough to be looked at" * 20)
    with pytest.raises(Unavailable, match="is damaged"):
        Checkpoint(path, keeps=True).facts()
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(InvalidInput, match="has format 99"):
        Checkpoint(path, keeps=True).facts()


def test_to_forget_removes_the_file(path):
    one = Checkpoint(path, keeps=True)
    one.commit(step(1))
    one.remove()
    assert list(path.parent.iterdir()) == []
    assert one.facts() == {}
