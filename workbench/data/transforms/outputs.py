"""Values as they leave a transform: single precision, or 64-bit whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.graph import Graph, Node, State
from workbench.data.transforms.operations import OPS

LARGEST = float(np.finfo(np.float32).max)
_MISSING = np.float32(np.nan)  # one NaN among the many that there are


def _number(x: float) -> np.float32:
    if math.isnan(x):
        return _MISSING
    return np.float32(-LARGEST if x < -LARGEST else LARGEST if x > LARGEST else x)


def _vector(values: Sequence[float]) -> npt.NDArray[np.float32]:
    return np.array([_number(each) for each in values], np.float32)


def _numbers(x: Any) -> npt.NDArray[np.float32]:
    result = np.asarray(x).astype(np.float32)
    # Too large a number has become infinite, and a NaN may be any of the many that there are.
    strange = ~np.isfinite(result)
    if strange.any():
        found = result[strange]
        limited = np.clip(found, -LARGEST, LARGEST)
        result[strange] = np.where(np.isnan(found), _MISSING, limited)
    return result


def _codes(codes: Any) -> npt.NDArray[np.int64]:
    return np.asarray(codes).astype(np.int64)


#: By kind, what makes an output of one row's value.
FINISH_ROW: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _number,
    Kind.CODE: np.int64,
    Kind.VECTOR: _vector,
    Kind.CODES: _codes,
}
#: By kind, what makes an output of a batch's values.
FINISH_BATCH: dict[Kind, Callable[[Any], npt.NDArray[Any]]] = {
    Kind.NUMBER: _numbers,
    Kind.CODE: _codes,
    Kind.VECTOR: _numbers,
    Kind.CODES: _codes,
}


def sizes(graph: Graph, states: Mapping[int, State]) -> tuple[int, ...]:
    """Return how many codes there are of each code among the outputs, in order.

    Raises
    ------
    InvalidInput
        If one is a whole number without bounds.
    """
    targets = [graph.nodes[place] for place in graph.outputs.values()]
    codes: list[Node] = []
    for node in targets:
        if node.kind is Kind.CODE:
            codes.append(node)
        elif node.kind is Kind.CODES:
            codes += [graph.nodes[place] for place in node.args]
    return tuple(OPS[node.op].count(node.params, *graph.found(node, states)) for node in codes)
