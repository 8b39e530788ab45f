import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.transforms import Transform

numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.just(-0.0)
wholes = st.none() | st.integers(-(2**63), 2**63 - 1)
texts = st.none() | st.text(max_size=4) | st.sampled_from(["UA", "AA", "5", "5.0"])
flags = st.none() | st.booleans()
rows = st.fixed_dictionaries(
    {"x": numbers, "n": wholes, "flag": flags, "text": texts, "code": wholes, "ratio": numbers}
)
NUMERIC, CATEGORICAL = ["x", "n", "flag"], ["text", "code", "ratio", "switch"]
TYPES = {
    "x": pa.float64(),
    "n": pa.int64(),
    "flag": pa.bool_(),
    "text": pa.string(),
    "code": pa.int64(),
    "ratio": pa.float64(),
    "switch": pa.bool_(),
}


def table_of(records):
    records = [{**each, "switch": each["flag"]} for each in records]
    columns = {
        name: pa.array([each[name] for each in records], kind) for name, kind in TYPES.items()
    }
    return records, pa.table(columns)


FITTED_ROW = {"x": 1.5, "n": 3, "flag": True, "text": "UA", "code": 5, "ratio": 0.5}


@given(st.lists(rows, min_size=1, max_size=20), st.lists(rows, min_size=1, max_size=20))
def test_a_batch_and_its_rows_give_the_same_bits(fitted, applied):
    transform = Transform(NUMERIC, CATEGORICAL).fit(table_of([*fitted, FITTED_ROW])[1])
    records, table = table_of(applied)
    batch = transform.apply(table)
    single = [transform.apply_row(each) for each in records]
    for part in ("numeric", "categorical"):
        assert batch[part].tobytes() == np.stack([each[part] for each in single]).tobytes()
    again = Transform.from_json(transform.to_json())
    assert again == transform
    assert again.apply(records)["numeric"].tobytes() == batch["numeric"].tobytes()


def test_numbers_are_standardised_and_missing_ones_are_the_mean_and_said():
    transform = Transform(["x"]).fit(pd.DataFrame({"x": [1.0, 3.0, np.nan]}))
    assert (transform.mean_, transform.std_) == ({"x": 2.0}, {"x": 1.0})
    result = transform.apply(pd.DataFrame({"x": [1.0, np.nan, np.inf, 4.0]}))["numeric"]
    assert result.dtype == np.float32
    assert result.tolist() == [[-1, 0], [0, 1], [0, 1], [2, 0]]


def test_categories_are_indexed_by_frequency_and_unknown_ones_are_0():
    frame = pd.DataFrame({"carrier": ["UA", "AA", "UA", "DL", None]})
    transform = Transform(categorical=["carrier"]).fit(frame)
    assert transform.vocabulary_ == {"carrier": {"UA": 1, "AA": 2, "DL": 3}}
    assert transform.sizes == (4,)
    seen = pd.DataFrame({"carrier": ["DL", "XX", None]})
    assert transform.apply(seen)["categorical"].tolist() == [[3], [0], [0]]


def test_rare_categories_can_be_left_out():
    frame = pd.DataFrame({"carrier": ["UA", "UA", "AA"]})
    transform = Transform(categorical=["carrier"], min_count=2).fit(frame)
    assert transform.vocabulary_ == {"carrier": {"UA": 1}}


def test_codes_that_turned_into_floats_are_the_same_codes():
    transform = Transform(categorical=["flight"]).fit(pd.DataFrame({"flight": [5, 7, 5]}))
    floats = pd.DataFrame({"flight": [5.0, np.nan, 7.0]})
    assert transform.apply(floats)["categorical"].tolist() == [[1], [0], [2]]


def test_a_constant_column_is_zero_and_large_values_stay_finite():
    transform = Transform(["c", "big"]).fit(pd.DataFrame({"c": [7, 7], "big": [1e308, -1e308]}))
    result = transform.apply_row({"c": 7, "big": 1.7e308})["numeric"]
    assert result[0] == 0
    assert np.isfinite(result).all()


