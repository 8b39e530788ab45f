"""TensorFlow Serving's REST predict and the Open Inference Protocol v2, between bytes and rows.

https://www.tensorflow.org/tfx/serving/api_rest and
https://github.com/kserve/open-inference-protocol say what travels. Pure functions; HTTP is
elsewhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.errors import InvalidInput

Row = dict[str, Any]

_DATATYPES = {
    "bool": "BOOL",
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
    **{
        f"{sign}int{bits}": f"{sign}int{bits}".upper()
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}


def read_json(body: bytes) -> Row:
    """Return the JSON object in a request's body.

    Raises
    ------
    InvalidInput
        If it is not one.
    """
    try:
        content = json.loads(body)
    except ValueError as error:
        raise InvalidInput(f"the request's body is not JSON: {error}", hint="send JSON") from error
    if not isinstance(content, dict):
        raise InvalidInput(
            f"the request's body is a {type(content).__name__}", hint="send a JSON object"
        )
    return content


def rows_of_predict(content: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a TensorFlow Serving request, in its row or its column format.

    Raises
    ------
    InvalidInput
        If it holds neither `instances` nor `inputs`, or they are not rows.

    Examples
    --------
    >>> rows_of_predict({"instances": [{"temp": 3.5}]})
    [{'temp': 3.5}]
    >>> rows_of_predict({"inputs": {"temp": [1, 2], "carrier": ["UA", "DL"]}})
    [{'temp': 1, 'carrier': 'UA'}, {'temp': 2, 'carrier': 'DL'}]
    """
    if "instances" in content:
        instances = content["instances"]
        if not isinstance(instances, list) or not instances:
            raise InvalidInput(
                "'instances' holds no rows", hint='send {"instances": [{"column": value}]}'
            )
        for i, row in enumerate(instances):
            if not isinstance(row, dict):
                raise InvalidInput(
                    f"instance {i} is {row!r:.60}", hint="each instance is an object of columns"
                )
        return instances
    columns = content.get("inputs")
    if not isinstance(columns, dict) or not columns:
        raise InvalidInput(
            "the request has no 'instances'", hint='send {"instances": [{"column": value}]}'
        )
    return _transposed(
        {name: value if isinstance(value, list) else [value] for name, value in columns.items()}
    )


def predict_answer(content: Mapping[str, Any], probabilities: Sequence[float]) -> Row:
    """Return the answer to a TensorFlow Serving request."""
    name = "predictions" if "instances" in content else "outputs"
    return {name: list(probabilities)}


def rows_of_infer(content: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an Open Inference request: one tensor a column, shape [n] or [n, 1].

    Raises
    ------
    InvalidInput
        If it has no inputs, or one is not a column.

    Examples
    --------
    >>> rows_of_infer({"inputs": [{"name": "temp", "shape": [2], "datatype": "FP64",
    ...                            "data": [1.5, 2.5]}]})
    [{'temp': 1.5}, {'temp': 2.5}]
    """
    inputs = content.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise InvalidInput("the request has no 'inputs'", hint="send one tensor a column")
    return _transposed(dict(_column(tensor) for tensor in inputs))


def infer_answer(
    content: Mapping[str, Any], name: str, version: str, probabilities: Sequence[float]
) -> Row:
    """Return the answer to an Open Inference request."""
    answer: Row = {
        "model_name": name,
        "model_version": version,
        "outputs": [
            {
                "name": "probability",
                "shape": [len(probabilities)],
                "datatype": "FP64",
                "data": list(probabilities),
            }
        ],
    }
    return {"id": content["id"], **answer} if "id" in content else answer


def model_metadata(name: str, version: str, signature: Mapping[str, Any], platform: str) -> Row:
    """Return the Open Inference metadata of a model."""
    return {
        "name": name,
        "versions": [version],
        "platform": platform,
        "inputs": [
            {"name": each["name"], "datatype": datatype(each["type"]), "shape": [-1]}
            for each in signature["inputs"]
        ],
        "outputs": [{"name": "probability", "datatype": "FP64", "shape": [-1]}],
    }


def model_status(version: str) -> Row:
    """Return TensorFlow Serving's status of a model that answers."""
    status = {"error_code": "OK", "error_message": ""}
    return {"model_version_status": [{"version": version, "state": "AVAILABLE", "status": status}]}


def datatype(kind: str) -> str:
    """Return the Open Inference name of a column type; text and times are BYTES."""
    return _DATATYPES.get(kind, "BYTES")


def _column(tensor: Any) -> tuple[str, list[Any]]:
    if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
        raise InvalidInput(f"{tensor!r:.60} is not a tensor", hint="give name, shape and data")
    name, data, shape = tensor["name"], tensor.get("data"), tensor.get("shape")
    if not isinstance(data, list):
        raise InvalidInput(f"the input {name!r} has no 'data'", hint="send its values as a list")
    flat = [each[0] if isinstance(each, list) and len(each) == 1 else each for each in data]
    if shape is not None and (
        not isinstance(shape, list)
        or not all(isinstance(size, int) for size in shape)
        or math.prod(shape) != len(flat)
        or math.prod(shape[1:]) != 1
    ):
        raise InvalidInput(
            f"the input {name!r} has shape {shape} and {len(flat)} values",
            hint="each input is one column, of shape [n] or [n, 1]",
        )
    return name, flat


def _transposed(columns: Mapping[str, list[Any]]) -> list[Row]:
    lengths = {name: len(values) for name, values in columns.items()}
    rows = max(lengths.values())
    for name, length in lengths.items():
        if length != rows:
            raise InvalidInput(
                f"the input {name!r} has {length} values where others have {rows}",
                hint="give every column as many values as there are rows",
            )
    if not rows:
        raise InvalidInput("the inputs hold no rows", hint="send at least one value a column")
    return [{name: values[i] for name, values in columns.items()} for i in range(rows)]
