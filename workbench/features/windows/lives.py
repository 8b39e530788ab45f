"""What no range of events answers: the latest value, how many values, the most frequent ones.

Each event lives from when it is visible to when its tile leaves the window; the questions are
sorted by key and instant, so a life is a range of questions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.features.windows.passes import Asked, Flags, before, sorted_by
from workbench.features.windows.ranges import Floats, Whole

_NONE = -1


def ends(asked: Asked, tile: int, window: int) -> Whole:
    """Return from when each event no longer counts."""
    return (asked.event // tile + 1) * tile + window


def latest(asked: Asked, valid: Flags, rank: Whole) -> Whole:
    """Return the place of the event that `last` gives for each question; -1 where there is none.

    It is the same for every window, and counts in those that it has not left.

    Parameters
    ----------
    asked : Asked
    valid : numpy.ndarray of bool
        Which events have a value.
    rank : numpy.ndarray of int64
        Of their values, which settles what is equal in time.
    """
    rows = np.flatnonzero(valid)
    found = np.full(len(asked.key), _NONE)
    if not len(rows):
        return found
    code = asked.code[rows]
    # A later key's events are all fresher, so the running maximum begins anew at each key.
    freshness = asked.moment[rows] * (int(rank.max()) + 1) + rank[rows]
    fresh = freshness == np.maximum.accumulate(freshness)
    best = rows[np.maximum.accumulate(np.where(fresh, np.arange(len(rows)), 0))]
    last = before(code, asked.visible[rows], asked.key, asked.at + 1) - 1
    place = best[np.maximum(last, 0)]
    counts = (last >= 0) & (asked.code[place] == asked.key)
    found[counts] = place[counts]
    return found


def decayed(asked: Asked, valid: Flags, values: Floats, half: int) -> Floats:
    """Return the sum of values that halve every `half` microseconds, at each question's instant.

    It is worth nothing where no value has been seen.
    """
    rows = np.flatnonzero(valid)
    total = np.zeros(len(asked.key))
    if not len(rows):
        return total
    code, visible = asked.code[rows], asked.visible[rows]
    running = values[rows] * np.exp2(-(visible - asked.event[rows]) / half)
    factor = np.zeros(len(rows))
    same = code[1:] == code[:-1]
    factor[1:][same] = np.exp2(-np.diff(visible)[same] / half)
    step = 1
    # After each round a row has the sum of the `2 * step` rows up to it, of its key.
    while step < len(rows) and factor.any():
        running[step:] += factor[step:] * running[:-step]
        factor[step:] *= factor[:-step]
        factor[factor < 1e-290] = 0  # numbers that small are slow, and add nothing
        step *= 2
    last = before(code, visible, asked.key, asked.at + 1) - 1
    place = np.maximum(last, 0)
    counts = (last >= 0) & (code[place] == asked.key)
    age = asked.at[counts] - visible[place[counts]]
    total[counts] = running[place[counts]] * np.exp2(-age / half)
    return total


def by_value(asked: Asked, valid: Flags, rank: Whole) -> tuple[Whole, Whole]:
    """Return the events that have a value by key, value and visibility, and each one's value.

    What is returned of values are numbers that differ between keys, too, and rise.
    """
    rows = np.flatnonzero(valid)
    if not len(rows):
        return rows, rows
    group = _pairs(asked.code[rows], rank[rows])
    order = np.argsort(group, kind="stable")  # events of a key are sorted by visibility
    group = group[order]
    return rows[order], np.cumsum(np.append(0, group[1:] != group[:-1]))


def distinct(asked: Asked, rows: Whole, group: Whole, until: Whole, tile: int) -> Whole:
    """Return how many different values count at each question's instant.

    A value counts during the union of its events' lives.

    Parameters
    ----------
    asked : Asked
    rows, group : numpy.ndarray of int64
        As `by_value` gives them.
    until : numpy.ndarray of int64
        As `ends` gives it.
    tile : int
    """
    alive = asked.visible[rows] < until[rows]  # some come too late to live
    rows, group = rows[alive], group[alive]
    if not len(rows):
        return np.zeros(len(asked.key), np.int64)
    begin, end = asked.visible[rows], until[rows]
    # Ends as numbers of tiles, so that with the group's number above them they have room.
    least = int(end.min())
    times = (end - least) // tile
    bits = int(times.max()).bit_length()
    if int(group[-1]).bit_length() + bits > 62:
        group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    reach = np.maximum.accumulate((group << bits) | times)
    reached = (reach & ((1 << bits) - 1)) * tile + least
    fresh = np.ones(len(rows), bool)
    fresh[1:] = (group[1:] != group[:-1]) | (begin[1:] > reached[:-1])
    last = np.append(fresh[1:], True)
    code = asked.code[rows]
    return _up_to(asked, code[fresh], begin[fresh]) - _up_to(asked, code[last], reached[last])


def top(asked: Asked, valid: Flags, rank: Whole, until: Whole, k: int) -> Whole:
    """Return the ranks of the `k` most frequent values for each question; -1 where they are fewer.

    While a value occurs equally often it has a span of questions; each span is handed to the few
    nodes of a binary tree over the questions that make it up, a node keeps its best `k`, and a
    question has the best of the nodes above it.
    """
    count = len(asked.key)
    rows = np.flatnonzero(valid & (asked.visible < until))  # some come too late to live
    best = np.full((count, k), _NONE)
    if not len(rows) or not count:
        return best
    code, ranks = asked.code[rows], rank[rows]
    names, values = np.unique(ranks, return_inverse=True)
    begin = _first_after(asked, code, asked.visible[rows])
    end = _first_after(asked, code, until[rows])
    place = np.concatenate([begin, end])
    group = np.tile(_pairs(code, ranks), 2)
    change = np.repeat([1, -1], len(rows))
    order = np.lexsort((place, group))
    place, group = place[order], group[order]
    times = np.cumsum(change[order])  # every value of every key ends with none
    low, high = place[:-1], place[1:]
    worth = times[:-1] * len(names) + (len(names) - 1 - np.tile(values, 2)[order][:-1])
    some = (group[1:] == group[:-1]) & (low < high) & (times[:-1] > 0)
    for level, nodes, worths in _nodes(low[some], high[some], worth[some]):
        best = _better(best, _best_of(nodes, worths, k), np.arange(count) >> level)
    return np.where(best < 0, _NONE, names[len(names) - 1 - best % len(names)])


def _pairs(code: Whole, rank: Whole) -> Whole:
    """Return a number for each pair of key and value."""
    return np.asarray(code * (int(rank.max()) + 1) + rank, np.int64)


def _up_to(asked: Asked, code: Whole, times: Whole) -> Whole:
    """Return, for each question, how many of its key's times have come by its instant."""
    order = sorted_by(code, times)
    code, times = code[order], times[order]
    return before(code, times, asked.key, asked.at + 1) - np.searchsorted(code, asked.key)


