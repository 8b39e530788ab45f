from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.quotas import quota_places
from workbench.data.datasets.splits import in_order, splitter
from workbench.data.reading import rows_of
from workbench.data.times import UTC_TIME

START = datetime(2013, 1, 1, tzinfo=UTC)
BOUNDS = {"train": "2013-01-10", "validation": "2013-01-20", "test": None}


def days(*numbers):
    times = [START + timedelta(days=number) for number in numbers]
    return pa.table({"day": list(numbers), "at": pa.array(times, UTC_TIME)})


def split(table, bounds, time="at"):
    return parted(table, Declaration(time=time, split=bounds), "day")


def parted(table, declared, column, at_once=None):
    """Return the values of a column by split, the table given in pieces."""
    part = splitter(declared, rows_of(table))
    found: dict[str, list[object]] = {}
    for start in range(0, table.num_rows, at_once or table.num_rows):
        for name, piece in part(table.slice(start, at_once)):
            found.setdefault(name, []).extend(piece.column(column).to_pylist())
    return found


def test_a_row_belongs_to_the_first_split_whose_bound_lies_after_it():
    parts = split(days(25, 0, 9, 8, 18, 19), BOUNDS)
    assert parts == {"train": [0, 8], "validation": [9, 18], "test": [25, 19]}


@given(st.lists(st.integers(0, 30), min_size=1).map(lambda extra: [0, 9, 19, *extra]))
def test_every_row_is_in_one_split_and_keeps_its_order(numbers):
    parts = split(days(*numbers), BOUNDS)
    assert parts["train"] == [n for n in numbers if n < 9]
    assert parts["validation"] == [n for n in numbers if 9 <= n < 19]
    assert parts["test"] == [n for n in numbers if n >= 19]


def test_a_column_may_say_the_split():
    table = days(1, 2, 3).append_column("part", pa.array(["b", "a", "b"]))
    assert split(table, "part", None) == {"b": [1, 3], "a": [2]}


def test_without_splits_all_rows_are_in_one():
    assert split(days(1, 2), None) == {"all": [1, 2]}


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        (
            {"train": "2013-01-20", "test": "2013-01-10"},
            "out of order: 'test' ends at '2013-01-10'",
        ),
        ({"train": "2013-01-10", "test": "2013-01-10"}, "out of order"),
        ({"train": None, "test": "2013-01-10"}, "'train' takes the rest.*others come after"),
        ({"train": "2013-01-10"}, "1 rows are not before the last bound.*takes the rest"),
        ({"train": "soon", "test": None}, "'soon' is not a time"),
        ({}, "says no split"),
        ("carrier", "no split column 'carrier'"),
    ],
)
def test_splits_that_do_not_fit_are_refused(bounds, says):
    with pytest.raises(InvalidInput, match=says):
        split(days(0, 20), bounds)


def test_bounds_in_time_need_a_time():
    with pytest.raises(InvalidInput, match="no time= says which"):
        split(days(0, 20), BOUNDS, None)


def test_a_row_that_names_no_split_is_refused():
    table = days(1, 2).append_column("part", pa.array(["a", None]))
    with pytest.raises(InvalidInput, match="row 2 names no split in column 'part'"):
        split(table, "part", None)


def test_rows_can_be_parted_as_they_lie():
    part = in_order({"a": 2, "b": 0, "c": 3})
    found = [
        (name, piece.column("day").to_pylist())
        for start in (0, 4)
        for name, piece in part(days(0, 1, 2, 3, 4).slice(start, 4))
    ]
    assert found == [("a", [0, 1]), ("c", [2, 3]), ("c", [4])]


SHARES = {"train": 0.8, "test": 0.2}


