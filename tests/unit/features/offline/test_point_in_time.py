"""The join against a reference that looks at every row, and the rules one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.columns import columns_of
from workbench.data.engine import open_engine, parquet
from workbench.features.offline.known_rows import Layout
from workbench.features.offline.known_writing import prepare, write_known
from workbench.features.offline.point_in_time import Joiner, Lookup, join
from workbench.features.offline.streamed import beside

START = datetime(2013, 1, 1, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Case:
    """Times are whole minutes after START; None is null."""

    spine: Sequence[tuple[str | None, int | None, int]]
    rows: Sequence[tuple[str | None, int | None, int | None, int | None]]
    ttl: int | None
    late: bool


def reference(case: Case) -> list[int | None]:
    """Answer each spine row by looking at every source row: no sorting, no joins."""
    answers: list[int | None] = []
    for text, number, at in case.spine:
        best: tuple[int, int, int] | None = None
        for place, (row_text, row_number, event, created) in enumerate(case.rows):
            arrived = created if case.late else event
            if text is None or number is None or (row_text, row_number) != (text, number):
                continue
            if event is None or arrived is None or event > at or arrived > at:
                continue
            if best is None or (event, arrived, place) > best:
                best = (event, arrived, place)
        if best is None or (case.ttl is not None and at - best[0] > case.ttl):
            answers.append(None)
        else:
            answers.append(best[2])
    return answers


def at(minute: int | None) -> datetime | None:
    return None if minute is None else START + timedelta(minutes=minute)


def joined(case: Case, files: int = 1, memory: int | None = None) -> Any:
    """Answer with the engine; a row's feature is its place in the source.

    With `memory`, known rows and the spine go through parts on disk.
    """
    source = pa.table(
        {
            "text": pa.array([row[0] for row in case.rows], pa.string()),
            "number": pa.array([row[1] for row in case.rows], pa.int32()),
            "time": pa.array([at(row[2]) for row in case.rows], TIME),
            "created": pa.array([at(row[3]) for row in case.rows], TIME),
            "place": pa.array(range(len(case.rows)), pa.int64()),
        }
    )
    spine = pa.table(
        {
            "number": pa.array([row[1] for row in case.spine], pa.int64()),
            "text": pa.array([row[0] for row in case.spine], pa.string()),
            "moment": pa.array([at(row[2]) for row in case.spine], TIME),
        }
    )
    layout = Layout(["text", "number"], ["place"], "time", "created" if case.late else None)
    ttl = None if case.ttl is None else timedelta(minutes=case.ttl)
    keys = columns_of(source.select(["text", "number"]).schema)
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.parquet"
        lookup = Lookup("view", known, keys, {0: "place"}, static=False, ttl=ttl)
        if memory is not None:
            pieces = source.to_batches(max_chunksize=3)
            write_known(source.schema, pieces, layout, known, rows=source.num_rows, memory=memory)
            tables = [spine.slice(start, 7) for start in range(0, spine.num_rows, 7)]
            made = beside(lambda: iter(tables), Joiner("moment", [lookup]), Path(folder), memory)
            return [value for _, found in made for value in found.column("place").to_pylist()]
        with open_engine() as connection:
            paths: list[str] = []
            step = max(1, -(-source.num_rows // files))
            for start in range(0, max(source.num_rows, 1), step):
                paths.append(f"{folder}/{len(paths)}.parquet")
                pq.write_table(source.slice(start, step), paths[-1])
            prepare(connection, parquet(paths), layout, known)
        return join(spine, "moment", [lookup]).column("place").to_pylist()


# Few keys and few instants, so that rows meet; some keys would be one if they were run together.
KEYS: list[tuple[str | None, int | None]] = [
    ("1", 23),
    ("12", 3),
    ("", 123),
    (None, 1),
    ("1", None),
]
INSTANTS = range(9)
keys = st.sampled_from([*KEYS[:3], *KEYS[:2], *KEYS])
times = st.one_of(st.sampled_from(INSTANTS), st.sampled_from(INSTANTS), st.none())
rows = st.builds(lambda key, event, created: (*key, event, created), keys, times, times)
cases = st.builds(
    Case,
    # Every key at every instant, some of them twice, in any order.
    spine=st.permutations([(*key, at) for key in [*KEYS, KEYS[0]] for at in INSTANTS]),
    rows=st.one_of(st.lists(rows, max_size=3), st.lists(rows, min_size=10, max_size=25)),
    ttl=st.one_of(st.none(), st.integers(0, 6)),
    late=st.booleans(),
)


@settings(max_examples=60)
@given(cases, st.integers(1, 3))
def test_every_spine_row_gets_the_best_row_known_then(case: Case, files: int) -> None:
    assert joined(case, files) == reference(case)


@settings(max_examples=60)
@given(cases, st.sampled_from([1, 200, 500]))
def test_what_has_no_room_in_memory_gets_the_same_through_parts_on_disk(
    case: Case, memory: int
) -> None:
    assert joined(case, memory=memory) == reference(case)


@pytest.mark.parametrize(
    ("minute", "expected"), [(9, None), (10, 0), (19, 0), (20, 0), (21, 2), (40, 2)]
)
def test_a_value_that_arrived_late_reaches_no_earlier_row(
    minute: int, expected: int | None
) -> None:
    # The second row is older than the first and arrives after it: it is never the answer.
    rows = [("a", 1, 5, 10), ("a", 1, 3, 20), ("a", 1, 6, 21)]
    assert joined(Case([("a", 1, minute)], rows, None, late=True)) == [expected]


@pytest.mark.parametrize(("minute", "expected"), [(4, None), (5, 0), (15, 0), (16, None)])
def test_a_row_answers_from_its_time_until_its_age_is_the_ttl(
    minute: int, expected: int | None
) -> None:
    assert joined(Case([("a", 1, minute)], [("a", 1, 5, 5)], 10, late=False)) == [expected]


def test_age_counts_from_the_event_not_from_the_arrival() -> None:
    rows = [("a", 1, 0, 30)]
    assert joined(Case([("a", 1, 30)], rows, 20, late=True)) == [None]


def test_of_rows_at_one_instant_the_last_in_the_source_answers() -> None:
    rows = [("a", 1, 5, 5)] * 3
    assert joined(Case([("a", 1, 9)], rows, None, late=False), files=3) == [2]


def test_of_rows_that_happen_at_one_instant_the_last_created_answers() -> None:
    # Both are known beforehand: forecasts of the same hour, the later one first in the source.
    rows = [("a", 1, 5, 4), ("a", 1, 5, 3)]
    assert joined(Case([("a", 1, 9)], rows, None, late=True)) == [0]


def test_no_rows_have_no_features_however_many_parts_there_are(tmp_path: Path) -> None:
    source = pa.table({"key": range(9), "time": [START] * 9, "value": range(9)})
    write_known(
        source.schema,
        source.to_batches(max_chunksize=1),
        Layout(["key"], ["value"], "time"),
        tmp_path / "known.parquet",
        memory=1,
    )
    keys = columns_of(source.select(["key"]).schema)
    lookup = Lookup("view", tmp_path / "known.parquet", keys, {0: "value"}, static=False)
    spine = pa.table({"key": range(-1, 10), "moment": pa.array([START] * 11, TIME)})
    assert join(spine, "moment", [lookup])["value"].to_pylist() == [None, *range(9), None]
    assert join(spine.slice(0, 0), "moment", [lookup]).num_rows == 0


def spine_of(**columns: object) -> pa.Table:
    return pa.table({"key": ["a"], "moment": pa.array([START], TIME)} | columns)


def lookup_of(tmp_path: Path, *, static: bool = False) -> Lookup:
    source = pa.table({"key": ["a"], "time": pa.array([START], TIME), "value": [7]})
    pq.write_table(source, tmp_path / "source.parquet")
    known = tmp_path / "known.parquet"
    layout = Layout(["key"], ["value"], None if static else "time")
    with open_engine() as connection:
        prepare(connection, parquet([str(tmp_path / "source.parquet")]), layout, known)
    return Lookup("view", known, columns_of(source.select(["key"]).schema), {0: "value"}, static)


def test_a_spine_without_times_is_refused_unless_all_views_are_static(tmp_path: Path) -> None:
    spine = spine_of().select(["key"])
    with pytest.raises(InvalidInput, match="no time, and the view 'view' changes"):
        join(spine, None, [lookup_of(tmp_path)])
    assert join(spine, None, [lookup_of(tmp_path, static=True)])["value"].to_pylist() == [7]


def test_a_spine_row_without_a_time_is_refused(tmp_path: Path) -> None:
    spine = pa.table({"key": ["a", "a"], "moment": pa.array([START, None], TIME)})
    with pytest.raises(InvalidInput, match="1 of the spine's 2 rows have no time in 'moment'"):
        join(spine, "moment", [lookup_of(tmp_path)])


def test_a_key_of_another_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidInput, match=r"'key' holds int64, and the view 'view' is keyed by st"
    ):
        join(spine_of(key=[1]), "moment", [lookup_of(tmp_path)])


def test_a_missing_key_is_named_with_the_nearest_column(tmp_path: Path) -> None:
    spine = spine_of().rename_columns(["keys", "moment"])
    with pytest.raises(InvalidInput, match=r"no column 'key', which is a key.*'keys'"):
        join(spine, "moment", [lookup_of(tmp_path)])


def test_keys_that_are_all_null_have_no_features(tmp_path: Path) -> None:
    spine = spine_of(key=pa.nulls(1))
    assert join(spine, "moment", [lookup_of(tmp_path)])["value"].to_pylist() == [None]
