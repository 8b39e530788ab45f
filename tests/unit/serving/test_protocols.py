"""Requests in two protocols become rows; rows become what a model takes, or a clear error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.features.definitions.values import read_value
from workbench.serving import protocols
from workbench.serving.inputs import Inputs

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(
    st.sampled_from(["instances", "inputs", "id", "name", "data", "shape"]), JSON, max_size=3
)


@given(BODIES)
def test_any_json_gives_rows_or_a_clear_refusal(content: dict[str, object]) -> None:
    for reader in (protocols.rows_of_predict, protocols.rows_of_infer):
        try:
            rows = reader(content)
        except InvalidInput:
            continue
        assert rows
        assert all(isinstance(row, dict) for row in rows)


def test_rows_and_columns_of_tensorflow_serving_mean_the_same() -> None:
    by_row = {"instances": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}
    by_column = {"inputs": {"a": [1, 2], "b": ["x", "y"]}}
    assert protocols.rows_of_predict(by_row) == protocols.rows_of_predict(by_column)
    assert protocols.predict_answer(by_row, [0.5, 0.25]) == {"predictions": [0.5, 0.25]}
    assert protocols.predict_answer(by_column, [0.5, 0.25]) == {"outputs": [0.5, 0.25]}


def test_an_inference_request_and_its_answer() -> None:
    content = {
        "id": "42",
        "inputs": [
            {"name": "a", "shape": [2, 1], "datatype": "FP64", "data": [[1.5], [2.5]]},
            {"name": "b", "shape": [2], "datatype": "BYTES", "data": ["x", "y"]},
        ],
    }
    assert protocols.rows_of_infer(content) == [{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}]
    answer = protocols.infer_answer(content, "delay", "3", [0.1, 0.9])
    assert answer["id"] == "42"
    assert answer["outputs"][0] == {
        "name": "probability",
        "shape": [2],
        "datatype": "FP64",
        "data": [0.1, 0.9],
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "no 'inputs'"),
        (
            {"inputs": [{"name": "a", "shape": [3], "data": [1]}]},
            r"'a' has shape \[3\] and 1 values",
        ),
        ({"inputs": [{"name": "a", "shape": [1, 2], "data": [1, 2]}]}, "'a' has shape"),
        ({"inputs": [{"name": "a"}]}, "'a' has no 'data'"),
        (
            {"inputs": [{"name": "a", "data": [1]}, {"name": "b", "data": [1, 2]}]},
            "'a' has 1 values",
        ),
    ],
)
def test_a_tensor_that_is_no_column_is_named(content: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        protocols.rows_of_infer(content)


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not JSON"):
        protocols.read_json(b"{oops")
    with pytest.raises(InvalidInput, match="a list"):
        protocols.read_json(b"[1]")


def test_metadata_says_what_a_model_takes() -> None:
    signature = {"inputs": [{"name": "a", "type": "float64"}, {"name": "b", "type": "string"}]}
    said = protocols.model_metadata("delay", "3", signature, "workbench_torch")
    assert [(each["name"], each["datatype"]) for each in said["inputs"]] == [
        ("a", "FP64"),
        ("b", "BYTES"),
    ]


INPUTS = Inputs({"temp": "float64", "carrier": "string"}, fetched={"temp": ("origin", "hour")})


def test_what_the_request_gives_wins_over_what_was_found() -> None:
    assert INPUTS.complete({"carrier": "UA", "temp": 3}, {"temp": 9.0}) == {
        "temp": 3.0,
        "carrier": "UA",
    }
    assert INPUTS.complete({"carrier": "UA"}, {"temp": None}) == {"temp": None, "carrier": "UA"}


def test_an_absent_column_is_named_with_the_way_out() -> None:
    with pytest.raises(InvalidInput, match=r"no 'hour', by which the feature 'temp' is looked up"):
        INPUTS.complete({"carrier": "UA", "origin": "JFK"}, {})
    with pytest.raises(InvalidInput, match=r"no column 'carrier'.*did you mean 'carier'"):
        INPUTS.complete({"carier": "UA", "temp": 1}, {})


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        (None, "float64", None),
        (float("nan"), "int64", None),
        (2, "float32", 2.0),
        (2.0, "int64", 2),
        (1, "bool", True),
        ("x", "string", "x"),
        ("2013-11-01T08:00:00Z", "timestamp", datetime(2013, 11, 1, 8, tzinfo=UTC)),
        ("2013-11-01T09:00:00+01:00", "timestamp", datetime(2013, 11, 1, 8, tzinfo=UTC)),
        ("2013-11-01", "date", datetime(2013, 11, 1, tzinfo=UTC).date()),
    ],
)
def test_values_are_read_as_their_type(value: object, kind: str, read: object) -> None:
    assert read_value(value, kind, "c", "the request") == read


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("warm", "float64"),
        (True, "float64"),
        (2.5, "int64"),
        (float("inf"), "int64"),
        (2, "bool"),
        (7, "string"),
        ("soon", "timestamp"),
        (1, "timestamp"),
        ([1], "float64"),
        ({}, "bool"),
    ],
)
def test_a_value_of_another_type_is_named_with_its_column(value: object, kind: str) -> None:
    with pytest.raises(InvalidInput, match="instance 1 has 'c' = "):
        read_value(value, kind, "c", "instance 1")
