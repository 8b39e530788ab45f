"""However the rows are cut and whatever is merged first, a column's figures are the same."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.statistics.describing import figures_of
from workbench.data.statistics.keeping import WHOLE, pack, unpack
from workbench.data.statistics.partials import RowsPartial, merge_partials
from workbench.data.statistics.partials_of import LIMIT, Looks, partial_of

POINT = pa.struct([("x", pa.int64()), ("name", pa.string())])
KINDS = {
    pa.float64(): st.floats() | st.integers(-9, 9).map(float),
    pa.int64(): st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9),
    pa.uint64(): st.integers(0, 2**64 - 1) | st.integers(0, 9),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(max_size=4),
    pa.binary(): st.binary(max_size=20),
    pa.timestamp("us", "UTC"): st.datetimes(
        datetime(1900, 1, 1),  # noqa: DTZ001  # made aware by the strategy's last argument
        datetime(9999, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    pa.list_(pa.int64()): st.lists(st.integers(0, 9) | st.none(), max_size=4),
    pa.list_(pa.list_(pa.string())): st.lists(
        st.none() | st.lists(st.text("ab", max_size=2), max_size=3), max_size=3
    ),
    POINT: st.fixed_dictionaries(
        {"x": st.none() | st.integers(0, 9), "name": st.none() | st.text("ab", max_size=2)}
    ),
    pa.list_(POINT): st.lists(
        st.fixed_dictionaries({"x": st.integers(0, 9), "name": st.just("<b>")}), max_size=3
    ),
}


@st.composite
def columns(draw):
    """Rows of a column, the places where they are cut, and what each row weighs."""
    kind = draw(st.sampled_from(list(KINDS)))
    rows = draw(st.lists(st.none() | KINDS[kind], max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    weights = draw(st.lists(st.integers(0, 5).map(float), min_size=len(rows), max_size=len(rows)))
    return pa.array(rows, kind), [0, *cuts, len(rows)], np.array(weights)


def figures(partial, weighted=False):
    """A column's figures, in what compares by value."""
    return [
        replace(each, distribution=None)
        for each in figures_of("column", partial, weighted=weighted)
    ]


def merged(column, cuts, limit, weights=None, backwards=False):
    looks = Looks(limit)
    parts = [
        partial_of(
            pa.chunked_array([column[start:end]]),
            looks,
            None if weights is None else weights[start:end],
        )
        for start, end in pairwise(cuts)
    ]
    if backwards:  # the last two first
        while len(parts) > 1:
            parts[-2:] = [merge_partials(parts[-2], parts[-1], limit)]
        return parts[0]
    result = parts[0]
    for part in parts[1:]:
        result = merge_partials(result, part, limit)
    return result


@given(columns())
def test_any_partition_gives_the_figures_of_one_pass(drawn):
    column, cuts, _ = drawn
    whole = figures(partial_of(pa.chunked_array([column])))
    assert repr(figures(merged(column, cuts, LIMIT))) == repr(whole)
    assert repr(figures(merged(column, cuts, LIMIT, backwards=True))) == repr(whole)


@settings(max_examples=50)
@given(columns())
def test_weights_too(drawn):
    column, cuts, weights = drawn
    whole = figures(partial_of(pa.chunked_array([column]), Looks(), weights), weighted=True)
    assert repr(figures(merged(column, cuts, LIMIT, weights), weighted=True)) == repr(whole)


@settings(max_examples=30)
@given(columns())
def test_what_is_kept_is_read_back_the_same(drawn):
    column, cuts, weights = drawn
    for limit in (LIMIT, 2):
        partial = merged(column, cuts, limit, weights)
        rows = RowsPartial(len(column), float(weights.sum()), {"column": partial})
        back = unpack(pack({WHOLE: rows}))[WHOLE]
        assert (back.rows, back.weight) == (rows.rows, rows.weight)
        assert repr(figures(back.columns["column"], weighted=True)) == repr(
            figures(partial, weighted=True)
        )
        twice = merge_partials(back.columns["column"], partial, limit)
        assert repr(figures(twice)) == repr(figures(merge_partials(partial, partial, limit)))


