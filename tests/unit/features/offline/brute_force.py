"""Views and spines, and what a training set of them holds, found by looking at every row.

Plain Python: for each row of the spine every row of every view is looked at. It shares no code, no
SQL and no sorting with the engine.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from workbench.core.ids import new_id
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView

Row = Mapping[str, Any]

START = datetime(2013, 3, 10, 6, 59, 59, tzinfo=UTC)  # New York's clocks go forward a second later
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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
#: Windows and the length of their tiles, worked out by hand.
WINDOWS = {"1s": (SECOND, SECOND), "1m": (60 * SECOND, SECOND), "2h": (2 * HOUR, 60 * SECOND)}

# Some would be one key if they were run together, cast to text, or compared without their types.
VALUES: Mapping[str, list[Any]] = {
    "text": ["1", "12", "", "0", "é", "e\u0301", "nan", "NULL", "1 "],
    "number": [23, 3, 123, 0, -1, 2**31 - 1],
    "flag": [True, False],
    "day": [date(1969, 12, 31), date(2013, 3, 10)],
    "moment": [START, START + MICRO],
    "level": [0.0, 0.1, -0.0, math.nan, math.inf],
}
UTC_TIME = pa.timestamp("us", tz="UTC")
TYPES = {
    "text": pa.string(),
    "number": pa.int32(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": UTC_TIME,
    "level": pa.float64(),
}
COMPOSITES = [
    ("number",),
    ("text", "number"),
    ("number", "text"),
    ("flag", "text"),
    ("moment",),
    ("day", "flag", "number"),
    ("level",),
    ("text", "level"),
]


@dataclass(frozen=True)
class Made:
    """A view as the reference knows it."""

    name: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    static: bool
    late: bool
    ttl: timedelta | None
    asked: tuple[tuple[str, str | None, str], ...] = ()  # function, column, window or half-life

    @property
    def columns(self) -> list[str]:
        """What its features are called; no two views share one."""
        if not self.asked:
            return [f"{self.name}_{each}" for each in ("price", "word", "ratio")]
        stems = [f"{self.name}_{column}_" if column else "" for _, column, _ in self.asked]
        names = ["top_2" if function == "top_k" else function for function, _, _ in self.asked]
        return [
            f"{stem}{name}_{length}"
            for stem, name, (_, _, length) in zip(stems, names, self.asked, strict=True)
        ]


@dataclass(frozen=True)
class Case:
    """Views, and a spine that asks for every key at every instant, some of them twice."""

    views: tuple[Made, ...]
    spine: tuple[Row, ...]


def expected(view: Made, asked: Row, *, by_event_time: bool = False) -> list[Any]:
    """Return a row's features, in the order of `Made.columns`."""
    nothing = [None] * len(view.columns)
    if any(asked[key] is None or asked[key] != asked[key] for key in view.keys):
        return nothing
    at = asked["at"]
    own = [row for row in view.rows if all(row[key] == asked[key] for key in view.keys)]
    if view.static:
        return _values(own[-1]) if own else nothing
    known = []
    for row in own:
        event, created = row["event"], row["created"] if view.late else row["event"]
        if event is None or created is None:
            continue
        if event <= at and (by_event_time or created <= at):
            known.append((event, created, row))
    if view.asked:
        return [_windowed(known, at, *each) for each in view.asked]
    answer: tuple[datetime, datetime, Row] | None = None
    for event, created, row in known:
        if answer is None or (event, created) >= (answer[0], answer[1]):
            answer = (event, created, row)
    if answer is None or (view.ttl is not None and at - answer[0] > view.ttl):
        return nothing
    return _values(answer[2])


def _values(row: Row) -> list[Any]:
    return [row["price"], row["word"], row["ratio"]]