class TestShares:
    def keys(self, count, start=0):
        return pa.table({"key": list(range(start, start + count)), "x": [0.5] * count})

    def test_a_split_gets_about_its_share(self):
        found = parted(self.keys(20_000), Declaration(key=("key",), split=SHARES), "key")
        assert abs(len(found["test"]) / 20_000 - 0.2) < 0.01

    @given(st.permutations(range(60)), st.integers(1, 60))
    def test_the_same_row_always_lands_in_the_same_split(self, order, at_once):
        declared = Declaration(key=("key",), split=SHARES)
        before = parted(self.keys(60), declared, "key")
        others = pa.concat_tables([self.keys(60).take(order), self.keys(40, start=1000)])
        now = parted(others, declared, "key", at_once)
        for name, keys in before.items():
            assert set(keys) == {key for key in now[name] if key < 1000}

    def test_without_a_key_the_whole_row_decides(self):
        table = pa.table({"x": [1, 1, 2], "y": ["a", "a", "b"]})
        found = parted(table, Declaration(split={"a": 0.5, "b": 0.5}), "x")
        assert sorted(found.values()) in ([[1, 1], [2]], [[1, 1, 2]])

    def test_a_key_keeps_its_split_when_its_column_turns_into_decimals(self):
        declared = Declaration(key=("key",), split=SHARES)
        whole = pa.table({"key": pa.array(range(500), pa.int32())})
        floats = pa.table({"key": pa.array(range(500), pa.float64())})
        assert parted(whole, declared, "key") == parted(floats, declared, "key")

    def test_a_group_stays_together(self):
        table = pa.table({"plane": [f"N{n % 37}" for n in range(1000)], "x": range(1000)})
        found = parted(table, Declaration(group=("plane",), split=SHARES), "plane")
        assert not set(found["train"]) & set(found["test"])

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.integers(1, 50))
    def test_each_stratum_has_its_shares(self, sizes, at_once):
        labels = [place for place, size in enumerate(sizes) for _ in range(size)]
        table = pa.table({"key": pa.array(range(len(labels)), pa.int64()), "label": labels})
        declared = Declaration(key=("key",), stratify=("label",), split=SHARES)
        found = parted(table, declared, "label", at_once) if labels else {}
        for place, size in enumerate(sizes):
            held = found.get("test", []).count(place)
            assert abs(held - 0.2 * size) < 1

    def test_a_key_of_an_earlier_version_keeps_its_split_within_strata(self):
        import numpy as np

        from workbench.data.column_hashing import hash_rows

        before = pa.table({"key": list(range(100)), "label": [n % 2 for n in range(100)]})
        shares = np.array([0.8, 0.2])
        first = quota_places(rows_of(before), ["key"], ["label"], shares, None)(before)
        more = pa.table({"key": list(range(300)), "label": [n % 2 for n in range(300)]})
        kept = quota_places(
            rows_of(more),
            ["key"],
            ["label"],
            shares,
            lambda key: (hash_rows(before, key), first),
        )(more)
        assert (kept[:100] == first).all()
        assert (kept == 1).sum() == 60

    def test_a_stratified_row_keeps_its_split_along_one_dataset_alone(self):
        declared: dict[str, Any] = {"key": "key", "stratify": "label", "split": SHARES}

        def rows(keys):
            return pa.table({"key": list(keys), "label": [key % 2 for key in keys]})

        def tested(data):
            return set(data.to_arrow("test").column("key").to_pylist())

        first = ingest(rows(range(100)), name="history", span="1", **declared)
        grown = ingest(rows(range(100, 300)), name="history", span="2", append=True)
        anew = ingest(rows(range(300)), name="history", **declared)
        alone = ingest(rows(range(300)), name="no history", **declared)
        assert [len(tested(each)) for each in (first, grown, anew, alone)] == [20, 60, 60, 60]
        assert tested(first) == tested(grown) & set(range(100))
        assert tested(anew) == tested(grown)
        assert tested(alone) != tested(grown)

    @pytest.mark.parametrize(
        ("declared", "says"),
        [
            ({"split": {"a": 0.5, "b": 0.4}}, "add up to 0.9"),
            ({"split": {"a": 1.5, "b": -0.5}}, "a share that is not over 0"),
        ],
    )
    def test_shares_that_do_not_fit_are_refused(self, declared, says):
        with pytest.raises(InvalidInput, match=says):
            parted(self.keys(3), Declaration(**declared), "key")

    @pytest.mark.parametrize(
        ("declared", "says"),
        [
            ({"group": ("x",), "stratify": ("x",), "split": SHARES}, "are given at once"),
            ({"group": ("x",)}, "is not by shares"),
            ({"stratify": ("y",), "split": SHARES}, "no stratify column 'y'"),
        ],
    )
    def test_what_cannot_be_declared_is_refused(self, declared, says):
        with pytest.raises(InvalidInput, match=says):
            Declaration(**declared).check(self.keys(3).schema)
