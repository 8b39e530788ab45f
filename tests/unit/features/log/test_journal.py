"""The journal: never in the way; nothing is lost while there is room, and what is is counted."""

from __future__ import annotations

import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.features.log.journal import Journal
from workbench.features.log.segments import Damage, Segment, frame, frames, is_live


def framed(records: Sequence[bytes]) -> bytes:
    return b"".join(frame(each) for each in records)


def kept(folder: Path) -> list[bytes]:
    damage = Damage()
    return [each for path in sorted(folder.glob("*.journal")) for each in frames(path, damage)]


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.01)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Make writes fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_records_of_many_threads_are_all_written_each_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, framed, flush=0.01)

    def fill(part: int) -> None:
        for i in range(500):
            assert journal.append(f"{part}-{i}".encode())

    threads = [threading.Thread(target=fill, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    found = kept(tmp_path)
    assert sorted(found) == sorted(f"{part}-{i}".encode() for part in range(4) for i in range(500))
    for part in range(4):  # of one thread, in its order
        mine = [each for each in found if each.startswith(f"{part}-".encode())]
        assert mine == [f"{part}-{i}".encode() for i in range(500)]
    assert (journal.written, journal.dropped, journal.waiting) == (2000, 0, 0)


def test_what_does_not_fit_is_dropped_and_counted_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, framed, capacity=100, flush=60)
    assert journal.append(b"a", weight=60)
    assert not journal.append(b"b", weight=60)
    assert journal.append(b"c", weight=40)
    assert (journal.waiting, journal.dropped) == (2, 1)
    journal.close()
    assert kept(tmp_path) == [b"a", b"c"]
    assert not journal.append(b"d")
    assert journal.dropped == 2


def test_what_was_written_makes_room_for_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path, framed, capacity=10, flush=0.005)
    for i in range(5):
        assert journal.append(b"x", weight=10)
        until(lambda n=i: journal.written == n + 1)  # type: ignore[misc]  # a default binds it
    journal.close()
    assert (journal.written, journal.dropped) == (5, 0)


def test_a_full_disk_makes_records_wait_and_none_is_lost_or_torn(tmp_path: Path) -> None:
    journal = Journal(tmp_path, framed, flush=0.01)
    journal.append(b"first")
    until(lambda: journal.written == 1)
    with files_no_larger_than(40):
        journal.append(b"x" * 100)
        until(lambda: bool(journal.trouble))
        journal.append(b"later")
        assert "No space" in journal.trouble
        assert kept(tmp_path) == [b"first"]
        assert journal.waiting == 2
    until(lambda: journal.written == 3)
    assert journal.trouble == ""
    journal.close()
    assert kept(tmp_path) == [b"first", b"x" * 100, b"later"]
    assert journal.dropped == 0


def test_what_still_waits_at_the_end_of_a_full_disk_is_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, framed, flush=0.01)
    with files_no_larger_than(0):
        journal.append(b"x" * 100)
        journal.close()
    assert (journal.written, journal.dropped) == (0, 1)
    assert kept(tmp_path) == []
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_record_that_has_no_form_costs_no_other(tmp_path: Path) -> None:
    def careful(records: Sequence[bytes]) -> bytes:
        if b"bad" in records:
            raise ValueError("it is bad")
        return framed(records)

    journal = Journal(tmp_path, careful, flush=60)
    for each in (b"a", b"bad", b"c"):
        journal.append(each)
    journal.close()
    assert kept(tmp_path) == [b"a", b"c"]
    assert (journal.written, journal.dropped) == (2, 1)


def test_a_full_segment_is_sealed_and_the_next_begins_like_it(tmp_path: Path) -> None:
    sealed: list[Path] = []
    journal = Journal(
        tmp_path,
        framed,
        start=frame(b"head"),
        flush=0.005,
        segment_bytes=200,
        sealed=sealed.append,
    )
    for i in range(10):
        journal.append(str(i).encode() * 60)
        until(lambda n=i: journal.written == n + 1)  # type: ignore[misc]  # a default binds it
    live = [path for path in tmp_path.glob("*.journal") if is_live(path)]
    assert len(live) == 1
    assert not set(live) & set(sealed)
    journal.close()
    paths = sorted(tmp_path.glob("*.journal"))
    assert paths[:-1] == sealed
    for path in paths:
        found = list(frames(path, Damage()))
        assert found[0] == b"head"
        assert len(found) > 1
        assert not is_live(path)
    assert len(kept(tmp_path)) == 10 + len(paths)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.data())
def test_a_segment_cut_anywhere_gives_its_whole_frames(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], data: st.DataObject
) -> None:
    whole = framed(contents)
    cut = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.mktemp("cut") / "a.journal"
    path.write_bytes(whole[:cut])
    damage = Damage()
    found = list(frames(path, damage))
    assert found == contents[: len(found)]
    ends = [len(framed(contents[:n])) for n in range(len(contents) + 1)]
    assert len(found) == sum(end <= cut for end in ends) - 1
    assert damage.torn == (cut not in ends)
    assert damage.unreadable == 0


def test_a_frame_that_is_not_what_was_written_is_passed_over_and_counted(tmp_path: Path) -> None:
    segment = Segment(tmp_path)
    segment.append(framed([b"one", b"two", b"three"]))
    segment.close()
    content = bytearray(segment.path.read_bytes())
    content[content.index(b"two")] ^= 1
    segment.path.write_bytes(content)
    damage = Damage()
    assert list(frames(segment.path, damage)) == [b"one", b"three"]
    assert (damage.unreadable, damage.torn) == (1, 0)
