import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.tracking.filters import parse_where
from workbench.tracking.params import decode, encode, flatten

FACTS: dict[str, dict[str, object]] = {
    "metrics": {"auc": 0.75, "val/loss": 0.4},
    "params": {"lr": 0.01, "optimizer": "adam"},
    "": {"state": "complete", "name": "first", "experiment": "delay"},
}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("metrics.auc > 0.7", True),
        ("metrics.auc > 0.7 and params.lr < 0.1", True),
        ("metrics.auc > 0.7 AND params.lr >= 0.1", False),
        ("params.optimizer = 'adam'", True),
        ("params.optimizer != adam", False),
        ("metrics.val/loss <= 0.4", True),
        ("metrics.`val/loss`<0.4", False),
        ("state = complete and name == 'first'", True),
        ("metrics.missing > 0", False),
        ("params.optimizer > 3", False),
    ],
)
def test_a_filter_is_true_or_not(where, expected):
    assert all(term.holds(FACTS) for term in parse_where(where)) is expected


@pytest.mark.parametrize(
    "where",
    [
        "",
        "auc > 0.7",
        "metrics.auc > 0.7 or params.lr < 1",
        "__import__('os').system('true')",
        "metrics.auc >",
        "metrics.auc > 0.7 and",
    ],
)
def test_what_is_no_filter_is_refused(where):
    with pytest.raises(InvalidInput, match="cannot be read"):
        parse_where(where)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3),
    )
)
def test_a_param_comes_back_as_it_was(value):
    assert decode(encode(value)) == value


def test_nested_params_are_joined_by_dots():
    assert flatten({"a": {"b": {"c": 1}}, "d": {}}) == {"a.b.c": 1, "d": {}}
