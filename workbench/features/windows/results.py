"""What a request reads of a key's tiles: each result from each tile to the newest one."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate
from math import isfinite, nan, sqrt
from types import NoneType
from typing import Any

import msgpack

from workbench.core.errors import InvalidInput
from workbench.features.windows.layout import Layout, Series
from workbench.features.windows.tiles import NEVER, Tile

MOST_VALUES = 10_000
_BEYOND = 1 << 63
_WHOLE = struct.Struct("=q").unpack_from
_FLOAT = struct.Struct("=d").unpack_from
_OFFSET = struct.Struct("=II").unpack_from


@dataclass(frozen=True)
class Result:
    """What is kept for reading: a function of a column, from each tile of a series on.

    Besides those of features there is ``centre``, the mean that a deviation is taken from.
    """

    series: int
    function: str
    column: int | None
    k: int


def check_values(layout: Layout, series: Series, kept: Sequence[Tile]) -> None:
    """Refuse tiles that count more than 10,000 values, tile by tile; raises InvalidInput."""
    for position, (part, column) in enumerate(series.parts, start=2):
        if part != "values":
            continue
        held = sum(len(tile[position] or ()) for tile in kept)
        if held > MOST_VALUES:
            raise InvalidInput(
                f"a key has {held:,} different values of {layout.inputs[column].name!r} to count, "
                f"and at most {MOST_VALUES:,} are kept online",
                hint="group the values into fewer, or take a shorter window",
            )


def suffixes(
    series: Series, numbers: Sequence[int], kept: Sequence[Tile], wanted: Sequence[Result]
) -> list[list[Any]]:
    """Return each result from each tile to the newest one, worked out from the newest back.

    Raises
    ------
    InvalidInput
        If a sum of whole numbers passes 64 bits.
    """
    if not kept:
        return [[] for _ in wanted]
    columns = [column[::-1] for column in zip(*kept, strict=True)]
    parts = dict(zip(series.parts, columns[2:], strict=True))
    counted = {
        column: list(accumulate(each or 0 for each in values))
        for (part, column), values in parts.items()
        if part == "count"
    }
    behind = [numbers[-1] - each for each in reversed(numbers)]
    found = []
    for each in wanted:
        if each.column is None:
            result: list[Any] = list(accumulate(columns[0]))
        else:
            result = _result(each, counted[each.column], parts, each.column, behind)
        result.reverse()
        found.append(result)
    return found


def _result(
    wanted: Result,
    counts: list[int],
    parts: Mapping[tuple[str, int], Sequence[Any]],
    column: int,
    behind: Sequence[int],
) -> list[Any]:
    """Return a function's value of the newest tile, of the two newest, and so on."""
    function = wanted.function
    if function == "count":
        return list(counts)
    if function in ("distinct", "top_k"):
        return _counted(parts["values", column], wanted.k if function == "top_k" else 0)
    if function in ("std", "centre"):
        moments = _moments(parts["count", column], parts["moments", column])
        if function == "centre":
            return [mean for mean, _ in moments]
        return [
            sqrt(total / (count - 1)) if count > 1 else None
            for (_, total), count in zip(moments, counts, strict=True)
        ]
    if function == "decayed":
        aged = zip(parts["decayed", column], behind, strict=True)
        running = accumulate(0.0 if value is None else value * 2.0**-age for value, age in aged)
    elif function in ("min", "max"):
        running = accumulate(parts[function, column], _least if function == "min" else _greatest)
    else:
        running = accumulate(0 if each is None else each for each in parts["sum", column])
    if function == "mean":
        pairs = zip(running, counts, strict=True)
        return [total / count if count else None for total, count in pairs]
    values = [value if count else None for value, count in zip(running, counts, strict=True)]
    if function == "sum":
        _check_sums(values)
    return values


def _least(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _greatest(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _moments(counts: Sequence[int | None], moments: Sequence[Any]) -> list[tuple[float, float]]:
    """Return means and sums of squared distances from them (Chan, Golub and LeVeque 1983)."""
    count, mean, squares = 0, 0.0, 0.0
    found = []
    for more, moment in zip(counts, moments, strict=True):
        if more:
            both = count + more
            away = moment[0] - mean
            mean += away * (more / both)
            squares += moment[1] + away * away * (count * more / both)
            count = both
        found.append((mean, squares))
    return found


def _counted(tiles: Sequence[dict[Any, int] | None], k: int) -> list[Any]:
    """Return the `k` most frequent values, or, if `k` is 0, how many values there are."""
    counts: dict[Any, int] = {}
    best: list[Any] = []
    found: list[Any] = []
    for tile in tiles:
        for value, count in (tile or {}).items():
            counts[value] = counts.get(value, 0) + count
        if k and tile:
            # Counts grow as tiles are added, so only these can be among the first now.
            candidates = {*best, *tile}
            best = nsmallest(k, candidates, key=lambda value: (-counts[value], value))
        found.append((best or None) if k else len(counts))
    return found


def _check_sums(values: Sequence[Any]) -> None:
    for value in values:
        if type(value) is int and not NEVER < value < _BEYOND:
            raise InvalidInput(
                f"the sum of whole numbers {value:,} passes 64 bits",
                hint="cast the column to float64",
            )


def stored(column: list[Any]) -> list[Any]:
    """Return values in the shortest form of which one can be read alone."""
    kinds = set(map(type, column))
    missing = NoneType in kinds
    kinds.discard(NoneType)
    if kinds <= {int} and NEVER not in column:
        filled = [NEVER if each is None else each for each in column] if missing else column
        try:
            return ["q", array("q", filled).tobytes()]
        except OverflowError:
            pass  # unsigned numbers past 63 bits
    elif kinds == {float}:
        filled = [nan if each is None else each for each in column] if missing else column
        return ["d", array("d", filled).tobytes()]
    offsets, parts = array("I", [0]), []
    for each in column:
        parts.append(msgpack.packb(each))
        offsets.append(offsets[-1] + len(parts[-1]))
    return ["o", offsets.tobytes(), b"".join(parts)]


def value_at(stored: list[Any], index: int) -> Any:
    """Return one of the values that `stored` keeps."""
    if stored[0] == "q":
        whole = _WHOLE(stored[1], 8 * index)[0]
        return None if whole == NEVER else whole
    if stored[0] == "d":
        number = _FLOAT(stored[1], 8 * index)[0]
        return number if isfinite(number) else None
    start, end = _OFFSET(stored[1], 4 * index)
    return msgpack.unpackb(stored[2][start:end])


def length(stored: list[Any]) -> int:
    """Return how many values `stored` keeps."""
    return len(stored[1]) // 4 - 1 if stored[0] == "o" else len(stored[1]) // 8
