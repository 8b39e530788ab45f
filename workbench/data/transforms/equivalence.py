"""A transform of named columns as the function that computes the same bits."""

from __future__ import annotations

from workbench.data.transforms import mappers, scalers
from workbench.data.transforms.columns_transform import ColumnsTransform
from workbench.data.transforms.expressions import Columns, Expression
from workbench.data.transforms.function_transform import FunctionTransform
from workbench.data.transforms.graph import Node, State


def as_function(named: ColumnsTransform) -> FunctionTransform:
    """Return the function's transform, with what the columns' has learned."""

    def outputs(c: Columns) -> dict[str, Expression]:
        numbers = [mappers.number(c[name]) for name in named.numeric]
        missing = [mappers.is_missing(x) for x in numbers]
        scaled = [mappers.where(mappers.is_missing(x), 0.0, scalers.z_score(x)) for x in numbers]
        codes = [scalers.vocabulary(c[name]) for name in named.categorical]
        both = {"numeric": [*scaled, *missing], "categorical": codes}
        return {name: mappers.concat(*parts) for name, parts in both.items() if parts}

    transform = FunctionTransform(outputs)
    nodes = transform.graph.nodes
    transform.states = {
        place: _learned(named, nodes[node.args[0]].params["column"], node)
        for place, node in enumerate(nodes)
        if node.op in ("moments", "words")
    }
    transform.fitted_on = named.fitted_on
    return transform


def _learned(named: ColumnsTransform, column: str, analyzer: Node) -> State:
    if analyzer.op == "moments":
        return {"mean": named.mean_[column], "std": named.std_[column]}
    return {"words": list(named.vocabulary_[column])}
