"""Several numbers, or several codes, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.operations.registry import Params, op


@op("stack", Kind.VECTOR)
def _stack(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda *numbers: lane.stack(numbers)


@op("stack_codes", Kind.CODES)
def _stack_codes(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda *codes: lane.stack(codes)


@op("concat", Kind.VECTOR)
def _concat(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda *parts: lane.concat(parts)


@op("pca", Kind.VECTOR)
def _pca(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    means = [float(each) for each in state["means"]]
    components = [[float(each) for each in row] for row in state["components"]]

    def project(*numbers: Any) -> Any:
        centred = [x - mean for x, mean in zip(numbers, means, strict=True)]
        return lane.stack([_dot(centred, row) for row in components])

    return project


def _dot(values: list[Any], weights: list[float]) -> Any:
    # Summed in one order, where a matrix product's depends on the shape.
    total = values[0] * weights[0]
    for value, weight in zip(values[1:], weights[1:], strict=True):
        total = total + value * weight
    return total
