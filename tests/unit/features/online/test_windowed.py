"""Windows online: what they hold at any instant equals what a training set gets for it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.features.windows.reference import alike, values_at
from workbench.core.clock import FakeClock, micros
from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
AGGREGATIONS = [
    Aggregation("count", windows=["1h", "30d"]),
    Aggregation("sum", "amount", windows=["1h", "1d", "30d"]),
    Aggregation("std", "amount", windows="30d"),
    Aggregation("distinct", "shop", windows="1d"),
    Aggregation("top_k", "shop", windows="30d", k=2),
    Aggregation("last", "shop", windows=["1h", "30d"]),
    Aggregation("decayed", "amount", half_life="1h"),
]
INPUTS = ["amount", "shop"]
CARDS = ["a", "b", "ä<i>"]
Event = dict[str, Any]


def made(count: int, seed: int, start: datetime, end: datetime) -> list[Event]:
    chance = random.Random(seed)
    seconds = int((end - start).total_seconds())
    times = [start + timedelta(seconds=chance.randrange(seconds)) for _ in range(count)]
    return [
        {
            "card": chance.choice(CARDS),
            "at": at,
            "arrived": at + timedelta(minutes=chance.choice([0, 0, 3, 900])),
            "amount": chance.choice([None, 1.5, 20.0, 300.25]),
            "shop": chance.choice(["x", "y", "z", None]),
        }
        for at in times
    ]


def viewed(events: list[Event]) -> FeatureView:
    table = pa.Table.from_pylist(events)
    return feature_view(
        name="spending",
        entities=Entity("card", keys=["card"]),
        source=ingest(table, name="purchases", time="at", created="arrived"),
        aggregations=AGGREGATIONS,
    )


def expected(events: list[Event], card: str, at: datetime) -> list[Any]:
    mine = [
        (micros(each["at"]), micros(each["arrived"]), [each[name] for name in INPUTS])
        for each in events
        if each["card"] == card
    ]
    return values_at(AGGREGATIONS, INPUTS, mine, micros(at))


def asked(view: FeatureView, card: str, **options: Any) -> list[Any]:
    (row,) = online(view, {"card": card}, **options)
    return [row[each.name] for each in view.columns]


@pytest.fixture
def events() -> list[Event]:
    drawn = made(400, 1, NOW - timedelta(days=50), NOW + timedelta(days=3))
    return [*drawn, *drawn[:20]]  # two rows that are equal are two events


def test_what_is_served_is_what_a_training_set_gets(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    view = viewed(events)
    for hours in (0, 1, 30, 24 * 31):
        clock.advance(timedelta(hours=hours))
        materialize(view)
        now = clock.now()
        spine = pa.table({"card": CARDS, "at": pa.array([now] * 3, pa.timestamp("us", "UTC"))})
        offline = training_set(spine, view, name="now", time="at").to_arrow().to_pylist()
        for card, row in zip(CARDS, offline, strict=True):
            served = asked(view, card)
            assert alike(served, expected(events, card, now))
            assert alike(served, [row[each.name] for each in view.columns])


def test_windows_move_on_although_nothing_is_written(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    known = [each for each in events if max(each["at"], each["arrived"]) <= NOW]
    view = viewed(events)
    materialize(view)
    for minutes in (0, 7, 50, 60 * 24, 60 * 24 * 29, 60 * 24 * 40):
        clock.advance(timedelta(minutes=minutes))
        for card in CARDS:
            assert alike(asked(view, card), expected(known, card, clock.now()))


def test_a_table_that_shows_a_moment_answers_for_it(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    view = viewed(events)
    then = NOW - timedelta(days=9, hours=3, minutes=1)
    materialize(view, at=then)
    clock.advance(timedelta(days=400))
    for card in CARDS:
        assert alike(asked(view, card), expected(events, card, then))
    assert asked(view, "a", at=then - timedelta(days=1)) == [None] * len(view.columns)


@pytest.mark.usefixtures("place")
def test_a_key_without_events_has_a_count_of_0(events: list[Event]) -> None:
    view = viewed(events)
    materialize(view)
    counts = [each.name for each in view.columns if "count" in each.name or "distinct" in each.name]
    row = dict(zip((each.name for each in view.columns), asked(view, "unknown"), strict=True))
    assert {name for name, value in row.items() if value == 0} == set(counts)
    assert all(value is None for name, value in row.items() if name not in counts)


def test_pushed_events_count_at_once_and_once(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    known = [each for each in events if max(each["at"], each["arrived"]) <= NOW]
    view = viewed(known)
    materialize(view)
    clock.advance(timedelta(hours=2))
    fresh = [
        {**each, "arrived": max(each["at"], each["arrived"])}
        for each in made(60, 2, NOW - timedelta(hours=9), clock.now())
        if max(each["at"], each["arrived"]) <= clock.now()
    ]
    assert push(view, fresh) == len(fresh)
    assert push(view, fresh[:20]) == 20  # again, as after an answer that never came
    for card in CARDS:
        assert alike(asked(view, card), expected([*known, *fresh], card, clock.now()))


def test_materializing_keeps_what_came_after_the_data(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    known = [each for each in events if max(each["at"], each["arrived"]) <= NOW]
    pushed = [
        {
            "card": card,
            "at": NOW + timedelta(minutes=place_),
            "arrived": NOW,
            "amount": 7.0,
            "shop": "pushed",
        }
        for place_, card in enumerate(["a", "new", "a"], start=30)
    ]
    for each in pushed:
        each["arrived"] = each["at"]
    view = viewed(known)
    clock.advance(timedelta(hours=2))
    push(view, pushed)
    materialize(view)
    for card in (*CARDS, "new"):
        assert alike(asked(view, card), expected([*known, *pushed], card, clock.now()))
    # The same events come with the data now, and one more: they count once.
    more = made(5, 3, NOW + timedelta(minutes=60), NOW + timedelta(minutes=61))
    more = [{**each, "arrived": each["at"]} for each in more]
    materialize(viewed([*known, *pushed, *more]))
    for card in (*CARDS, "new"):
        found = asked(view, card)
        assert alike(found, expected([*known, *pushed, *more], card, clock.now()))


def test_what_corrected_data_no_longer_have_counts_no_more(
    place: Workspace, events: list[Event], clock: FakeClock
) -> None:
    known = [each for each in events if max(each["at"], each["arrived"]) <= NOW]
    materialize(viewed(known))
    corrected = [each for each in known[::2] if each["card"] != "b"]
    view = viewed(corrected)
    materialize(view)
    for card in CARDS:
        assert alike(asked(view, card), expected(corrected, card, clock.now()))


@pytest.mark.usefixtures("place")
def test_only_the_keys_of_new_events_are_written(events: list[Event], clock: FakeClock) -> None:
    view = viewed(events)
    last = max(max(each["at"], each["arrived"]) for each in events)
    clock.advance(last - clock.now())
    assert materialize(view) == {"spending": 3}
    clock.advance(timedelta(hours=1))
    assert materialize(view) == {"spending": 0}


def test_a_key_of_too_many_values_is_named_and_reads_as_null_and_all_others_are_served(
    place: Workspace, clock: FakeClock
) -> None:
    at = NOW - timedelta(hours=1)

    def shops(count: int, until: datetime) -> FeatureView:
        cards = ["a"] * count + ["b", "c"]
        times = [at] * (count + 1) + [until]
        rows = pa.table({"card": cards, "at": times, "shop": list(range(count + 2))})
        return feature_view(
            name="shops",
            entities=Entity("card", keys=["card"]),
            source=ingest(rows, name="shops", time="at"),
            aggregations=[
                Aggregation("count", windows="1d"),
                Aggregation("distinct", "shop", windows="1d"),
            ],
        )

    view = shops(10_001, at)
    said = r"1 of 3 keys of 'shops' read as null.*Key 'a': .*10,001 different values.*group"
    with pytest.warns(UserWarning, match=said):
        assert materialize(view) == {"shops": 3}
    assert asked(view, "a") == [None, None]
    assert asked(view, "b") == [1, 1]
    assert asked(view, "new") == [0, 0]
    # Nothing that is pushed makes a wrong number of it, nor data that end before what was pushed.
    push(view, [{"card": each, "at": clock.now(), "shop": 7} for each in ("a", "b")])
    assert asked(view, "a") == [None, None]
    assert asked(view, "b") == [2, 2]
    view = shops(9_000, at)
    materialize(view)
    assert asked(view, "a") == [None, None]
    # Data that say all of it and can be kept bring it back.
    clock.advance(timedelta(minutes=1))
    view = shops(9_001, clock.now())
    materialize(view)
    assert asked(view, "a") == [9_001, 9_001]


def test_a_key_that_what_was_pushed_fills_up_reads_as_null(
    place: Workspace, clock: FakeClock
) -> None:
    at = NOW - timedelta(hours=1)
    rows = pa.table({"card": ["a"] * 9_000, "at": [at] * 9_000, "shop": list(range(9_000))})
    view = feature_view(
        name="shops",
        entities=Entity("card", keys=["card"]),
        source=ingest(rows, name="shops", time="at"),
        aggregations=[Aggregation("distinct", "shop", windows="1d")],
    )
    later = [{"card": "a", "at": clock.now(), "shop": -each} for each in range(1, 2_000)]
    push(view, later)
    with pytest.warns(UserWarning, match=r"Key 'a': .*10,999 different values"):
        materialize(view)
    assert asked(view, "a") == [None]


@pytest.mark.usefixtures("place")
def test_events_alone_can_be_counted(events: list[Event], clock: FakeClock) -> None:
    counts = [Aggregation("count", windows=["1h", "30d"])]
    view = feature_view(
        name="visits",
        entities=Entity("card", keys=["card"]),
        source=ingest(pa.Table.from_pylist(events), name="visits", time="at", created="arrived"),
        aggregations=counts,
    )
    materialize(view)
    push(view, [{"card": "a", "at": clock.now(), "arrived": clock.now()}])
    pushed = {**events[0], "card": "a", "at": clock.now(), "arrived": clock.now()}
    for card in CARDS:
        mine: list[tuple[int, int, list[Any]]] = [
            (micros(each["at"]), micros(each["arrived"]), [])
            for each in [*events, pushed]
            if each["card"] == card
        ]
        assert asked(view, card) == values_at(counts, [], mine, micros(clock.now()))
    spine = pa.table({"card": CARDS, "at": pa.array([NOW] * 3, pa.timestamp("us", "UTC"))})
    assert training_set(spine, view, name="now", time="at").rows == 3


def test_a_table_that_shows_a_moment_takes_only_what_was_known_by_then(
    place: Workspace, events: list[Event]
) -> None:
    view = viewed(events)
    then = NOW - timedelta(days=9)
    materialize(view, at=then)
    late = {
        "card": "a",
        "at": then,
        "arrived": then + timedelta(hours=1),
        "amount": 1.0,
        "shop": "x",
    }
    with pytest.raises(InvalidInput, match=r"'spending' stands still at 2013-12-22T12:00:00.*at="):
        push(view, [late])
    assert alike(asked(view, "a"), expected(events, "a", then))
    known = {**late, "arrived": then}
    push(view, [known])
    assert alike(asked(view, "a"), expected([*events, known], "a", then))
