"""What a sliding window holds, straight from its definition: an event at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean, stdev
from typing import Any

from workbench.features.definitions.aggregations import Aggregation, duration, tile_of

Event = tuple[int, int, Sequence[Any]]
_MICROSECOND = timedelta(microseconds=1)


def values_at(
    aggregations: Sequence[Aggregation], inputs: Sequence[str], events: Sequence[Event], at: int
) -> list[Any]:
    """Return every feature at an instant; events are (event, created, values)."""
    found = []
    for each in aggregations:
        for length in each.lengths:
            window, tile = length // _MICROSECOND, tile_of(length) // _MICROSECOND
            inside = _inside(events, window, tile, at)
            found.append(_value(each, inputs, inside, at))
        if each.half_life is not None:
            half = duration(each.half_life) // _MICROSECOND
            found.append(_value(each, inputs, _inside(events, 64 * half, half, at), at))
    return found


def _inside(events: Sequence[Event], window: int, tile: int, at: int) -> list[Event]:
    return [
        (event, created, values)
        for event, created, values in events
        if max(event, created) <= at < (math.floor(event / tile) + 1) * tile + window
    ]


def _value(each: Aggregation, inputs: Sequence[str], events: list[Event], at: int) -> Any:
    if each.column is None:
        return len(events)
    place = inputs.index(each.column)
    known = [
        (event, created, values[place])
        for event, created, values in events
        if values[place] is not None
        and not (isinstance(values[place], float) and not math.isfinite(values[place]))
    ]
    values = [value for _, _, value in known]
    if each.function == "count":
        return len(values)
    if each.function == "distinct":
        return len(set(values))
    if not values:
        return None
    if each.function == "sum":
        return sum(values)
    if each.function == "mean":
        return fmean(values)
    if each.function == "std":
        return stdev(values) if len(values) > 1 else None
    if each.function == "min":
        return min(values)
    if each.function == "max":
        return max(values)
    if each.function == "last":
        return max(known)[2]
    if each.function == "top_k":
        counted = Counter(values)
        return sorted(counted, key=lambda value: (-counted[value], value))[: each.k]
    half = duration(each.half_life or "") // _MICROSECOND
    return sum(value * 2.0 ** (-(at - event) / half) for event, _, value in known)


def alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Return whether two answers are equal but for what summing floats in another order does."""
    return len(one) == len(other) and all(map(_same, one, other))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return type(one) is type(other) and bool(one == other)
