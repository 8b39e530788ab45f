import math
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.statistics.counting import distinct, exact_distribution, text_counts
from workbench.data.statistics.distributions import Distribution, equal_edges, shared_edges

floats = st.floats(allow_nan=True, allow_infinity=True)
delays = st.integers(-100, 2000).map(float)


def column(values, kind=None):
    return pa.chunked_array([pa.array(values, kind)])


@given(
    st.sampled_from(["int8", "uint8", "int16", "uint32", "int64", "uint64"]).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.lists(st.integers(int(np.iinfo(name).min), int(np.iinfo(name).max)), min_size=1)
            | st.lists(st.integers(0, 20), min_size=1)
            | st.lists(
                st.integers(int(np.iinfo(name).max) - 9, int(np.iinfo(name).max)), min_size=1
            ),
        )
    )
)
def test_whole_numbers_of_any_width_are_counted_as_numpy_counts_them(drawn):
    name, values = drawn
    found, counts, nan = distinct(column(values, name))
    expected, occurrences = np.unique(np.array(values, name), return_counts=True)
    assert found.tolist() == expected.tolist()
    assert counts.tolist() == occurrences.tolist()
    assert nan == 0


@pytest.mark.parametrize("values", [[-0.0], [0.5, -0.0], [-0.0, 0.0, 0.5]])
def test_zero_has_no_sign_whatever_the_order(values):
    found, _, _ = distinct(column(values, pa.float64()))
    assert math.copysign(1.0, found[0]) == 1.0


@given(st.lists(floats | delays | st.none(), min_size=1))
def test_floats_are_counted_and_nan_apart(values):
    found, counts, nan = distinct(column(values, pa.float64()))
    present = [value for value in values if value is not None]
    numbers = np.array([value for value in present if not math.isnan(value)])
    expected, occurrences = np.unique(numbers, return_counts=True)
    assert found.tolist() == expected.tolist()
    assert counts.tolist() == occurrences.tolist()
    assert nan == len(present) - len(numbers)


@given(
    st.lists(st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1)), min_size=1)  # noqa: DTZ001
    | st.lists(st.integers(0, 50).map(lambda n: datetime(2013, 1, 1 + n // 24, n % 24)), min_size=1)  # noqa: DTZ001
)
def test_times_are_counted_in_microseconds_whatever_they_are_multiples_of(moments):
    times = column([each.replace(tzinfo=UTC) for each in moments], pa.timestamp("us", "UTC"))
    found, counts, _ = distinct(times)
    expected, occurrences = np.unique(times.cast(pa.int64()).to_numpy(), return_counts=True)
    assert found.tolist() == expected.tolist()
    assert counts.tolist() == occurrences.tolist()


@given(st.lists(st.text(max_size=3) | st.none()))
def test_texts_come_most_frequent_first_and_ties_by_name(values):
    found, counts = text_counts(column(values, pa.string()))
    present = [value for value in values if value is not None]
    assert dict(zip(found.to_pylist(), counts.tolist(), strict=True)) == {
        value: present.count(value) for value in present
    }
    ranked = list(
        zip((-counts).tolist(), (text.encode() for text in found.to_pylist()), strict=True)
    )
    assert ranked == sorted(ranked)


def test_a_dictionary_split_over_chunks_is_one_column():
    pieces = [pa.array(["a", "b"]), pa.array(["b", "c"])]
    chunked = pa.chunked_array([piece.dictionary_encode() for piece in pieces])
    found, counts = text_counts(chunked)
    assert (found.to_pylist(), counts.tolist()) == (["b", "a", "c"], [2, 1, 1])


class TestDistribution:
    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 30))
    def test_bins_hold_what_numpy_counts(self, values, bins):
        spread = exact_distribution(column(values))
        edges = equal_edges(min(values), max(values), bins)
        if not (np.diff(edges) > 0).all():
            return  # the range is too narrow to be cut
        expected, _ = np.histogram(values, bins=edges)
        assert spread.binned(edges).tolist() == expected.tolist()

    @given(st.lists(st.integers(0, 5000).map(float), min_size=1, max_size=3000))
    def test_compressing_loses_no_value_and_keeps_the_ends(self, values):
        spread = exact_distribution(column(values))
        small = spread.compressed(64)
        assert small.total == len(values)
        assert (small.low[0], small.high[-1]) == (min(values), max(values))
        assert (small.low[1:] > small.high[:-1]).all()
        assert len(small.counts) <= max(64, 64 * 3 // 2)

    def test_a_frequent_value_keeps_a_cell_of_its_own(self):
        rng = np.random.default_rng(1)
        values = np.concatenate([np.full(500, 0.5), rng.random(2000)])
        small = exact_distribution(column(values)).compressed(64)
        place = np.flatnonzero((small.low == 0.5) & (small.high == 0.5))
        assert small.counts[place].tolist() == [500]

    def test_compressed_bins_are_close(self):
        values = np.random.default_rng(1).normal(size=100_000)
        spread = exact_distribution(column(values))
        edges = shared_edges([spread], 20)
        error = np.abs(spread.compressed().binned(edges) - spread.binned(edges))
        assert error.max() <= 0.005 * len(values)

    def test_a_cell_is_shared_out_by_width(self):
        spread = Distribution(np.array([0.0]), np.array([10.0]), np.array([100]))
        assert spread.binned(np.array([0.0, 2.5, 10.0])).tolist() == [25.0, 75.0]

    @pytest.mark.parametrize("value", [0.0, 1e300, -5.0])
    def test_a_single_value_lies_in_the_middle_of_its_bins(self, value):
        edges = equal_edges(value, value, 3)
        assert edges[0] < value < edges[-1]
