import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.windows.reference import Event, alike, values_at
from tests.unit.features.windows.strategies import AGGREGATIONS, EVENTS, INPUTS, SECOND, TIMES
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.online.stores.encoding import unpack_order
from workbench.features.windows.layout import Layout, from_json, layout_of, to_json
from workbench.features.windows.packed import (
    Tiles,
    add_events,
    add_once,
    empty,
    is_withheld,
    merge,
    pack,
    read,
    settled,
    unpack,
    with_events,
    withheld,
)

LAYOUT = layout_of(AGGREGATIONS, INPUTS)
NAMES = [each.name for each in INPUTS]
FAR = 10**16


def visible(event: Event) -> int:
    return max(event[0], event[1])


def tiles_of(events: Sequence[Event], layout: Layout = LAYOUT) -> Tiles:
    tiles = Tiles(layout)
    add_events(tiles, events, FAR)
    return tiles


@given(EVENTS, TIMES, st.randoms(use_true_random=False))
def test_a_row_reads_as_the_events_that_were_known_whatever_their_order(
    events: list[Event], at: int, chance: random.Random
) -> None:
    known = [each for each in events if visible(each) <= at]
    chance.shuffle(known)
    row = pack(tiles_of(known))
    found = read(row, LAYOUT, at)
    assert found is not None
    assert alike(found, values_at(AGGREGATIONS, NAMES, known, at))


@given(EVENTS, EVENTS, TIMES)
def test_a_row_goes_on_as_if_it_had_never_been_packed(
    first: list[Event], then: list[Event], at: int
) -> None:
    early = [each for each in first if visible(each) <= at]
    late = [each for each in then if visible(each) <= at]
    moment = max(map(visible, early), default=at)
    tiles = unpack(pack(tiles_of(early)), LAYOUT)
    tiles.prune(moment)
    add_events(tiles, late, FAR)
    found = read(pack(tiles), LAYOUT, at)
    assert found is not None
    assert alike(found, values_at(AGGREGATIONS, NAMES, [*early, *late], at))


@given(EVENTS, EVENTS, EVENTS)
def test_merging_does_not_depend_on_order_or_repetition(
    one: list[Event], two: list[Event], three: list[Event]
) -> None:
    a, b, c = map(tiles_of, (one, two, three))
    assert pack(merge(a, b)) == pack(merge(b, a))
    assert pack(merge(merge(a, b), c)) == pack(merge(a, merge(b, c)))
    assert pack(merge(a, a)) == pack(a)
    assert pack(merge(merge(a, b), b)) == pack(merge(a, b))


@given(EVENTS, TIMES)
def test_of_an_older_and_a_newer_state_the_newer_one_remains(events: list[Event], at: int) -> None:
    known = sorted((each for each in events if visible(each) <= at), key=visible)
    newer = tiles_of(known)
    for older in range(len(known)):
        assert pack(merge(tiles_of(known[:older]), newer)) == pack(newer)


def test_a_row_begins_with_its_order() -> None:
    row = pack(
        tiles_of([(-5, 70, (1, None, None, None, None)), (3, 4, (1, None, None, None, None))])
    )
    assert unpack_order(row) == (3, 70)


def test_no_event_is_nothing_but_a_count_of_0() -> None:
    row = pack(Tiles(LAYOUT))
    found = read(row, LAYOUT, 0)
    assert found == empty(LAYOUT) == values_at(AGGREGATIONS, NAMES, [], 0)


def test_an_instant_before_the_newest_event_is_answered_only_where_no_other_was_asked_for() -> None:
    layout = layout_of([Aggregation("count", windows="1m")], [])
    row = pack(tiles_of([(10 * SECOND, 20 * SECOND, ())], layout))
    assert read(row, layout, 19 * SECOND, named=True) is None
    assert read(row, layout, 19 * SECOND) == [1]
    assert read(row, layout, 20 * SECOND, named=True) == [1]


def test_a_row_that_was_pruned_does_not_answer_for_a_time_before() -> None:
    layout = layout_of([Aggregation("count", windows="1m")], [])
    tiles = tiles_of([(0, 0, ())], layout)
    tiles.prune(100 * SECOND)
    row = pack(tiles)
    assert read(row, layout, 30 * SECOND, named=True) is None
    assert read(row, layout, 100 * SECOND, named=True) == [0]


