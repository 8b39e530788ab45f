from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.columns import columns_of
from workbench.data.reading import read_source


def types(table):
    return {column.name: column.type for column in columns_of(table.schema)}


def test_pandas_columns_keep_their_kind_and_nan_becomes_null():
    frame = pd.DataFrame(
        {
            "whole": [1, 2],
            "float": [1.5, np.nan],
            "text": ["a", None],
            "flag": [True, False],
            "at": pd.to_datetime(["2013-01-01", "NaT"]),
            "kind": pd.Categorical(["x", "y"]),
            "empty": [None, None],
        }
    )
    read = read_source(frame)
    assert types(read.table) == {
        "whole": "int64",
        "float": "float64",
        "text": "string",
        "flag": "bool",
        "at": "timestamp",
        "kind": "string",
        "empty": "string",
    }
    assert read.table.column("float").null_count == 1
    assert read.assumed_utc == ("at",)
    assert read.source == {"type": "pandas"}


def test_an_index_with_a_name_is_a_column():
    frame = pd.DataFrame({"x": [1]}, index=pd.Index(["UA"], name="carrier"))
    assert read_source(frame).table.column_names == ["carrier", "x"]


def test_days_stay_days_and_sums_from_a_database_become_whole_numbers():
    table = pa.table(
        {
            "day": pa.array([date(2013, 1, 1)]),
            "sum": pa.array([Decimal(7)], pa.decimal128(38, 0)),
            "price": pa.array([Decimal("1.25")], pa.decimal128(10, 2)),
            "dict": pa.array(["a"]).dictionary_encode(),
        }
    )
    read = read_source(table).table
    assert types(read) == {"day": "date", "sum": "int64", "price": "float64", "dict": "string"}
    assert read.to_pylist() == [{"day": date(2013, 1, 1), "sum": 7, "price": 1.25, "dict": "a"}]


def test_whole_numbers_beyond_doubles_are_exact():
    large = 2**53 + 1
    assert read_source(pd.DataFrame({"x": [large]})).table.column("x").to_pylist() == [large]


@pytest.mark.parametrize(
    ("values", "row"), [([1, 2, "x"], 3), (["a", 2.5], 2), ([True, "yes"], 2), ([None, 1, "x"], 3)]
)
def test_a_column_of_mixed_types_says_which_row(values, row):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    with pytest.raises(InvalidInput, match=f"'x', row {row}: mixes types"):
        read_source(frame)


def test_a_column_of_mixed_types_can_be_read_as_text():
    frame = pd.DataFrame({"x": pd.Series([1, "a", None], dtype=object)})
    assert read_source(frame, {"x": "string"}).table.column("x").to_pylist() == ["1", "a", None]


def test_declared_types_are_what_is_read():
    table = pa.table({"x": ["1", "2"], "at": ["2013-01-01", "2013-01-02"]})
    read = read_source(table, {"x": "int64", "at": "timestamp"}).table
    assert read.column("x").to_pylist() == [1, 2]
    assert read.column("at")[0].as_py() == datetime(2013, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "columns", "says"),
    [
        (pa.table({"x": ["a"]}), {"x": "int64"}, "'x', row 1: is no int64: 'a'"),
        (
            pa.table({"x": [1]}),
            {"x": "int"},
            "'int' is no type for column 'x'; the types are string",
        ),
        (pa.table({"x": [1]}), {"y": "int64"}, "no such column 'y'"),
        (pa.table({"x": [[1]]}), {"x": "string"}, "'x' cannot be read as string"),
        (pd.DataFrame({"x": pd.to_timedelta([1])}), {}, "'x' holds duration.*total_seconds"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, "columns 1 and 2 are both named 'a'"),
        (pd.DataFrame([[1]], columns=[0]), {}, "column 1 is named 0, which is not text"),
        (pd.DataFrame([[1]], columns=[" "]), {}, "column 1 has no name"),
        ({"x": [1]}, {}, "a dict is no source of rows"),
        ([], {}, "a list is no source of rows"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_do(source, columns, says):
    with pytest.raises(InvalidInput, match=says):
        read_source(source, columns)
