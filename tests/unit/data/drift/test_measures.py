"""The measures are what scipy says of the same values."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from workbench.data.drift import drift, drift_of_statistics, measures
from workbench.data.drift.profiles import profile_column
from workbench.data.statistics import statistics
from workbench.data.statistics.distributions import Distribution

numbers = st.lists(st.integers(-50, 50) | st.floats(-1e6, 1e6), min_size=1, max_size=120)
counts = st.lists(st.integers(0, 400), min_size=2, max_size=8)
RECORD = pa.struct(
    {"a": pa.int64(), "l": pa.list_(pa.string()), "d": pa.struct({"x": pa.float64()})}
)
records = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {
            "a": st.integers(0, 3) | st.none(),
            "l": st.lists(st.sampled_from("xyz"), max_size=3),
            "d": st.none() | st.fixed_dictionaries({"x": st.sampled_from([0.5, 1.5, None])}),
        }
    ),
    min_size=1,
    max_size=8,
)


def spread(values):
    return profile_column(pa.chunked_array([pa.array(values, pa.float64())])).numbers


@settings(max_examples=50, deadline=None)
@given(numbers, numbers)
def test_kolmogorov_smirnov(a, b):
    distance, p_value = measures.kolmogorov_smirnov(spread(a), spread(b))
    expected = stats.ks_2samp(np.array(a, float), np.array(b, float))
    assert distance == pytest.approx(expected.statistic)
    assert p_value == pytest.approx(expected.pvalue)


@settings(max_examples=50, deadline=None)
@given(numbers, numbers)
def test_wasserstein(a, b):
    moved, scaled = measures.wasserstein(spread(a), spread(b))
    assert moved == pytest.approx(stats.wasserstein_distance(a, b), rel=1e-9, abs=1e-9)
    both = np.r_[np.repeat(a, len(b)), np.repeat(b, len(a))]
    if both.std() > 1e-6:
        assert scaled == pytest.approx(moved / both.std(), rel=1e-6)


@settings(max_examples=50)
@given(
    st.integers(2, 8).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(10, 400), min_size=n, max_size=n)] * 2)
    )
)
def test_chi_square(both):
    a, b = (np.array(side, float) for side in both)
    if a.sum() * 25 < b.sum() or b.sum() * 25 < a.sum():
        return  # some bins are then taken together
    statistic, p_value, cramers_v = measures.chi_square(a, b)
    expected = stats.chi2_contingency(np.vstack([a, b]), correction=False)
    if expected.expected_freq.min() >= 5:
        assert statistic == pytest.approx(expected.statistic)
        assert p_value == pytest.approx(expected.pvalue)
        association = stats.contingency.association(np.vstack([a, b]).astype(int), "cramer")
        assert cramers_v == pytest.approx(association, abs=1e-9)


def test_bins_in_which_too_few_are_expected_are_taken_together():
    a, b = np.array([500.0, 500, 1, 2]), np.array([480.0, 520, 3, 0])
    statistic, p_value, _ = measures.chi_square(a, b)
    expected = stats.chi2_contingency([[500, 500, 3], [480, 520, 3]], correction=False)
    assert (statistic, p_value) == pytest.approx((expected.statistic, expected.pvalue))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values(p_values):
    assert measures.adjusted(p_values) == pytest.approx(
        stats.false_discovery_control(p_values).tolist()
    )


def test_of_cells_they_are_close_to_those_of_values():
    rng = np.random.default_rng(0)
    exact = [spread(rng.gamma(2, 10, 50_000)), spread(rng.gamma(2, 11, 50_000))]
    cells = [each.compressed() for each in exact]
    assert not cells[0].exact
    distance, _ = measures.kolmogorov_smirnov(*exact)
    assert measures.kolmogorov_smirnov(*cells)[0] == pytest.approx(distance, abs=0.005)
    moved, scaled = measures.wasserstein(*exact)
    assert measures.wasserstein(*cells) == pytest.approx((moved, scaled), rel=0.1)


def test_of_many_values_the_limit_is_taken():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=20_000), rng.normal(0.02, 1, size=15_000)
    _, p_value = measures.kolmogorov_smirnov(spread(a), spread(b))
    assert p_value == pytest.approx(stats.ks_2samp(a, b, method="asymp").pvalue, rel=1e-3)


def test_the_widest_range_does_not_overflow():
    a, b = spread([-1.7e308, 1.7e308]), spread([0.0, 0.0])
    moved, scaled = measures.wasserstein(a, b)
    assert moved == pytest.approx(1.7e308)
    assert np.isfinite(scaled)


def test_of_nothing_there_is_none():
    nothing = Distribution(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    assert measures.kolmogorov_smirnov(nothing, spread([1])) == (0.0, 1.0)
    assert measures.wasserstein(nothing, spread([1])) == (0.0, 0.0)
    assert measures.chi_square(np.zeros(3), np.ones(3)) == (0.0, 1.0, 0.0)


def between(a, b):
    return drift(pa.table({"x": a}), pa.table({"x": b}))["x"]


class TestSizeAndSignificance:
    def test_with_many_rows_a_slight_move_is_no_chance_and_still_small(self):
        rng = np.random.default_rng(0)
        moved = between(rng.normal(size=200_000), rng.normal(0.03, 1, 200_000))
        assert moved.significant
        assert moved.size == "small"
        assert moved.wasserstein == pytest.approx(0.03, abs=0.01)
        assert moved.wasserstein_scaled == pytest.approx(0.03, abs=0.01)

    def test_with_few_rows_a_large_move_may_be_chance(self):
        moved = between([1.0, 2.0, 3.0], [2.5, 3.5, 4.5])
        assert not moved.significant
        assert moved.size == "large"

    def test_of_many_columns_few_are_taken_for_moved_by_chance(self):
        rng = np.random.default_rng(1)
        a, b = (
            pa.table({f"c{place}": rng.normal(size=300) for place in range(60)}) for _ in range(2)
        )
        found = drift(a, b).columns
        assert sum(each.p_value < 0.05 for each in found) >= 1
        assert sum(each.significant for each in found) <= 1

    def test_missing_values_that_came_are_significant_though_the_others_stay(self):
        values = np.arange(1000.0)
        moved = between(
            values, pa.array([None if place % 2 else place * 1.0 for place in range(1000)])
        )
        assert moved.significant
        assert moved.ks < 0.01

    def test_times_move_by_seconds(self):
        at = np.arange(100) * np.timedelta64(1, "h") + np.datetime64("2013-01-01", "us")
        assert between(at, at + np.timedelta64(90, "s")).wasserstein == pytest.approx(90)

    def test_texts_have_a_chi_square_and_no_order(self):
        moved = between(["a"] * 50 + ["b"] * 50, ["a"] * 80 + ["b"] * 20)
        expected = stats.chi2_contingency([[50, 50], [80, 20]], correction=False)
        assert (moved.chi2, moved.p_value) == pytest.approx((expected.statistic, expected.pvalue))
        assert moved.ks is None
        assert moved.wasserstein is None


def test_lists_are_compared_by_their_values():
    a = pa.array([[1, 2], [3], [], None])
    b = pa.array([[1], [2, 3], None, []])
    assert between(a, b).jsd == 0
    nested = pa.array([[[1], [9]], [[9, 9]]])
    assert between(a, nested).where == "9"
    assert between(a, nested).type == "INT"


def test_of_bytes_only_presence_is_compared():
    a, b = pa.array([b"x", None]), pa.array([b"y", b"z"])
    assert between(a, b).l_infinity == 0.5


class TestStructs:
    def test_each_field_is_compared_by_its_path(self):
        a = pa.table({"s": [{"a": 1, "b": {"c": "x"}}] * 3 + [None]})
        b = pa.table({"s": [{"a": 9, "b": {"c": "x"}}] * 3 + [None]})
        found = drift(a, b)
        assert {each.column: each.jsd for each in found.columns} == {
            "s": 0,
            "s.a": 0.75,  # a quarter is missing on both sides
            "s.b": 0,
            "s.b.c": 0,
        }
        assert (found["s"].type, found["s.a"].type, found["s.b.c"].type) == (
            "STRUCT",
            "INT",
            "STRING",
        )

    def test_so_are_lists_in_structs_and_structs_in_lists(self):
        a = pa.table({"s": [{"l": [1, 2], "m": [{"q": 1}]}]})
        b = pa.table({"s": [{"l": [3, 4, 4], "m": [{"q": 1}, {"q": 1}]}]})
        found = drift(a, b)
        assert (found["s.l"].jsd, found["s.m"].jsd, found["s.m.q"].jsd) == (1, 0, 0)
        listed = [pa.table({"s": [[{"a": n}, {"a": n}], [], None]}) for n in (1, 2)]
        assert drift(*listed)["s.a"].jsd == pytest.approx(2 / 3)

    def test_a_struct_moved_as_far_as_its_field_that_moved_most(self):
        a = pa.table({"s": [{"a": 1, "b": 1}], "s.b": [1], "x": [1]})
        b = pa.table({"s": [{"a": 1, "b": 2}], "s.b": [1], "x": [3]})
        found = drift(a, b)
        moved = found.by_column(["x", "s", "gone"])
        assert {name: each.column for name, each in moved.items()} == {"x": "x", "s": "s.b"}
        assert moved["s"].jsd == 1

    def test_fields_of_one_side_are_named(self):
        found = drift(pa.table({"s": [{"a": 1, "b": 1}]}), pa.table({"s": [{"a": 1, "c": 1}]}))
        assert (found.only_a, found.only_b) == (("s.b",), ("s.c",))

    def test_a_field_and_a_column_of_that_name_are_two(self):
        table = pa.table({"s": [{"a": 1}], "s.a": ["x"]})
        moved = pa.table({"s": [{"a": 2}], "s.a": ["x"]})
        for found in (
            drift(table, moved),
            drift_of_statistics(*(statistics(each).datasets[0] for each in (table, moved))),
        ):
            assert [(each.column, each.type, each.jsd) for each in found.columns] == [
                ("s.a", "INT", 1),
                ("s", "STRUCT", 0),
                ("s.a", "STRING", 0),
            ]

    @settings(max_examples=40)
    @given(records, records)
    def test_it_is_what_statistics_say(self, a, b):
        tables = [pa.table({"s": pa.array(each, RECORD)}) for each in (a, b)]
        exact = drift(*tables)
        told = drift_of_statistics(*(statistics(each).datasets[0] for each in tables))
        assert {each.column for each in exact.columns} == {each.column for each in told.columns}
        for each in told.columns:
            assert exact[each.column].jsd == pytest.approx(each.jsd, abs=1e-9)


def test_a_table_has_a_column_of_each_figure_and_escapes_names():
    found = drift(pa.table({"<b>": ["<i>"] * 3}), pa.table({"<b>": ["<u>"] * 3}))
    assert {"ks", "p_value", "q_value", "significant", "size"} <= set(found.to_pandas().columns)
    page = found._repr_html_()
    assert not any(tag in page for tag in ("<b>", "<i>", "<u>"))