def test_only_the_features_asked_for_are_read_in_their_order() -> None:
    row = pack(tiles_of([(0, 0, (4, 2.0, "ä", True, None))]))
    names = [each.name for each in LAYOUT.features]
    wanted = [names.index("t_last_1m"), names.index("n_sum_1h"), names.index("b_max_1m")]
    assert read(row, LAYOUT, 0, wanted) == ["ä", 4, True]
    assert empty(LAYOUT, wanted) == [None, None, None]


def test_whole_numbers_are_summed_exactly_and_refused_past_64_bits() -> None:
    layout = layout_of([Aggregation("sum", "n", windows="1m")], [Column("n", "int64")])
    exact = [(0, 0, (2**62,)), (0, 0, (-(2**62) + 1,)), (0, 0, (2**53,))]
    assert read(pack(tiles_of(exact, layout)), layout, 0) == [2**53 + 1]
    with pytest.raises(InvalidInput, match="passes 64 bits"):
        pack(tiles_of([(0, 0, (2**63 - 1,))] * 4, layout))


def test_a_key_of_too_many_values_is_refused_and_says_what_to_do() -> None:
    layout = layout_of([Aggregation("distinct", "n", windows="1m")], [Column("n", "int64")])
    most = tiles_of([(0, 0, (value,)) for value in range(10_000)], layout)
    assert read(pack(most), layout, 0) == [10_000]
    most.add(0, 0, (-1,))
    with pytest.raises(InvalidInput, match=r"10,001 different values of 'n'.*group the values"):
        pack(most)


@pytest.mark.parametrize(
    "value", ["7", b"7", True, 1.5], ids=["text", "bytes", "a truth value", "a fraction"]
)
def test_a_value_of_another_type_is_refused_and_nothing_is_added(value: Any) -> None:
    layout = layout_of([Aggregation("sum", "n", windows="1m")], [Column("n", "int64")])
    tiles = Tiles(layout)
    with pytest.raises(InvalidInput, match="is no int64"):
        add_events(tiles, [(0, 0, (1,)), (0, 0, (value,))], FAR)
    assert read(pack(tiles), layout, 0) == [None]


def test_an_event_of_the_future_is_refused_but_a_clock_may_be_a_little_ahead() -> None:
    layout = layout_of([Aggregation("count", windows="1m")], [])
    tiles = Tiles(layout)
    add_events(tiles, [(2 * SECOND, 2 * SECOND, ())], now=0)
    with pytest.raises(InvalidInput, match=r"1 day in the future"):
        add_events(tiles, [(86_400 * SECOND, 0, ())], now=0)
    assert read(pack(tiles), layout, 0) == [1]


def test_values_that_cannot_be_put_together_are_refused() -> None:
    layout = layout_of([Aggregation("count", "l", windows="1m")], [Column("l", "list<int64>")])
    with pytest.raises(InvalidInput, match="list<int64> cannot be aggregated"):
        add_events(Tiles(layout), [(0, 0, ([1],))], 0)


def test_a_layout_goes_through_a_plan() -> None:
    again = from_json(to_json(LAYOUT))
    assert again.features == LAYOUT.features
    assert again.series == LAYOUT.series
    assert from_json(to_json(LAYOUT)) is again


def test_data_are_right_about_the_time_up_to_their_newest_event() -> None:
    layout = layout_of([Aggregation("count", windows="1h")], [])
    minute = 60 * SECOND
    data = tiles_of([(3 * minute, 3 * minute, ()), (5 * minute, 5 * minute, ())], layout)
    there = tiles_of([(at * minute, at * minute, ()) for at in (3, 3, 4, 5, 5, 6)], layout)
    # Of minute 3 the data know one event, of minute 4 none; minutes 5 and 6 reach beyond them.
    kept = settled(data, there, 5 * minute)
    assert {number: tile[0] for number, tile in kept.series[0].items()} == {3: 1, 5: 2, 6: 1}
    assert {number: tile[0] for number, tile in there.series[0].items()} == {3: 2, 4: 1, 5: 2, 6: 1}
    # What former data said of minute 5 is no reason to keep it, though they were fuller.
    former = tiles_of([(5 * minute, 5 * minute, ())] * 2, layout)
    kept = settled(data, there, 5 * minute, former)
    assert {number: tile[0] for number, tile in kept.series[0].items()} == {3: 1, 5: 1, 6: 1}


