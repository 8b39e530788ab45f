"""Ranges of one array, short and long, against what each of them holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.features.windows.ranges import extremes, moments, sums

ENDS = st.lists(st.tuples(st.integers(0, 699), st.integers(0, 699)), min_size=1, max_size=20)


def drawn(count: int, seed: int, ends: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    values = np.random.default_rng(seed).integers(-1000, 1000, count)
    pairs = np.array([sorted((one % count, other % count)) for one, other in ends])
    return values, pairs + np.array([0, 1])


@given(st.integers(1, 700), st.integers(0, 5), ENDS)
@pytest.mark.parametrize("kind", [np.int64, np.float64])
def test_a_range_has_the_extremes_sum_and_spread_of_its_values(
    kind: type, count: int, seed: int, ends: list[tuple[int, int]]
) -> None:
    whole, pairs = drawn(count, seed, ends)
    values: np.ndarray = whole.astype(kind)
    low, high = pairs[:, 0], pairs[:, 1]
    parts = [values[start:end] for start, end in pairs]
    least = extremes(values, low, high, least=True)
    greatest = extremes(values, low, high, least=False)
    assert least.dtype == greatest.dtype == kind
    assert least.tolist() == [each.min() for each in parts]
    assert greatest.tolist() == [each.max() for each in parts]
    floats = whole.astype(np.float64)
    assert sums(floats, low, high).tolist() == [each.sum() for each in parts]
    mean, squares = moments(floats, low, high)
    assert np.allclose(mean, [each.mean() for each in parts], atol=1e-9)
    assert np.allclose(squares, [each.var() * len(each) for each in parts], atol=1e-6)
