"""Sums without any rounding, so that how rows were divided can change no bit of a result.

A double is a whole number times a power of two. Numbers are added by their exponents, as whole
numbers small enough for every partial sum to be exact, and joined in Python's long integers.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_SMALL = float(2**31)
_LOW = 26  # a mantissa's 53 bits are split into 27 and 26
_HALF = 27  # and a product of two such parts, of at most 54 bits, into 27 and 27
#: Rows that may be added at once: 2²⁷ · 2²⁶ is still a whole number that a double holds.
MOST = 1 << 26


def total(x: Numbers) -> Fraction:
    """Return the sum of finite numbers, at most `MOST` of them.

    Examples
    --------
    >>> float(total(np.array([1e16, 1.0, -1e16])))
    1.0
    """
    if _whole(x):
        return Fraction(int(x.astype(np.int64).sum()))
    high, low, exponent = _parts(x)
    return _added(exponent, [(high, _LOW), (low, 0)])


def total_of_products(x: Numbers, y: Numbers) -> Fraction:
    """Return the sum of finite numbers' products, pair by pair."""
    if _whole(x) and _whole(y):
        product = x.astype(np.int64) * y.astype(np.int64)
        upper, lower = product >> 31, product & (2**31 - 1)
        return Fraction((int(upper.sum()) << 31) + int(lower.sum()))
    x_high, x_low, x_exponent = _parts(x)
    y_high, y_low, y_exponent = (x_high, x_low, x_exponent) if y is x else _parts(y)
    terms = []
    for product, shift in (
        (x_high * y_high, 2 * _LOW),
        (x_high * y_low + x_low * y_high, _LOW),
        (x_low * y_low, 0),
    ):
        terms += [(product >> _HALF, shift + _HALF), (product & ((1 << _HALF) - 1), shift)]
    return _added(x_exponent + y_exponent, terms)


def grouped(x: Numbers, groups: npt.NDArray[np.int64], count: int) -> list[int | Fraction]:
    """Return the sum of finite numbers within each of `count` groups."""
    if _whole(x):
        high, low = np.divmod(x.astype(np.int64), 1 << _LOW)
        upper = np.bincount(groups, weights=high, minlength=count)
        lower = np.bincount(groups, weights=low, minlength=count)
        return [
            (int(u) << _LOW) + int(v) for u, v in zip(upper.tolist(), lower.tolist(), strict=True)
        ]
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(count + 1))
    ordered = x[order]
    return [total(ordered[start:stop]) for start, stop in pairwise(bounds)]


def rounded(value: Fraction) -> float:
    """Return the nearest double; the largest where it lies beyond them."""
    try:
        return float(value)
    except OverflowError:
        return sys.float_info.max if value > 0 else -sys.float_info.max


def root(value: Fraction) -> float:
    """Return the square root of an exact value, which may lie outside the doubles' range."""
    if value <= 0:
        return 0.0
    scale = (value.numerator.bit_length() - value.denominator.bit_length()) // 2
    scaled = value / Fraction(4) ** scale
    return math.ldexp(math.sqrt(float(scaled)), scale)


def _whole(x: Numbers) -> bool:
    return bool(x.size == 0 or ((np.abs(x) < _SMALL).all() and (x == np.rint(x)).all()))


def _parts(x: Numbers) -> tuple[Any, Any, Any]:
    mantissa, exponent = np.frexp(x)
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    return whole >> _LOW, whole & ((1 << _LOW) - 1), exponent.astype(np.int64) - 53


def _added(exponent: Any, terms: list[tuple[Any, int]]) -> Fraction:
    least = int(exponent.min())
    places = exponent - least
    result = 0
    for values, shift in terms:
        sums = np.bincount(places, weights=values)
        for place in np.flatnonzero(sums).tolist():
            result += int(sums[place]) << (place + shift)
    return Fraction(result << least) if least >= 0 else Fraction(result, 1 << -least)
