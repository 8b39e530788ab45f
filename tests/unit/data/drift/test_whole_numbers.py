"""Whole numbers beyond 2^53 are compared as they are, though doubles round them."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.drift import drift

HELD = 2**53
FIGURES = ("jsd", "psi", "l_infinity", "chi2", "cramers_v", "ks", "ks_p", "p_value")


def between(a, b, kind=None, other=None):
    sides = zip((a, b), (kind, other or kind), strict=True)
    return drift(*(pa.table({"x": pa.array(values, each)}) for values, each in sides))["x"]


def test_neighbours_that_are_one_double_have_nothing_in_common():
    moved = between([HELD] * 50, [HELD + 1] * 50)
    assert (moved.jsd, moved.l_infinity, moved.ks, moved.wasserstein) == (1, 1, 1, 1)
    assert moved.where in (str(HELD), str(HELD + 1))
    assert moved.significant


@pytest.mark.parametrize(
    ("kinds", "a", "b"),
    [
        ((pa.int64(), pa.int64()), [-(2**63), 2**63 - 2], [-(2**63), 2**63 - 1]),
        ((pa.uint64(), pa.uint64()), [2**64 - 1, 0], [2**64 - 2, 0]),
        ((pa.int64(), pa.uint64()), [-1, HELD + 1], [HELD + 2, 2**64 - 1]),
        ((pa.int8(), pa.int64()), [1, 1], [HELD, HELD + 1]),
    ],
)
def test_so_are_those_at_the_ends_of_each_type(kinds, a, b):
    assert between(a, a, kinds[0]).jsd == 0
    shared = len(set(a) & set(b)) / 2
    assert between(a, b, *kinds).jsd == pytest.approx(1 - shared)


def test_times_far_away_too():
    at = 8_000 * 365 * 86_400 * 1_000_000
    moved = between([at] * 9, [at + 1] * 9, pa.timestamp("us", "UTC"))
    assert (moved.jsd, moved.wasserstein) == (1, pytest.approx(1e-6))
    assert moved.where.startswith("9964-")


def test_lists_and_fields_of_structs_too():
    a, b = (pa.table({"s": [{"l": [HELD + n] * 3}] * 9}) for n in (0, 1))
    assert drift(a, b)["s.l"].jsd == 1


def test_many_values_fall_into_bins_that_their_edges_name():
    a = [HELD + 2 * n for n in range(100)]
    moved = between(a, [each + 1 for each in a])
    assert moved.ks == pytest.approx(0.01)
    assert moved.wasserstein == pytest.approx(1)
    low, high = map(int, moved.where.split(" – "))
    assert HELD <= low < high < HELD + 200


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(-40, 40), min_size=1, max_size=120),
    st.lists(st.integers(-40, 40), min_size=1, max_size=120),
)
def test_far_from_zero_they_move_as_they_do_near_it(a, b):
    near = between(a, b, pa.int64())
    far = between([2**62 + each for each in a], [2**62 + each for each in b], pa.int64())
    for figure in (*FIGURES, "wasserstein", "wasserstein_scaled"):
        assert getattr(far, figure) == pytest.approx(getattr(near, figure)), figure


def test_of_numbers_and_floats_doubles_are_compared():
    assert between([HELD + 1] * 9, [float(HELD)] * 9, pa.int64(), pa.float64()).jsd == 0


def test_of_nothing_there_is_none():
    moved = between([], [HELD + 1], pa.int64())
    assert np.isfinite(moved.jsd)
    assert moved.ks is None
