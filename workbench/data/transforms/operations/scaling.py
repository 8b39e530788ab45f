"""Numbers brought to one scale; a missing one stays missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.data.transforms.numerics import is_missing, normal_quantile
from workbench.data.transforms.operations.registry import Params, op

#: A rank of 0 or 1 has no normal quantile; scikit-learn's QuantileTransformer stops here too.
EDGE = 1e-7


def _linear(middle: float, spread: float) -> Callable[..., Any]:
    return lambda x: (x - middle) / spread


@op("z_score")
def _z_score(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    return _linear(state["mean"], state["std"] or 1.0)


@op("robust_scale")
def _robust(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    low, middle, high = state["values"]
    return _linear(middle, (high - low) or 1.0)


@op("min_max")
def _min_max(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    # Halves of the bounds, so that their distance cannot overflow.
    start, span = state["min"] / 2, state["max"] / 2 - state["min"] / 2 or 1.0
    low, width = params["low"], params["high"] - params["low"]
    where = lane.where

    def scale(x: Any) -> Any:
        share = (x / 2 - start) / span
        within = where(share < 0.0, 0.0, where(share > 1.0, 1.0, share))
        return within * width + low

    return scale


def _ranked(lane: Any, state: Any) -> Callable[..., Any]:
    """Return a function that gives the share of the fitted values below each value."""
    values, first, last = _knots([float(each) for each in state["values"]])
    table = lane.table(values)
    begin, end = lane.table(first), lane.table(last)
    top = len(values) - 1
    where, take = lane.where, lane.take

    def rank(x: Any) -> Any:
        known = where(is_missing(x), values[0], x)
        above = lane.search(table, known, right=True)
        below = where(above == 0, 0, above - 1)
        after = where(below == top, top, below + 1)
        start, stop = take(table, below), take(table, after)
        gap = where(stop == start, 1.0, stop - start)
        share = (known - start) / gap
        between = take(end, below) + share * (take(begin, after) - take(end, below))
        at = (take(begin, below) + take(end, below)) / 2.0
        inside = where(known == start, at, between)
        inside = where(known < values[0], 0.0, where(known > values[top], 1.0, inside))
        return where(is_missing(x), math.nan, inside)

    return rank


def _knots(values: list[float]) -> tuple[list[float], list[float], list[float]]:
    """Return distinct quantiles, and the first and last share that each stands for."""
    last = max(len(values) - 1, 1)
    first_of: dict[float, float] = {}
    last_of: dict[float, float] = {}
    for place, value in enumerate(values):
        first_of.setdefault(value, place / last)
        last_of[value] = place / last
    return list(first_of), list(first_of.values()), list(last_of.values())


@op("rank")
def _rank(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    return _ranked(lane, state)


@op("quantile_normal")
def _quantile_normal(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    rank, where = _ranked(lane, state), lane.where

    def scale(x: Any) -> Any:
        share = rank(x)
        within = where(share < EDGE, EDGE, where(share > 1.0 - EDGE, 1.0 - EDGE, share))
        return normal_quantile(lane, within)

    return scale