def _windowed(
    known: Sequence[tuple[datetime, datetime, Row]],
    at: datetime,
    function: str,
    column: str | None,
    length: str,
) -> Any:
    if function == "decayed":
        half = WINDOWS[length][0]
        window, tile = 64 * half, half
    else:
        window, tile = WINDOWS[length]
    inside = [
        (event, created, row)
        for event, created, row in known
        if EPOCH + ((event - EPOCH) // tile + 1) * tile > at - window
    ]
    if column is None:
        return len(inside)
    held = []
    for event, created, row in inside:
        value = row[column]
        if value is not None and not (isinstance(value, float) and not math.isfinite(value)):
            held.append((event, created, value))
    values = [value for _, _, value in held]
    if function == "count":
        return len(values)
    if function == "distinct":
        return len(set(values))
    if not values:
        return None
    if function == "top_k":
        often = Counter(values)
        return sorted(often, key=lambda value: (-often[value], value))[:2]
    if function == "std":
        mean = sum(values) / len(values)
        if len(values) == 1:
            return None
        return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    if function == "decayed":
        return sum(value * 0.5 ** ((at - event) / half) for event, _, value in held)
    answers: Mapping[str, Any] = {
        "sum": sum(values) if column != "word" else None,
        "mean": sum(values) / len(values) if column != "word" else None,
        "min": min(values),
        "max": max(values),
        "last": max(held)[2],
    }
    return answers[function]


def alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Return whether two rows are equal, but for what another order of sums makes of floats."""
    return len(one) == len(other) and all(map(_alike, one, other))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return type(one) is type(other) and bool(one == other)


seldom_null = st.sampled_from([*INSTANTS * 4, None])
values = st.fixed_dictionaries(
    {
        "event": seldom_null,
        "created": seldom_null,
        "price": st.sampled_from([None, *range(-5, 5)]),
        "word": st.sampled_from([None, "", "a", "b"]),
        "ratio": st.sampled_from([None, 0.0, -0.25, 1.5, 3e7, math.nan, math.inf]),
    }
)
keys_of_all_types = st.fixed_dictionaries(
    {name: st.sampled_from([*some[:2] * 2, *some, None]) for name, some in VALUES.items()}
)
NUMBERS = ("price", "ratio")
windowed = st.one_of(
    st.tuples(st.just("count"), st.just(None), st.sampled_from(list(WINDOWS))),
    st.tuples(
        st.sampled_from(["count", "min", "max", "last", "top_k", "distinct"]),
        st.sampled_from(["price", "word", "ratio"]),
        st.sampled_from(list(WINDOWS)),
    ),
    st.tuples(
        st.sampled_from(["sum", "mean", "std", "decayed"]),
        st.sampled_from(NUMBERS),
        st.sampled_from(list(WINDOWS)),
    ),
)


@st.composite
def views(draw: st.DrawFn, number: int, keys: Sequence[Row], *, aggregate: bool) -> Made:
    rows = st.builds(lambda key, rest: {**key, **rest}, st.sampled_from(keys), values)
    static = not aggregate and draw(st.sampled_from([False, False, False, True]))
    made = Made(
        name=f"view{number}",
        keys=draw(st.sampled_from(COMPOSITES)),
        rows=tuple(draw(st.lists(rows, min_size=draw(st.sampled_from([1, 5, 15])), max_size=30))),
        static=static,
        late=draw(st.booleans()),
        ttl=None if static or aggregate else draw(st.sampled_from([None, *TTLS])),
    )
    if not aggregate:
        return made
    return replace(made, asked=tuple(draw(st.lists(windowed, min_size=1, max_size=6, unique=True))))


@st.composite
def cases(draw: st.DrawFn, *, aggregate: bool = False, count: int = 2) -> Case:
    keys = draw(st.lists(keys_of_all_types, min_size=1, max_size=3))
    asked = [{**key, "at": at} for key in keys for at in INSTANTS]
    asked += draw(st.lists(st.sampled_from(asked), max_size=3))
    draw(st.randoms(use_true_random=False)).shuffle(asked)
    made = [draw(views(number, keys, aggregate=aggregate)) for number in range(count)]
    return Case(tuple(made), tuple(asked))


def registered(view: Made) -> FeatureView:
    """Define a view for the engine, under a name of its own."""
    types = {"price": pa.int64(), "word": pa.string(), "ratio": pa.float64()}
    table = pa.table(
        {name: pa.array([row[name] for row in view.rows], TYPES[name]) for name in view.keys}
        | {
            name: pa.array([row[name] for row in view.rows], UTC_TIME)
            for name in ("event", "created")
        }
        | {
            f"{view.name}_{name}": pa.array([row[name] for row in view.rows], kind)
            for name, kind in types.items()
        }
    )
    define = feature_view(
        name=f"{view.name}_{new_id().lower()}",
        entities=Entity("thing", keys=view.keys),
        features=None if view.asked else view.columns,
        aggregations=[_aggregation(view.name, *each) for each in view.asked],
        time=None if view.static else "event",
        created="created" if view.late and not view.static else None,
        static=view.static,
        ttl=view.ttl,
    )
    made = define(lambda: table)
    assert isinstance(made, FeatureView)
    return made


def _aggregation(view: str, function: Any, column: str | None, length: str) -> Aggregation:
    named = None if column is None else f"{view}_{column}"
    if function == "decayed":
        return Aggregation(function, named, half_life=length)
    return Aggregation(function, named, windows=length, k=2 if function == "top_k" else 1)


ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")
forms = st.sampled_from([*ZONES, "naive", "text", "nanoseconds"])


def spine_of(rows: Sequence[Row], form: str = "UTC", *, wide: bool = False) -> pa.Table:
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


def features_of(table: pa.Table, view: FeatureView) -> list[list[Any]]:
    """Return each row's features of one view, in the order of `Made.columns`."""
    asked = [each.name for each in view.columns]
    names = [each if each in table.column_names else f"{view.name}__{each}" for each in asked]
    columns = [table.column(each).to_pylist() for each in names]
    return [list(row) for row in zip(*columns, strict=True)]
