import math
import string
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.training.checkpoints import pack_checkpoint, unpack_checkpoint

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
keys = st.text(string.ascii_letters + ".0", max_size=5) | st.integers()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(string.ascii_letters, min_size=1), trees, max_size=4))
def test_what_goes_in_comes_out(state):
    state.pop("step", None)
    assert unpack_checkpoint(pack_checkpoint(state, 3)) == {"step": 3, **state}


def test_tensors_keep_type_shape_and_bits():
    shared = torch.randn(4, 4)
    state: dict[str, Any] = {
        "half": torch.tensor([1.5, math.nan, math.inf], dtype=torch.bfloat16),
        "whole": torch.tensor(7),
        "view": shared.t(),
        "same": shared,
        "empty": torch.zeros(0, 3),
        "array": np.arange(6, dtype=np.int16).reshape(2, 3).T,
    }
    back = unpack_checkpoint(pack_checkpoint(state, 0))
    for name in ("half", "whole", "view", "same", "empty"):
        assert back[name].dtype == state[name].dtype
        assert torch.equal(back[name].nan_to_num(), state[name].nan_to_num())
    assert np.array_equal(back["array"], state["array"])
    assert back["array"].dtype == np.int16


def test_an_optimiser_goes_on_as_if_nothing_had_happened():
    def steps(count, state=None):
        torch.manual_seed(0)
        net = torch.nn.Linear(3, 1)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        if state:
            net.load_state_dict(state["net"])
            optimizer.load_state_dict(state["optimizer"])
        data = torch.ones(5, 3)
        for _ in range(count):
            optimizer.zero_grad()
            net(data).sum().backward()
            optimizer.step()
        return {"net": net, "optimizer": optimizer}

    halfway = unpack_checkpoint(pack_checkpoint(steps(3), 3))
    assert torch.equal(steps(3, halfway)["net"].weight, steps(6)["net"].weight)


def test_a_later_change_does_not_reach_a_checkpoint():
    weight = torch.zeros(3)
    files = pack_checkpoint({"weight": weight}, 0)
    weight += 1
    assert torch.equal(unpack_checkpoint(files)["weight"], torch.zeros(3))


@pytest.mark.parametrize(
    ("state", "where"),
    [({"a": {"b": [object()]}}, r"state\.a\.b\.0"), ({"a": {(1, 2): 3}}, r"state\.a")],
)
def test_what_cannot_be_kept_is_named(state, where):
    with pytest.raises(InvalidInput, match=where):
        pack_checkpoint(state, 0)
