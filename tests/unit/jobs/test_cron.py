"""When a schedule is due, read as crontab(5) reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.jobs.cron import Cron

THURSDAY = datetime(2026, 1, 1, tzinfo=UTC)


def due(expression: str, timezone: str = "UTC", after: datetime = THURSDAY) -> str:
    found = Cron(expression, timezone).after(after)
    assert found is not None
    return found.strftime("%a %d %b %Y %H:%M")


def test_one_is_monday_as_in_crontab():
    assert due("0 3 * * 1") == "Mon 05 Jan 2026 03:00"


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN"])
def test_sunday_has_three_names(sunday):
    assert due(f"0 3 * * {sunday}") == "Sun 04 Jan 2026 03:00"


def test_a_range_of_days_may_pass_the_weeks_end():
    assert due("0 3 * * 6-1") == "Sat 03 Jan 2026 03:00"


def test_a_step_counts_from_sunday():
    assert due("0 3 * * */2") == "Thu 01 Jan 2026 03:00"
    assert due("0 3 * * 1-5/2", after=datetime(2026, 1, 3, tzinfo=UTC)) == "Mon 05 Jan 2026 03:00"


def test_where_both_days_are_given_either_counts():
    assert due("0 3 13 * 5") == "Fri 02 Jan 2026 03:00"
    assert due("0 3 13 * 5", after=datetime(2026, 1, 10, tzinfo=UTC)) == "Tue 13 Jan 2026 03:00"


def test_a_named_schedule():
    assert due("@weekly") == "Sun 04 Jan 2026 00:00"


def test_the_time_zone_decides():
    assert due("0 3 * * *", "Asia/Shanghai") == "Thu 01 Jan 2026 19:00"


def test_the_next_time_is_strictly_later():
    assert due("0 0 * * *") == "Fri 02 Jan 2026 00:00"


def test_an_hour_that_summer_time_leaves_out_does_not_stop_the_schedule():
    berlin = ZoneInfo("Europe/Berlin")
    found = Cron("30 2 * * *", "Europe/Berlin").after(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert found is not None
    assert found.astimezone(berlin).day in (29, 30)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("* * *", "3 fields"),
        ("0 25 * * *", "25"),
        ("0 3 * * 8", "'8'"),
        ("0 3 * * mon/0", "mon/0"),
        ("0 0 31 2 *", "never comes"),
        ("@sometimes", "1 fields"),
    ],
)
def test_a_wrong_expression_is_named(expression, says):
    with pytest.raises(InvalidInput, match=says) as caught:
        Cron(expression)
    assert caught.value.hint


def test_a_wrong_time_zone_gets_the_nearest_ones():
    with pytest.raises(InvalidInput, match="Europe/Berln") as caught:
        Cron("0 3 * * *", "Europe/Berln")
    assert "Europe/Berlin" in str(caught.value)


@given(
    moment=st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001  # hypothesis adds the time zone
        datetime(2037, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    hour=st.integers(0, 23),
    day=st.integers(0, 6),
)
def test_the_time_found_fits_and_lies_within_a_week(moment, hour, day):
    found = Cron(f"15 {hour} * * {day}").after(moment)
    assert found is not None
    assert (found.minute, found.hour, found.isoweekday() % 7) == (15, hour, day)
    assert 0 < (found - moment).total_seconds() <= 7 * 86400
