"""Materialization writes what the store lacks, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.clock import FakeClock
from workbench.core.errors import Conflict, InvalidInput, StorageFull
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.registration import views as registered
from workbench.features.definitions.views import FeatureView
from workbench.features.online import carrying, passes
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.features.online.stores.sqlite import SqliteStore
from workbench.features.online.stores.store import Rows, open_store
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
KEYS = [f"k{index:02}" for index in range(20)]


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def ingested(rows: Sequence[tuple[str, datetime, float | None]]) -> None:
    keys, times, values = zip(*rows, strict=True)
    ingest(pa.table({"key": keys, "at": times, "value": values}), name="rows", time="at")


@pytest.fixture
def view(place: Workspace) -> FeatureView:
    """Return a view of twenty keys, of which every second one becomes known in an hour."""
    ingested([(key, ago(1 if index % 2 else -1), float(index)) for index, key in enumerate(KEYS)])
    return feature_view(entities=Entity("key"), source="rows")


def values(view: FeatureView, keys: Sequence[str] = KEYS) -> list[Any]:
    return [each["value"] for each in online(view, [{"key": key} for key in keys])]


def test_only_what_became_known_since_is_written(view: FeatureView, clock: FakeClock) -> None:
    assert materialize(view) == {"rows": 10}
    assert materialize(view) == {"rows": 0}
    assert values(view, ["k00", "k01"]) == [None, 1]
    clock.advance(timedelta(hours=1))
    assert materialize(view) == {"rows": 10}  # at the very moment that they are known
    assert values(view) == list(range(20))


def test_of_new_data_only_what_differs_is_written(view: FeatureView, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=1))
    materialize(view)
    rows: list[tuple[str, datetime, float | None]] = [
        (key, ago(1 if index % 2 else -1), float(index)) for index, key in enumerate(KEYS)
    ]
    rows[3] = ("k03", ago(1), None)  # corrected at the same time
    ingested([*rows, ("k05", ago(2), -1.0), ("k07", ago(0.5), 70.0), ("new", ago(9), 9.0)])
    assert materialize(view.refresh()) == {"rows": 3}
    assert values(view, ["k03", "k05", "k07", "new", "k00"]) == [None, 5, 70, 9, 0]


def test_views_follow_the_newest_data_when_told_to(view: FeatureView, place: Workspace) -> None:
    service = feature_service("one", view)
    materialize(service)
    ingested([("new", ago(1), 7.0)])
    assert materialize(service) == {"rows": 0}
    assert materialize(service, refresh=True) == {"rows": 1}
    assert online(service, {"key": "new"}) == [{"value": 7}]
    assert materialize(service) == {"rows": 0}  # which is pinned to the version before
    assert online(service, {"key": "new"}) == [{"value": 7}]
    newer = feature_view(entities=Entity("key"), source="rows", ttl=timedelta(days=1))
    ingested([("new", ago(1), 7.0), ("newer", ago(1), 8.0)])
    assert materialize(service, refresh=True) == {
        "rows": 1
    }  # of the definition that it is pinned to
    assert online(service, {"key": "newer"}) == [{"value": 8}]
    assert registered()[0].ref == newer.ref
    keys, times, texts = ["a"], [ago(1)], ["text"]
    ingest(pa.table({"key": keys, "at": times, "value": texts}), name="rows", time="at")
    with pytest.raises(InvalidInput, match="was superseded, and the newest versions of what it"):
        materialize(service)
    assert online(service, {"key": "newer"}) == [{"value": 8}]
    made = feature_view(entities=Entity("key"), time="at", name="made")(_made)
    assert materialize(made, refresh=True) == {"made": 1}


def _made(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def test_what_the_data_no_longer_say_is_removed_and_what_was_pushed_stays(
    view: FeatureView, place: Workspace
) -> None:
    ingested([(key, ago(1), 1.0) for key in ("gone", "back", "kept", "pushed")])
    view = view.refresh()
    materialize(view)
    push(view, [{"key": "pushed", "at": NOW, "value": 2.0}])
    ingested([("back", ago(5), 5.0), ("kept", ago(1), 1.0)])
    assert materialize(view.refresh()) == {"rows": 1}
    assert values(view, ["gone", "back", "kept", "pushed"]) == [None, 5, 1, 2]
    (marks,) = open_store(place.settings).marks([view.table])
    assert marks is not None
    assert marks.rows == 3


def test_without_the_cache_of_the_former_data_all_is_written(
    view: FeatureView, place: Workspace
) -> None:
    materialize(view)
    ingested([("k01", ago(1), 100.0), ("k03", ago(1), 3.0)])
    for file in (place.home / "cache" / "features").glob("*.parquet"):
        file.unlink()
    assert materialize(view.refresh()) == {"rows": 2}
    assert values(view, ["k01", "k03"]) == [100, 3]


def test_a_static_view_is_written_again_when_its_rows_change(place: Workspace) -> None:
    ingest(pa.table({"key": ["a", "b"], "value": [1, 2]}), name="fixed")
    view = feature_view(entities=Entity("key"), source="fixed")
    assert materialize(view) == {"fixed": 2}
    push(view, [{"key": "a", "value": 10}])
    assert materialize(view) == {"fixed": 0}
    assert values(view, ["a", "b"]) == [10, 2]
    ingest(pa.table({"key": ["a", "b"], "value": [1, 3]}), name="fixed")
    assert materialize(view.refresh()) == {"fixed": 1}
    assert values(view, ["a", "b"]) == [10, 3]
    ingest(pa.table({"key": ["c"], "value": [4]}), name="fixed")
    assert materialize(view.refresh()) == {"fixed": 1}
    assert values(view, ["a", "b", "c"]) == [10, None, 4]


class Interrupted(Exception):
    """What a user's interrupt does."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 3)


