"""What is known of the events of one key: its tiles, as a writer changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgpack

from workbench.core.clock import MICROSECOND, MOST_AHEAD
from workbench.core.errors import InvalidInput
from workbench.core.formats import age
from workbench.features.windows.layout import Layout
from workbench.features.windows.partials import added
from workbench.features.windows.values import held

NEVER = -(1 << 63)
MOST_SEEN = 1_000
DIGEST = 8  # bytes
_MOST_AHEAD = MOST_AHEAD // MICROSECOND
Tile = list[Any]  # events, newest visible, then a part for each of the series' parts
Event = tuple[int, int, Sequence[Any]]


class Tiles:
    """The tiles of one key of a view; `packed.pack` makes bytes of them.

    Attributes
    ----------
    layout : Layout
    series : list of dict
        For each of the layout's series, the tiles that hold events, by their number since 1970.
    latest : dict
        By column, the event that `last` gives: (event, created, value).
    newest : int
        The greatest event time seen, in microseconds; `NEVER` at first.
    floor : int
        From when these tiles can answer: every event in them was visible by then, and no tile was
        dropped that counts from then on.
    seen : dict
        Digests of the newest thousand events that `add_once` added, and their times.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.series: list[dict[int, Tile]] = [{} for _ in layout.series]
        self.latest: dict[int, tuple[int, int, Any]] = {}
        self.newest = NEVER
        self.floor = NEVER
        self.seen: dict[bytes, int] = {}

    def add(self, event: int, created: int, values: Sequence[Any]) -> None:
        """Add one event: its times in microseconds, and what tiles hold of its values."""
        visible = max(event, created)
        self.newest = max(self.newest, event)
        self.floor = max(self.floor, visible)
        for series, tiles in zip(self.layout.series, self.series, strict=True):
            number = event // series.tile
            if number < (self.floor - series.kept) // series.tile:
                continue  # too late to count anywhere
            tile = tiles.get(number)
            if tile is None:
                tile = tiles[number] = [0, visible, *([None] * len(series.parts))]
            tile[0] += 1
            tile[1] = max(tile[1], visible)
            age = ((number + 1) * series.tile - event) / series.tile
            count = 0
            for position, (part, column) in enumerate(series.parts, start=2):
                value = values[column]
                if value is None:
                    continue
                if part == "count":  # sorts before the parts of its column that need it
                    count = (tile[position] or 0) + 1
                tile[position] = added(part, tile[position], value, age, count)
        for column in self.layout.latest:
            if (value := values[column]) is not None:
                self.keep_latest(column, (event, created, value))

    def keep_latest(self, column: int, candidate: tuple[int, int, Any]) -> None:
        """Keep an event's value if `last` would give it: of two at one time, the greater value."""
        known = self.latest.get(column)
        if known is None or candidate > known:
            self.latest[column] = candidate

    def prune(self, now: int) -> None:
        """Drop the tiles that count nowhere from `now` on, in microseconds."""
        self.floor = max(self.floor, now)
        for series, tiles in zip(self.layout.series, self.series, strict=True):
            first = (self.floor - series.kept) // series.tile
            for number in [each for each in tiles if each < first]:
                del tiles[number]


def add_events(tiles: Tiles, events: Iterable[Event], now: int) -> None:
    """Add events as they are given: times in microseconds, values in the order of the inputs.

    Adding an event twice counts it twice: whoever delivers at least once must know what was
    delivered, or use `add_once`.

    Raises
    ------
    InvalidInput
        If a value is not of its column's type, or an event would be known only minutes from now,
        as that of a clock that is wrong. Nothing is added then.
    """
    for event, created, values in checked(tiles.layout, events, now):
        tiles.add(event, created, values)


def add_once(tiles: Tiles, events: Iterable[Event], now: int) -> None:
    """Add the events that were not added before, as `add_events` does.

    An event of the same time and values as one of the newest thousand is that one, delivered again;
    those that are equal among `events` are as many events. Raises as `add_events`.
    """
    for digest, (event, created, values) in told_apart(checked(tiles.layout, events, now)):
        if digest not in tiles.seen:
            tiles.seen[digest] = event
            tiles.add(event, created, values)
    tiles.seen = _newest(tiles.seen)


def told_apart(events: Iterable[Event]) -> Iterator[tuple[bytes, Event]]:
    """Yield events with digests, which are equal only for the same event delivered again."""
    repeated: dict[bytes, int] = {}
    for each in events:
        said = msgpack.packb([each[0], each[2]])
        repeated[said] = number = repeated.get(said, 0) + 1
        yield blake2b(said + number.to_bytes(4), digest_size=DIGEST).digest(), each


def _newest(seen: dict[bytes, int]) -> dict[bytes, int]:
    if len(seen) <= MOST_SEEN:
        return seen
    ordered = sorted(seen.items(), key=lambda each: (each[1], each[0]))
    return dict(ordered[-MOST_SEEN:])


def checked(layout: Layout, events: Iterable[Event], now: int) -> list[Event]:
    """Return events with their values as tiles hold them; raises as `add_events` does."""
    holders = _holders(layout)
    ready: list[Event] = []
    for event, created, values in events:
        if max(event, created) > now + _MOST_AHEAD:
            ahead = (max(event, created) - now) * MICROSECOND
            raise InvalidInput(
                f"an event lies {age(ahead)} in the future",
                hint="check the clock of whoever sent it",
            )
        held_values = [hold(value) for hold, value in zip(holders, values, strict=True)]
        ready.append((event, created, held_values))
    return ready


@lru_cache(maxsize=256)
def _holders(layout: Layout) -> list[Callable[[Any], Any]]:
    return [held(each.type) for each in layout.inputs]


def merge(one: Tiles, other: Tiles) -> Tiles:
    """Return what two states of one key know together; changes neither.

    Of each tile the fuller one is taken, so it does not matter in which order states are merged,
    nor how often: merging is commutative, associative and idempotent. Two writers that each saw
    some of one tile's events do not add up; each tile needs one writer that sees them all.
    """
    merged = Tiles(one.layout)
    merged.newest = max(one.newest, other.newest)
    merged.series = [
        {
            number: max(
                (side[number] for side in pair if number in side),
                key=lambda tile: (tile[0], tile[1], msgpack.packb(tile)),
            )
            for number in pair[0].keys() | pair[1].keys()
        }
        for pair in zip(one.series, other.series, strict=True)
    ]
    for side in (one, other):
        for column, candidate in side.latest.items():
            merged.keep_latest(column, candidate)
    merged.seen = _newest(one.seen | other.seen)
    merged.prune(max(one.floor, other.floor))
    return merged


def settled(data: Tiles, there: Tiles, until: int, former: Tiles | None = None) -> Tiles:
    """Return what data say of the time up to `until`, and what was there of what came after it.

    Parameters
    ----------
    data, there : Tiles
        Neither is changed.
    until : int
        In microseconds. Of a tile that reaches beyond it the fuller one stays.
    former : Tiles, optional
        What the data said before they changed: a tile that is as they had it stays only there.
    """
    former = former or Tiles(data.layout)
    later = Tiles(there.layout)
    later.newest, later.floor, later.seen = there.newest, there.floor, there.seen
    for series, mine, tiles, old in zip(
        there.layout.series, later.series, there.series, former.series, strict=True
    ):
        for number, tile in tiles.items():
            said = number in old and old[number][:2] == tile[:2]
            if (number + 1) * series.tile > until and not said:
                mine[number] = tile
    later.latest = {
        column: each
        for column, each in there.latest.items()
        if each[0] > until and former.latest.get(column) != each
    }
    return merge(data, later)
