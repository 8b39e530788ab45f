import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.statistics.numbers import Counted, Moments, Summary, bounded, merge_numbers

wholes = st.lists(st.integers(-50, 50), max_size=60)


def counted(values, kind=np.int64):
    found, counts = np.unique(np.array(values, kind), return_counts=True)
    return Counted(found, counts.astype(np.int64))


def moments(values):
    return Moments.of(np.sort(np.array(values, float)), np.ones(len(values)))


class TestMoments:
    @given(st.lists(st.lists(st.floats(-1e9, 1e9), max_size=20), min_size=1, max_size=5))
    def test_merged_are_those_of_all_values(self, pieces):
        found = Moments()
        for piece in pieces:
            found = found.merged(moments(piece))
        values = np.concatenate([np.array(piece, float) for piece in pieces])
        assert found.weight == len(values)
        if len(values):
            scale = max(1e-130, float(np.abs(values).max()))
            assert found.mean == pytest.approx(values.mean(), abs=1e-12 * scale)
            assert found.std == pytest.approx(values.std(), abs=1e-7 * scale)

    def test_a_small_spread_far_from_zero_is_not_lost(self):
        a, b = moments([1e9 + each for each in range(100)]), moments([1e9 + 50] * 100)
        exact = np.concatenate([np.arange(100), np.full(100, 50)]).std()
        assert a.merged(b).std == pytest.approx(exact, rel=1e-9)

    def test_the_widest_range_does_not_overflow(self):
        a, b = moments([-1.7e308] * 3), moments([1.7e308] * 3)
        assert a.merged(b).mean == 0.0
        assert a.merged(b).std == pytest.approx(1.7e308)


class TestCounted:
    @given(wholes, wholes)
    def test_merged_counts_are_those_of_all_values(self, a, b):
        merged, whole = counted(a).merged(counted(b)), counted(a + b)
        assert merged.values.tolist() == whole.values.tolist()
        assert merged.counts.tolist() == whole.counts.tolist()

    def test_the_largest_whole_numbers_stay_apart(self):
        top = 2**64 - 1
        merged = counted([top], np.uint64).merged(counted([top - 1, top], np.uint64))
        assert merged.values.tolist() == [top - 1, top]
        assert merged.counts.tolist() == [1, 2]
        assert merged.summarised().maximum == top


class TestSummary:
    @given(wholes, wholes, st.integers(1, 30))
    def test_counts_and_bounds_are_exact_whenever_it_is_made(self, a, b, limit):
        found: Counted | Summary | None
        found = merge_numbers(bounded(counted(a), limit), bounded(counted(b), limit), limit)
        values = np.array(a + b)
        if isinstance(found, Counted):
            assert len(found.values) <= limit
            found = found.summarised() if len(values) else None
        if found is not None:
            assert isinstance(found, Summary)
            assert (found.count, found.zeros) == (len(values), (values == 0).sum())
            assert (found.minimum, found.maximum) == (values.min(), values.max())
            assert found.moments.mean == pytest.approx(values.mean(), abs=1e-12 * 50)
            assert found.moments.std == pytest.approx(values.std(), abs=1e-12 * 50)

    def test_infinite_values_are_counted_and_nothing_else(self):
        found = counted([-np.inf, 1.0, 3.0, np.inf], float).summarised()
        assert (found.infinite, found.minimum, found.maximum) == (2, -np.inf, np.inf)
        assert (found.low, found.high, found.moments.mean) == (1.0, 3.0, 2.0)