@settings(max_examples=50)
@given(columns())
def test_with_too_many_values_what_is_exact_stays_so(drawn):
    column, cuts, _ = drawn
    exact = figures(partial_of(pa.chunked_array([column])))
    for one, other in zip(figures(merged(column, cuts, 2)), exact, strict=True):
        same = ("rows", "count", "missing", "nan", "zeros", "infinite", "minimum", "maximum")
        for name in (*same, "avg_length", "min_length", "max_length"):
            assert repr(getattr(one, name)) == repr(getattr(other, name))
        for name in ("mean", "std"):
            if (value := getattr(other, name)) is not None:
                scale = max(abs(other.quantiles[0]), abs(other.quantiles[-1]), 1e-130)
                assert getattr(one, name) == pytest.approx(value, abs=1e-9 * scale)
        assert [(each.count, each.total) for each in one.lists] == [
            (each.count, each.total) for each in other.lists
        ]
        assert one.unique == pytest.approx(other.unique, rel=0.01, abs=1)
        assert one.approximate == (other.unique > 2)


@pytest.fixture(scope="module")
def series():
    rng = np.random.default_rng(3)
    return pd.Series(rng.lognormal(0, 2, 300_000)).sample(frac=1, random_state=1)


SHAPES = {
    "in order": lambda rng, size: np.sort(rng.normal(size=size)),
    "backwards": lambda rng, size: np.sort(rng.normal(size=size))[::-1],
    "skewed": lambda rng, size: rng.lognormal(0, 3, size),
    "whole": lambda rng, size: rng.integers(0, 5000, size),
    "a few often": lambda rng, size: np.where(rng.random(size) < 0.8, 7.0, rng.random(size)),
    "from both ends": lambda rng, size: (
        np.linspace(0, 1, size) * np.where(np.arange(size) % 2, 1, -1)
    ),
}


class TestManyValues:
    """Sketches against pandas, where a column has more values than are kept."""

    def test_quantiles_and_uniques_are_within_their_bounds(self, series):
        column = pa.array(series.to_numpy())
        cuts = list(range(0, len(series) + 1, 10_000))
        (found,) = figures(merged(column, cuts, 1000))
        assert found.approximate
        assert found.unique == pytest.approx(series.nunique(), rel=0.01)
        assert found.mean == pytest.approx(series.mean(), rel=1e-12)
        assert found.std == pytest.approx(series.std(ddof=0), rel=1e-12)
        ranks = np.searchsorted(np.sort(series), found.quantiles) / len(series)
        assert np.abs(ranks - np.linspace(0, 1, 11)).max() < 0.001
        bars = np.array([bar.count for bar in found.histogram])
        edges = [found.histogram[0].low, *(bar.high for bar in found.histogram)]
        assert np.abs(np.cumsum(bars - np.histogram(series, edges)[0])).max() < 300
        assert bars.sum() == len(series)

    @settings(max_examples=20, deadline=None)
    @given(st.sampled_from(list(SHAPES)), st.integers(0, 2**32), st.integers(1, 12), st.booleans())
    def test_so_they_are_whatever_the_values_and_the_pieces(self, shape, seed, pieces, backwards):
        rng = np.random.default_rng(seed)
        values = SHAPES[shape](rng, 60_000)
        cuts = [0, *np.sort(rng.integers(0, len(values) + 1, pieces)).tolist(), len(values)]
        (found,) = figures(merged(pa.array(values), cuts, 100, backwards=backwards))
        assert found.approximate
        assert found.unique == pytest.approx(len(np.unique(values)), rel=0.01)
        ordered, shares = np.sort(values), np.linspace(0, 1, 11)
        # A value that occurs often has all the ranks of its run.
        low = np.searchsorted(ordered, found.quantiles, side="left") / len(values)
        high = np.searchsorted(ordered, found.quantiles, side="right") / len(values)
        assert np.maximum(low - shares, shares - high).max() < 0.001

    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 2**32), st.integers(200, 40_000), st.integers(1, 6))
    def test_uniques_of_texts_and_bytes_too(self, seed, size, pieces):
        rng = np.random.default_rng(seed)
        texts = pa.array(rng.integers(0, size, 40_000)).cast(pa.string())
        cuts = [0, *np.sort(rng.integers(0, len(texts) + 1, pieces)).tolist(), len(texts)]
        for column in (texts, texts.cast(pa.binary())):
            (found,) = figures(merged(column, cuts, 100))
            assert found.unique == pytest.approx(len(texts.unique()), rel=0.01)

    def test_weighted_ones_too(self, series):
        values = series.to_numpy()
        weights = np.random.default_rng(4).random(len(values))
        cuts = list(range(0, len(values) + 1, 25_000))
        (found,) = figures(merged(pa.array(values), cuts, 1000, weights), weighted=True)
        order = np.argsort(values)
        share = np.cumsum(weights[order]) / weights.sum()
        ranks = share[np.searchsorted(values[order], found.weighted.quantiles)]
        assert np.abs(ranks - np.linspace(0, 1, 11)).max() < 0.001
        assert found.weighted.mean == pytest.approx(np.average(values, weights=weights))
        assert found.weighted.count == pytest.approx(weights.sum())