def _first_after(asked: Asked, code: Whole, times: Whole) -> Whole:
    """Return the place of the first question of each key whose instant is not before a time."""
    return before(asked.key, asked.at, code, times)


def _nodes(low: Whole, high: Whole, worth: Whole) -> Iterator[tuple[int, Whole, Whole]]:
    """Yield each level's nodes that make up the spans, with what those are worth."""
    level = 0
    while len(low):
        left, right = low & 1 == 1, high & 1 == 1
        nodes = np.concatenate([low[left], high[right] - 1])
        if len(nodes):
            yield level, nodes, np.concatenate([worth[left], worth[right]])
        low, high = (low + 1) >> 1, high >> 1
        still = low < high
        low, high, worth = low[still], high[still], worth[still]
        level += 1


def _best_of(nodes: Whole, worths: Whole, k: int) -> tuple[Whole, Whole]:
    """Return the nodes, sorted, and the greatest `k` of each one's worths."""
    order = np.lexsort((-worths, nodes))
    nodes, worths = nodes[order], worths[order]
    starts = np.flatnonzero(np.append(True, nodes[1:] != nodes[:-1]))
    rank = np.arange(len(nodes)) - np.repeat(starts, np.diff(np.append(starts, len(nodes))))
    best = np.full((len(starts), k), _NONE)
    kept = rank < k
    row = np.cumsum(np.append(True, nodes[1:] != nodes[:-1])) - 1
    best[row[kept], rank[kept]] = worths[kept]
    return nodes[starts], best


def _better(best: Whole, found: tuple[Whole, Whole], mine: Whole) -> Whole:
    """Return the best of each question's and of its node's."""
    nodes, worths = found
    place = np.minimum(np.searchsorted(nodes, mine), len(nodes) - 1)
    asking = np.flatnonzero(nodes[place] == mine)
    k = best.shape[1]
    both = np.concatenate([best[asking], worths[place[asking]]], axis=1)
    both.sort(axis=1)
    best[asking] = both[:, : -k - 1 : -1]
    return best
