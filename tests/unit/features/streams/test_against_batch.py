"""Once the watermark has passed, a stream's windows are those of a training set, every function.

Events are shuffled, delivered twice, late, and some too late; the stream is stopped and killed at
any point and goes on. The training set is over the same events but those that the stream itself
says were too late.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.features.conftest import NOW
from tests.unit.features.streams.conftest import CARD, START, Events
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.features.online.reading import online
from workbench.features.streams.running import Stream
from workbench.features.streams.stream import stream
from workbench.workspace import Workspace

WINDOWS = ["90s", "1h", "1d"]
AGGREGATIONS = [
    Aggregation("count", windows=WINDOWS),
    Aggregation("count", "points", windows=WINDOWS),
    *(
        Aggregation(function, column, windows=WINDOWS)
        for function in ("sum", "mean", "std", "min", "max", "last", "distinct")
        for column in ("points", "amount")
        if (function, column) != ("distinct", "amount")
    ),
    Aggregation("last", "shop", windows=WINDOWS),
    Aggregation("distinct", "shop", windows=WINDOWS),
    Aggregation("top_k", "shop", windows=WINDOWS, k=2),
    Aggregation("top_k", "points", windows=WINDOWS),
    Aggregation("decayed", "amount", half_life="10m"),
]
NUMBERS = count()  # examples share a workspace
CARDS = ["c1", "c2", "ü"]


@dataclass
class Killed(Exception):
    """What ends a process at any point."""


@st.composite
def deliveries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return events as they are delivered: shuffled, some twice."""
    found = []
    for number in range(draw(st.integers(1, 30))):
        seconds = draw(st.integers(0, 7000) | st.integers(6900, 7000))
        event = {
            "n": number,
            "card": draw(st.sampled_from(CARDS)),
            "at": (START + timedelta(seconds=seconds)).isoformat(),
            "points": draw(st.none() | st.integers(-5, 5)),
            "amount": draw(st.none() | st.floats(-1000, 1000, width=32)),
            "shop": draw(st.none() | st.sampled_from(["a", "b", "東京"])),
            "created": (START + timedelta(seconds=seconds + draw(st.integers(0, 200)))).isoformat(),
        }
        found += [event] * draw(st.sampled_from([1, 1, 1, 2, 3]))
    return draw(st.permutations(found))


def view_over(name: str, events: list[dict[str, Any]]) -> FeatureView:
    """Return the view over a dataset of these events, and of one of long ago."""
    old = {"card": "old", "at": "2012-01-01", "created": "2012-01-01", "points": 0, "amount": 0.0}
    rows = [{"n": -1, "shop": "", **old}, *events]
    schema = pa.schema({"n": pa.int64(), "points": pa.int64(), "amount": pa.float64()})
    columns = {column: [each[column] for each in rows] for column in rows[0]}
    table = pa.table(
        {
            column: pa.array(
                values, schema.field(column).type if column in schema.names else pa.string()
            )
            for column, values in columns.items()
        }
    )
    source = ingest(table, name=f"{name}_paid", time="at", created="created")
    return feature_view(name=name, entities=CARD, source=source, aggregations=AGGREGATIONS)


def run(made: Stream, batches: int | None, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run a stream to the end of its source, or kill it before it writes a batch; tell which."""
    write, left = made._processor.write, [batches]

    def dying(store: Any, rows: Any, now: int) -> None:
        if left[0] is not None and rows:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        write(store, rows, now)

    with monkeypatch.context() as patch:
        patch.setattr(made._processor, "write", dying)
        try:
            made.run(caught_up=True)
        except Killed:
            return False
    return True


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    delivered=deliveries(),
    lateness=st.sampled_from([0, 60, 1800]),
    allowed=st.sampled_from([0, 600, 7200]),
    batch=st.sampled_from([3, 12, 100]),
    kills=st.lists(st.integers(0, 6), max_size=3),
    by_id=st.booleans(),
)
def test_the_stream_says_what_a_training_set_says(
    place: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    delivered: list[dict[str, Any]],
    lateness: int,
    allowed: int,
    batch: int,
    kills: list[int],
    by_id: bool,
) -> None:
    if not by_id:  # without an id, equal events are one: make the batch see them so
        for each in delivered:
            each["n"] = 0
    name = f"totals{next(NUMBERS)}"
    view = view_over(name, [])
    source = Events(place.home / f"{name}.jsonl")
    source.write_all(delivered)

    def made() -> Stream:
        return stream(
            view,
            source.path,
            lateness=timedelta(seconds=lateness),
            allowed=timedelta(seconds=allowed),
            event_id="n" if by_id else None,
            batch=batch,
        )

    for batches in kills:
        run(made(), batches, monkeypatch)
    last = made()
    assert run(last, None, monkeypatch)
    dead = Counter(each.value.decode() for each in last.dead_letters(10_000))
    # Of one that counted, a second delivery may be too late; of one that did not, all are.
    deliveries = Counter(map(json.dumps, delivered))
    unique = {text: json.loads(text) for text in deliveries if deliveries[text] > dead[text]}
    counts = last.status().counts
    assert counts.read == len(delivered)
    assert counts.events == len(unique)
    assert counts.events + counts.too_late + counts.duplicates == counts.read
    if lateness + allowed > 7000:
        assert not dead
    compare(view, view_over(name, list(unique.values())))


def compare(streamed: FeatureView, batch: FeatureView) -> None:
    """Compare what is read online at some instants with a training set at them."""
    assert streamed.table == batch.table
    minutes = (0, 1, 30, 60, 23 * 60, 40 * 60)  # the newest event is known now
    instants = [NOW + timedelta(minutes=each) for each in minutes]
    spine = [(card, moment) for moment in instants for card in [*CARDS, "nobody"]]
    table = pa.table(
        {
            "card": [card for card, _ in spine],
            "when": pa.array([moment for _, moment in spine], pa.timestamp("us", tz="UTC")),
            "label": list(range(len(spine))),
        }
    )
    made = training_set(
        ingest(table, name="spine", time="when"), [batch], name="compared", label="label"
    )
    rows = sorted(made.to_arrow().to_pylist(), key=lambda row: row["label"])
    for row, (card, moment) in zip(rows, spine, strict=True):
        (found,) = online(streamed, {"card": card}, at=moment)
        for feature, value in found.items():
            assert same(value, row[feature]), (card, moment, feature, value, row[feature])


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, (int, float)):
        return one == pytest.approx(other, rel=1e-9, abs=1e-6)
    return bool(one == other)


def test_the_comparison_can_fail() -> None:
    assert same(1.0, 1.0 + 1e-12)
    assert not same(1.0, 1.1)
    assert not same(None, 0)
    assert not same(["a"], ["b"])
