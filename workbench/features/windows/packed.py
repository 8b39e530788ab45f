"""One key's tiles as bytes that a request reads at an instant, without unpacking them.

A row begins with its order, 16 bytes (the newest event and from when it answers, as rows of other
views have their event and creation time), its format and the lengths of what follows: digests of
the newest events and their times, the tiles as a MessagePack array, and events that wait to be put
into those (see `waiting`).

The array holds what `last` gives, the numbers of the tiles that hold events, and for each result
what it is from each of those tiles to the newest one. A window ends at the newest event that
counts, so its value is found by one search for its first tile, however long it is. The tiles
themselves, which only a writer needs, follow as bytes of their own, as does how often values occur.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgpack

from workbench.core.errors import InvalidInput
from workbench.features.windows.layout import Layout
from workbench.features.windows.readers import readers_of, with_late
from workbench.features.windows.results import check_values, stored, suffixes, value_at
from workbench.features.windows.tiles import (
    DIGEST,
    Event,
    Tiles,
    add_events,
    add_once,
    checked,
    merge,
    settled,
    told_apart,
)
from workbench.features.windows.waiting import (
    MOST_WAITING,
    ROOM,
    Late,
    may_wait,
    occurrences,
)

__all__ = [
    "Tiles",
    "add_events",
    "add_once",
    "empty",
    "is_withheld",
    "merge",
    "pack",
    "read",
    "settled",
    "unpack",
    "with_events",
    "withheld",
]

_FORMAT = 2
#: Order; format, what may be done, how many events wait, how many are remembered, the tiles' bytes.
_HEAD = struct.Struct(">QQBBHHI")
_CLOSED, _OPEN, _WITHHELD = range(3)  # events cannot wait; they can; nothing is said of the key
_MANY = b"\xdc"  # MessagePack's array of a length that two bytes tell
_SHIFT = 1 << 63
_ZERO = ("count", "distinct")  # what is 0 where no event counts; all else is None


def pack(tiles: Tiles) -> bytes:
    """Return the bytes of a key's tiles, as the online store keeps them; drops those past counting.

    Raises
    ------
    InvalidInput
        If a sum of whole numbers passes 64 bits, or the key has more than 10,000 different values
        (counted tile by tile) where values are counted: such a row would grow without bound.
    """
    tiles.prune(tiles.floor)
    layout, readers = tiles.layout, readers_of(tiles.layout)
    numbers: list[bytes] = []
    results: list[Any] = [None] * len(readers.results)
    state, counted, room = [], [], True
    for position, (series, known) in enumerate(zip(layout.series, tiles.series, strict=True)):
        ordered = sorted(known)
        kept = [known[number] for number in ordered]
        numbers.append(array("q", ordered).tobytes())
        state.append(kept)
        check_values(layout, series, kept)
        counted += [
            occurrences([tile[place] for tile in kept]) for place in readers.counting[position]
        ]
        wanted = [(place, readers.results[place]) for place in readers.wanted[position]]
        columns = suffixes(series, ordered, kept, [each for _, each in wanted])
        for (place, result), column in zip(wanted, columns, strict=True):
            results[place] = stored(column)
            if result.function == "sum":
                room = room and all(type(each) is not int or -ROOM < each < ROOM for each in column)
    latest = [tiles.latest.get(column) for column in layout.latest]
    body = msgpack.packb([latest, numbers, results, msgpack.packb(state), msgpack.packb(counted)])
    remembered = sorted(tiles.seen.items(), key=lambda each: (each[1], each[0]))
    return b"".join(
        [
            _HEAD.pack(
                tiles.newest + _SHIFT,
                tiles.floor + _SHIFT,
                _FORMAT,
                _OPEN if room and None not in counted else _CLOSED,
                0,
                len(remembered),
                len(body),
            ),
            *(digest for digest, _ in remembered),
            array("q", [event for _, event in remembered]).tobytes(),
            body,
        ]
    )


def unpack(row: bytes, layout: Layout) -> Tiles:
    """Return the tiles of a row, with the events in them that wait there."""
    newest, floor, waiting, remembered, (latest, numbers, _, state, _) = _known(row)
    tiles = Tiles(layout)
    tiles.newest, tiles.floor = newest, floor
    for column, candidate in zip(layout.latest, latest, strict=True):
        if candidate is not None:
            tiles.latest[column] = tuple(candidate)
    start, end = _HEAD.size, _HEAD.size + remembered * DIGEST
    digests = [row[each : each + DIGEST] for each in range(start, end, DIGEST)]
    times = array("q", row[end : end + remembered * 8])
    tiles.seen = dict(zip(digests, times, strict=True))
    kept = msgpack.unpackb(state, strict_map_key=False)
    for series, mine, known in zip(tiles.series, numbers, kept, strict=True):
        series.update(zip(array("q", mine), known, strict=True))
    for event, created, digest, held in waiting:
        tiles.add(event, created, held)
        if digest:
            tiles.seen[digest] = event
    return tiles


def withheld(*rows: Tiles | bytes) -> bytes:
    """Return the row of a key of which nothing can be said, as `pack` refuses what is known of it.

    It reads as None, as no value would be right, and stays so whatever is added.

    Parameters
    ----------
    *rows : Tiles or bytes
        What is known of the key.
    """
    orders = [
        (each.newest, each.floor) if isinstance(each, Tiles) else _head(each)[:2] for each in rows
    ]
    newest, floor = (max(times) for times in zip(*orders, strict=True))
    return _HEAD.pack(newest + _SHIFT, floor + _SHIFT, _FORMAT, _WITHHELD, 0, 0, 0)


def is_withheld(row: bytes) -> bool:
    """Return whether a row says nothing; `unpack` takes none of those."""
    return _head(row)[3] == _WITHHELD


def with_events(
    row: bytes | None, layout: Layout, events: Iterable[Event], now: int, *, once: bool = False
) -> bytes:
    """Return a key's row with more events, as `add_events` or, if `once`, `add_once` adds them.

    A few are written behind its tiles, which costs the same however many those are; when many wait
    there they are put into the tiles.

    Parameters
    ----------
    row : bytes or None
        None for a key without one.
    layout : Layout
    events : iterable of (int, int, sequence)
    now : int
        In microseconds.
    once : bool

    Raises
    ------
    InvalidInput
        As `add_events` and `pack` do.
    """
    row = _blank(layout) if row is None else row
    events = list(events)
    ready = checked(layout, events, now)
    newest, floor, _, may, waiting, remembered, size = _head(row)
    if may == _WITHHELD:
        newest = max([newest, *(event for event, _, _ in ready)])
        floor = max([floor, *(max(event, created) for event, created, _ in ready)])
        return _HEAD.pack(newest + _SHIFT, floor + _SHIFT, _FORMAT, _WITHHELD, 0, 0, 0)
    if (
        may != _OPEN
        or len(ready) + waiting > MOST_WAITING
        or not all(may_wait(e[2]) for e in ready)
    ):
        tiles = unpack(row, layout)
        (add_once if once else add_events)(tiles, events, now)
        return pack(tiles)
    added = []
    digests_end = _HEAD.size + remembered * DIGEST
    behind = digests_end + remembered * 8 + size
    for digest, (event, created, values) in told_apart(ready) if once else _untold(ready):
        # A digest is found by chance as rarely among other bytes as among digests.
        if digest and (
            row.find(digest, _HEAD.size, digests_end) >= 0 or row.find(digest, behind) >= 0
        ):
            continue
        added.append(msgpack.packb([event, created, digest, values]))
        newest, floor = max(newest, event), max(floor, event, created)
    head = _HEAD.pack(
        newest + _SHIFT, floor + _SHIFT, _FORMAT, _OPEN, waiting + len(added), remembered, size
    )
    return b"".join([head, row[_HEAD.size :], *added])


def _untold(events: Iterable[Event]) -> Iterator[tuple[bytes, Event]]:
    for each in events:
        yield b"", each


@lru_cache(maxsize=256)
def _blank(layout: Layout) -> bytes:
    return pack(Tiles(layout))


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
    if is_withheld(row):
        return None
    _, floor, waiting, _, (latest, numbers, results, _, counted) = _known(row)
    if at < floor:
        if named:
            return None
        at = floor
    readers = readers_of(layout)
    late = Late(waiting)
    starts = []
    for series, tile, window in readers.starts:
        there = memoryview(numbers[series]).cast("q")
        number = (at - window) // tile
        first = bisect_left(there, number)
        behind = late.since(number, tile) if waiting else late
        starts.append((first, there[-1] if first < len(there) else None, behind))
    chosen = readers.features
    if positions is not None:
        chosen = tuple(chosen[each] for each in positions)
    values: list[Any] = []
    if waiting and any(each.counted >= 0 for each in chosen):
        values = msgpack.unpackb(counted, strict_map_key=False)
    found = []
    for reader in chosen:
        value: Any = None
        if reader.start < 0:
            event = latest[reader.result]
            if waiting and reader.column is not None:
                event = late.column(reader.column).latest(event)
            if (
                event is not None
                and (event[0] // reader.tile + 1) * reader.tile > at - reader.window
            ):
                value = event[2]
        else:
            first, newest, behind = starts[reader.start]
            if newest is not None:
                value = value_at(results[reader.result], first)
                if reader.function == "decayed" and value is not None:
                    value *= 2.0 ** (((newest + 1) * reader.tile - at) / reader.tile)
            elif reader.function in _ZERO:
                value = 0
            if behind.events:
                value = with_late(reader, value, behind, at, first, results, values)
        if reader.convert is not None and value is not None:
            value = reader.convert(value)
        found.append(value)
    return found


def empty(layout: Layout, positions: Sequence[int] | None = None) -> list[Any]:
    """Return what features are where no event counts: 0 for counts, None for all else."""
    features = layout.features
    chosen = features if positions is None else [features[each] for each in positions]
    return [0 if each.function in _ZERO else None for each in chosen]


def _head(row: bytes) -> tuple[int, int, int, int, int, int, int]:
    newest, floor, made, *rest = _HEAD.unpack_from(row)
    if made != _FORMAT:
        raise InvalidInput(
            "the online store holds tiles as another version of the platform wrote them",
            hint="materialize the view again",
        )
    return (newest - _SHIFT, floor - _SHIFT, made, *rest)


def _known(row: bytes) -> tuple[int, int, list[Any], int, list[Any]]:
    """Return a row's newest event, from when it answers, and what it holds."""
    newest, floor, _, _, waiting, remembered, size = _head(row)
    start = _HEAD.size + remembered * (DIGEST + 8)
    body = msgpack.unpackb(memoryview(row)[start : start + size])
    events = []
    if waiting:
        events = msgpack.unpackb(_MANY + waiting.to_bytes(2, "big") + row[start + size :])
    return newest, floor, events, remembered, body
