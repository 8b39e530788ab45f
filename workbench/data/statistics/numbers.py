"""How the numbers of a column are spread: each counted while they are few, then summarised.

Both forms merge with either, and say the same of the values as far as they can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from workbench.data.hashing import number_hashes
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.sketches import Distinct, Quantiles


@dataclass(frozen=True)
class Moments:
    """The mean and the spread of values, of which each counts as much as it weighs.

    Merged as by Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
    sample variances" (1979), on deviations instead of their squares, so that the widest range of
    floats neither overflows nor vanishes.

    Attributes
    ----------
    weight : float
        Of all values together; their number where they weigh the same.
    mean, std : float
        The deviation is the population's.
    """

    weight: float = 0.0
    mean: float = 0.0
    std: float = 0.0

    @classmethod
    def of(cls, values: Floats, weights: npt.NDArray[Any]) -> Moments:
        """Return those of finite values, ascending, with what each weighs."""
        total = float(weights.sum())
        if total <= 0:
            return cls()
        # Shares, not sums: the sum of large values may leave what a float holds, their mean not.
        shares = weights / total
        mean = float(np.clip(np.sum(values * shares), values[0], values[-1]))
        scale = max(abs(float(values[0]) - mean), abs(float(values[-1]) - mean)) or 1.0
        std = scale * math.sqrt(float(np.sum(((values - mean) / scale) ** 2 * shares)))
        return cls(total, mean, std)

    def merged(self, other: Moments) -> Moments:
        """Return those of both sets of values."""
        if not self.weight or not other.weight:
            return self if self.weight else other
        total = self.weight + other.weight
        mine, theirs = self.weight / total, other.weight / total
        apart = (other.mean / 2 - self.mean / 2) * (2 * math.sqrt(mine * theirs))
        std = math.hypot(math.sqrt(mine) * self.std, math.sqrt(theirs) * other.std, apart)
        return Moments(total, self.mean * mine + other.mean * theirs, std)


@dataclass(frozen=True, eq=False)
class Counted:
    """Every distinct value, ascending, and how often it occurs.

    Attributes
    ----------
    values : int64[n], uint64[n] or float64[n]
        Infinite ones too.
    counts : int64[n]
    weights : float64[n] or None
        What the rows of each value weigh together, where rows have weights.
    """

    values: npt.NDArray[Any]
    counts: npt.NDArray[np.int64]
    weights: Floats | None = None

    def merged(self, other: Counted) -> Counted:
        """Return both sets of values."""
        if not len(self.values) or not len(other.values):
            return self if len(self.values) else other
        places = np.searchsorted(self.values, other.values)
        known = self.values[np.minimum(places, len(self.values) - 1)] == other.values
        counts = _added(self.counts, other.counts, places, known)
        weights = None
        if self.weights is not None and other.weights is not None:
            weights = _added(self.weights, other.weights, places, known)
        values = self.values
        if not known.all():
            values = np.insert(values, places[~known], other.values[~known])
        return Counted(values, counts, weights)

    @property
    def zeros(self) -> int:
        """How often zero occurs."""
        place = int(np.searchsorted(self.values, 0))
        here = place < len(self.values) and self.values[place] == 0
        return int(self.counts[place]) if here else 0

    def finite(self) -> tuple[Floats, npt.NDArray[np.int64], Floats | None]:
        """Return the finite values, their counts, and what their rows weigh."""
        numbers = self.values.astype(np.float64)
        # Values are ascending, so infinite ones are the first and the last.
        start = int(numbers.size > 0 and numbers[0] == -np.inf)
        end = len(numbers) - int(numbers.size > start and numbers[-1] == np.inf)
        weights = None if self.weights is None else self.weights[start:end]
        return numbers[start:end], self.counts[start:end], weights

    def summarised(self) -> Summary:
        """Return what a summary keeps of the values."""
        low, counts, weights = self.finite()
        count = int(self.counts.sum())
        return Summary(
            count=count,
            zeros=self.zeros,
            infinite=count - int(counts.sum()),
            minimum=self.values[0].item(),
            maximum=self.values[-1].item(),
            low=float(low.min(initial=np.inf)),
            high=float(low.max(initial=-np.inf)),
            moments=Moments.of(low, counts),
            quantiles=Quantiles.of(low, counts),
            distinct=Distinct.of(number_hashes(self.values)),
            weight=None if self.weights is None else float(self.weights.sum()),
            weighted_moments=None if weights is None else Moments.of(low, weights),
            weighted_quantiles=None if weights is None else Quantiles.of(low, weights),
        )


@dataclass(frozen=True, eq=False)
class Summary:
    """What is kept of values with too many distinct ones.

    Attributes
    ----------
    count, zeros, infinite : int
    minimum, maximum : int or float
        Infinite ones too, and exact whatever the type.
    low, high : float
        The least and the greatest finite value.
    moments : Moments
        Of the finite ones, as are the quantiles.
    quantiles : Quantiles
    distinct : Distinct
    weight : float or None
        Where rows have weights, that of all values; then there are weighted figures too.
    weighted_moments : Moments or None
    weighted_quantiles : Quantiles or None
    """

    count: int
    zeros: int
    infinite: int
    minimum: int | float
    maximum: int | float
    low: float
    high: float
    moments: Moments
    quantiles: Quantiles
    distinct: Distinct
    weight: float | None = None
    weighted_moments: Moments | None = None
    weighted_quantiles: Quantiles | None = None

    def merged(self, other: Summary) -> Summary:
        """Return what is kept of both sets of values."""
        weighted: dict[str, Any] = {}
        if (
            self.weight is not None
            and self.weighted_moments is not None
            and self.weighted_quantiles is not None
            and other.weight is not None
            and other.weighted_moments is not None
            and other.weighted_quantiles is not None
        ):
            weighted = {
                "weight": self.weight + other.weight,
                "weighted_moments": self.weighted_moments.merged(other.weighted_moments),
                "weighted_quantiles": self.weighted_quantiles.merged(other.weighted_quantiles),
            }
        return Summary(
            count=self.count + other.count,
            zeros=self.zeros + other.zeros,
            infinite=self.infinite + other.infinite,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            low=min(self.low, other.low),
            high=max(self.high, other.high),
            moments=self.moments.merged(other.moments),
            quantiles=self.quantiles.merged(other.quantiles),
            distinct=self.distinct.merged(other.distinct),
            **weighted,
        )


Numbers: TypeAlias = Counted | Summary


def bounded(numbers: Numbers, limit: int) -> Numbers:
    """Return the numbers summarised if more than `limit` are distinct."""
    if isinstance(numbers, Counted) and len(numbers.values) > limit:
        return numbers.summarised()
    return numbers


def merge_numbers(a: Numbers, b: Numbers, limit: int) -> Numbers:
    """Return the numbers of both; counted if no more than `limit` are distinct."""
    if isinstance(a, Counted) and isinstance(b, Counted):
        return bounded(a.merged(b), limit)
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Counted) and not len(one.values):
            return other
    first = a.summarised() if isinstance(a, Counted) else a
    return first.merged(b.summarised() if isinstance(b, Counted) else b)


def _added(
    mine: npt.NDArray[Any],
    theirs: npt.NDArray[Any],
    places: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
) -> npt.NDArray[Any]:
    """Return counts with others' added where the value is known, and put in where it is new."""
    total = mine.copy()
    total[places[known]] += theirs[known]
    return total if known.all() else np.insert(total, places[~known], theirs[~known])
