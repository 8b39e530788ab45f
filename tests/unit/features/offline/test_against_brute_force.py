"""Training sets against a reference that knows the rules and nothing of the engine.

The reference is plain Python: for each row of the spine it walks over every row of every view. It
shares no code, no SQL and no sorting with what it checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.workspace import Workspace

Row = Mapping[str, Any]

START = datetime(2013, 3, 10, 6, 59, 59, tzinfo=UTC)  # New York's clocks go forward a second later
MICRO, SECOND, HOUR = timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1)
# So few instants that rows meet, a microsecond to either side of where ages are equal to a ttl.
INSTANTS = [
    START + each
    for each in (
        timedelta(0),
        MICRO,
        SECOND - MICRO,
        SECOND,
        SECOND + MICRO,
        2 * SECOND,
        HOUR,
        HOUR + SECOND,
        HOUR + SECOND + MICRO,
        -HOUR,
    )
]
TTLS = [timedelta(0), MICRO, SECOND, SECOND - MICRO, HOUR, HOUR + SECOND]

# Some would be one key if they were run together, cast to text, or compared without their types.
VALUES: Mapping[str, list[Any]] = {
    "text": ["1", "12", "", "0", "é", "e\u0301", "nan", "NULL", "1 "],
    "number": [23, 3, 123, 0, -1, 2**31 - 1],
    "flag": [True, False],
    "day": [date(1969, 12, 31), date(2013, 3, 10)],
    "moment": [START, START + MICRO],
}
TYPES = {
    "text": pa.string(),
    "number": pa.int32(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
}
COMPOSITES = [
    ("number",),
    ("text", "number"),
    ("number", "text"),
    ("flag", "text"),
    ("moment",),
    ("day", "flag", "number"),
]
UTC_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Made:
    """A view as the reference knows it."""

    name: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    static: bool
    late: bool
    ttl: timedelta | None


def expected(view: Made, keys: Row, at: datetime) -> tuple[Any, Any]:
    """Return what was known of these keys at this moment, by looking at each row."""
    answer: Row | None = None
    for row in view.rows:
        if any(keys[key] is None or row[key] is None or row[key] != keys[key] for key in view.keys):
            continue
        if view.static:
            answer = row  # of several rows the last one stands
            continue
        event = row["event"]
        created = row["created"] if view.late else event
        if event is None or created is None or event > at or created > at:
            continue
        if answer is not None:
            before = answer["created"] if view.late else answer["event"]
            if (event, created) < (answer["event"], before):
                continue
        answer = row
    if answer is None:
        return None, None
    if not view.static and view.ttl is not None and at - answer["event"] > view.ttl:
        return None, None
    return answer["price"], answer["word"]


@dataclass(frozen=True)
class Case:
    """Views, and a spine that asks for every key at every instant, some of them twice."""

    views: tuple[Made, ...]
    spine: tuple[Row, ...]


instants = st.sampled_from(INSTANTS)
seldom_null = st.sampled_from([*INSTANTS * 4, None])
values = st.fixed_dictionaries(
    {
        "event": seldom_null,
        "created": seldom_null,
        "price": st.sampled_from([None, *range(-5, 5)]),
        "word": st.sampled_from([None, "", "a", "b"]),
    }
)
keys_of_all_types = st.fixed_dictionaries(
    {name: st.sampled_from([*some[:2] * 2, *some, None]) for name, some in VALUES.items()}
)


@st.composite
def views(draw: st.DrawFn, number: int, keys: Sequence[Row]) -> Made:
    rows = st.builds(lambda key, rest: {**key, **rest}, st.sampled_from(keys), values)
    static = draw(st.sampled_from([False, False, False, True]))
    return Made(
        name=f"view{number}",
        keys=draw(st.sampled_from(COMPOSITES)),
        rows=tuple(draw(st.lists(rows, min_size=draw(st.sampled_from([1, 5, 15])), max_size=30))),
        static=static,
        late=draw(st.booleans()),
        ttl=None if static else draw(st.sampled_from([None, *TTLS])),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    keys = draw(st.lists(keys_of_all_types, min_size=1, max_size=3))
    asked = [{**key, "at": at} for key in keys for at in INSTANTS]
    asked += draw(st.lists(st.sampled_from(asked), max_size=3))
    draw(st.randoms(use_true_random=False)).shuffle(asked)
    return Case(tuple(draw(views(number, keys)) for number in range(2)), tuple(asked))


def registered(view: Made) -> FeatureView:
    table = pa.table(
        {name: pa.array([row[name] for row in view.rows], TYPES[name]) for name in view.keys}
        | {
            name: pa.array([row[name] for row in view.rows], UTC_TIME)
            for name in ("event", "created")
        }
        | {
            f"{view.name}_price": pa.array([row["price"] for row in view.rows], pa.int64()),
            f"{view.name}_word": pa.array([row["word"] for row in view.rows], pa.string()),
        }
    )
    define = feature_view(
        name=view.name,
        entities=Entity("thing", keys=view.keys),
        features=[f"{view.name}_price", f"{view.name}_word"],
        time=None if view.static else "event",
        created="created" if view.late and not view.static else None,
        static=view.static,
        ttl=view.ttl,
    )
    made = define(lambda: table)
    assert isinstance(made, FeatureView)
    return made


ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")


def spine_of(rows: Sequence[Row], form: str, wide: bool) -> pa.Table:
    """Return a spine whose moments and keys are written in one of the ways that people have."""
    times = pa.array([row["at"] for row in rows], UTC_TIME)
    at: pa.Array
    if form == "text":
        places = [ZoneInfo(ZONES[place % len(ZONES)]) for place in range(len(rows))]
        pairs = zip(rows, places, strict=True)
        at = pa.array([row["at"].astimezone(place).isoformat() for row, place in pairs])
    elif form == "naive":
        at = times.cast(pa.timestamp("us"))
    elif form == "nanoseconds":
        at = times.cast(pa.timestamp("ns", tz="UTC"))
    else:
        at = times.cast(pa.timestamp("us", tz=form))
    columns = {name: pa.array([row[name] for row in rows], TYPES[name]) for name in TYPES}
    if wide:
        columns["number"] = columns["number"].cast(pa.int64())
        columns["text"] = columns["text"].dictionary_encode()
    columns["moment"] = columns["moment"].cast(pa.timestamp("us", tz="Asia/Kathmandu"))
    return pa.table({**columns, "row": pa.array(range(len(rows))), "at": at})


forms = st.sampled_from([*ZONES, "naive", "text", "nanoseconds"])
OPTIONS = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@OPTIONS
@given(cases(), forms, st.booleans())
def test_each_spine_row_has_what_was_known_then(
    place: Workspace, case: Case, form: str, wide: bool
) -> None:
    made = training_set(
        spine_of(case.spine, form, wide),
        [registered(each) for each in case.views],
        name="set",
        time="at",
    )
    table = made.to_arrow()
    assert table["row"].to_pylist() == list(range(len(case.spine)))
    assert table["at"].cast(UTC_TIME).to_pylist() == [row["at"] for row in case.spine]
    for view in case.views:
        prices, words = table[f"{view.name}_price"], table[f"{view.name}_word"]
        found = list(zip(prices.to_pylist(), words.to_pylist(), strict=True))
        assert found == [expected(view, row, row["at"]) for row in case.spine], view