def test_the_last_value_is_that_of_the_data_unless_a_later_one_came() -> None:
    layout = layout_of([Aggregation("last", "n", windows="1h")], [Column("n", "int64")])
    data = tiles_of([(10, 10, (1,))], layout)
    for event, expected in ((10, 1), (11, 2)):
        there = tiles_of([(event, event, (2,))], layout)
        assert read(pack(settled(data, there, 10)), layout, 20) == [expected]


def test_an_event_that_is_delivered_again_counts_once() -> None:
    layout = layout_of([Aggregation("sum", "n", windows="1m")], [Column("n", "int64")])
    tiles = Tiles(layout)
    first, again = [(0, 0, (1,)), (0, 0, (1,)), (0, 0, (5,))], [(0, 3, (1,)), (0, 0, (1,))]
    add_once(tiles, first, FAR)
    assert read(pack(tiles), layout, 5) == [7]  # two that are equal are two
    tiles = unpack(pack(tiles), layout)
    add_once(tiles, again, FAR)
    assert read(pack(tiles), layout, 5) == [7]
    add_once(tiles, [*again, (0, 0, (1,)), (1, 1, (1,))], FAR)
    assert read(pack(tiles), layout, 5) == [9]
    assert pack(merge(tiles, tiles)) == pack(tiles)


def test_a_row_remembers_its_newest_thousand_events() -> None:
    layout = layout_of([Aggregation("count", windows="1h")], [])
    tiles = Tiles(layout)
    add_once(tiles, [(each, each, ()) for each in range(1_500)], FAR)
    tiles = unpack(pack(tiles), layout)
    add_once(tiles, [(each, each, ()) for each in (0, 499, 500, 1_499)], FAR)
    assert read(pack(tiles), layout, 2_000) == [1_502]


@given(EVENTS, EVENTS, TIMES, st.randoms(use_true_random=False))
def test_events_that_wait_behind_the_tiles_are_read_and_unpacked_as_if_in_them(
    first: list[Event], then: list[Event], at: int, chance: random.Random
) -> None:
    known = [each for each in first if visible(each) <= at]
    late = [each for each in then if visible(each) <= at]
    chance.shuffle(late)
    row = pack(tiles_of(known))
    for each in late:
        row = with_events(row, LAYOUT, [each], FAR)
    expected = values_at(AGGREGATIONS, NAMES, [*known, *late], at)
    for same in (
        row,
        pack(unpack(row, LAYOUT)),
        with_events(pack(tiles_of(known)), LAYOUT, late, FAR),
    ):
        found = read(same, LAYOUT, at)
        assert found is not None
        assert alike(found, expected)
        assert unpack_order(same) == unpack_order(row)
    positions = list(range(0, len(LAYOUT.features), 7))
    assert alike(read(row, LAYOUT, at, positions) or [], [expected[each] for each in positions])


@given(EVENTS, TIMES, st.lists(st.integers(0, 11), max_size=8))
def test_an_event_delivered_again_counts_once_wherever_it_waits(
    events: list[Event], at: int, again: list[int]
) -> None:
    known = [each for each in events if visible(each) <= at]
    row, tiles = None, Tiles(LAYOUT)
    for each in [*known, *(known[place] for place in again if place < len(known))]:
        row = with_events(row, LAYOUT, [each], FAR, once=True)
        add_once(tiles, [each], FAR)
    found = read(row or pack(tiles), LAYOUT, at)
    assert found is not None
    assert alike(found, read(pack(tiles), LAYOUT, at) or [])


def test_a_row_that_says_nothing_stays_so_and_keeps_its_order() -> None:
    row = withheld(tiles_of([(5, 9, (1, None, None, None, None))]))
    row = with_events(row, LAYOUT, [(3, 12, (2, None, None, None, None))], FAR, once=True)
    assert is_withheld(row)
    assert unpack_order(row) == (5, 12)
    assert read(row, LAYOUT, 20) is None
    assert unpack_order(withheld(row, pack(tiles_of([(7, 7, (1, *[None] * 4))])))) == (7, 12)
    assert not is_withheld(pack(Tiles(LAYOUT)))
