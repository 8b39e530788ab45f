"""scikit-learn's transformers inside of a transform, and a transform inside of a pipeline."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, StandardScaler

from workbench.core.errors import InvalidInput
from workbench.data import transforms as t
from workbench.data.transforms.analyzers import estimator_fitting
from workbench.data.transforms.estimators import dump, load
from workbench.data.transforms.transform import Transform
from workbench.training import SklearnModel


@pytest.fixture
def frame():
    random = np.random.default_rng(2)
    x = random.lognormal(size=300)
    return pd.DataFrame({"x": x, "y": random.normal(size=300), "c": random.choice(["a", "b"], 300)})


@pytest.mark.parametrize("estimator", [StandardScaler(), PowerTransformer()])
def test_a_transformer_fits_in_as_it_is(frame, estimator):
    transform = Transform(lambda c: {"out": t.sklearn(estimator, [c["x"], c["y"]])}).fit(frame)
    expected = clone(estimator).fit_transform(frame[["x", "y"]].to_numpy())
    found = transform.apply(frame)["out"]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert transform.apply(frame.head(0))["out"].shape == (0, 2)
    row = transform.apply_row({"x": frame["x"][3], "y": frame["y"][3]})["out"]
    assert row.tobytes() == found[3].tobytes()
    again = Transform.from_json(transform.to_json())
    assert again.apply(frame)["out"].tobytes() == found.tobytes()


def test_a_transformer_can_follow_another_analyzer(frame):
    transform = Transform(
        lambda c: {"out": t.sklearn(StandardScaler(), [t.log(c["x"]), t.z_score(c["y"])])}
    ).fit(frame)
    np.testing.assert_allclose(transform.apply(frame)["out"].std(axis=0), [1, 1], rtol=1e-5)


def test_more_rows_than_are_kept_are_sampled(frame, monkeypatch):
    monkeypatch.setattr(estimator_fitting, "MOST", 100)
    transform = Transform(lambda c: {"out": t.sklearn(PowerTransformer(), [c["x"]])})
    whole = transform.fit(frame).apply(frame)["out"]
    assert whole.std() == pytest.approx(1, abs=0.3)
    assert not np.allclose(whole.std(), 1, atol=1e-6)
    assert transform.fit(frame).apply(frame)["out"].tobytes() == whole.tobytes()


def test_what_would_have_to_be_trusted_is_refused():
    with pytest.raises(InvalidInput, match="would have to trust"):
        Transform(
            lambda c: {"out": t.sklearn(FunctionTransformer(np.testing.assert_equal), [c["x"]])}
        )
    with pytest.raises(InvalidInput, match="a transformer of no columns"):
        Transform(lambda c: {"out": t.sklearn(StandardScaler(), [])})


def features(c):
    return {
        "x": t.z_score(t.log(c["x"])),
        "c": t.one_hot(t.vocabulary(c["c"])),
        "late": t.target_encode(c["c"], c["late"]),
    }


def test_a_transform_is_a_step_of_a_pipeline(frame):
    label = (frame["x"] > 1).astype(int)
    pipeline = make_pipeline(Transform(features).as_sklearn(), LogisticRegression())
    assert cross_val_score(pipeline, frame, label, cv=3).min() > 0.9
    step = pipeline.fit(frame, label)[0]
    assert step.get_feature_names_out().tolist() == ["x", "c_0", "c_1", "c_2", "late"]
    fitted = Transform(features).fit(frame.assign(late=label))
    np.testing.assert_array_equal(step.transform(frame)[:, 0], fitted.apply(frame)["x"])
    trained = step.fit_transform(frame, label)[:, 4]
    np.testing.assert_array_equal(trained, fitted.fit_apply(frame.assign(late=label))["late"])
    assert (trained != step.transform(frame)[:, 4]).any()


def test_a_fitted_transform_needs_no_fit(frame):
    fitted = Transform(["x"], ["c"]).fit(frame)
    assert fitted.as_sklearn().transform(frame).shape == (300, 3)
    assert fitted.as_sklearn().fit_transform(frame).shape == (300, 3)


def test_a_pipeline_is_kept_by_skops(frame):
    label = (frame["x"] > 1).astype(int)
    pipeline = make_pipeline(Transform(features).as_sklearn(), LogisticRegression())
    again = load(dump(pipeline.fit(frame, label)))
    np.testing.assert_array_equal(again.predict_proba(frame), pipeline.predict_proba(frame))


def test_a_pipeline_is_saved_as_a_model(frame, tmp_path):
    label = (frame["x"] > 1).astype(int)
    pipeline = make_pipeline(Transform(features).as_sklearn(), LogisticRegression())
    model = SklearnModel(pipeline.fit(frame, label))
    assert model.columns == ("x", "c")
    for name, content in model.files({}).items():
        (tmp_path / name).write_bytes(content)
    signature = {"inputs": [{"name": name} for name in model.columns]}
    again = SklearnModel.open(tmp_path, {"signature": signature})
    rows = frame[["x", "c"]].to_dict("records")
    np.testing.assert_array_equal(again.predict(rows), pipeline.predict_proba(frame)[:, 1])
