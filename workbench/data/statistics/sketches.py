"""What stands for more distinct values than can be kept: where they lie, and how many there are.

Both sketches merge, and their error does not grow with the number of merges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.hashing import Hashes

#: Items of one weight that are kept; the error of a rank is about 0.7 over this (0.01 %), from the
#: sum over the levels of the variance that each halving adds.
LEVEL = 8192
#: Registers by the power of two; the error of a number of distinct values is 1.04 over their
#: number's root: 0.2 %.
REGISTERS = 18
# Of a weight, this many bits from its first one on.
_BITS = 24


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Where values lie, by items that each stand for a power of two of them.

    A level that grows too long is sorted and every other item of it promoted, which then weighs
    twice as much: the compactor of Karnin, Lang and Liberty, "Optimal quantile approximation in
    streams" (FOCS 2016), with levels of one length.

    Attributes
    ----------
    levels : dict of int to float64[n]
        The items of weight ``2**level``, sorted; of weights, a level may be negative.
    """

    levels: dict[int, npt.NDArray[np.float64]]

    @classmethod
    def of(cls, values: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Quantiles:
        """Return the sketch of ascending finite values, each with how often it occurs or weighs."""
        numbers = values.astype(np.float64)
        whole, shift = _whole(weights)
        levels = {}
        for bit in range(int(whole.max(initial=0)).bit_length()):
            chosen = numbers[(whole >> bit) & 1 == 1]
            if chosen.size:
                levels[bit + shift] = chosen
        return cls(_compacted(levels))

    def merged(self, other: Quantiles) -> Quantiles:
        """Return the sketch of both sets of values."""
        levels = dict(self.levels)
        for level, items in other.levels.items():
            both = [levels[level], items] if level in levels else [items]
            levels[level] = np.sort(np.concatenate(both))
        return Quantiles(_compacted(levels))

    def points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the items, ascending, and what each weighs; the weights add up to the whole."""
        if not self.levels:
            return np.zeros(0), np.zeros(0)
        values = np.concatenate(list(self.levels.values()))
        weights = np.concatenate(
            [np.full(len(items), math.ldexp(1.0, level)) for level, items in self.levels.items()]
        )
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]


def _whole(weights: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], int]:
    """Return weights as whole numbers of a power of two, and which."""
    if weights.dtype.kind != "f":
        return weights, 0
    # A weight under a millionth of the greatest moves no quantile that anybody sees.
    shift = math.frexp(float(weights.max(initial=0.0)))[1] - _BITS
    return np.rint(np.ldexp(weights, -shift)).astype(np.int64), shift


def _compacted(levels: dict[int, npt.NDArray[np.float64]]) -> dict[int, npt.NDArray[np.float64]]:
    result: dict[int, npt.NDArray[np.float64]] = {}
    waiting = dict(levels)
    while waiting:
        level = min(waiting)
        items = waiting.pop(level)
        if len(items) > LEVEL:
            # With an odd number the last stays behind, so that no weight is lost. Which half goes
            # up must not depend on the values, and must be the same each time.
            even = len(items) // 2 * 2
            offset = (len(items) // 2 * 0x9E3779B1 >> 7) + level & 1
            promoted, items = items[offset:even:2], items[even:]
            above = waiting.get(level + 1)
            waiting[level + 1] = (
                promoted if above is None else np.sort(np.concatenate([above, promoted]))
            )
        if items.size:
            result[level] = items
    return result


@dataclass(frozen=True, eq=False)
class Distinct:
    """How many distinct values there are: HyperLogLog.

    Attributes
    ----------
    registers : uint8[2**18]
        By the first bits of a hash, the most zeros that its other bits began with, plus one.
    """

    registers: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, hashes: Hashes) -> Distinct:
        """Return the sketch of hashed values."""
        rest = np.uint64(64 - REGISTERS)
        places = (hashes >> rest).astype(np.int64)
        # The exponent of a float is where the first one of its bits lies; 46 bits are exact.
        tail = (hashes & ((np.uint64(1) << rest) - np.uint64(1))).astype(np.float64)
        ranks = (64 - REGISTERS + 1 - np.frexp(tail)[1]).astype(np.uint8)
        registers = np.zeros(1 << REGISTERS, np.uint8)
        np.maximum.at(registers, places, ranks)
        return cls(registers)

    def merged(self, other: Distinct) -> Distinct:
        """Return the sketch of both sets of values."""
        return Distinct(np.maximum(self.registers, other.registers))

    @property
    def estimate(self) -> float:
        """The number of distinct values, by algorithm 6 of Ertl (arXiv:1702.01284)."""
        size, most = 1 << REGISTERS, 64 - REGISTERS
        held = np.bincount(self.registers, minlength=most + 2)
        total = size * _tau(1 - held[most + 1] / size)
        for rank in range(most, 0, -1):
            total = (total + held[rank]) / 2
        total += size * _sigma(held[0] / size)
        return size * size / (2 * math.log(2) * total)


def _sigma(share: float) -> float:
    if share == 1:
        return math.inf
    scale, total, before = 1.0, share, -1.0
    while total != before:
        share *= share
        before, total = total, total + share * scale
        scale *= 2
    return total


def _tau(share: float) -> float:
    if share in (0, 1):
        return 0.0
    scale, total, before = 1.0, 1 - share, -1.0
    while total != before:
        share = math.sqrt(share)
        scale /= 2
        before, total = total, total - (1 - share) ** 2 * scale
    return total / 3
