"""Analyzers find what pandas and scikit-learn find, however the rows are divided."""

import inspect
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import (
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from tests.unit.data.transforms.everything import ROWS, everything, row, table_of
from workbench.core.errors import InvalidInput
from workbench.data import transforms as t
from workbench.data.transforms.analyzers import ANALYZERS, quantiles
from workbench.data.transforms.lanes import ArrayLane, Batch
from workbench.data.transforms.layers import Pass
from workbench.data.transforms.packing import pack, unpack
from workbench.data.transforms.plans import bind
from workbench.data.transforms.transform import Transform


def states_of(pieces, graph, layer):
    """Return what each analyzer of a graph's first layer finds, from rows in pieces."""
    fitting = Pass(graph, {}, layer)
    targets = {arg for place in layer for arg in graph.nodes[place].args}
    plan = bind(graph, {}, ArrayLane(), targets, training=True)
    found: dict[int, dict[str, object]] = {}
    start = 0
    for rows in pieces:
        with np.errstate(all="ignore"):
            values = plan.run(Batch(table_of(rows), start))
        start += len(rows)
        for place in layer:
            analyzer = fitting.analyzer(place)
            more = analyzer.partial(*(values[arg] for arg in graph.nodes[place].args))
            more = unpack(pack(more))
            found[place] = more if place not in found else analyzer.merge(found[place], more)
    return {place: fitting.analyzer(place).finish(found[place], "x") for place in layer}


@given(st.lists(row, max_size=20), st.sets(st.integers(1, 21), max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_division_of_the_rows_gives_the_same_bits(rows, cuts):
    rows = [*rows, *ROWS]
    graph = Transform(everything).graph
    bounds = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    pieces = [rows[start:stop] for start, stop in pairwise(bounds)]
    whole = states_of([rows], graph, graph.layers[0])
    assert repr(states_of(pieces, graph, graph.layers[0])) == repr(whole)


def test_everything_is_every_function():
    written = inspect.getsource(everything)
    left = {name for name in t.__all__ if name[0].islower() and f"t.{name}(" not in written}
    assert left == {"sklearn"}  # which has a test of its own


def test_the_test_above_meets_every_analyzer():
    used = {node.op for node in Transform(everything).graph.nodes} & set(ANALYZERS)
    assert set(ANALYZERS) - used == {"sklearn_rows", "sklearn_streamed"}


@pytest.fixture
def frame():
    random = np.random.default_rng(7)
    x = random.lognormal(3, 2, 5000)
    x[::17] = np.nan
    return pd.DataFrame({"x": x, "y": random.normal(size=5000), "z": random.integers(0, 9, 5000)})


def applied(frame, **outputs):
    return (
        Transform(lambda c: {name: of(c) for name, of in outputs.items()}).fit(frame).apply(frame)
    )


@pytest.mark.parametrize(
    ("mapper", "scaler"),
    [
        (t.z_score, StandardScaler()),
        (t.min_max, MinMaxScaler()),
        (t.robust_scale, RobustScaler()),
        (t.rank, QuantileTransformer(n_quantiles=1000, subsample=None)),
        (
            t.quantile_normal,
            QuantileTransformer(n_quantiles=1000, subsample=None, output_distribution="normal"),
        ),
    ],
)
@pytest.mark.parametrize("name", ["x", "y", "z"])
def test_scalers_are_those_of_scikit_learn(frame, mapper, scaler, name):
    found = applied(frame, out=lambda c: mapper(c[name]))["out"]
    expected = scaler.fit_transform(frame[[name]])[:, 0]
    compared = slice(None)
    if mapper in (t.rank, t.quantile_normal):
        # Of rows that share the smallest or largest value, scikit-learn says 0 and 1: ours do not.
        compared = (frame[name] > frame[name].min()) & (frame[name] < frame[name].max())
    np.testing.assert_allclose(found[compared], expected[compared], rtol=1e-5, atol=1e-6)


def test_rows_of_one_value_have_the_rank_of_their_middle():
    frame = pd.DataFrame({"x": [0.0] * 60 + [1.0] * 20 + [2.0] * 20})
    found = applied(frame, out=lambda c: t.rank(c["x"], 101))["out"]
    np.testing.assert_allclose(found[[0, 60, 80]], [0.295, 0.695, 0.9], atol=0.011)


def test_figures_are_those_of_pandas(frame):
    found = applied(
        frame,
        mean=lambda c: c["x"] * 0 + t.mean(c["x"]),
        std=lambda c: c["x"] * 0 + t.std(c["x"]),
        covariance=lambda c: c["y"] * 0 + t.covariance(c["y"], c["z"]),
        median=lambda c: t.impute(c["x"], "median"),
        mode=lambda c: t.impute(
            t.where(c["z"] > 0, c["z"], c["x"] * np.float64(1)), "most_frequent"
        ),
    )
    assert found["mean"][1] == np.float32(frame["x"].mean())
    assert found["std"][1] == np.float32(frame["x"].std(ddof=0))
    assert found["covariance"][0] == np.float32(frame["y"].cov(frame["z"], ddof=0))
    assert found["median"][0] == np.float32(frame["x"].median())
    mode = frame["z"].where(frame["z"] > 0).mode()[0]
    assert set(found["mode"][frame["x"].isna() & (frame["z"] == 0)]) == {np.float32(mode)}


def test_what_all_rows_give_is_the_same_in_every_row(frame):
    known = frame["x"].dropna()
    for expected, of in (
        (known.quantile(0.3), lambda c: t.quantile(c["x"], 0.3)),
        (known.min(), lambda c: t.quantile(c["x"], 0)),
        (known.max(), lambda c: t.quantile(c["x"], 1)),
        (known.min(), lambda c: t.smallest(c["x"])),
        (known.max(), lambda c: t.largest(c["x"])),
        (known.var(ddof=0), lambda c: t.variance(c["x"])),
    ):
        found = applied(frame, out=lambda c, of=of: c["z"] * 0 + of(c))["out"]
        assert set(found.tolist()) == {float(np.float32(expected))}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.floats(-1e9, 1e9), min_size=1, max_size=40), st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values, share):
    frame = pd.DataFrame({"x": np.array([*values, 1.0], float)})
    found = applied(frame, out=lambda c: c["x"] * 0 + t.quantile(c["x"], share))["out"]
    expected = np.nanquantile(frame["x"], share)
    assert np.nanmax(found) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_beyond_all_rows_is_refused(share):
    with pytest.raises(InvalidInput, match="share"):
        Transform(lambda c: {"out": c["x"] - t.quantile(c["x"], share)})


def test_buckets_are_those_of_quantiles(frame):
    found = applied(frame, out=lambda c: t.bucketize(c["x"], 10))["out"]
    edges = np.nanquantile(frame["x"], np.arange(1, 10) / 10)
    assert found[frame["x"].isna()].max() == 0
    known = frame["x"].notna()
    assert np.array_equal(found[known], 1 + np.searchsorted(edges, frame["x"][known], "right"))
    assert np.ptp(np.bincount(found[known])[1:]) <= 1


def test_components_are_those_of_scikit_learn(frame):
    frame = frame.fillna(0)
    found = applied(frame, out=lambda c: t.pca([c["x"], c["y"], c["z"]], 2))["out"]
    expected = PCA(2).fit_transform(frame[["x", "y", "z"]])
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, expected * signs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("norm", ["l2", None])
def test_tf_idf_is_that_of_scikit_learn(norm):
    texts = ["late again late", "on time", "late", "", "time and time again"]
    frame = pd.DataFrame({"text": texts})
    transform = Transform(lambda c: {"out": t.tf_idf(t.split(c["text"]), norm=norm)}).fit(frame)
    (state,) = (transform.states or {}).values()
    vectorizer = TfidfVectorizer(norm=norm, token_pattern=r"\S+")
    expected = vectorizer.fit_transform(texts).toarray()
    order = [vectorizer.vocabulary_[word] for word in state["words"]]
    np.testing.assert_allclose(transform.apply(frame)["out"], expected[:, order], rtol=1e-6)
    assert state["words"][0] == "again"  # in two rows, as 'late' and 'time' are; first by the text


def test_a_vocabulary_has_the_frequent_words_first():
    frame = pd.DataFrame({"c": ["b", "a", "b", "c", "a", "b", None, "d"]})

    def codes(**options):
        return applied(frame, out=lambda c: t.vocabulary(c["c"], **options))["out"].tolist()

    assert codes() == [1, 2, 1, 3, 2, 1, 0, 4]
    assert codes(min_count=2) == [1, 2, 1, 0, 2, 1, 0, 0]
    assert codes(top_k=1) == [1, 0, 1, 0, 0, 1, 0, 0]
    hashed = codes(top_k=1, oov_buckets=3)
    assert hashed[0] == 1
    assert hashed[6] == 0
    assert all(2 <= code <= 4 for code in (hashed[1], hashed[3], hashed[7]))
    assert hashed[1] == hashed[4]


def test_pairs_that_read_alike_are_two_categories():
    frame = pd.DataFrame({"a": ["1", "12", "\x1f"], "b": ["23", "3", "\x1f"]})
    codes = applied(frame, out=lambda c: t.vocabulary(t.cross(c["a"], c["b"])))["out"]
    assert sorted(codes.tolist()) == [1, 2, 3]


def test_quantiles_of_more_values_than_are_kept_are_near(monkeypatch):
    monkeypatch.setattr(quantiles, "MOST", 1 << 12)
    values = np.random.default_rng(3).lognormal(0, 3, 400_000)
    analyzer = quantiles.Quantiles({"shares": [0.001, 0.1, 0.5, 0.9, 0.999]})
    state = analyzer.partial(values[:1])
    for start in range(1, len(values), 20_000):
        state = analyzer.merge(state, analyzer.partial(values[start : start + 20_000]))
    assert len(state["values"]) <= 1 << 12
    assert state["counts"].sum() == len(values)
    assert (state["values"][0], state["values"][-1]) == (values.min(), values.max())
    found = analyzer.finish(state, "x")["values"]
    ranks = np.searchsorted(np.sort(values), found) / len(values)
    np.testing.assert_allclose(ranks, [0.001, 0.1, 0.5, 0.9, 0.999], atol=1e-3)
