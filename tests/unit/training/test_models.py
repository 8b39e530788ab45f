import json

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from workbench.core.errors import InvalidInput
from workbench.data.transforms import Transform
from workbench.training import ColumnsModel, Model, SklearnModel, TorchModel, load_model, save_model


class Net(torch.nn.Module):
    def __init__(self, width, sizes):
        super().__init__()
        self.embeddings = torch.nn.ModuleList(torch.nn.Embedding(size, 4) for size in sizes)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(width + 4 * len(sizes), 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1)
        )

    def forward(self, numeric, categorical):
        parts = [each(categorical[:, i]) for i, each in enumerate(self.embeddings)]
        return self.net(torch.cat([numeric, *parts], 1))


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=300), "kind": rng.choice(list("abc"), 300)})
    table.loc[::10, "x"] = np.nan
    return table


@pytest.fixture
def label(frame):
    return (frame["x"].fillna(0) + (frame["kind"] == "a") > 0.2).astype(int)


@pytest.fixture
def torch_model(frame):
    transform = Transform(["x"], ["kind"]).fit(frame)
    torch.manual_seed(0)
    return TorchModel(Net(transform.width, transform.sizes), transform)


def test_a_torch_model_opens_without_its_class_and_predicts_the_same(torch_model, frame, tmp_path):
    about = save_model(torch_model, tmp_path / "m", {"x": "float32", "kind": "string"})
    opened = load_model(tmp_path / "m")
    assert isinstance(opened, Model)
    assert type(opened.module).__name__ != "Net"  # type: ignore[attr-defined]
    for rows in (frame, frame[:1], frame.to_dict("records"), [{"x": None, "kind": "unseen"}]):
        assert np.array_equal(opened.predict(rows), torch_model.predict(rows))
    probabilities = opened.predict(frame)
    assert probabilities.shape == (300,)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert opened.signature == {
        "inputs": [{"name": "x", "type": "float32"}, {"name": "kind", "type": "string"}],
        "output": "probability",
    }
    assert about["flavor"] == "torch"


def test_an_opened_torch_model_can_be_saved_again(torch_model, frame, tmp_path):
    save_model(torch_model, tmp_path / "m")
    save_model(load_model(tmp_path / "m"), tmp_path / "again")
    assert np.array_equal(load_model(tmp_path / "again").predict(frame), torch_model.predict(frame))


def test_rows_and_batches_agree_to_rounding(torch_model, frame):
    whole = torch_model.predict(frame)
    alone = np.concatenate([torch_model.predict(frame[i : i + 1]) for i in range(20)])
    np.testing.assert_allclose(alone, whole[:20], atol=1e-6)


def test_no_rows_give_no_predictions(torch_model, frame):
    assert torch_model.predict(frame[:0]).shape == (0,)


def test_a_model_of_numbers_only_is_saved(frame, tmp_path):
    transform = Transform(["x"]).fit(frame)
    save_model(TorchModel(Net(transform.width, ()), transform, output="value"), tmp_path / "m")
    assert load_model(tmp_path / "m").predict([{"x": 1.0}]).shape == (1,)


def test_saving_does_not_change_the_module(torch_model, tmp_path):
    torch_model.module.train()
    save_model(torch_model, tmp_path / "m")
    assert torch_model.module.training


def test_a_module_that_is_no_graph_is_refused(frame, tmp_path):
    class Odd(torch.nn.Module):
        def forward(self, numeric, categorical):
            return numeric[:, 0] if float(numeric.sum()) > 0 else numeric[:, 1]

    transform = Transform(["x"]).fit(frame)
    with pytest.raises(InvalidInput, match="Odd cannot be saved"):
        save_model(TorchModel(Odd(), transform), tmp_path / "m")


def test_gradient_boosting_learns_from_the_same_raw_columns(frame, label, tmp_path):
    model = ColumnsModel(HistGradientBoostingClassifier(max_iter=8), Transform(["x"], ["kind"]))
    predictions = model.fit(frame, label).predict(frame)
    assert ((predictions > 0.5) == label).mean() > 0.9
    save_model(model, tmp_path / "m")
    opened = load_model(tmp_path / "m")
    assert np.array_equal(opened.predict(frame), predictions)
    assert opened.predict([{"x": None, "kind": None}]).shape == (1,)


def test_a_label_of_one_class_is_refused(frame):
    model = ColumnsModel(HistGradientBoostingClassifier(max_iter=8), Transform(["x"], ["kind"]))
    with pytest.raises(InvalidInput, match="the label has one value, 0"):
        model.fit(frame, [0] * len(frame))


@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingRegressor(max_iter=3),
        make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=3)),
    ],
)
def test_a_scikit_learn_estimator_is_a_model(estimator, frame, label, tmp_path):
    estimator.fit(frame[["x"]], label)
    save_model(estimator, tmp_path / "m")
    opened = load_model(tmp_path / "m")
    assert isinstance(opened, SklearnModel)
    assert np.array_equal(opened.predict(frame), SklearnModel(estimator).predict(frame))


def test_an_estimator_that_hides_code_is_refused(frame, label, tmp_path):
    pipeline = make_pipeline(
        FunctionTransformer(np.nan_to_num), HistGradientBoostingClassifier(max_iter=3)
    )
    pipeline.steps[0][1].set_params(func=eval)
    pipeline.steps[1][1].fit(frame[["x"]], label)
    with pytest.raises(InvalidInput, match="eval"):
        save_model(SklearnModel(pipeline, ["x"]), tmp_path / "m")


def test_a_callable_is_opened_only_when_allowed(frame, tmp_path):
    save_model(lambda rows: rows["x"].fillna(0) * 0 + 0.5, tmp_path / "m")
    with pytest.raises(InvalidInput, match="allow_code=True"):
        load_model(tmp_path / "m")
    assert load_model(tmp_path / "m", allow_code=True).predict(frame).tolist() == [0.5] * 300


@pytest.mark.parametrize("thing", [3, "model", torch.nn.Linear(1, 1)])
def test_what_is_no_model_is_refused(thing, tmp_path):
    with pytest.raises(InvalidInput, match=r"return wb\.TorchModel"):
        save_model(thing, tmp_path / "m")


def test_a_folder_without_a_model_and_a_newer_model_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="holds no model"):
        load_model(tmp_path)
    (tmp_path / "flavor.json").write_text(json.dumps({"format": 99, "flavor": "torch"}))
    with pytest.raises(InvalidInput, match="format 99"):
        load_model(tmp_path)
