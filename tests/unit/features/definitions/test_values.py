"""Values from outside: read as their column's type, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.features.definitions.values import read_value

KINDS = ("float64", "int64", "bool", "timestamp", "date", "string", "decimal128(10, 2)")
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.lists(st.integers(), max_size=1)
)


@given(VALUES, st.sampled_from(KINDS))
def test_any_value_is_read_or_refused_with_its_name(value: Any, kind: str) -> None:
    said = ""
    try:
        first = read_value(value, kind, "x", "the request")
    except InvalidInput as error:
        said = str(error)
    assert "'x' = " in said or read_value(first, kind, "x", "the request") == first


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (10**400, "float64"),
        ("0001-01-01T00:00:00+10:00", "timestamp"),
        ("9999-12-31T23:59:59-10:00", "timestamp"),
    ],
)
def test_what_is_beyond_all_numbers_and_years_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(InvalidInput, match="the request has 'x' = "):
        read_value(value, kind, "x", "the request")


def test_a_time_is_one_in_utc() -> None:
    read = read_value("2013-11-01T08:00:00+02:00", "timestamp", "x", "the request")
    assert read == datetime(2013, 11, 1, 6, tzinfo=UTC)
