"""What a transform computes inside an exported program has the bits of `apply`."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.data.transforms.everything import ROWS, everything, row, table_of
from workbench.core.errors import InvalidInput, NotFound
from workbench.data import transforms as t
from workbench.data.transforms.torch_module import load_program
from workbench.data.transforms.transform import Transform
from workbench.training import TorchModel

SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_same_bits(arrays, tensors):
    assert list(arrays) == list(tensors)
    for name, values in arrays.items():
        found = tensors[name].numpy()
        assert (found.dtype, found.shape) == (values.dtype, values.shape), name
        assert found.tobytes() == values.tobytes(), (name, found, values)


@SETTINGS
@given(st.lists(row, max_size=10), st.lists(row, max_size=10))
def test_tensors_have_the_bits_of_arrays(fitted, applied):
    transform = Transform(everything).fit(table_of([*ROWS, *fitted]))
    module = transform.to_torch()
    assert_same_bits(transform.apply(table_of(applied)), module(module.inputs(table_of(applied))))
    assert_same_bits(transform.apply(applied), module(module.inputs(applied)))


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(5, 3)
        self.line = torch.nn.Linear(5, 1)

    def forward(self, numeric, categorical):
        words = self.words(categorical[:, 0])
        return self.line(torch.cat([numeric, words], dim=1))[:, 0]


def features(c):
    return {
        "numeric": t.concat(t.z_score(t.log1p(c["far"])), t.sin_of(t.hour(c["at"]), 24)),
        "categorical": t.concat(t.vocabulary(c["carrier"], oov_buckets=2)),
    }


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "far": [100.0, 250.0, 1000.0, 17.0] * 5,
            "at": pd.date_range("2013-01-01", periods=20, freq="7h", tz="UTC"),
            "carrier": ["UA", "AA"] * 10,
        }
    )


def test_a_program_of_transform_and_model_gives_what_both_give(frame, tmp_path):
    transform, net = Transform(features).fit(frame), Net().eval()
    program = load_program(transform.export(net, tmp_path / "program.pt2"))
    for count in (1, 3, 20):
        some = frame.head(count)
        arrays = transform.apply(some)
        with torch.inference_mode():
            expected = net(**{name: torch.from_numpy(each) for name, each in arrays.items()})
        assert torch.equal(program(some), expected)
        rows = some.assign(at=some["at"].map(pd.Timestamp.isoformat)).to_dict("records")
        assert torch.equal(program(rows), expected)
    assert program.transform == transform


INSIDE = [
    "log",
    "compared",
    "year",
    "between",
    "deep",
    "normal",
    "hot",
    "documents",
    "pca",
    "target",
]


def test_a_torch_model_takes_a_function_as_its_transform(frame, tmp_path):
    transform, net = Transform(features).fit(frame), Net()
    model = TorchModel(net, transform)
    for name, content in model.files({}).items():
        (tmp_path / name).write_bytes(content)
    again = TorchModel.open(tmp_path, {"signature": {"output": "probability"}})
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    assert [each["name"] for each in model.own_signature()["inputs"]] == ["far", "at", "carrier"]
    with pytest.raises(InvalidInput, match="no output 'categorical'"):
        TorchModel(net, Transform(lambda c: {"numeric": t.concat(c["far"])}))


def test_a_program_computes_all_but_text_inside(tmp_path):
    table = table_of([{**ROWS[0], "x": 0.1 * place} for place in range(9)] + ROWS)
    transform = Transform(lambda c: {name: everything(c)[name] for name in INSIDE}).fit(table)
    program = load_program(transform.export(None, tmp_path / "program.pt2"))
    assert_same_bits(transform.apply(table), program(table))


def test_named_columns_are_exported_too(frame, tmp_path):
    transform = Transform(["far"], ["carrier"]).fit(frame)
    program = load_program(transform.export(None, tmp_path / "program.pt2"))
    holes = frame.assign(far=[np.nan, np.inf, *frame["far"][2:]])
    assert_same_bits(transform.apply(holes), program(holes))


class Picky(torch.nn.Module):
    def forward(self, numeric, categorical):
        return numeric if numeric.sum().item() > 0 else -numeric


def test_misuse_is_said(frame, tmp_path):
    with pytest.raises(InvalidInput, match="not fitted"):
        Transform(features).to_torch()
    fitted = Transform(features).fit(frame)
    with pytest.raises(InvalidInput, match="Picky cannot be saved as a graph"):
        fitted.export(Picky(), tmp_path / "program.pt2")
    with pytest.raises(InvalidInput, match=r"Linear cannot be saved as a graph.*by name"):
        fitted.export(torch.nn.Linear(2, 1), tmp_path / "program.pt2")
    with pytest.raises(NotFound, match="no program at"):
        load_program(tmp_path / "nothing.pt2")
