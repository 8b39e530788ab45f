"""What a request reads of a key's tiles: each result from each tile to the newest one."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import isnan, nan, sqrt
from typing import Any

import msgpack

from workbench.core.errors import InvalidInput
from workbench.features.windows.layout import Layout, Series
from workbench.features.windows.partials import joined
from workbench.features.windows.tiles import NEVER, Tile

MOST_VALUES = 10_000
_BEYOND = 1 << 63
_WHOLE = struct.Struct("=q").unpack_from
_FLOAT = struct.Struct("=d").unpack_from
_OFFSET = struct.Struct("=II").unpack_from


@dataclass(frozen=True)
class Result:
    """What is kept for reading: a function of a column, from each tile of a series on."""

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
    """Return each result from each tile to the newest one, worked out from the newest back."""
    columns: list[list[Any]] = [[] for _ in wanted]
    running: Tile = []
    places = {pair: position for position, pair in enumerate(series.parts, start=2)}
    best: dict[Result, list[Any]] = {}
    for index in range(len(kept) - 1, -1, -1):
        tile = kept[index]
        running = _with(series, running, tile, numbers[-1] - numbers[index])
        for each, column in zip(wanted, columns, strict=True):
            column.append(_final(each, running, tile, places, best))
    for column in columns:
        column.reverse()
    return columns


def _with(series: Series, later: Tile, tile: Tile, behind: int) -> Tile:
    """Return the parts of some tiles and of one before them, `behind` tiles before the newest."""
    if not later:
        later = [0, NEVER, *([None] * len(series.parts))]
    running: Tile = [later[0] + tile[0], max(later[1], tile[1])]
    counts = (0, 0)
    for position, (part, _) in enumerate(series.parts, start=2):
        one, other = later[position], tile[position]
        if part == "count":
            counts = (one or 0, other or 0)
        if part == "decayed":
            other = None if other is None else other * 2.0**-behind
            running.append(other if one is None else one + (other or 0.0))
        elif part == "values":
            one = {} if one is None else one
            for value, count in (other or {}).items():  # `later` is not needed again
                one[value] = one.get(value, 0) + count
            running.append(one)
        else:
            running.append(joined(part, one, other, counts))
    return running


def _final(
    wanted: Result,
    running: Tile,
    tile: Tile,
    places: dict[tuple[str, int], int],
    best: dict[Result, list[Any]],
) -> Any:
    """Return a function's value of some tiles, of which `tile` is the oldest."""
    function, column = wanted.function, wanted.column
    if column is None:
        return running[0]
    count = running[places["count", column]] or 0
    if function == "count":
        return count
    if function == "distinct":
        return len(running[places["values", column]])
    if count == 0:
        return None
    if function == "sum":
        total = running[places["sum", column]]
        if isinstance(total, int) and not NEVER < total < _BEYOND:
            raise InvalidInput(
                f"the sum of whole numbers {total:,} passes 64 bits",
                hint="cast the column to float64",
            )
        return total
    if function == "mean":
        return running[places["sum", column]] / count
    if function == "std":
        _, squares = running[places["moments", column]]
        return sqrt(squares / (count - 1)) if count > 1 else None
    if function == "top_k":
        counts = running[places["values", column]]
        # Counts grow as tiles are added, so only these can be among the first now.
        candidates = {*best.get(wanted, ()), *(tile[places["values", column]] or ())}
        best[wanted] = nsmallest(wanted.k, candidates, key=lambda value: (-counts[value], value))
        return best[wanted]
    return running[places[function, column]]


def stored(column: list[Any]) -> list[Any]:
    """Return values in the shortest form of which one can be read alone."""
    present = [each for each in column if each is not None]
    if all(type(each) is int for each in present):
        if all(NEVER < each < _BEYOND for each in present):
            return ["q", array("q", [NEVER if v is None else v for v in column]).tobytes()]
    elif all(type(each) is float for each in present):
        return ["d", array("d", [nan if v is None else v for v in column]).tobytes()]
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
        return None if isnan(number) else number
    start, end = _OFFSET(stored[1], 4 * index)
    return msgpack.unpackb(stored[2][start:end])
