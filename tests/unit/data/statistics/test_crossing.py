import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.data.statistics import Statistics, statistics
from workbench.data.statistics.cross_partials import Comoments

numbers = st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float) | st.just(np.nan)
weighed = st.lists(
    st.tuples(
        st.sampled_from([-1e3, 0.5, 1.0, 2.0, 7.0, None, math.nan, math.inf]),
        st.integers(-3, 3) | st.none(),
        st.sampled_from("abc") | st.none(),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=25,
).filter(lambda rows: any(row[3] for row in rows))


def found(statistics):
    return {(each.a, each.b): each for each in statistics.cross}


@pytest.fixture(scope="module")
def mixed():
    rng = np.random.default_rng(0)
    x = rng.normal(size=5000)
    kind = rng.choice(["a", "b", "c"], 5000)
    frame = pd.DataFrame({"x": x, "y": 2 * x + rng.normal(size=5000), "kind": kind})
    frame["label"] = (kind == "a") | (rng.random(5000) < 0.1)
    frame.loc[::7, "y"] = np.nan
    return frame


@settings(max_examples=40)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=30), st.integers(0, 30))
def test_moments_of_two_pieces_are_those_of_all_rows(rows, cut):
    values = np.array(rows)
    merged = Comoments.of(values[:cut]).merged(Comoments.of(values[cut:]))
    whole = Comoments.of(values)
    scale = max(1.0, float(np.nanmax(np.abs(values), initial=0)) ** 2)
    assert (merged.rows == whole.rows).all()
    assert merged.products == pytest.approx(whole.products, abs=1e-8 * scale)
    assert merged.squares == pytest.approx(whole.squares, abs=1e-8 * scale)


def test_correlations_are_those_of_pandas(mixed):
    expected = mixed[["x", "y"]].corr().loc["x", "y"]
    assert found(statistics(mixed, cross=True))["x", "y"].correlation == pytest.approx(expected)


def test_information_of_categories_is_that_of_scikit_learn(mixed):
    crossed = found(statistics(mixed, cross=["kind", "label"]))
    expected = mutual_info_score(mixed["kind"], mixed["label"]) / np.log(2)
    assert crossed["kind", "label"].mutual_information == pytest.approx(expected)
    assert crossed["kind", "label"].correlation is None


def test_every_column_is_held_against_the_label(mixed):
    crossed = found(statistics(ingest(mixed, name="mixed", label="label"), cross=True))
    assert {pair for pair, each in crossed.items() if each.mutual_information is not None} == {
        ("x", "label"),
        ("y", "label"),
        ("kind", "label"),
    }
    assert crossed["kind", "label"].mutual_information > 0.3
    assert crossed["x", "label"].mutual_information < 0.01
    assert crossed["x", "y"].correlation > 0.8


def test_a_column_that_does_not_vary_goes_with_nothing():
    table = pa.table({"x": [0.1] * 50, "y": [float(n) for n in range(50)]})
    (pair,) = statistics(table, cross=True).cross
    assert (pair.correlation, pair.mutual_information) == (None, 0.0)


def test_numbers_far_from_zero_go_together_too():
    table = pa.table({"x": [1e9 + n for n in range(50)], "y": [1e9 - n for n in range(50)]})
    assert statistics(table, cross=True).cross[0].correlation == pytest.approx(-1)


