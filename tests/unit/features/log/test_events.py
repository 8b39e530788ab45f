"""Events: kept when told, of one type a name, found by id."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench as wb
from tests.unit.features.log.test_journal import files_no_larger_than
from workbench.core.errors import InvalidInput, NotFound, StorageFull
from workbench.features.log.event_records import batches
from workbench.features.log.events import Event, append_events, track_event, tracked_events
from workbench.features.log.rolling import roll

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wb.connect(home=tmp_path)
    return tmp_path / "logs" / "events" / "landings"


def test_events_come_back_by_time_with_their_values(folder: Path) -> None:
    track_event("landings", "b", late=True, time=START + timedelta(hours=1))
    track_event("landings", "a", {"late": False, "name": "Zoë <b>"}, time="2026-01-01")
    east = timezone(timedelta(hours=8))
    track_event("landings", "c", minutes=np.int64(3), time=datetime(2026, 1, 1, 20, tzinfo=east))
    track_event("landings", "c", minutes=2.5, day=date(2026, 1, 2), time="2026-01-01T13:00:00Z")
    before = tracked_events("landings")
    assert before["id"].to_pylist() == ["a", "b", "c", "c"]
    assert before["late"].to_pylist() == [False, True, None, None]
    assert before["minutes"].to_pylist() == [None, None, 3.0, 2.5]
    assert before["name"].to_pylist() == ["Zoë <b>", None, None, None]
    assert before["day"].to_pylist() == [None, None, None, date(2026, 1, 2)]
    assert before["time"].to_pylist()[2] == START + timedelta(hours=12)
    some = tracked_events("landings", since="2026-01-01T00:30", until="2026-01-01T12:00")
    assert some["id"].to_pylist() == ["b"]


def test_whole_and_broken_numbers_of_two_segments_are_one_column(folder: Path) -> None:
    track_event("landings", "a", minutes=3)
    other = threading.Thread(
        target=lambda: os.waitpid(_forked("landings", "b", minutes=2.5), 0), daemon=True
    )
    other.start()
    other.join()
    assert len(list(folder.glob("*.journal"))) == 2
    assert sorted(tracked_events("landings")["minutes"].to_pylist()) == [2.5, 3.0]
    assert roll(folder, batches) == 1  # this process still writes to the other one
    assert sorted(tracked_events("landings")["minutes"].to_pylist()) == [2.5, 3.0]


def _forked(name: str, event_id: str, **values: Any) -> int:
    child = os.fork()
    if child == 0:
        try:
            track_event(name, event_id, **values)
        finally:
            os._exit(0)
    return child


@pytest.mark.parametrize(
    ("event_id", "values", "said"),
    [
        ("a", {"late": "yes"}, "'late' of the event 'landings' is 'yes', and was bool before"),
        ("a", {"late": 1}, "was bool before"),
        (7, {"late": True}, "7 cannot be the id of an event"),
        ("", {"late": True}, "cannot be the id"),
        ("a", {"id": 1}, "cannot be named 'id'"),
        ("a", {"late": [True]}, r"'late' of the event 'landings' is \[True\], a list"),
        ("a", {"when": datetime(2026, 1, 1)}, "'when'"),  # noqa: DTZ001  # that is the point
    ],
)
def test_a_poisonous_event_is_refused_and_costs_no_other(
    folder: Path, event_id: Any, values: dict[str, Any], said: str
) -> None:
    track_event("landings", "first", late=True)
    with pytest.raises(InvalidInput, match=said):
        track_event("landings", event_id, values)
    with pytest.raises(InvalidInput, match=said):
        append_events(
            "landings", [Event("good", START, {"late": False}), Event(event_id, START, values)]
        )
    track_event("landings", "last", late=None)
    assert tracked_events("landings")["id"].to_pylist() == ["first", "last"]


def test_a_missing_number_is_missing(folder: Path) -> None:
    track_event("landings", "a", minutes=float("nan"))
    track_event("landings", "b", minutes=1)
    assert sorted(tracked_events("landings")["minutes"].to_pylist(), key=str) == [1, None]


def test_a_full_disk_is_said_and_nothing_is_half_kept(folder: Path) -> None:
    track_event("landings", "a", minutes=1)
    size = next(folder.glob("*.journal")).stat().st_size
    with files_no_larger_than(size + 5), pytest.raises(StorageFull, match="the events 'landings'"):
        track_event("landings", "b", minutes=2)
    track_event("landings", "c", minutes=3)
    assert tracked_events("landings")["id"].to_pylist() == ["a", "c"]


def test_names_that_were_never_tracked_are_not_found(folder: Path) -> None:
    track_event("landings", "a")
    with pytest.raises(NotFound, match="no events 'landing' were tracked; did you mean 'landings'"):
        tracked_events("landing")


@pytest.mark.parametrize("name", ["../landings", "..", "着陆 <b>", "x" * 499 + "/"])
def test_events_of_any_name_lie_in_a_folder_of_theirs(folder: Path, name: str) -> None:
    track_event(name, "a")
    assert tracked_events(name)["id"].to_pylist() == ["a"]
    assert len(list(folder.parent.iterdir())) == 1


def test_many_names_keep_few_files_open(folder: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for i in range(100):
        track_event(f"event {i}", "a", number=i)
    track_event("event 0", "b", number=7)
    assert len(list(Path("/proc/self/fd").iterdir())) - before <= 64
    assert tracked_events("event 0")["number"].to_pylist() == [0, 7]


def test_a_workspace_that_was_deleted_is_begun_anew(folder: Path) -> None:
    track_event("landings", "a")
    shutil.rmtree(folder)
    track_event("landings", "b")
    assert tracked_events("landings")["id"].to_pylist() == ["b"]
