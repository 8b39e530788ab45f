from collections.abc import Sequence

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.features.windows.reference import Event, alike, values_at
from tests.unit.features.windows.strategies import AGGREGATIONS, EVENTS, INPUTS, SECOND, TIMES
from workbench.features.windows.batches import tiles_by_key
from workbench.features.windows.layout import layout_of
from workbench.features.windows.packed import Tiles, add_events, merge, pack, read

LAYOUT = layout_of(AGGREGATIONS, INPUTS)
NAMES = [each.name for each in INPUTS]
TYPES = [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.timestamp("us", "UTC")]


def tiles_of(keyed: Sequence[tuple[int, Event]], now: int) -> dict[int, Tiles]:
    table = {
        "number": pa.array([key for key, _ in keyed], pa.int64()),
        "event": pa.array([each[0] for _, each in keyed], pa.int64()),
        "created": pa.array([each[1] for _, each in keyed], pa.int64()),
        "visible": pa.array([max(each[:2]) for _, each in keyed], pa.int64()),
    }
    for place, kind in enumerate(TYPES):
        table[f"f{place}"] = pa.array([each[2][place] for _, each in keyed], kind)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("given", pa.table(table))
        connection.execute("CREATE TABLE events AS SELECT * FROM given")
        return dict(tiles_by_key(connection, "events", LAYOUT, now))


@settings(max_examples=40)
@given(st.lists(EVENTS, max_size=3), TIMES)
def test_tiles_made_of_a_table_read_as_its_events(by_key: list[list[Event]], at: int) -> None:
    known = [
        (key, each) for key, events in enumerate(by_key) for each in events if max(each[:2]) <= at
    ]
    found = tiles_of(known, at)
    assert list(found) == sorted({key for key, _ in known})
    for key, tiles in found.items():
        mine = [each for number, each in known if number == key]
        values = read(pack(tiles), LAYOUT, at, named=True)
        assert values is not None
        assert alike(values, values_at(AGGREGATIONS, NAMES, mine, at))


@settings(max_examples=20)
@given(EVENTS, EVENTS, TIMES)
def test_events_are_added_to_tiles_made_of_a_table(
    first: list[Event], then: list[Event], at: int
) -> None:
    early, late = ([each for each in part if max(each[:2]) <= at] for part in (first, then))
    tiles = tiles_of(
        [(0, each) for each in early], min(map(max, (e[:2] for e in early)), default=at)
    )
    state = tiles.get(0, Tiles(LAYOUT))
    add_events(state, late, 10**16)
    found = read(pack(merge(state, Tiles(LAYOUT))), LAYOUT, at)
    assert found is not None
    assert alike(found, values_at(AGGREGATIONS, NAMES, [*early, *late], at))


def test_tiles_before_1970_end_where_they_should() -> None:
    # A window of a minute has tiles of a second: the event counts until its tile's end and then 60.
    for event in (-SECOND - 1, -SECOND, -1, 0, SECOND - 1):
        end = (event // SECOND + 1) * SECOND + 60 * SECOND
        known = [(0, (event, event, (1, None, None, None, None)))]
        row = pack(tiles_of(known, event)[0])
        for at in (end - 1, end):
            values = read(row, LAYOUT, at)
            assert values is not None
            assert alike(values, values_at(AGGREGATIONS, NAMES, [known[0][1]], at))