@pytest.mark.usefixtures("small")
def test_what_was_interrupted_goes_on_where_it_was(view: FeatureView, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=1))

    def stop(name: str, done: int, total: int) -> None:
        if done >= 9:
            raise Interrupted

    with pytest.raises(Interrupted):
        materialize(view, progress=stop)
    assert values(view) == [*range(9), *[None] * 11]  # each row whole
    clock.advance(timedelta(hours=5))
    seen: list[tuple[str, int, int]] = []
    assert materialize(view, progress=lambda *step: seen.append(step)) == {"rows": 11}
    assert (seen[0], seen[-1]) == (("rows", 12, 20), ("rows", 20, 20))
    assert values(view) == list(range(20))
    assert materialize(view) == {"rows": 0}


@pytest.mark.usefixtures("small")
def test_what_was_interrupted_starts_again_when_the_data_changed(view: FeatureView) -> None:
    def stop(name: str, done: int, total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        materialize(view, progress=stop)
    ingested([("a", ago(1), 1.0), ("b", ago(1), 2.0)])
    assert materialize(view.refresh()) == {"rows": 2}
    assert values(view, ["a", "b", "k01"]) == [1, 2, 1]


@pytest.mark.usefixtures("small")
def test_a_moment_is_shown_whole_or_not_at_all(view: FeatureView) -> None:
    materialize(view)

    def stop(name: str, done: int, total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        materialize(view, at=ago(0.5), progress=stop)
    assert values(view, ["k01", "k19"]) == [1, 19]
    assert materialize(view) == {"rows": 0}


def test_after_a_moment_was_shown_all_is_written_again(view: FeatureView) -> None:
    materialize(view)
    materialize(view, at=ago(2))
    assert values(view, ["k01"]) == [None]
    assert materialize(view) == {"rows": 10}
    assert values(view, ["k01"]) == [1]


def test_a_backfill_writes_its_stretch_of_time(view: FeatureView, clock: FakeClock) -> None:
    ingested([("a", ago(3), 3.0), ("b", ago(2), 2.0), ("c", ago(1), 1.0), ("d", ago(-1), 0.0)])
    view = view.refresh()
    clock.advance(timedelta(hours=2))
    assert materialize(view, since=ago(3), until=ago(1)) == {"rows": 2}
    assert values(view, ["a", "b", "c", "d"]) == [None, 2, 1, None]
    assert materialize(view) == {"rows": 1}  # from there on
    assert materialize(view, since=ago(9)) == {"rows": 4}
    assert values(view, ["a", "b", "c", "d"]) == [3, 2, 1, 0]


def test_a_backfill_apart_from_what_is_there_leaves_no_gap(
    view: FeatureView, clock: FakeClock
) -> None:
    ingested([("a", ago(3), 3.0), ("b", ago(2), 2.0), ("c", ago(1), 1.0)])
    view = view.refresh()
    materialize(view, until=ago(3))
    assert materialize(view, since=ago(2)) == {"rows": 1}
    assert values(view, ["a", "b", "c"]) == [3, None, 1]
    assert materialize(view) == {"rows": 2}
    assert values(view, ["a", "b", "c"]) == [3, 2, 1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": ago(1), "since": ago(2)}, "takes no since="),
        ({"since": ago(1), "until": ago(1)}, "is not before until="),
        ({"since": "yesterday"}, r"'yesterday' is not a time \(since\)"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    view: FeatureView, given: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        materialize(view, **given)  # type: ignore[arg-type]


def test_two_at_once_are_told_of_each_other(view: FeatureView, place: Workspace) -> None:
    store = open_store(place.settings)
    with (
        store.lease(view.table, "the materialization of 'rows'"),
        pytest.raises(
            Conflict, match=r"the materialization of 'rows' is held by process \d+; wait"
        ),
    ):
        materialize(view)
    store.close()
    assert place.metadata.executions("materialize") == []
    assert materialize(view) == {"rows": 10}


@pytest.mark.usefixtures("small")
def test_a_full_disk_is_said_and_the_rest_is_written_once_there_is_room(
    view: FeatureView, monkeypatch: pytest.MonkeyPatch, place: Workspace
) -> None:
    class Small(SqliteStore):
        """A store whose file may not grow by much."""

        pages = 0

        def put(self, table: str, rows: Rows, *given: Any, **named: Any) -> int:
            if Small.pages:
                self._connection().execute(f"PRAGMA max_page_count = {Small.pages}")
            return super().put(table, rows, *given, **named)

    path = Path(place.settings.online_url.removeprefix("sqlite:///"))
    rows = [(key, ago(1), "x" * 3000) for key in KEYS]
    keys, times, texts = zip(*rows, strict=True)
    ingest(pa.table({"key": keys, "at": times, "value": texts}), name="texts", time="at")
    wide = feature_view(entities=Entity("key"), source="texts")
    materialize(view)
    monkeypatch.setattr(carrying, "open_store", lambda settings: Small(path))
    Small.pages = 20
    with pytest.raises(StorageFull, match="no room left in the online store"):
        materialize(wide)
    there = [value is not None for value in values(wide)]
    assert 0 < sum(there) < 20
    assert sorted(there, reverse=True) == there
    Small.pages = 10_000
    assert materialize(wide) == {"texts": 20 - sum(there)}
    assert values(wide) == ["x" * 3000] * 20
