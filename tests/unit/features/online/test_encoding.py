"""Keys and rows as bytes: nothing is confused with anything else, and order is time's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.features.online.stores.encoding import (
    ORDER_BYTES,
    pack_key,
    pack_row,
    unpack_order,
    unpack_values,
)

pairs = st.tuples(st.text(max_size=4), st.text(max_size=4))
moments = st.integers(-(2**62), 2**62)


@given(pairs, pairs)
def test_keys_are_equal_only_if_their_values_are(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    packed = [pack_key(key, ["string", "string"], ["a", "b"]) for key in (one, other)]
    assert (packed[0] == packed[1]) == (one == other)


@given(st.tuples(moments, moments), st.tuples(moments, moments))
def test_rows_sort_as_their_times_do(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = (pack_row(*times, [])[:ORDER_BYTES] for times in (one, other))
    assert (first < second) == (one < other)
    assert unpack_order(pack_row(*one, [1])) == one


def test_values_come_back_as_they_were() -> None:
    values = [None, 1, 2.5, "é", True, datetime(2013, 1, 1, tzinfo=UTC), date(2013, 1, 2), b"x"]
    assert unpack_values(pack_row(0, 0, values)) == values
    assert unpack_values(pack_row(0, 0, [Decimal("1.5")])) == [1.5]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("string", 1), ("int64", "1"), ("int64", 1.5), ("int64", True), ("bool", 1), ("float64", "1")],
)
def test_a_key_of_another_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(
        InvalidInput, match=f"{value!r} cannot be the key 'k', which is of type {kind}"
    ):
        pack_key([value], [kind], ["k"])


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("int64", 7, np.int32(7)),
        ("string", "a", np.str_("a")),
        ("timestamp", "2013-01-01T01:00:00+01:00", datetime(2013, 1, 1)),  # noqa: DTZ001  # means UTC
        ("date", "2013-01-01", date(2013, 1, 1)),
        ("float64", 1, 1.0),
        ("float64", -0.0, 0.0),
        ("bool", True, np.True_),
    ],
)
def test_spellings_of_one_value_are_one_key(kind: str, one: object, other: object) -> None:
    assert pack_key([one], [kind], ["k"]) == pack_key([other], [kind], ["k"])


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_missing_value_is_no_key(value: object) -> None:
    assert pack_key(["a", value], ["string", "float64"], ["a", "b"]) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int64", 2**70),
        ("float64", 10**400),
        ("string", "\ud800"),
        ("timestamp", "not a time"),
    ],
)
def test_a_key_that_no_store_could_hold_is_refused(kind: str, value: object) -> None:
    with pytest.raises(InvalidInput, match="cannot be"):
        pack_key([value], [kind], ["k"])


def test_a_row_that_cannot_be_kept_leaves_nothing_behind() -> None:
    before = pack_row(1, 2, ["a", 3])
    for wrong in ([1, object()], [2**70], ["\ud800"]):
        with pytest.raises((InvalidInput, OverflowError, UnicodeEncodeError)):
            pack_row(1, 2, ["x" * 1000, *wrong])
    assert pack_row(1, 2, ["a", 3]) == before
    with pytest.raises(InvalidInput, match="cannot be a key"):
        pack_key([2**70], ["int64"], ["k"])
    assert pack_key([7], ["int64"], ["k"]) == b"\x91\x07"


def test_threads_pack_side_by_side() -> None:
    rows = [[index, str(index) * 50, datetime(2013, 1, 1, tzinfo=UTC)] for index in range(300)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda values: unpack_values(pack_row(0, 0, values)), rows * 4))
    assert found == rows * 4
