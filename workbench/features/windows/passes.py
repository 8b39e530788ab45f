"""Which events count at which instants, as ranges of arrays.

An event counts in a window at the instants from when it is visible on and before its tile's end
plus the window's length. Where the events of a key become visible in the order of their tiles,
those that count at an instant lie side by side. Those that come late are taken out of that order
and make orders of their own, a few of them; what is left then is laid out in blocks of 1, 2, 4, …
events by visibility, each sorted by tile, of which each instant asks a logarithmic number. So
however late events come, the work does not depend on how long the window is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbench.features.windows.ranges import Whole

Flags = npt.NDArray[np.bool_]
_CHAINS = 6


@dataclass(frozen=True, eq=False)
class Asked:
    """Instants of keys, and the events of those keys.

    Attributes
    ----------
    code : numpy.ndarray of int64
        The key of each event, as a number; events are sorted by key, then by `visible`.
    visible, event, created : numpy.ndarray of int64
    key, at : numpy.ndarray of int64
        The key and instant of each question, sorted by both.
    """

    code: Whole
    visible: Whole
    event: Whole
    created: Whole
    key: Whole
    at: Whole

    @cached_property
    def seen(self) -> Whole:
        """For each question, the number of events of it and lesser keys visible by then."""
        return before(self.code, self.visible, self.key, self.at + 1)

    @cached_property
    def moment(self) -> Whole:
        """For each event, a number that rises by key, event time and creation time."""
        order = np.lexsort((self.created, self.event, self.code))
        rises = np.zeros(len(order), bool)
        for each in (self.code, self.event, self.created):
            there = each[order]
            rises[1:] |= there[1:] != there[:-1]
        found = np.empty(len(order), np.int64)
        found[order] = np.cumsum(rises)
        return found

    @cached_property
    def starts(self) -> Whole:
        """For each question, the place of its key's first event."""
        return np.searchsorted(self.code, self.key)


@dataclass(frozen=True, eq=False)
class Pass:
    """Events in some order, and the ranges of it that some questions ask for.

    Attributes
    ----------
    rows : numpy.ndarray of int64
        Places of events.
    questions, low, high : numpy.ndarray of int64
        No range is empty.
    """

    rows: Whole
    questions: Whole
    low: Whole
    high: Whole

    def present(self, valid: Flags) -> Pass:
        """Return this pass over the events that have a value."""
        kept = valid[self.rows]
        if kept.all():
            return self
        running = np.append(0, np.cumsum(kept))
        return _pass(self.rows[kept], self.questions, running[self.low], running[self.high])


class Passes:
    """The passes that answer for windows made of tiles of one length."""

    def __init__(self, asked: Asked, tile: int) -> None:
        self._asked = asked
        self._tile = tile
        #: The number of each event's tile.
        self.number = asked.event // tile

    def of(self, window: int) -> Iterator[Pass]:
        """Yield passes; each event that counts at a question's instant is in one range of it."""
        asked = self._asked
        first = (asked.at - window) // self._tile
        everyone = np.arange(len(asked.key))
        for rows, seen in self._chains:
            low = before(asked.code[rows], self.number[rows], asked.key, first)
            yield _pass(rows, everyone, low, seen)
        if len(self._rest):
            yield from self._blocks(first)

    @cached_property
    def _split(self) -> tuple[list[Whole], Whole]:
        """Return orders in which tiles never fall, and the events in none of them."""
        left = np.arange(len(self.number))
        chains: list[Whole] = []
        while len(left) and len(chains) < _CHAINS:
            kept = _rising(self._asked.code[left], self.number[left])
            chains.append(left[kept])
            left = left[~kept]
        return chains, left

    @cached_property
    def _chains(self) -> list[tuple[Whole, Whole]]:
        asked = self._asked
        found = []
        for rows in self._split[0]:
            if len(rows) == len(asked.code):
                found.append((rows, asked.seen))
                continue
            running = np.append(0, np.cumsum(_flags(rows, len(asked.code))))
            found.append((rows, running[asked.seen]))
        return found

    @property
    def _rest(self) -> Whole:
        return self._split[1]

    def _blocks(self, first: Whole) -> Iterator[Pass]:
        """Yield a pass a size of block over the events left."""
        asked, rest = self._asked, self._rest
        running = np.append(0, np.cumsum(_flags(rest, len(asked.code))))
        # What is seen at a question's instant is left[low:high], taken apart into whole blocks.
        low, high = running[asked.starts], running[asked.seen]
        number = self.number[rest]
        level = 0
        while (open_ := low < high).any():
            block = np.arange(len(rest)) >> level
            order = np.lexsort((number, block))
            for mine, taken in ((low, open_ & (low & 1 == 1)), (high - 1, open_ & (high & 1 == 1))):
                asking = np.flatnonzero(taken)
                start = before(block, number[order], mine[asking], first[asking])
                end = np.minimum((mine[asking] + 1) << level, len(rest))
                yield _pass(rest[order], asking, start, end)
            low, high = (low + 1) >> 1, high >> 1
            level += 1


def before(group: Whole, values: Whole, groups: Whole, limits: Whole) -> Whole:
    """Return how many pairs (group, value) come before each pair (group, limit).

    Parameters
    ----------
    group, values : numpy.ndarray of int64
        Sorted by both.
    groups, limits : numpy.ndarray of int64
        Fast where they are sorted, too.

    Examples
    --------
    >>> before(np.array([0, 0, 1]), np.array([5, 7, 2]), np.array([0, 1]), np.array([7, 0]))
    array([1, 2])
    """
    if not len(group):
        return np.zeros(len(groups), np.int64)
    least, greatest = int(values.min()), int(values.max())
    bits = (greatest - least + 1).bit_length()
    if int(max(group[-1], groups.max(initial=0))).bit_length() + bits > 62:
        ranks = np.unique(values)
        values, limits = np.searchsorted(ranks, values), np.searchsorted(ranks, limits)
        least, greatest = 0, len(ranks) - 1
        bits = len(ranks).bit_length()
    packed = (group << bits) | (values - least)
    limits = np.minimum(np.maximum(limits, least), greatest + 1) - least
    return np.searchsorted(packed, (groups << bits) + limits)


def sorted_by(group: Whole, values: Whole) -> Whole:
    """Return the order of pairs by group, then value, then place."""
    if not len(group):
        return np.zeros(0, np.int64)
    falls = (group[1:] < group[:-1]) | ((group[1:] == group[:-1]) & (values[1:] < values[:-1]))
    if not falls.any():
        return np.arange(len(group))
    return np.lexsort((values, group))


def _pass(rows: Whole, questions: Whole, low: Whole, high: Whole) -> Pass:
    some = low < high
    return Pass(rows, questions[some], low[some], high[some])


def _rising(code: Whole, number: Whole) -> Flags:
    """Return which events have no one of a later tile before them, of their key."""
    same = code[1:] == code[:-1]
    if not (same & (number[1:] < number[:-1])).any():
        return np.ones(len(code), bool)
    since = number - number.min()
    if int(since.max()).bit_length() + int(code[-1]).bit_length() > 62:
        since = np.unique(since, return_inverse=True)[1].astype(np.int64)
    # With the key's number above it, the running maximum begins anew at each key.
    packed = (code << int(since.max()).bit_length()) | since
    return np.asarray(packed >= np.maximum.accumulate(packed))


def _flags(places: Whole, count: int) -> Flags:
    flags = np.zeros(count, bool)
    flags[places] = True
    return flags
