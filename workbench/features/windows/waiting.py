"""Events that follow a key's tiles in its row until it is packed again, as a request sees them.

Packing takes as many steps as there are tiles, an event behind them the same however many those
are. A request adds what its windows hold of these events to what it reads of the tiles.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from math import isfinite, sqrt
from typing import Any

MOST_WAITING = 16
FEW_VALUES = 128  # different ones, of which a request can say how often they occur
_SMALL = 1 << 56
ROOM = 1 << 62  # which sums of whole numbers keep to: with all that waits they stay below 64 bits
Waiting = tuple[int, int, bytes, Sequence[Any]]  # event, created, digest, values
Occurrences = dict[Any, bytes]


def may_wait(values: Sequence[Any]) -> bool:
    """Return whether no sum can pass 64 bits for an event's values."""
    return all(type(each) is not int or -_SMALL < each < _SMALL for each in values)


def occurrences(tiles: Sequence[dict[Any, int] | None]) -> Occurrences | None:
    """Return for each value the places of its tiles, then how often it is in each and later ones.

    None where there are more than `FEW_VALUES`.
    """
    held = [(place, each) for place, each in enumerate(tiles) if each]
    if len(set().union(*(each for _, each in held))) > FEW_VALUES:
        return None
    found: dict[Any, tuple[array[int], array[int]]] = {}
    for place, each in reversed(held):
        for value, count in each.items():
            places, totals = found.setdefault(value, (array("I"), array("I")))
            places.append(place)
            totals.append(count + (totals[-1] if totals else 0))
    return {
        value: (places[::-1] + totals[::-1]).tobytes() for value, (places, totals) in found.items()
    }


def _times(occurrences: Occurrences, value: Any, first: int) -> int:
    """Return how often a value occurs in the tiles from one on."""
    if value not in occurrences:
        return 0
    numbers = memoryview(occurrences[value]).cast("I")
    half = len(numbers) // 2
    index = bisect_left(numbers, first, 0, half)
    return numbers[half + index] if index < half else 0


class Late:
    """Waiting events of one key: all, or those that a window holds.

    What several features ask of them is worked out once.
    """

    def __init__(self, events: Sequence[Waiting]) -> None:
        self.events = events
        self._columns: dict[int, Column] = {}

    def since(self, number: int, tile: int) -> Late:
        """Return those in tiles of a length, from one on."""
        start = number * tile
        kept = [each for each in self.events if each[0] >= start]
        return self if len(kept) == len(self.events) else Late(kept)

    def column(self, place: int) -> Column:
        """Return what they have in a column."""
        if place not in self._columns:
            self._columns[place] = Column(
                [
                    (event, created, values[place])
                    for event, created, _, values in self.events
                    if values[place] is not None
                ]
            )
        return self._columns[place]


class Column:
    """The values of some waiting events, without those that are missing."""

    def __init__(self, events: Sequence[tuple[int, int, Any]]) -> None:
        self._events = events
        self.values = [value for _, _, value in events]
        self._there: dict[tuple[int, int], dict[Any, int]] = {}

    def latest(self, known: Sequence[Any] | None) -> Sequence[Any] | None:
        """Return the event that `last` gives, of one that is known and these."""
        if not self.values:
            return known
        return self._latest if known is None else max(tuple(known), self._latest)

    def counted(self, known: Any, occurrences: Occurrences, first: int, k: int) -> Any:
        """Return the `k` most frequent values, or, if `k` is 0, how many values there are.

        Parameters
        ----------
        known
            The same of the tiles alone.
        occurrences : dict
            How often each value occurs in the tiles, as `occurrences` gives it.
        first : int
            The place of the window's first tile.
        k : int
        """
        there = self._there.get((id(occurrences), first))
        if there is None:
            there = {each: _times(occurrences, each, first) for each in self._counts}
            self._there[id(occurrences), first] = there
        if not k:
            return known + list(there.values()).count(0)
        # Counts only grow, so no other value of the tiles can be among the first.
        total = {each: count + there[each] for each, count in self._counts.items()}
        for each in known or ():
            if each not in total:
                total[each] = _times(occurrences, each, first)
        ranked = sorted(total.items(), key=lambda each: (-each[1], each[0]))
        return [value for value, _ in ranked[:k]]

    def decayed(self, half: int, at: int) -> float:
        """Return the sum of what the values are worth at an instant."""
        total: float = sum(value * 2.0 ** ((event - at) / half) for event, _, value in self._events)
        return total

    def with_tiles(self, function: str, known: Any, count: int, centre: float) -> Any:
        """Return a function's value of these and of what tiles hold; there is a value here.

        Parameters
        ----------
        function : str
            ``sum``, ``mean``, ``std``, ``min`` or ``max``.
        known
            Its value of what the tiles hold; None if those hold nothing.
        count : int
            How many values those are.
        centre : float
            Their mean, for ``std``.
        """
        if function in ("min", "max"):
            choose, mine = (min, self._least) if function == "min" else (max, self._greatest)
            return mine if known is None else choose(known, mine)
        both = count + len(self.values)
        if function == "sum":
            total = self._sum if known is None else known + self._sum
        elif function == "mean":
            total = ((known or 0.0) * count + self._sum) / both
        else:
            squares, mean = self._moments
            away = mean - centre
            squares += (known or 0.0) * (known or 0.0) * (count - 1) if count else 0.0
            squares += away * away * (count * len(self.values) / both)
            total = sqrt(squares / (both - 1)) if both > 1 else None
        return total if total is None or isfinite(total) else None

    @cached_property
    def _latest(self) -> tuple[int, int, Any]:
        return max(self._events)

    @cached_property
    def _counts(self) -> dict[Any, int]:
        return dict(Counter(self.values))

    @cached_property
    def _least(self) -> Any:
        return min(self.values)

    @cached_property
    def _greatest(self) -> Any:
        return max(self.values)

    @cached_property
    def _sum(self) -> Any:
        return sum(self.values)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        """The sum of squared distances from the mean, and the mean (Welford 1962)."""
        mean, squares = 0.0, 0.0
        for count, value in enumerate(self.values, start=1):
            away = value - mean
            mean += away / count
            squares += away * (value - mean)
        return squares, mean
