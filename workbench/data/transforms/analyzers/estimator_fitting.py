"""Fitting scikit-learn's transformers: batch by batch where they can, else on a sample of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.data.hashing import mixed
from workbench.data.transforms.analyzers.analyzer import Analyzer, State, nothing_in
from workbench.data.transforms.estimators import pack, unpack

#: Rows that a transformer without `partial_fit` is fitted on, at most; which, their places say.
MOST = 200_000


class EstimatorOnRows(Analyzer):
    """A transformer fitted on all rows, or on a sample of `MOST` of more."""

    name = "sklearn_rows"

    def partial(self, *values: Any) -> State:
        """Return the rows with the smallest priorities; the last value says their places."""
        *numbers, positions = values
        rows = np.stack(np.broadcast_arrays(*numbers), axis=1)
        return _sampled(rows, mixed(positions).astype(np.uint64))

    def merge(self, state: State, more: State) -> State:
        """Return the sample of both."""
        return _sampled(
            np.concatenate([state["rows"], more["rows"]]),
            np.concatenate([state["priority"], more["priority"]]),
        )

    def finish(self, state: State, what: str) -> State:
        """Return the fitted transformer."""
        if not len(state["rows"]):
            raise nothing_in(what)
        return _finished(unpack(self.params["estimator"]).fit(state["rows"]), state["rows"][:1])


class EstimatorStreamed(Analyzer):
    """A transformer with `partial_fit`, which sees all rows, in order."""

    name = "sklearn_streamed"
    mergeable = False

    def partial(self, *values: Any) -> State:
        """Return the batch's rows."""
        return {"rows": np.stack(np.broadcast_arrays(*values), axis=1)}

    def merge(self, state: State, more: State) -> State:
        """Return the transformer that has seen more rows."""
        if "estimator" not in state:
            first = state["rows"]
            state = {"estimator": unpack(self.params["estimator"]), "first": first[:1]}
            state["estimator"].partial_fit(first)
        state["estimator"].partial_fit(more["rows"])
        return state

    def finish(self, state: State, what: str) -> State:
        """Return the fitted transformer."""
        if "estimator" not in state:
            if not len(state["rows"]):
                raise nothing_in(what)
            fitted = unpack(self.params["estimator"]).partial_fit(state["rows"])
            return _finished(fitted, state["rows"][:1])
        return _finished(state["estimator"], state["first"])


def _sampled(rows: Any, priority: Any) -> State:
    if len(rows) > MOST:
        kept = np.sort(np.argsort(priority, kind="stable")[:MOST])
        rows, priority = rows[kept], priority[kept]
    return {"rows": rows, "priority": priority}


def _finished(estimator: Any, row: Any) -> State:
    return {"estimator": pack(estimator), "width": int(estimator.transform(row).shape[1])}
