"""Sums without any rounding, so that how rows were divided can change no bit of a result.

A column is cut into limbs: whole numbers of at most 17 bits and a sign, times one power of two
each. Sums of limbs, and of products of two, stay below 2⁵³ for up to 2¹⁸ rows, so that doubles add
them exactly in any order, as BLAS does, at full speed. Python's long integers put them together.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
#: Limbs [k, n], and the exponent of the first row's unit.
Cut = tuple[Numbers, int]

#: Rows that are added at once: far fewer than could be, as many as a processor's cache holds.
MOST = 1 << 14
_FIRST, _NEXT = 17, 18  # bits of the first limb, and of the others: rounding gives them one more
_BAND = 64  # numbers whose exponents differ more are cut apart: each limb costs a pass


def total(x: Numbers) -> Fraction:
    """Return the sum of finite numbers.

    Examples
    --------
    >>> float(total(np.array([1e16, 1.0, -1e16])))
    1.0
    """
    result = Fraction(0)
    for (part,) in _alike(x):
        result += _sum(_limbs(part))
    return result


def total_of_products(x: Numbers, y: Numbers) -> Fraction:
    """Return the sum of finite numbers' products, pair by pair."""
    result = Fraction(0)
    for first, second in _alike(x, y):
        result += _sum_of_products(_limbs(first), _limbs(second))
    return result


def moments(columns: Sequence[Numbers]) -> tuple[list[Fraction], list[Fraction]]:
    """Return each column's sum, and the sums of products of each with itself and those after it.

    Each column is cut into limbs once for all of its sums, where its numbers are about as large.
    """
    totals = [Fraction(0) for _ in columns]
    pairs = [(i, j) for i in range(len(columns)) for j in range(i, len(columns))]
    products = [Fraction(0) for _ in pairs]
    for start in range(0, len(columns[0]), MOST):
        piece = [each[start : start + MOST] for each in columns]
        if all(map(_is_narrow, piece)):
            cut = [_limbs(each) for each in piece]
            sums = [_sum(each) for each in cut]
            squares = [_sum_of_products(cut[i], cut[j]) for i, j in pairs]
        else:
            sums = [total(each) for each in piece]
            squares = [total_of_products(piece[i], piece[j]) for i, j in pairs]
        totals = [a + b for a, b in zip(totals, sums, strict=True)]
        products = [a + b for a, b in zip(products, squares, strict=True)]
    return totals, products


def grouped(x: Numbers, groups: npt.NDArray[np.int64], count: int) -> list[int | Fraction]:
    """Return the sum of finite numbers within each of `count` groups."""
    result: list[int | Fraction] = [0] * count
    for part, of in _alike(x, groups):
        limbs, unit = _limbs(part)
        for place, limb in enumerate(limbs):
            sums = np.bincount(of.astype(np.int64), weights=limb, minlength=count)
            for group in np.flatnonzero(sums).tolist():
                result[group] += _times_two(int(sums[group]), unit - place * _NEXT)
    return result


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


def _alike(*columns: Any) -> Iterator[tuple[Any, ...]]:
    """Yield rows of `columns`, numbers in each of which are about as large; without zeros."""
    for start in range(0, len(columns[0]), MOST):
        piece = tuple(each[start : start + MOST] for each in columns)
        numbers = [each for each in piece if each.dtype == np.float64]
        if all(_is_narrow(each) for each in numbers):
            yield piece
            continue
        bands = np.stack([np.frexp(each)[1] // _BAND for each in numbers])
        some = np.logical_and.reduce([each != 0 for each in numbers])
        for band in np.unique(bands[:, some], axis=1).T:
            rows = some & (bands == band[:, None]).all(axis=0)
            yield tuple(each[rows] for each in piece)


def _is_narrow(x: Numbers) -> bool:
    sizes = np.abs(x)
    largest = float(sizes.max())
    smallest = float(sizes.min()) or float(sizes[sizes > 0].min(initial=largest))
    return math.frexp(largest)[1] - math.frexp(smallest)[1] <= _BAND


def _limbs(x: Numbers) -> Cut:
    """Return whole numbers [k, n], and the exponent of the first row's unit."""
    top = math.frexp(float(np.abs(x).max()))[1]
    shift = _FIRST - top
    rest = x * 2.0**shift if abs(shift) < 1000 else np.ldexp(x, shift)
    limbs = []
    while True:
        limb = np.rint(rest)
        limbs.append(limb)
        rest = rest - limb
        if not rest.any():
            return np.stack(limbs), -shift
        rest *= 2.0**_NEXT


def _sum(cut: Cut) -> Fraction:
    limbs, unit = cut
    return _joined(limbs.sum(axis=1), unit)


def _sum_of_products(first: Cut, second: Cut) -> Fraction:
    (x, x_unit), (y, y_unit) = first, second
    sums = (x @ y.T).tolist()
    last = len(x) + len(y) - 2
    whole = sum(
        int(each) << (last - i - j) * _NEXT
        for i, row in enumerate(sums)
        for j, each in enumerate(row)
    )
    return Fraction(_times_two(whole, x_unit + y_unit - last * _NEXT))


def _joined(sums: Numbers, unit: int) -> Fraction:
    last = len(sums) - 1
    whole = sum(int(each) << (last - place) * _NEXT for place, each in enumerate(sums.tolist()))
    return Fraction(_times_two(whole, unit - last * _NEXT))


def _times_two(whole: int, power: int) -> int | Fraction:
    return whole << power if power >= 0 else Fraction(whole, 1 << -power)
