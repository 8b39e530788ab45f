"""Numbers from numbers; of a missing one, missing, unless an operation says otherwise."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from workbench.data.transforms import numerics
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.numerics import is_missing
from workbench.data.transforms.operations.registry import Params, op, simple

simple("add", operator.add)
simple("subtract", operator.sub)
simple("multiply", operator.mul)
simple("negative", operator.neg)
simple("absolute", operator.abs)


@op("constant")
def _constant(lane: Any, params: Params) -> Callable[..., Any]:
    value = params["value"]
    return lambda: value


@op("divide")
def _divide(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.divide  # type: ignore[no-any-return]  # a lane's own


@op("sqrt")
def _sqrt(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.sqrt  # type: ignore[no-any-return]  # a lane's own


@op("floor")
def _floor(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.floor  # type: ignore[no-any-return]  # a lane's own


@op("log")
def _log(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda x: numerics.log(lane, x)


@op("log1p")
def _log1p(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda x: numerics.log1p(lane, x)


@op("turn_sine")
def _sine(lane: Any, params: Params) -> Callable[..., Any]:
    period = params["period"]
    return lambda x: numerics.turn(lane, x, period)[0]


@op("turn_cosine")
def _cosine(lane: Any, params: Params) -> Callable[..., Any]:
    period = params["period"]
    return lambda x: numerics.turn(lane, x, period)[1]


@op("clip")
def _clip(lane: Any, params: Params) -> Callable[..., Any]:
    low = -math.inf if params["low"] is None else params["low"]
    high = math.inf if params["high"] is None else params["high"]
    where = lane.where
    return lambda x: where(x < low, low, where(x > high, high, x))


def _compared(lane: Any, holds: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    where = lane.where

    def compare(x: Any, y: Any) -> Any:
        return where(is_missing(x) | is_missing(y), math.nan, where(holds(x, y), 1.0, 0.0))

    return compare


@op("less")
def _less(lane: Any, params: Params) -> Callable[..., Any]:
    return _compared(lane, operator.lt)


@op("less_equal")
def _less_equal(lane: Any, params: Params) -> Callable[..., Any]:
    return _compared(lane, operator.le)


@op("equal")
def _equal(lane: Any, params: Params) -> Callable[..., Any]:
    return _compared(lane, operator.eq)


@op("both")
def _both(lane: Any, params: Params) -> Callable[..., Any]:
    return _compared(lane, lambda x, y: (x != 0.0) & (y != 0.0))


@op("either")
def _either(lane: Any, params: Params) -> Callable[..., Any]:
    return _compared(lane, lambda x, y: (x != 0.0) | (y != 0.0))


@op("opposite")
def _opposite(lane: Any, params: Params) -> Callable[..., Any]:
    where = lane.where
    return lambda x: where(is_missing(x), math.nan, where(x == 0.0, 1.0, 0.0))


@op("where")
def _where(lane: Any, params: Params) -> Callable[..., Any]:
    where = lane.where
    return lambda holds, this, that: where(
        is_missing(holds), math.nan, where(holds != 0.0, this, that)
    )


@op("fill")
def _fill(lane: Any, params: Params) -> Callable[..., Any]:
    where = lane.where
    return lambda x, instead: where(is_missing(x), instead, x)


@op("is_missing")
def _is_missing(lane: Any, params: Params) -> Callable[..., Any]:
    where = lane.where
    return lambda x: where(is_missing(x), 1.0, 0.0)


@op("found")
def _found(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    value = state[params["figure"]]
    for each in params.get("at", ()):
        value = value[each]
    return lambda: value


@op("code_number")
def _code_number(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.to_number  # type: ignore[no-any-return]  # a lane's own


@op("to_code", Kind.CODE)
def _to_code(lane: Any, params: Params) -> Callable[..., Any]:
    missing, where = params["missing"], lane.where
    bound = float(2**62)

    def convert(x: Any) -> Any:
        whole = where(x < -bound, -bound, where(x > bound, bound, lane.floor(x)))
        return lane.to_code(where(is_missing(x), float(missing), whole))

    return convert
