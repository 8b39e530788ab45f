"""Sums are exact, so that they are the same however the rows are divided."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.transforms.analyzers.exact import (
    grouped,
    moments,
    root,
    rounded,
    total,
    total_of_products,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(-(2**31) + 1, 2**31 - 1).map(float)
columns = st.lists(finite, max_size=30) | st.lists(whole, max_size=30)


@given(columns)
def test_a_sum_is_the_sum_of_fractions(values):
    assert total(np.array(values, float)) == sum(map(Fraction, values))


@given(columns, columns)
def test_a_sum_of_products_is_that_of_fractions(first, second):
    pairs = list(zip(first, second, strict=False))
    x, y = (np.array([pair[place] for pair in pairs], float) for place in (0, 1))
    assert total_of_products(x, y) == sum(Fraction(a) * Fraction(b) for a, b in pairs)
    totals, products = moments([x, y])
    assert totals == [total(x), total(y)]
    assert products == [total_of_products(a, b) for a, b in ((x, x), (x, y), (y, y))]


@given(columns)
def test_groups_have_their_own_sums(values):
    x, groups = np.array(values, float), np.arange(len(values)) % 3
    expected = [sum(map(Fraction, values[start::3])) for start in range(4)]
    assert grouped(x, groups, 4)[:3] == expected[:3]
    assert grouped(x, groups, 4)[3] == 0


@given(st.fractions(min_value=0).filter(bool))
@settings(max_examples=50)
def test_a_root_is_within_the_last_digit(value):
    for scaled in (value, value * Fraction(2) ** 1500, value / Fraction(2) ** 1500):
        found = Fraction(root(scaled))
        assert abs(found * found / scaled - 1) < Fraction(1, 10**15)


def test_what_lies_beyond_the_doubles_is_their_largest():
    assert rounded(-(Fraction(10) ** 400)) == -np.finfo(float).max
    assert rounded(Fraction(1, 3)) == 1 / 3
    assert root(Fraction(0)) == 0.0


def test_large_and_small_numbers_lose_nothing():
    assert float(total(np.array([1e300, 1.0, -1e300, 5e-324]))) == pytest.approx(1.0)
    assert total(np.array([5e-324] * 3)) == Fraction(math.ulp(0.0)) * 3