class TestKinds:
    def test_lists_say_how_long_they_are_and_rows_whether_there_is_one(self):
        column = pa.chunked_array([pa.array([[1, 2, 3], [], None, [4, None]])])
        (found,) = figures(partial_of(column))
        assert (found.type, found.rows, found.count, found.missing) == ("INT", 4, 3, 1)
        (level,) = found.lists
        assert (level.count, level.missing, level.empty) == (3, 1, 1)
        assert (level.minimum, level.maximum, level.total) == (0, 3, 5)
        assert (found.minimum, found.maximum, found.mean) == (1, 4, 2.5)

    def test_each_level_of_nested_lists_has_its_own(self):
        column = pa.chunked_array([pa.array([[[1, 2], [3]], [], None, [[4], None]])])
        (found,) = figures(partial_of(column))
        outer, inner = found.lists
        assert (outer.count, outer.missing, outer.total) == (3, 1, 4)
        assert (inner.count, inner.missing, inner.total) == (3, 1, 4)

    def test_fields_of_a_struct_follow_it_by_their_path(self):
        rows = [{"x": 1, "name": "a"}, {"x": None, "name": "<i>"}, None]
        whole, x, name = figures(partial_of(pa.chunked_array([pa.array(rows, POINT)])))
        assert (whole.type, whole.count, whole.missing) == ("STRUCT", 2, 1)
        assert (x.name, x.path, x.count, x.missing) == ("column.x", ("column", "x"), 1, 2)
        assert name.top == (("<i>", 1), ("a", 1))

    def test_a_list_of_structs_is_a_list_in_each_field(self):
        rows = [[{"x": 1, "name": "a"}, {"x": 2, "name": "b"}], None]
        _, x, _ = figures(partial_of(pa.chunked_array([pa.array(rows, pa.list_(POINT))])))
        assert (x.count, x.missing, x.mean, x.lists[0].total) == (1, 1, 1.5, 2)

    def test_whole_numbers_that_are_categories_are_named_too(self):
        column = pa.chunked_array([pa.array([7, 7, 3, None])])
        (found,) = figures(partial_of(column, Looks(categorical=True)))
        assert (found.type, found.top) == ("INT", (("7", 2), ("3", 1)))
        assert found.mean == pytest.approx(17 / 3)

    def test_whole_numbers_over_2_to_the_53_keep_their_last_digit(self):
        big = 2**63
        column = pa.chunked_array([pa.array([big + 1, 2**64 - 1], pa.uint64())])
        for limit in (LIMIT, 1):
            (found,) = figures(merged(column.combine_chunks(), [0, 1, 2], limit))
            assert (found.minimum, found.maximum) == (big + 1, 2**64 - 1)

    def test_dates_in_the_year_9999(self):
        column = pa.array([datetime(9999, 12, 31), None], pa.date32())  # noqa: DTZ001
        (found,) = figures(partial_of(pa.chunked_array([column])))
        moment = np.datetime64(found.maximum, "us")
        assert str(moment.astype("datetime64[D]")) == "9999-12-31"

    @pytest.mark.parametrize("values", [[], [None], [None, None]])
    @pytest.mark.parametrize("kind", [*KINDS, pa.null(), pa.date32()], ids=str)
    def test_no_values_at_all(self, kind, values):
        for found in figures(partial_of(pa.chunked_array([pa.array(values, kind)]))):
            assert (found.rows, found.count, found.missing) == (len(values), 0, len(values))
            assert (found.mean, found.minimum, found.top, found.unique) == (None, None, (), 0)

    def test_only_nan_is_no_value(self):
        (found,) = figures(partial_of(pa.chunked_array([[math.nan, math.nan]])))
        assert (found.count, found.missing, found.nan, found.mean) == (0, 2, 2, None)
