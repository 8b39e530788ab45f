from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.times import UTC_TIME, as_utc, parse_times

NOON = datetime(2013, 9, 1, 12, tzinfo=UTC)


def read(values, kind=None):
    return parse_times(pa.chunked_array([pa.array(values, kind)]), "at")


@pytest.mark.parametrize(
    ("values", "naive"),
    [
        (["2013-09-01T12:00:00Z"], False),
        (["2013-09-01T14:00:00+02:00"], False),
        (["2013-09-01 12:00:00"], True),
        (["2013-09-01T12:00"], True),
        (["Sep 1, 2013 12:00 PM"], True),
        ([datetime(2013, 9, 1, 12)], True),  # noqa: DTZ001
        ([NOON], False),
        ([NOON.astimezone(timezone(timedelta(hours=-5)))], False),
    ],
)
def test_any_spelling_becomes_utc_and_says_whether_a_zone_was_assumed(values, naive):
    times, assumed = read(values)
    assert times.type == UTC_TIME
    assert times.to_pylist() == [NOON]
    assert assumed is naive


def test_a_day_is_its_first_moment():
    times, assumed = read([date(2013, 9, 1)])
    assert times.to_pylist() == [datetime(2013, 9, 1, tzinfo=UTC)]
    assert assumed


def test_text_with_and_without_a_zone_is_read_and_counts_as_assumed():
    times, assumed = read(["2013-09-01T12:00:00Z", "2013-09-01 12:00:00", None])
    assert times.to_pylist() == [NOON, NOON, None]
    assert assumed


def test_the_year_9999_is_kept():
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read(["9999-12-31T23:59:59Z"])[0].to_pylist() == [last]
    assert read([last])[0].to_pylist() == [last]


def test_text_that_is_no_time_is_named_with_its_row():
    with pytest.raises(InvalidInput, match=r"'soon' in column 'at', row 2, is not a time"):
        read(["2013-09-01", "soon"])


def test_a_number_does_not_say_which_time_it_means():
    with pytest.raises(InvalidInput, match=r"'at' holds int64.*unit='s'"):
        read([1377993600])


@pytest.mark.parametrize("value", ["2013-09-01", date(2013, 9, 1), datetime(2013, 9, 1)])  # noqa: DTZ001
def test_a_bound_without_a_zone_is_utc(value):
    assert as_utc(value, "the bound") == datetime(2013, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["September", 20130901])
def test_a_bound_that_is_no_time_is_named(value):
    with pytest.raises(InvalidInput, match=repr(value)):
        as_utc(value, "the bound")
