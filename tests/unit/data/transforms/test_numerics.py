"""Functions of exactly rounded operations agree with the libraries', and with themselves."""

import math
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.transforms import numerics
from workbench.data.transforms.lanes import ArrayLane, RowLane
from workbench.data.transforms.operations.times import offsets

ROW, BATCH = RowLane(), ArrayLane()


def ulps(found, expected):
    return abs(found - expected) / math.ulp(expected)


@given(st.floats(min_value=5e-324, allow_infinity=False))
def test_a_logarithm_is_within_a_unit_in_the_last_place(x):
    assert ulps(numerics.log(ROW, x), math.log(x)) <= 1


@given(st.floats(min_value=-0.9999999, max_value=1e300))
def test_a_logarithm_of_one_more_is_exact_for_small_numbers_too(x):
    assert ulps(numerics.log1p(ROW, x), math.log1p(x)) <= 4


@pytest.mark.parametrize("function", [numerics.log, numerics.log1p])
def test_logarithms_know_their_bounds(function):
    assert math.isnan(function(ROW, -2.0))
    assert math.isnan(function(ROW, math.nan))
    assert function(ROW, math.inf) == math.inf


@given(st.floats(-1e6, 1e6), st.sampled_from([7.0, 12.0, 24.0, 365.25]))
def test_a_turn_is_a_sine_and_a_cosine(x, period):
    sine, cosine = numerics.turn(ROW, x, period)
    angle = 2 * math.pi * math.fmod(x, period) / period
    assert (sine, cosine) == pytest.approx((math.sin(angle), math.cos(angle)), abs=1e-9)
    assert sine * sine + cosine * cosine == pytest.approx(1, abs=1e-14)


def test_a_quarter_of_a_turn_is_exact():
    quarters = [numerics.turn(ROW, hour, 24.0) for hour in (0.0, 6.0, 12.0, 18.0, 24.0)]
    assert quarters == [(0, 1), (1, 0), (0, -1), (-1, 0), (0, 1)]


@given(st.floats(1e-300, 1 - 1e-12))
def test_normal_quantiles_are_those_of_scipy(p):
    assert numerics.normal_quantile(ROW, p) == pytest.approx(
        NormalDist().inv_cdf(p), rel=1e-12, abs=1e-12
    )


@given(st.lists(st.floats(), min_size=1))
@settings(max_examples=50)
def test_a_batch_has_the_bits_of_its_rows(values):
    batch = np.array(values)
    for function in (
        numerics.log,
        numerics.log1p,
        lambda lane, x: numerics.turn(lane, x, 24.0)[1],
        lambda lane, x: lane.floor(lane.sqrt(x)),
        lambda lane, x: lane.divide(1.0, x),
    ):
        with np.errstate(all="ignore"):
            found = function(BATCH, batch)
        expected = np.array([function(ROW, each) for each in values])
        # All NaN are one: a transform's outputs know one only.
        same = (found.view(np.int64) == expected.view(np.int64)) | (
            np.isnan(found) & np.isnan(expected)
        )
        assert same.all()


@given(st.dates())
def test_a_day_is_its_date(date):
    assert numerics.civil(date.toordinal() - 719163) == (date.year, date.month, date.day)


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Asia/Shanghai"]),
)
@settings(deadline=None, max_examples=50)
def test_a_zones_offsets_are_those_of_the_zone(moment, zone):
    rules = offsets(zone)
    second = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    found = rules["offset"][ROW.search(rules["at"], second, right=True)]
    assert timedelta(seconds=found) == moment.astimezone(ZoneInfo(zone)).utcoffset()
