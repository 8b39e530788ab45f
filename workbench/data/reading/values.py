"""Casting a column whose values may not all be castable: what can be is, the others are named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

Cast = Callable[[pa.Array], pa.Array]

_FAILED = (pa.ArrowInvalid, OverflowError)
_EXACT = float(2**53)  # below it, doubles hold every whole number
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def cast_values(values: pa.Array, cast: Cast) -> tuple[pa.Array, np.ndarray]:
    """Cast what can be cast, and return the positions of what cannot, which become null.

    Halving finds them: of few wrong values, each costs some twenty casts of ever smaller pieces.

    Examples
    --------
    >>> good, wrong = cast_values(pa.array(["1", "x"]), lambda each: each.cast(pa.int64()))
    >>> good.to_pylist(), wrong.tolist()
    ([1, None], [1])
    """
    try:
        return cast(values), np.empty(0, np.int64)
    except _FAILED:
        if len(values) <= 1:
            return cast(values.take(pa.array([None], pa.int64()))), np.zeros(1, np.int64)
    half = len(values) // 2
    left, wrong_left = cast_values(values.slice(0, half), cast)
    right, wrong_right = cast_values(values.slice(half), cast)
    return pa.concat_arrays([left, right]), np.concatenate([wrong_left, wrong_right + half])


def text_as(kind: pa.DataType) -> Cast:
    """Return the cast that reads text as `kind`, spaces around it allowed."""

    def cast(values: pa.Array) -> pa.Array:
        text = values.cast(pa.string())  # refuses bytes that are no UTF-8
        if types.is_string(kind) or types.is_binary(kind):
            return text.cast(kind)
        text = pc.utf8_trim_whitespace(text)
        if types.is_boolean(kind):
            return _truth(text)
        if types.is_timestamp(kind) and kind.unit == "us":
            return _times(text, kind)
        return _whole(text, kind) if types.is_integer(kind) else text.cast(kind)

    return cast


def _times(text: pa.Array, kind: pa.DataType) -> pa.Array:
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:  # perhaps nanoseconds, which reach from 1677 to 2262 only
        return text.cast(pa.timestamp("ns", kind.tz)).cast(kind, safe=False)


def _whole(text: pa.Array, kind: pa.DataType) -> pa.Array:
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:  # perhaps 517.0, which frames make of whole numbers among missing ones
        numbers = text.cast(pa.float64())
        if pc.any(pc.greater_equal(pc.abs(numbers), _EXACT)).as_py():
            raise
        return numbers.cast(kind)


def _truth(text: pa.Array) -> pa.Array:
    small = pc.utf8_lower(text)
    if not pc.all(pc.is_in(small, pa.array([*_TRUE, *_FALSE, None])), min_count=0).as_py():
        raise pa.ArrowInvalid("no truth value")
    return pc.if_else(pc.is_null(small), None, pc.is_in(small, pa.array(_TRUE)))
