import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.hashing import number_hashes
from workbench.data.statistics.sketches import LEVEL, Distinct, Quantiles


def ones(values):
    return np.ones(len(values), np.int64)


def rank_error(sketch, values):
    """How far the sketch's ranks lie from the true ones, as a share of all values."""
    ordered = np.sort(values)
    points, weights = sketch.points()
    upto = np.cumsum(weights)
    below = np.searchsorted(ordered, points, side="left")
    at = np.searchsorted(ordered, points, side="right")
    apart = np.maximum(below - upto, upto - weights - at)
    return float(np.maximum(apart, 0).max() / len(ordered))


class TestQuantiles:
    @pytest.mark.parametrize("pieces", [1, 7, 365])
    def test_ranks_stay_within_a_tenth_of_a_percent_after_any_merges(self, pieces):
        rng = np.random.default_rng(pieces)
        values = rng.lognormal(size=1_000_000)
        values += np.linspace(0, 5, len(values))  # so that the pieces differ
        sketch = None
        for piece in np.array_split(values, pieces):
            found = Quantiles.of(np.sort(piece), ones(piece))
            sketch = found if sketch is None else sketch.merged(found)
        assert sketch is not None
        assert rank_error(sketch, values) < 0.001
        assert sum(len(items) for items in sketch.levels.values()) < 8 * LEVEL

    @settings(max_examples=25)
    @given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.integers(0, 9))
    def test_no_weight_is_lost(self, sizes, seed):
        rng = np.random.default_rng(seed)
        sketch = Quantiles({})
        for size in sizes:
            sketch = sketch.merged(Quantiles.of(np.sort(rng.random(size)), ones(range(size))))
        points, weights = sketch.points()
        assert weights.sum() == sum(sizes)
        assert (np.diff(points) >= 0).all()

    def test_a_frequent_value_takes_few_items_and_keeps_its_weight(self):
        sketch = Quantiles.of(np.array([0.0, 1.0, 2.0]), np.array([1, 1_000_000, 1]))
        assert sum(len(items) for items in sketch.levels.values()) < 25
        points, weights = sketch.points()
        assert weights[points == 1.0].sum() == 1_000_000

    @pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
    def test_weights_may_be_of_any_size(self, scale):
        rng = np.random.default_rng(0)
        values, weights = np.sort(rng.random(100_000)), rng.random(100_000) * scale
        half = Quantiles.of(values[::2], weights[::2]).merged(
            Quantiles.of(values[1::2], weights[1::2])
        )
        points, held = half.points()
        assert held.sum() == pytest.approx(weights.sum(), rel=1e-6)
        upto = np.cumsum(weights)
        for share in (0.1, 0.5, 0.9):
            found = points[np.searchsorted(np.cumsum(held), share * held.sum())]
            rank = upto[np.searchsorted(values, found)] / upto[-1]
            assert rank == pytest.approx(share, abs=0.001)


class TestDistinct:
    @pytest.mark.parametrize("size", [0, 1, 100, 10_000, 150_000, 400_000, 1_000_000, 3_000_000])
    def test_the_number_is_within_a_percent(self, size):
        sketch = Distinct.of(number_hashes(np.arange(size)))
        assert sketch.estimate == pytest.approx(size, rel=0.01, abs=0.5)

    def test_what_both_have_counts_once(self):
        a = Distinct.of(number_hashes(np.arange(300_000)))
        b = Distinct.of(number_hashes(np.arange(200_000, 500_000)))
        assert a.merged(b).estimate == pytest.approx(500_000, rel=0.01)
        assert (a.merged(b).registers == b.merged(a).registers).all()
        assert math.isclose(a.merged(a).estimate, a.estimate)
