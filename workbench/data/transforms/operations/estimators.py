"""scikit-learn's transformers, computed by scikit-learn itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.lanes import RowLane
from workbench.data.transforms.operations.registry import Params, op


@op("sklearn", Kind.VECTOR, host=True)
def _sklearn(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    from workbench.data.transforms.estimators import unpack

    estimator = unpack(state["estimator"])
    width = state["width"]

    def transform(rows: Any) -> Any:
        if not len(rows):
            return np.empty((0, width))
        result = estimator.transform(rows)
        return np.asarray(result.toarray() if hasattr(result, "toarray") else result, np.float64)

    if isinstance(lane, RowLane):
        return lambda *numbers: transform(np.array([numbers]))[0].tolist()
    return lambda *numbers: transform(lane.stack(numbers))