def test_it_fits_on_a_split_of_a_dataset(year):
    transform = Transform(["distance"], ["carrier"]).fit(year, split="train")
    train = year.to_pandas("train", ["distance"])["distance"]
    assert transform.mean_["distance"] == pytest.approx(train.mean(), rel=1e-12)
    assert transform.std_["distance"] == pytest.approx(train.std(ddof=0), rel=1e-12)
    assert transform.apply(year)["numeric"].shape == (year.rows, 2)


def test_a_row_takes_under_100_microseconds(year):
    numeric = ["distance", "hour", "minute", "month", "day", "air_time"]
    transform = Transform(numeric, ["carrier", "origin", "dest", "tailnum"]).fit(year)
    row = year.to_pandas("test").iloc[0].to_dict()
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(50):
            transform.apply_row(row)
        best = min(best, (time.perf_counter() - start) / 50)
    assert best < 100e-6


def test_a_row_needs_neither_pandas_nor_arrow_nor_torch():
    text = Transform(["x"], ["c"]).fit(pd.DataFrame({"x": [1, 2], "c": ["a", "b"]})).to_json()
    script = (
        "import sys; from workbench.data.transforms import Transform;"
        f"t = Transform.from_json({text!r}); t.apply_row({{'x': 1, 'c': 'a'}}); t.apply([]);"
        "print([name for name in ('pandas', 'pyarrow', 'torch', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


FRAME = pd.DataFrame({"x": [1.0, 2.0], "c": ["a", "b"], "empty": [np.nan, np.nan]})
FRAME["s"] = pd.Series([{"a": 1}, {"a": 2}])
FRAME["l"] = [[1], [2, 3]]
FRAME["b"] = [b"x", b"y"]
FRAME["at"] = pd.to_datetime(["2013-01-01", "2013-01-02"], utc=True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"numeric": ["c"]}, "'c' holds .*string, not numbers; make it categorical"),
        ({"numeric": ["at"]}, "'at' holds timestamp.*not numbers.*hour"),
        ({"categorical": ["at"]}, "'at' holds times, not categories"),
        ({"numeric": ["empty"]}, "'empty' has no values to fit on"),
        ({"numeric": ["xx"]}, "no such column 'xx'; did you mean 'x'"),
        ({"categorical": ["s"]}, "'s' holds struct<a: int64>.* take a field, such as 'a'"),
        ({"categorical": ["l"]}, "'l' holds list<int64>.* take one value of each list"),
        ({"numeric": ["s"]}, "numeric column 's' holds struct<a: int64>, not single values"),
        ({"numeric": ["b"]}, "'b' holds .*binary, not numbers"),
    ],
)
def test_columns_that_cannot_be_fitted_are_named(options, says):
    with pytest.raises(InvalidInput, match=says):
        Transform(**options).fit(FRAME)


def test_categories_that_became_structs_are_refused_when_applied():
    transform = Transform(categorical=["c"]).fit(FRAME)
    with pytest.raises(InvalidInput, match="categorical column 'c' holds struct<a: int64>"):
        transform.apply(FRAME[["s"]].rename(columns={"s": "c"}))


def test_a_row_that_lacks_a_column_or_holds_text_is_refused():
    transform = Transform(["x"], ["c"]).fit(FRAME)
    with pytest.raises(InvalidInput, match="the row has no 'c'"):
        transform.apply_row({"x": 1})
    with pytest.raises(InvalidInput, match="'far' in 'x' is not a number"):
        transform.apply_row({"x": "far", "c": "a"})


def test_misuse_is_said():
    with pytest.raises(InvalidInput, match="no columns"):
        Transform()
    with pytest.raises(InvalidInput, match="'x' is named twice"):
        Transform(["x"], ["x"])
    with pytest.raises(InvalidInput, match="not fitted"):
        Transform(["x"]).apply_row({"x": 1})
    with pytest.raises(InvalidInput, match="format 99"):
        Transform.from_json('{"format": 99}')
    with pytest.raises(InvalidInput, match="no saved transform"):
        Transform.from_json("[]")
