"""A transform written as a function over columns: traced, fitted in layers, applied as a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.data.transforms.applying import Applied
from workbench.data.transforms.expressions import trace
from workbench.data.transforms.graph import Graph, State, build
from workbench.data.transforms.lanes import Batch
from workbench.data.transforms.outputs import sizes
from workbench.data.transforms.transform import FUNCTION_FORMAT, Arrays, Traced, Transform

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset

#: Rows that are computed at once: few enough for a processor's cache.
BATCH = 1 << 15


class FunctionTransform(Transform):
    """A transform of a traced function; ``Transform(function)`` makes one.

    Attributes
    ----------
    states : dict of int to dict
        What each analyzer found, by its place in the graph.
    """

    def __init__(
        self,
        numeric: Traced | Graph | Sequence[str] = (),
        categorical: Sequence[str] = (),
        *,
        min_count: int = 1,
    ) -> None:
        if categorical or min_count != 1:
            raise InvalidInput(
                "a function has columns named beside it", hint="name them inside: c['carrier']"
            )
        self._graph = numeric if isinstance(numeric, Graph) else build(trace(numeric))
        self.states: dict[int, State] | None = None

    @property
    def graph(self) -> Graph:
        """What is computed, and from which columns; its repr shows it."""
        return self._graph

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that applying reads."""
        return self.graph.columns

    @property
    def numeric(self) -> tuple[str, ...]:
        """The columns that are read as numbers."""
        read = {node.column for node in self.graph.nodes if node.op == "number"}
        return tuple(name for name in self.columns if name in read)

    @property
    def categorical(self) -> tuple[str, ...]:
        """The columns that are read as text, times or tokens."""
        numeric = self.numeric
        return tuple(name for name in self.columns if name not in numeric)

    @property
    def fitted(self) -> bool:
        """Whether it can be applied."""
        return self.states is not None or not self.graph.layers

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it gives."""
        return tuple(self.graph.outputs)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes there are, 0 included, of each code among the outputs, in order.

        Raises
        ------
        InvalidInput
            If one is a whole number without bounds.
        """
        self._check_fitted()
        return sizes(self.graph, self.states or {})

    @property
    def width(self) -> int:
        """Columns of all outputs that are numbers."""
        results = self._applied.no_rows().values()
        numbers = [each for each in results if each.dtype == np.float32]
        return sum(1 if each.ndim == 1 else each.shape[1] for each in numbers)

    def fit(
        self,
        data: Dataset | pd.DataFrame | pa.Table | str,
        *,
        split: str | None = None,
        cluster: bool = False,
    ) -> FunctionTransform:
        """Show all rows to the analyzers, and return this transform.

        As many passes as analyzers depend on one another; a dataset's files that an equal analyzer
        has seen before are not read again.

        Parameters
        ----------
        data : Dataset, pandas.DataFrame, pyarrow.Table or str
            A string is a dataset's reference.
        split : str, optional
            Only this split of a dataset.
        cluster : bool
            Whether the workers of Ray read a dataset's files; the result is the same.

        Raises
        ------
        InvalidInput
            If a column is missing, holds what it is not read as, or has no values at all; or with
            `cluster`, if `data` is a frame.
        """
        from workbench.data.datasets.sources import open_source
        from workbench.data.transforms import layers

        source = open_source(data, split=split, columns=self.graph.fitted_columns)
        compute = None
        if cluster:
            from workbench.data.transforms.workers import on_workers

            compute = on_workers(source)
        self.states = layers.fit(self.graph, source, compute=compute)
        self.fitted_on = source.artifact
        self.__dict__.pop("_applied", None)  # it was bound to what was found before
        return self

    def fit_apply(
        self, data: Dataset | pd.DataFrame | pa.Table | str, *, split: str | None = None
    ) -> Arrays:
        """Fit, and return the numbers to train on.

        They differ from `apply`'s in target encodings, where a row is given the mean of the folds
        that it is not in, so that no row has seen its own label.

        Parameters
        ----------
        data, split
            As for `fit`.
        """
        self.fit(data, split=split)
        return _joined(self.apply_batches(data, split=split, training=True))

    def apply(
        self, frame: pd.DataFrame | pa.Table | Dataset | Sequence[Mapping[str, Any]]
    ) -> Arrays:
        """Return the numbers of many rows.

        Parameters
        ----------
        frame : pandas.DataFrame, pyarrow.Table, Dataset or sequence of rows

        Returns
        -------
        dict
            By output: float32[n] or [n, k] of numbers, missing ones NaN, those beyond single
            precision its largest; int64[n] or [n, k] of codes.

        Raises
        ------
        InvalidInput
            If a column is missing, or holds what it is not read as.
        """
        if isinstance(frame, Sequence) and not isinstance(frame, str):
            applied = self._applied
            rows = [applied.row(each) for each in frame]
            if not rows:
                return applied.no_rows()
            return {name: np.stack([each[name] for each in rows]) for name in self.outputs}
        return _joined(self.apply_batches(frame))

    def apply_batches(
        self,
        data: Dataset | pd.DataFrame | pa.Table | str,
        *,
        split: str | None = None,
        training: bool = False,
        rows: int = BATCH,
    ) -> Iterator[Arrays]:
        """Yield the numbers of at most `rows` rows at a time; otherwise as `apply`.

        Parameters
        ----------
        data : Dataset, pandas.DataFrame, pyarrow.Table or str
        split : str, optional
            Only this split of a dataset.
        training : bool
            As `fit_apply`; for the very rows that it was fitted on.
        rows : int
        """
        applied = self._applied
        from workbench.data.datasets.sources import open_source

        columns = self.graph.fitted_columns if training else self.columns
        source = open_source(data, split=split, columns=columns)
        if not source.rows:
            yield applied.no_rows()
        for part in source.parts:
            start = 0
            for table in part.tables(columns, max(rows, 1 << 17)):
                for first in range(0, table.num_rows, rows):
                    piece = table.slice(first, rows)
                    yield applied.batch(Batch(piece, start), training=training)
                    start += piece.num_rows

    def apply_row(self, row: Mapping[str, Any]) -> Arrays:
        """Return the numbers of one row, the same bits as `apply` gives it.

        Parameters
        ----------
        row : mapping
            A value, or None, for each of `columns`; others are ignored.

        Returns
        -------
        dict
            By output: a float32, an int64, or an array [k] of them.

        Raises
        ------
        InvalidInput
            If a column is not in the row, or holds what it is not read as.
        """
        return self._applied.row(row)

    def to_json(self) -> str:
        """Return graph and states as text; the function itself is not needed again."""
        self._check_fitted()
        states = {str(place): state for place, state in (self.states or {}).items()}
        return self._as_text(states)

    def definition(self) -> str:
        """Return the graph alone, as text for `from_json`."""
        return self._as_text(None)

    def _as_text(self, states: dict[str, State] | None) -> str:
        state = {"format": FUNCTION_FORMAT, "graph": self.graph.to_json(), "states": states}
        return json.dumps(state, ensure_ascii=False)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> FunctionTransform:
        """Return the transform whose parsed JSON this is."""
        transform = cls(Graph.from_json(state["graph"]))
        if state["states"] is not None:
            transform.states = {int(place): found for place, found in state["states"].items()}
            if not {each for layer in transform.graph.layers for each in layer} <= set(
                transform.states
            ):
                raise ValueError("it lacks what an analyzer found")
        return transform

    @cached_property
    def _applied(self) -> Applied:
        self._check_fitted()
        return Applied(self.graph, self.states or {})

    def __getstate__(self) -> dict[str, Any]:
        # Functions bound to a lane are bound again where they are needed.
        return {name: value for name, value in vars(self).items() if name != "_applied"}

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FunctionTransform)
            and self.graph == other.graph
            and self.states == other.states
        )

    __hash__ = None  # type: ignore[assignment]  # it changes when fitted

    def __repr__(self) -> str:
        state = "" if self.fitted else ", not fitted"
        return f"Transform({', '.join(self.columns)} → {', '.join(self.outputs)}{state})"


def _joined(pieces: Iterator[Arrays]) -> Arrays:
    batches = list(pieces)
    return {name: np.concatenate([each[name] for each in batches]) for name in batches[0]}
