import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.features.windows.reference import Event, alike, values_at
from tests.unit.features.windows.strategies import (
    AGGREGATIONS,
    ANY,
    EVENTS,
    INPUTS,
    NUMBERS,
    SECOND,
    TIMES,
    TOP,
)
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column, type_name
from workbench.features.definitions.aggregations import Aggregation
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


@pytest.mark.parametrize("chains", [0, 2, 6])
@pytest.mark.parametrize("seed", range(4))
def test_many_events_of_few_values_that_come_late_and_out_of_order(seed: int, chains: int) -> None:
    chance = random.Random(seed)
    layout = layout_of(
        [
            Aggregation(each, "n", windows=("1m", "7m"), k=2 if each == TOP else 1)
            for each in (*NUMBERS, *ANY, TOP)
        ],
        INPUTS[:1],
    )

    def event() -> Event:
        at = chance.randrange(-120, 120) * SECOND + chance.randrange(3) - 1
        late = chance.choice([0, 0, chance.randrange(20), chance.randrange(90)]) * SECOND
        return at, at + late, (chance.choice([None, -2, 0, 1, 1, 5]),)

    by_key = [[event() for _ in range(chance.choice([1, 30, 150]))] for _ in range(3)]
    asked = [(chance.randrange(3), chance.randrange(-130, 600) * SECOND) for _ in range(60)]
    keyed = [(key, each) for key, events in enumerate(by_key) for each in events]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "_CHAINS", chains)
        found = aggregated(
            events_of(keyed, TYPES[:1]),
            layout,
            np.array([key for key, _ in asked]),
            np.array([at for _, at in asked]),
        )
    for row, (key, at) in zip(rows_of(found), asked, strict=True):
        assert alike(row, values_at(layout.aggregations, ["n"], by_key[key], at))


def test_whole_numbers_are_summed_exactly_and_refused_past_64_bits() -> None:
    layout = layout_of([Aggregation("sum", "n", windows="1m")], INPUTS[:1])
    values = [2**62, -(2**62) + 1, 2**53, 2**62, 2**62]
    events = [(place * SECOND, place * SECOND, (each,)) for place, each in enumerate(values)]
    table = events_of([(0, each) for each in events], TYPES[:1])
    at = np.array([2, 3]) * SECOND
    found = aggregated(table, layout, np.zeros(2, np.int64), at)
    assert found["n_sum_1m"].to_pylist() == [2**53 + 1, 2**62 + 2**53 + 1]
    with pytest.raises(InvalidInput, match=r"'n_sum_1m' passes 64 bits"):
        aggregated(table, layout, np.array([0]), np.array([4 * SECOND]))


def test_a_small_value_is_not_lost_beside_a_large_one_that_has_left() -> None:
    layout = layout_of([Aggregation(each, "x", windows="1m") for each in NUMBERS], INPUTS[1:2])
    events = [(0, 0, (1e17,)), *((at * SECOND, at * SECOND, (at / 7,)) for at in (100, 101, 102))]
    found = aggregated(
        events_of([(0, each) for each in events], TYPES[1:2]),
        layout,
        np.array([0]),
        np.array([103 * SECOND]),
    )
    assert alike(rows_of(found)[0], values_at(layout.aggregations, ["x"], events, 103 * SECOND))


def test_no_events_and_no_questions_are_no_trouble() -> None:
    nothing = events_of([])
    found = aggregated(nothing, LAYOUT, np.array([-1]), np.array([0]))
    assert not differing(rows_of(found)[0], values_at(AGGREGATIONS, NAMES, [], 0))
    one = events_of([(0, (0, 0, (1, None, "a", None, None)))])
    none = np.zeros(0, np.int64)
    assert aggregated(one, LAYOUT, none, none).num_rows == 0
    assert aggregated(nothing, LAYOUT, none, none).num_rows == 0


