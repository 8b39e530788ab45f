"""How often each value occurs: exact while few or in memory, in narrow cells once kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

CELLS = 256


@dataclass(frozen=True, eq=False)
class Distribution:
    """Finite numbers, in ascending cells that do not overlap.

    Attributes
    ----------
    low, high : float64[n]
        A cell's least and greatest value; they are equal where a cell is one value.
    counts : int64[n] or float64[n]
        How many values lie in it; or what the rows of them weigh.
    """

    low: Floats
    high: Floats
    counts: npt.NDArray[Any]

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    @property
    def exact(self) -> bool:
        """Whether every cell is one value."""
        return bool((self.low == self.high).all())

    def binned(self, edges: Floats) -> Floats:
        """Return how many values lie between each two edges; the last bin holds its upper edge too.

        Values outside the edges are left out. A cell that an edge cuts is shared out by width.

        Parameters
        ----------
        edges : float64[m]
            Ascending.

        Returns
        -------
        float64[m - 1]
        """
        below = self._below(edges[:-1], inclusive=False)
        upper = np.append(below[1:], self._below(edges[-1:], inclusive=True))
        return np.asarray(np.maximum(upper - below, 0.0))

    def compressed(self, cells: int = CELLS) -> Distribution:
        """Return about as much in at most about `cells` cells of equal weight.

        A value that outweighs a cell keeps one of its own. With no more than `cells` cells, nothing
        changes.
        """
        if len(self.counts) <= cells:
            return self
        cumulative = np.cumsum(self.counts)
        share = cumulative[-1] / (cells // 2)
        ends = np.searchsorted(cumulative, np.arange(1, cells // 2) * share)
        heavy = np.flatnonzero(self.counts >= share)
        last = len(self.counts) - 1
        ends = np.unique(np.concatenate([ends, heavy, np.maximum(heavy - 1, 0), [last]]))
        starts = np.concatenate([[0], ends[:-1] + 1])
        return Distribution(self.low[starts], self.high[ends], np.diff(cumulative[ends], prepend=0))

    def _below(self, points: Floats, *, inclusive: bool) -> Floats:
        """Return how many values lie below each point, or at it when `inclusive`."""
        cumulative = np.concatenate([[0], np.cumsum(self.counts)]).astype(np.float64)
        whole = np.searchsorted(self.high, points, side="right" if inclusive else "left")
        result = cumulative[whole]
        inside = np.flatnonzero(whole < len(self.counts))
        cell = whole[inside]
        width = self.high[cell] - self.low[cell]
        into = points[inside] - self.low[cell]
        cut = (into > 0) & (width > 0)
        result[inside[cut]] += self.counts[cell[cut]] * into[cut] / width[cut]
        return result


def shared_edges(distributions: list[Distribution], bins: int) -> Floats:
    """Return the edges of `bins` equal bins over all the distributions, at least one value wide."""
    filled = [each for each in distributions if len(each.counts)]
    if not filled:
        return np.array([0.0, 1.0])
    return equal_edges(
        min(each.low[0] for each in filled), max(each.high[-1] for each in filled), bins
    )


def equal_edges(low: float, high: float, bins: int) -> Floats:
    """Return the edges of `bins` equal bins from `low` to `high`; around one value, one wide."""
    if low == high:
        half, most = max(0.5, abs(low) * 1e-9), float(np.finfo(np.float64).max)
        low, high = max(low - half, -most), min(high + half, most)
    # Halved first, since the width of the widest range is itself not a number.
    steps = np.linspace(0.0, 1.0, bins + 1)
    edges = low * (1 - steps) + high * steps
    edges[0], edges[-1] = low, high
    return edges
