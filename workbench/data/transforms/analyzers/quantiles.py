"""Quantiles of any number of values, from a summary of bounded size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.transforms.analyzers.analyzer import Analyzer, State, nothing_in

#: Distinct values that are kept with their counts; up to here quantiles are exact. Beyond, each
#: further piece of that many rows adds at most 1 / (2 · MOST) to the error in rank, in theory.
MOST = 1 << 17


class Quantiles(Analyzer):
    """Values at given shares of the values that are not missing, as NumPy interpolates them."""

    name = "quantiles"

    def partial(self, *values: Any) -> State:
        """Return distinct values and their counts."""
        x = values[0][np.isfinite(values[0])]
        distinct, counts = np.unique(x + 0.0, return_counts=True)  # −0 is 0
        return _reduced(distinct, counts.astype(np.int64))

    def merge(self, state: State, more: State) -> State:
        """Return the values of both."""
        both = np.concatenate([state["values"], more["values"]])
        order = np.argsort(both, kind="stable")
        counts = np.concatenate([state["counts"], more["counts"]])[order]
        ordered = both[order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(both)])
        return _reduced(ordered[first], np.add.reduceat(counts, first) if len(both) else counts)

    def finish(self, state: State, what: str) -> State:
        """Return the values at ``params["shares"]``."""
        values, counts = state["values"], state["counts"]
        if not len(values):
            raise nothing_in(what)
        upto = np.cumsum(counts)
        ranks = np.array(self.params["shares"]) * float(upto[-1] - 1)
        below = np.floor(ranks)
        lower = values[np.searchsorted(upto, below, side="right")]
        upper = values[np.searchsorted(upto, np.minimum(below + 1, upto[-1] - 1), side="right")]
        part = ranks - below
        # Not the difference times the part: it may overflow.
        return {"values": np.clip(lower * (1 - part) + upper * part, lower, upper).tolist()}


def _reduced(values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> State:
    """Return at most `MOST` values: those in the middle of as many runs of equal weight."""
    if len(values) <= MOST:
        return {"values": values, "counts": counts}
    upto = np.cumsum(counts)
    bounds = np.arange(MOST + 1, dtype=np.int64) * int(upto[-1]) // MOST
    chosen = np.searchsorted(upto, (bounds[:-1] + bounds[1:]) // 2, side="right")
    chosen[0], chosen[-1] = 0, len(values) - 1  # the extremes stay
    kept, first = np.unique(chosen, return_index=True)
    return {"values": values[kept], "counts": np.add.reduceat(np.diff(bounds), first)}