class TestWeights:
    def test_a_row_that_weighs_nothing_changes_nothing(self):
        table = pa.table({"x": [1.0, 2.0, 3.0, 1e9], "y": [2.0, 4.0, 6.0, -1e9], "w": [1, 1, 1, 0]})
        (pair,) = statistics(table, weight="w", cross=["x", "y"]).cross
        assert pair.correlation == pytest.approx(1)

    @settings(max_examples=40, deadline=None)
    @given(weighed)
    def test_a_row_that_weighs_two_is_two_rows(self, rows):
        table = pa.table(
            {
                "x": pa.array([row[0] for row in rows], pa.float64()),
                "n": pa.array([row[1] for row in rows], pa.int64()),
                "kind": pa.array([row[2] for row in rows], pa.string()),
                "w": [row[3] for row in rows],
            }
        )
        repeated = table.take(np.repeat(np.arange(len(rows)), table["w"].to_numpy()))
        columns = ["x", "n", "kind"]
        weighed = found(statistics(table, weight="w", cross=columns))
        for pair, each in found(statistics(repeated, cross=columns)).items():
            assert weighed[pair].correlation == pytest.approx(each.correlation, abs=1e-6)
            assert weighed[pair].mutual_information == pytest.approx(
                each.mutual_information, abs=1e-9
            )

    @settings(max_examples=40)
    @given(
        st.lists(st.tuples(numbers, numbers, st.floats(0, 5)), min_size=2, max_size=30),
        st.integers(0, 30),
    )
    def test_moments_of_two_pieces_are_those_of_all_rows(self, rows, cut):
        values, weights = np.array(rows)[:, :2], np.array(rows)[:, 2]
        merged = Comoments.of(values[:cut], weights[:cut]).merged(
            Comoments.of(values[cut:], weights[cut:])
        )
        whole = Comoments.of(values, weights)
        scale = max(1.0, float(np.nanmax(np.abs(values), initial=0)) ** 2)
        assert merged.rows == pytest.approx(whole.rows)
        assert merged.products == pytest.approx(whole.products, abs=1e-8 * scale)
        assert merged.squares == pytest.approx(whole.squares, abs=1e-8 * scale)

    def test_what_all_weights_are_multiplied_by_changes_nothing(self, mixed):
        mixed = mixed.assign(w=np.random.default_rng(1).gamma(1, size=len(mixed)))
        crossed = found(statistics(mixed, weight="w", cross=["x", "y", "kind"]))
        light = found(
            statistics(mixed.assign(w=mixed["w"] / 1e4), weight="w", cross=["x", "y", "kind"])
        )
        for pair, each in crossed.items():
            assert light[pair].correlation == pytest.approx(each.correlation)
            assert light[pair].mutual_information == pytest.approx(each.mutual_information)
        expected = np.cov(
            mixed[["x", "y"]].dropna().T.to_numpy(),
            aweights=mixed["w"][mixed["y"].notna()].to_numpy(),
        )
        assert crossed["x", "y"].correlation == pytest.approx(
            expected[0, 1] / np.sqrt(expected[0, 0] * expected[1, 1])
        )

    def test_rows_that_weigh_nothing_together_go_with_nothing(self):
        table = pa.table({"x": [1, 2], "y": [1, 2], "w": [0, 0]})
        (pair,) = statistics(table, weight="w", cross=["x", "y"]).cross
        assert (pair.correlation, pair.mutual_information) == (None, 0.0)


def test_they_survive_the_proto(mixed):
    made = statistics(mixed, cross=True)
    assert Statistics.from_proto(made.to_proto()).cross == made.cross
    (theirs,) = [
        each for each in made.to_proto().datasets[0].cross_features if each.path_y.step == ["y"]
    ]
    assert theirs.num_cross_stats.correlation == pytest.approx(0.89, abs=0.02)


def test_what_has_no_single_values_is_refused():
    with pytest.raises(InvalidInput, match="'x' has no single values"):
        statistics(pa.table({"x": [[1], [2]], "y": [1, 2]}), cross=["x", "y"])
    with pytest.raises(InvalidInput, match="no crossed column 'z'"):
        statistics(pa.table({"x": [1]}), cross=["x", "z"])


def test_no_rows_say_nothing_of_pairs():
    table = pa.table({"x": pa.array([], pa.int64()), "y": pa.array([], pa.float64())})
    (pair,) = statistics(table, cross=True).cross
    assert (pair.correlation, pair.mutual_information) == (None, None)
