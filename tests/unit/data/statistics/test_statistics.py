import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.statistics import load_statistics, statistics
from workbench.data.statistics.describing import describe

floats = st.floats(-1e12, 1e12) | st.integers(-50, 50).map(float) | st.none() | st.just(math.nan)
wholes = st.integers(-(2**62), 2**62) | st.integers(0, 9) | st.none()


def described(values, kind):
    return describe("x", pa.chunked_array([pa.array(values, kind)]))


def check_against_pandas(found, series):
    present = series.dropna()
    assert (found.rows, found.count, found.missing) == (
        len(series),
        len(present),
        len(series) - len(present),
    )
    if present.empty:
        assert (found.mean, found.median, found.unique) == (None, None, 0)
        return
    # The squares of numbers under 1e-150 vanish in pandas' deviation, and do not in ours.
    scale = max(float(present.abs().max()), 1e-130)
    assert found.zeros == (present == 0).sum()
    assert found.unique == present.nunique()
    assert (found.minimum, found.maximum) == (present.min(), present.max())
    assert found.mean == pytest.approx(float(present.astype(float).mean()), abs=1e-9 * scale)
    assert found.std == pytest.approx(float(present.astype(float).std(ddof=0)), abs=1e-9 * scale)
    deciles = np.percentile(present.astype(float), np.arange(0, 101, 10))
    assert found.quantiles == pytest.approx(deciles.tolist(), abs=1e-9 * scale)
    assert found.median == found.quantiles[5]
    assert sum(bar.count for bar in found.histogram) == len(present)
    for bar in found.histogram[:-1]:
        inside = ((present.astype(float) >= bar.low) & (present.astype(float) < bar.high)).sum()
        assert bar.count == inside


@given(st.lists(floats, min_size=1, max_size=200))
def test_figures_of_floats_are_those_of_pandas(values):
    check_against_pandas(described(values, pa.float64()), pd.Series(values, dtype="float64"))


@given(st.lists(wholes, min_size=1, max_size=200))
def test_figures_of_whole_numbers_are_those_of_pandas(values):
    check_against_pandas(described(values, pa.int64()), pd.Series(values, dtype="Int64"))


@given(st.lists(st.text(max_size=5) | st.none(), max_size=100))
def test_figures_of_texts_are_those_of_pandas(values):
    found = described(values, pa.string())
    present = pd.Series([each for each in values if each is not None], dtype=object)
    assert (found.count, found.missing) == (len(present), len(values) - len(present))
    assert found.unique == present.nunique()
    assert dict(found.top) == present.value_counts().to_dict()
    if len(present):
        assert found.avg_length == pytest.approx(present.str.len().mean())


def test_null_and_nan_are_both_missing_and_nan_is_also_counted():
    found = described([1.0, None, math.nan], pa.float64())
    assert (found.count, found.missing, found.nan) == (1, 2, 1)


def test_infinite_values_are_present_and_bound_the_range_but_move_no_mean():
    found = described([1.0, 3.0, math.inf, -math.inf], pa.float64())
    assert (found.count, found.infinite, found.mean, found.median) == (4, 2, 2.0, 2.0)
    assert (found.minimum, found.maximum) == (-math.inf, math.inf)
    alone = described([math.inf], pa.float64())
    assert (alone.count, alone.mean, alone.maximum) == (1, None, math.inf)


def test_truth_values_are_counted_as_such():
    found = described([True, False, True, None], pa.bool_())
    assert (found.type, found.count, found.missing, found.zeros) == ("BOOL", 3, 1, 1)
    assert found.mean == pytest.approx(2 / 3)
    assert found.top == (("true", 2), ("false", 1))
    assert [bar.count for bar in found.histogram] == [1, 2]


def test_the_flights_have_the_figures_that_pandas_finds(year, flights):
    found = statistics(year)
    assert found.rows == 336_776
    for name in ("dep_delay", "arr_delay", "distance", "air_time", "hour"):
        check_against_pandas(found[name], flights[name])
    carriers = flights["carrier"].value_counts()
    assert found["carrier"].top[0] == (carriers.index[0], carriers.iloc[0])
    assert found["tailnum"].missing == flights["tailnum"].isna().sum()
    assert found["late"].role == "label"
    assert found["time_hour"].role == "time"


def test_a_frame_and_the_dataset_made_of_it_have_the_same_figures(year, flights):
    frame = flights.assign(late=flights["arr_delay"] > 15)
    for a, b in zip(statistics(frame).features, statistics(year).features, strict=True):
        assert (a.name, a.type, a.count, a.mean, a.std, a.unique, a.top) == (
            b.name,
            b.type,
            b.count,
            pytest.approx(b.mean, rel=1e-12) if b.mean is not None else None,
            pytest.approx(b.std, rel=1e-12) if b.std is not None else None,
            b.unique,
            b.top,
        )


def test_a_frame_can_be_named_and_a_dataset_has_its_name(year):
    frame = pa.table({"delay": [1]})
    assert (statistics(frame).name, statistics(frame, name="early").name) == ("data", "early")
    with pytest.raises(InvalidInput, match=r"name='early' is given to the dataset flights@1"):
        statistics(year, name="early")


def test_slices_are_the_statistics_of_their_rows(year, flights):
    found = statistics(year, by="carrier")
    assert len(found.slices) == flights["carrier"].nunique()
    united = flights[flights["carrier"] == "UA"]
    piece = found.slices["carrier=UA"]
    assert piece.rows == len(united)
    delay = next(each for each in piece.features if each.name == "arr_delay")
    check_against_pandas(delay, united["arr_delay"])
    assert sum(each.rows for each in found.slices.values()) == found.rows


def test_rows_that_have_no_slice_are_a_slice_of_their_own():
    found = statistics(pa.table({"by": ["a", None, "a"], "x": [1, 2, 3]}), by="by")
    assert {name: each.rows for name, each in found.slices.items()} == {"by=a": 2, "by=missing": 1}


def test_too_many_slices_are_refused():
    with pytest.raises(InvalidInput, match="'x' has 1,001 values, too many"):
        statistics(pa.table({"x": list(range(1001))}), by="x")
    with pytest.raises(InvalidInput, match="no slicing column 'carier'"):
        statistics(pa.table({"carrier": ["UA"]}), by="carier")


def test_statistics_of_a_dataset_are_recorded_and_read_back_alike(here, year):
    made = statistics(year, split="test")
    assert made.name == f"{year.ref}/test"
    assert made.artifact is not None
    (step,) = here.metadata.producers(made.artifact.id)
    assert [each.id for each in here.metadata.inputs(step.id)] == [year.id]
    back = load_statistics(here.metadata.artifact("statistics", "flights"))
    assert back.to_proto() == made.to_proto()
    assert back["arr_delay"].quantiles == made["arr_delay"].quantiles
    assert back["late"].type == "BOOL"
    assert back["late"].top == made["late"].top


def test_names_are_escaped_where_they_are_shown():
    assert "<img" not in statistics(pa.table({"<img src=x>": [1]}))._repr_html_()
