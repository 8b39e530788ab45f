from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.features.windows.reference import Event, alike, values_at
from tests.unit.features.windows.strategies import AGGREGATIONS, EVENTS, INPUTS, TIMES
from workbench.features.windows import passes
from workbench.features.windows.layout import layout_of
from workbench.features.windows.offline import Events, aggregated
from workbench.features.windows.packed import Tiles, add_events, pack, read

LAYOUT = layout_of(AGGREGATIONS, INPUTS)
NAMES = [each.name for each in INPUTS]
TYPES = [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.timestamp("us", "UTC")]
KEYS = 3


def events_of(keyed: list[tuple[int, Event]], types: list[pa.DataType] = TYPES) -> Events:
    """Return events as a file of known rows has them, of keys 0, 1, …, each with some."""
    ordered = sorted(keyed, key=lambda each: (each[0], max(each[1][:2]), each[1][:2]))
    keys = [key for key, _ in ordered]
    event = np.array([each[0] for _, each in ordered], np.int64)
    created = np.array([each[1] for _, each in ordered], np.int64)
    columns = (
        zip(*(each[2] for _, each in ordered), strict=True) if ordered else [[] for _ in types]
    )
    table = {
        str(place): pa.array(list(values), kind)
        for place, (values, kind) in enumerate(zip(columns, types, strict=True))
    }
    first = np.array([place == 0 or keys[place - 1] != key for place, key in enumerate(keys)], bool)
    return Events(first, np.maximum(event, created), event, created, pa.table(table))


def differing(found: Sequence[object], expected: Sequence[object]) -> dict[str, object]:
    names = [each.name for each in LAYOUT.features]
    both = zip(names, found, expected, strict=True)
    return {name: (one, other) for name, one, other in both if not alike([one], [other])}


def rows_of(found: pa.Table) -> list[list[object]]:
    return [list(each) for each in zip(*(c.to_pylist() for c in found.columns), strict=True)]


@settings(max_examples=60)
@given(
    st.lists(EVENTS.filter(bool), max_size=KEYS),
    st.lists(st.tuples(st.integers(-1, KEYS - 1), TIMES), max_size=8),
    st.sampled_from([0, 1, 6]),
)
def test_many_instants_are_answered_as_one_by_one(
    by_key: list[list[Event]], asked: list[tuple[int, int]], chains: int
) -> None:
    asked = [(key if key < len(by_key) else -1, at) for key, at in asked]
    keyed = [(key, event) for key, events in enumerate(by_key) for event in events]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "_CHAINS", chains)  # with none, every event is one that came late
        found = aggregated(
            events_of(keyed),
            LAYOUT,
            np.array([key for key, _ in asked], np.int64),
            np.array([at for _, at in asked], np.int64),
        )
    for row, (key, at) in zip(rows_of(found), asked, strict=True):
        expected = values_at(AGGREGATIONS, NAMES, [] if key < 0 else by_key[key], at)
        assert not differing(row, expected)


@given(EVENTS.filter(bool), TIMES)
def test_training_and_serving_see_the_same(events: list[Event], at: int) -> None:
    offline = aggregated(
        events_of([(0, each) for each in events]), LAYOUT, np.array([0]), np.array([at])
    )
    tiles = Tiles(LAYOUT)
    add_events(tiles, [each for each in events if max(each[:2]) <= at], 10**16)
    online = read(pack(tiles), LAYOUT, at)
    assert online is not None
    assert not differing(online, rows_of(offline)[0])
