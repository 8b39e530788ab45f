"""Whole numbers beyond 2^53, which doubles round, in forms that doubles hold.

Bins and cumulative shares ask only which value comes first: there each value stands in its place
among those of both sides. How far values moved asks for distances: these are taken exactly, and
rounded only then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.data.drift.profiles import Profile, Whole
from workbench.data.statistics.distributions import Distribution, Floats

# Up to here each whole number is a double.
_HELD = 1 << 53


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sides of a comparison.

    Attributes
    ----------
    a, b : Profile
    values : int64[n], uint64[n], object[n] or None
        If given, a number in `a` or `b` is a place in these, which are ascending.
    """

    a: Profile
    b: Profile
    values: Whole | None = None

    def spaced(self, numbers: Distribution) -> Distribution:
        """Return numbers of `a` or `b` as far apart as they are."""
        if self.values is None:
            return numbers
        far = _from_least(self.values)[numbers.low.astype(np.int64)]
        return Distribution(far, far, numbers.counts)


def pair(a: Profile, b: Profile) -> Pair:
    """Return two sides as they are, or whole numbers that doubles do not hold by their places.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.drift.profiles import profile_column
    >>> sides = [profile_column(pa.chunked_array([[2**53 + n]])) for n in (0, 1)]
    >>> pair(*sides).b.numbers.low.tolist()
    [1.0]
    """
    one, other = a.whole, b.whole
    if one is None or other is None or not (_is_beyond(one) or _is_beyond(other)):
        return Pair(a, b)
    if one.dtype != other.dtype:  # what NumPy would make of int64 and uint64 is a double
        one, other = one.astype(object), other.astype(object)
    values = np.unique(np.concatenate([one, other]))
    return Pair(_placed(a, one, values), _placed(b, other, values), values)


def _placed(profile: Profile, whole: Whole, values: Whole) -> Profile:
    places = np.searchsorted(values, whole).astype(np.float64)
    counts = np.zeros(0, np.int64) if profile.numbers is None else profile.numbers.counts
    return replace(profile, numbers=Distribution(places, places, counts))


def _is_beyond(whole: Whole) -> bool:
    return len(whole) > 0 and max(-int(whole[0]), int(whole[-1])) > _HELD


def _from_least(values: Whole) -> Floats:
    if values.dtype == np.int64:
        values = values.view(np.uint64)  # which wraps, so that no distance is too great
    return np.asarray(values - values[0], np.float64)