def test_text_is_ordered_by_its_characters_as_python_does() -> None:
    layout = layout_of(
        [Aggregation("min", "t", windows="1m"), Aggregation("max", "t", windows="1m")], INPUTS[2:3]
    )
    words = ["z", "Z", "ä", "🛫", "\uffff", "", "<b>"]
    events = events_of([(0, (0, 0, (each,))) for each in words], TYPES[2:3])
    found = aggregated(events, layout, np.array([0]), np.array([0]))
    assert rows_of(found) == [[min(words), max(words)]]


def test_only_the_features_asked_for_are_worked_out_and_types_are_the_columns_own() -> None:
    inputs = [Column("small", "float32"), Column("day", "date"), Column("big", "uint64")]
    layout = layout_of(
        [
            *(Aggregation("max", each.name, windows="1m") for each in inputs),
            Aggregation("top_k", "day", windows="1m"),
            Aggregation("sum", "small", windows="1m"),
        ],
        inputs,
    )
    types = [pa.float32(), pa.date32(), pa.uint64()]
    events = events_of([(0, (0, 0, (1.5, 3, 2**64 - 1))), (0, (0, 0, (0.25, None, 7)))], types)
    found = aggregated(events, layout, np.array([0]), np.array([0]), [4, 2, 0, 1, 3])
    assert found.schema.names == [
        "small_sum_1m",
        "big_max_1m",
        "small_max_1m",
        "day_max_1m",
        "day_top_k_1m",
    ]
    assert found.schema.types == [
        pa.float64(),
        pa.uint64(),
        pa.float32(),
        pa.date32(),
        pa.list_(pa.date32()),
    ]
    (row,) = found.to_pylist()
    assert row["big_max_1m"] == 2**64 - 1
    assert row["small_sum_1m"] == 1.75


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.binary(), [b"a", b"\xff", None, b"a"]),
        (pa.decimal128(5, 2), [Decimal("1.25"), Decimal("-3.00"), None, Decimal("0.50")]),
        (pa.large_string(), ["b", "ä", None, "b"]),
        (pa.dictionary(pa.int32(), pa.string()), ["b", "ä", None, "b"]),
        (pa.null(), [None] * 4),
        (pa.uint8(), [3, 250, None, 3]),
        (pa.float16(), [np.float16(1.5), np.float16(-2.5), None, np.float16(1.5)]),
        (pa.date32(), [date(1969, 5, 1), date(2013, 5, 1), None, date(2013, 5, 1)]),
    ],
)
def test_values_of_any_plain_type_are_the_same_on_both_sides(
    kind: pa.DataType, values: list[object]
) -> None:
    layout = layout_of(
        [Aggregation(each, "v", windows="1m") for each in (*ANY, TOP)],
        [Column("v", type_name(kind))],
    )
    events: list[Event] = [(place, place, (each,)) for place, each in enumerate(values)]
    offline = aggregated(
        events_of([(0, each) for each in events], [kind]), layout, np.array([0]), np.array([9])
    )
    tiles = Tiles(layout)
    add_events(tiles, events, 9)
    assert read(pack(tiles), layout, 9) == rows_of(offline)[0]


def test_values_that_cannot_be_put_together_are_refused() -> None:
    layout = layout_of([Aggregation("count", "v", windows="1m")], [Column("v", "list<int64>")])
    events = events_of([(0, (0, 0, ([1],)))], [pa.list_(pa.int64())])
    with pytest.raises(InvalidInput, match="list<int64> cannot be aggregated"):
        aggregated(events, layout, np.array([0]), np.array([0]))


def test_what_passes_what_a_double_holds_is_nothing_on_both_sides() -> None:
    layout = layout_of([Aggregation(each, "x", windows="1m") for each in NUMBERS], INPUTS[1:2])
    for values in ([1.7e308, 1.7e308], [-1e200, 1e200], [1.7e308, 1.7e308, -1.7e308, -1.7e308]):
        events: list[Event] = [(0, 0, (each,)) for each in values]
        offline = aggregated(
            events_of([(0, each) for each in events], TYPES[1:2]),
            layout,
            np.array([0]),
            np.array([0]),
        )
        tiles = Tiles(layout)
        add_events(tiles, events, 0)
        online = read(pack(tiles), layout, 0)
        assert online == rows_of(offline)[0]
        assert online[2] is None
