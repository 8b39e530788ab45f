"""One key's tiles as bytes that a request reads at an instant, without unpacking them.

A row is its order, 16 bytes (the newest event and from when it answers, as rows of other views have
their event and creation time), and a MessagePack array: the format, from when it answers, what
`last` gives, the numbers of the tiles that hold events, and for each result what it is from each
of those tiles to the newest one. A window ends at the newest event that counts, so its value is
found by one search for its first tile, however long it is. The tiles themselves, which only a
writer needs, follow as bytes of their own.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgpack

from workbench.core.errors import InvalidInput
from workbench.features.windows.layout import Layout
from workbench.features.windows.results import Result, check_values, stored, suffixes, value_at
from workbench.features.windows.tiles import Tiles, add_events, add_once, merge, settled
from workbench.features.windows.values import given

__all__ = ["Tiles", "add_events", "add_once", "empty", "merge", "pack", "read", "settled", "unpack"]

_FORMAT = 1
_ORDER = struct.Struct(">QQ")
_SHIFT = 1 << 63
_ZERO = ("count", "distinct")  # what is 0 where no event counts; all else is None


@dataclass(frozen=True)
class _Reader:
    """Where a feature is read."""

    function: str
    column: int | None
    start: int  # position among the starts; -1 for last
    result: int
    window: int
    tile: int
    convert: Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Compiled:
    results: tuple[Result, ...]
    starts: tuple[tuple[int, int, int], ...]  # the series, its tile and a window's length
    readers: tuple[_Reader, ...]


def pack(tiles: Tiles) -> bytes:
    """Return the bytes of a key's tiles, as the online store keeps them; drops those past counting.

    Raises
    ------
    InvalidInput
        If a sum of whole numbers passes 64 bits, or the key has more than 10,000 different values
        (counted tile by tile) where values are counted: such a row would grow without bound.
    """
    tiles.prune(tiles.floor)
    compiled = _compiled(tiles.layout)
    numbers = []
    results: list[Any] = [None] * len(compiled.results)
    state = []
    for position, (series, known) in enumerate(zip(tiles.layout.series, tiles.series, strict=True)):
        ordered = sorted(known)
        numbers.append(array("q", ordered).tobytes())
        kept = [known[number] for number in ordered]
        state.append(kept)
        check_values(tiles.layout, series, kept)
        wanted = [i for i, each in enumerate(compiled.results) if each.series == position]
        columns = suffixes(series, ordered, kept, [compiled.results[i] for i in wanted])
        for i, column in zip(wanted, columns, strict=True):
            results[i] = stored(column)
    latest = [tiles.latest.get(column) for column in tiles.layout.latest]
    remembered = sorted(tiles.seen.items(), key=lambda each: (each[1], each[0]))
    seen = [
        array("Q", [digest for digest, _ in remembered]).tobytes(),
        array("q", [event for _, event in remembered]).tobytes(),
    ]
    changes = msgpack.packb([state, *seen])  # what only a writer needs
    body = msgpack.packb([_FORMAT, tiles.floor, latest, numbers, results, changes])
    return _ORDER.pack(tiles.newest + _SHIFT, tiles.floor + _SHIFT) + bytes(body)


def unpack(row: bytes, layout: Layout) -> Tiles:
    """Return the tiles that `pack` made a row of."""
    known = _known(row)
    tiles = Tiles(layout)
    tiles.newest = _ORDER.unpack_from(row)[0] - _SHIFT
    tiles.floor = known[1]
    for column, candidate in zip(layout.latest, known[2], strict=True):
        if candidate is not None:
            tiles.latest[column] = tuple(candidate)
    state, digests, events = msgpack.unpackb(known[5], strict_map_key=False)
    tiles.seen = dict(zip(array("Q", digests), array("q", events), strict=True))
    for series, numbers, kept in zip(tiles.series, known[3], state, strict=True):
        series.update(zip(array("q", numbers), kept, strict=True))
    return tiles


def read(
    row: bytes,
    layout: Layout,
    at: int,
    positions: Sequence[int] | None = None,
    *,
    named: bool = False,
) -> list[Any] | None:
    """Return the values of some features at an instant, in the order of their positions.

    Parameters
    ----------
    row : bytes
        As `pack` made it.
    layout : Layout
    at : int
        In microseconds since 1970.
    positions : sequence of int, optional
        Among the view's features; all by default.
    named : bool
        Whether this very moment was asked for. If it is earlier than what the row can answer for,
        the answer is then None; else, as clocks differ a little, the earliest that it can is taken.

    Examples
    --------
    >>> from workbench.data.columns import Column
    >>> from workbench.features.definitions.aggregations import Aggregation
    >>> from workbench.features.windows.layout import layout_of
    >>> layout = layout_of([Aggregation("sum", "x", windows=["1m"])], [Column("x", "int64")])
    >>> tiles = Tiles(layout)
    >>> add_events(tiles, [(5_000_000, 5_000_000, [2]), (9_000_000, 9_000_000, [3])], 9_000_000)
    >>> [read(pack(tiles), layout, second * 1_000_000) for second in (9, 65, 66, 70)]
    [[5], [5], [3], [None]]
    """
    _, floor, latest, numbers, results, _ = _known(row)
    if at < floor:
        if named:
            return None
        at = floor
    compiled = _compiled(layout)
    starts = []
    for series, tile, window in compiled.starts:
        there = memoryview(numbers[series]).cast("q")
        first = bisect_left(there, (at - window) // tile)
        starts.append((first, there[-1] if first < len(there) else None))
    readers = compiled.readers
    found = []
    for reader in readers if positions is None else [readers[each] for each in positions]:
        value: Any = None
        if reader.start < 0:
            event = latest[reader.result]
            if (
                event is not None
                and (event[0] // reader.tile + 1) * reader.tile > at - reader.window
            ):
                value = event[2]
        else:
            first, newest = starts[reader.start]
            if newest is not None:
                value = value_at(results[reader.result], first)
                if reader.function == "decayed" and value is not None:
                    value *= 2.0 ** (((newest + 1) * reader.tile - at) / reader.tile)
            elif reader.function in _ZERO:
                value = 0
        if reader.convert is not None and value is not None:
            value = reader.convert(value)
        found.append(value)
    return found


def empty(layout: Layout, positions: Sequence[int] | None = None) -> list[Any]:
    """Return what features are where no event counts: 0 for counts, None for all else."""
    features = layout.features
    chosen = features if positions is None else [features[each] for each in positions]
    return [0 if each.function in _ZERO else None for each in chosen]


def _known(row: bytes) -> list[Any]:
    known: list[Any] = msgpack.unpackb(memoryview(row)[_ORDER.size :], strict_map_key=False)
    if known[0] != _FORMAT:
        raise InvalidInput(
            f"the online store holds tiles of format {known[0]!r}, not {_FORMAT}",
            hint="materialize the view again",
        )
    return known


@lru_cache(maxsize=256)
def _compiled(layout: Layout) -> _Compiled:
    places = {series.tile: position for position, series in enumerate(layout.series)}
    results: dict[Result, int] = {}
    starts: dict[tuple[int, int, int], int] = {}
    readers = []
    for each in layout.features:
        convert = None
        if each.function in ("min", "max", "last", "top_k"):
            convert = given(each.kind)
            if convert is not None and each.function == "top_k":
                convert = _each(convert)
        if each.function == "last":
            place = layout.latest.index(each.column) if each.column is not None else 0
            start = -1
        else:
            series = places[each.tile]
            start = starts.setdefault((series, each.tile, each.window), len(starts))
            result = Result(series, each.function, each.column, each.k)
            place = results.setdefault(result, len(results))
        readers.append(
            _Reader(each.function, each.column, start, place, each.window, each.tile, convert)
        )
    return _Compiled(tuple(results), tuple(starts), tuple(readers))


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: [convert(value) for value in values]
