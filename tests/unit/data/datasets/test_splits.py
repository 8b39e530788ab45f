from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.datasets.splits import split_table
from workbench.data.times import UTC_TIME

START = datetime(2013, 1, 1, tzinfo=UTC)
BOUNDS = {"train": "2013-01-10", "validation": "2013-01-20", "test": None}


def days(*numbers):
    times = [START + timedelta(days=number) for number in numbers]
    return pa.table({"day": list(numbers), "at": pa.array(times, UTC_TIME)})


def split(table, bounds, time="at"):
    return {name: part.column("day").to_pylist() for name, part in split_table(table, bounds, time)}


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
        (
            {"train": "2012-01-01", "test": None},
            "'train' would be empty: 'at' runs from 2013-01-01",
        ),
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
