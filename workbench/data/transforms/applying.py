"""A fitted graph bound to its lanes: ready for a row, or for a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from workbench.data.transforms.graph import Graph, State
from workbench.data.transforms.lanes import ArrayLane, Batch, RowLane
from workbench.data.transforms.outputs import FINISH_BATCH, FINISH_ROW
from workbench.data.transforms.plans import Plan, bind
from workbench.data.transforms.transform import Arrays, unknown


class Applied:
    """What computes a graph's outputs.

    Parameters
    ----------
    graph : Graph
    states : mapping of int to dict
        What its analyzers found.
    """

    def __init__(self, graph: Graph, states: Mapping[int, State]) -> None:
        self._graph = graph
        self._states = states
        self._row = bind(graph, states, RowLane(), graph.outputs.values())
        self._finish: list[tuple[str, int, Callable[[Any], Any]]] = [
            (name, place, FINISH_ROW[graph.nodes[place].kind])
            for name, place in graph.outputs.items()
        ]
        self._batch: dict[bool, Plan] = {}

    def row(self, row: Mapping[str, Any]) -> Arrays:
        """Return the outputs of one row.

        Raises
        ------
        InvalidInput
            If a column is not in the row, or holds what it is not read as.
        """
        try:
            values = self._row.run(row)
        except KeyError as error:
            if error.args and error.args[0] in self._graph.columns:
                raise unknown(error.args[0], row) from None
            raise
        return {name: finish(values[place]) for name, place, finish in self._finish}

    def batch(self, batch: Batch, *, training: bool = False) -> Arrays:
        """Return the outputs of many rows; with `training`, of those that were fitted on."""
        graph = self._graph
        if training not in self._batch:
            targets = graph.outputs.values()
            self._batch[training] = bind(
                graph, self._states, ArrayLane(), targets, training=training
            )
        with np.errstate(all="ignore"):
            values = self._batch[training].run(batch)
            return {
                name: FINISH_BATCH[graph.nodes[place].kind](values[place])
                for name, place in graph.outputs.items()
            }

    def no_rows(self) -> Arrays:
        """Return the outputs of no rows, in the shape of some."""
        import pyarrow as pa

        return self.batch(Batch(pa.table({name: pa.nulls(0) for name in self._graph.columns})))
