import cloudpickle
import pytest

from workbench.core.errors import InvalidInput
from workbench.training.functions import bind_params, pack, source_of


def fit(ctx, epochs, lr=0.1):
    return helper(epochs), lr


def helper(value):
    return value + 1


def test_defaults_are_params_too():
    assert bind_params(fit, {"epochs": 3}) == {"epochs": 3, "lr": 0.1}


def test_an_unknown_param_is_refused_with_the_nearest_name():
    with pytest.raises(InvalidInput, match=r"'epoch'.*did you mean 'epochs'"):
        bind_params(fit, {"epoch": 3})


def test_a_missing_param_is_named():
    with pytest.raises(InvalidInput, match="needs the param 'epochs'"):
        bind_params(fit, {})


def test_any_param_goes_where_the_function_takes_any():
    assert bind_params(lambda ctx, **params: None, {"a": 1}) == {"a": 1}


def test_a_function_without_a_context_is_refused():
    with pytest.raises(InvalidInput, match="takes no context"):
        bind_params(lambda: None, {})
    with pytest.raises(InvalidInput, match="cannot be called"):
        bind_params(3, {})  # type: ignore[arg-type]


def test_the_source_is_kept():
    assert "def fit(ctx" in (source_of(fit) or "")


def test_a_function_of_a_file_beside_travels_with_its_module():
    packed = pack(fit, 1)
    assert b"helper" in packed
    function, arguments = cloudpickle.loads(packed)
    assert function(None, 4) == (5, 0.1)
    assert arguments == (1,)
