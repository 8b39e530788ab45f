"""Numbers from numbers, text and times, for a transform's function; nothing here looks at all rows.

What is computed from a missing value (null, NaN, infinity) is missing, a NaN, unless a function
says otherwise. A code of 0 always says missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.core.errors import InvalidInput
from workbench.data.transforms.expressions import (
    Expression,
    Kind,
    Operand,
    as_code,
    as_number,
    as_text,
    as_time,
    as_tokens,
    numeric,
)
from workbench.data.transforms.operations import OPS
from workbench.data.transforms.operations.times import offsets


def number(x: Operand) -> Expression:
    """Return a column read as numbers or truth values, a code as a number, or a constant."""
    return as_number(x)


def text(x: Expression) -> Expression:
    """Return a column read as categories, in which 5 and 5.0 are the same; or a number as text."""
    return as_text(x)


def log(x: Operand) -> Expression:
    """Return the natural logarithm; of 0 and less it is missing."""
    return numeric("log", x)


def log1p(x: Operand) -> Expression:
    """Return log(1 + x), exact for small x too; of −1 and less it is missing."""
    return numeric("log1p", x)


def sqrt(x: Operand) -> Expression:
    """Return the square root; of less than 0 it is missing."""
    return numeric("sqrt", x)


def floor(x: Operand) -> Expression:
    """Return the largest whole number at or below x."""
    return numeric("floor", x)


def clip(x: Operand, low: float | None = None, high: float | None = None) -> Expression:
    """Return x, but no less than `low` and no more than `high`."""
    if low is not None and high is not None and not low <= high:
        raise InvalidInput(f"a clip from {low} to {high}", hint="give the smaller one first")
    return numeric("clip", x, low=_finite(low), high=_finite(high))


def where(condition: Operand, this: Operand, that: Operand) -> Expression:
    """Return `this` where the condition is not 0, else `that`; missing where the condition is."""
    return numeric("where", condition, this, that)


def fill(x: Expression, value: float | str | Expression) -> Expression:
    """Return x, and `value` where x is missing; text is filled by text."""
    if isinstance(value, str):
        return Expression("fill_text", (as_text(x),), {"text": value}, Kind.TEXT)
    return numeric("fill", x, value)


def is_missing(x: Expression) -> Expression:
    """Return 1 where x is missing, 0 elsewhere; a column is read as categories."""
    if x.kind in (Kind.COLUMN, Kind.TEXT):
        return Expression("text_missing", (as_text(x),))
    if x.kind is Kind.TOKENS:
        return Expression("text_missing", (x,))
    if x.kind is Kind.TIME:
        return numeric("is_missing", Expression("timestamp", (x,)))
    return numeric("is_missing", x)


def to_int(x: Operand, *, missing: int = 0) -> Expression:
    """Return the whole number at or below x as int64; `missing` where x is missing.

    Beyond ±2⁶², it is ±2⁶².
    """
    return Expression("to_code", (as_number(x),), {"missing": int(missing)}, Kind.CODE)


def to_number(x: Expression) -> Expression:
    """Return the number that text says, as Python reads it; other text is missing."""
    return Expression("to_number", (as_text(x),))


def lower(x: Expression) -> Expression:
    """Return text in lower case."""
    return Expression("lower", (as_text(x),), {}, Kind.TEXT)


def strip(x: Expression) -> Expression:
    """Return text without blanks around it."""
    return Expression("strip", (as_text(x),), {}, Kind.TEXT)


def substring(x: Expression, start: int | None = None, stop: int | None = None) -> Expression:
    """Return the characters from `start` up to `stop`, counted as in Python."""
    return Expression("slice", (as_text(x),), {"start": start, "stop": stop}, Kind.TEXT)


def split(x: Expression, separator: str | None = None) -> Expression:
    """Return the tokens of text, between blanks or between separators."""
    if separator == "":
        raise InvalidInput("an empty separator", hint="leave it out to split at blanks")
    return Expression("split", (as_text(x),), {"separator": separator}, Kind.TOKENS)


def length(x: Expression) -> Expression:
    """Return how many characters text has, or how many tokens there are."""
    return Expression("length", (x if x.kind is Kind.TOKENS else as_text(x),))


def list_length(x: Expression) -> Expression:
    """Return how many values that are not missing a column's lists have."""
    return Expression("length", (as_tokens(x),))


def contains(x: Expression, part: str) -> Expression:
    """Return 1 where text holds a part, or tokens a token, else 0."""
    return Expression("contains", (x if x.kind is Kind.TOKENS else as_text(x),), {"text": part})


def cross(*columns: Expression) -> Expression:
    """Return the columns' combination as one category; missing where one of them is."""
    if len(columns) < 2:
        raise InvalidInput("a cross of fewer than two columns", hint="name two or more")
    return Expression("cross", tuple(as_text(each) for each in columns), {}, Kind.TEXT)


def hash_bucket(x: Expression, buckets: int, *, seed: int = 0) -> Expression:
    """Return one of `buckets` codes from 1, by a stable hash of the category; 0 where missing."""
    if buckets < 1:
        raise InvalidInput(f"{buckets} buckets", hint="give 1 or more")
    params = {"buckets": int(buckets), "seed": int(seed)}
    return Expression("hash_bucket", (as_text(x),), params, Kind.CODE)


def hash64(x: Expression, *, seed: int = 0) -> Expression:
    """Return a category's stable hash, as an int64; 0 where it is missing."""
    return Expression("hash64", (as_text(x),), {"seed": int(seed)}, Kind.CODE)


def bucketize_at(x: Operand, edges: Sequence[float]) -> Expression:
    """Return which bucket x lies in: 1 below the first edge, 2 from it on, …; 0 where missing."""
    ordered = [float(each) for each in edges]
    if not ordered or sorted(set(ordered)) != ordered or not all(map(math.isfinite, ordered)):
        raise InvalidInput(f"the edges {edges!r}", hint="give finite numbers in rising order")
    return Expression("bucketize_at", (as_number(x),), {"edges": ordered}, Kind.CODE)


def one_hot(code: Expression) -> Expression:
    """Return a number a code, the code 0 included: 1 for the row's own, 0 for the others."""
    code = as_code(code)
    if OPS[code.op].size is None:
        OPS[code.op].count({})
    states = tuple(each for each in code.args if each.kind is Kind.STATE)
    return Expression(
        "one_hot", (code, *states), {"of": code.op, "params": code.params}, Kind.VECTOR
    )


def concat(*parts: Expression) -> Expression:
    """Return numbers side by side, or codes side by side: one output of several columns."""
    if not parts:
        raise InvalidInput("nothing to put side by side")
    kinds = {each.kind for each in parts}
    if kinds <= {Kind.CODE}:
        return Expression("stack_codes", parts, {}, Kind.CODES)
    if Kind.VECTOR not in kinds:
        return Expression("stack", tuple(map(as_number, parts)), {}, Kind.VECTOR)
    vectors = tuple(
        each
        if each.kind is Kind.VECTOR
        else Expression("stack", (as_number(each),), {}, Kind.VECTOR)
        for each in parts
    )
    return Expression("concat", vectors, {}, Kind.VECTOR)


def sin_of(x: Operand, period: float) -> Expression:
    """Return the sine of 2π·x/period: hours of a period of 24 lie on a circle, with `cos_of`."""
    return numeric("turn_sine", x, period=_period(period))


def cos_of(x: Operand, period: float) -> Expression:
    """Return the cosine of 2π·x/period."""
    return numeric("turn_cosine", x, period=_period(period))


def cyclic(x: Operand, period: float) -> Expression:
    """Return `sin_of` and `cos_of`, side by side."""
    return concat(sin_of(x, period), cos_of(x, period))


def year(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's year in a time zone, such as ``America/New_York``."""
    return _part("year", x, zone)


def month(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's month in a time zone, from 1."""
    return _part("month", x, zone)


def day(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's day of the month in a time zone, from 1."""
    return _part("day", x, zone)


def weekday(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's day of the week in a time zone: 0 is Monday."""
    return _part("weekday", x, zone)


def hour(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's hour in a time zone, from 0 to 23."""
    return _part("hour", x, zone)


def minute(x: Expression, zone: str = "UTC") -> Expression:
    """Return a time's minute in a time zone, from 0 to 59."""
    return _part("minute", x, zone)


def is_weekend(x: Expression, zone: str = "UTC") -> Expression:
    """Return 1 where it is Saturday or Sunday in a time zone, else 0."""
    return _part("is_weekend", x, zone)


def timestamp(x: Expression) -> Expression:
    """Return a time as seconds since 1970 in UTC."""
    return Expression("timestamp", (as_time(x),))


def seconds_between(early: Expression, late: Expression) -> Expression:
    """Return the seconds from one time to another."""
    return Expression("seconds_between", (as_time(early), as_time(late)))


def _part(name: str, x: Expression, zone: str) -> Expression:
    time = as_time(x)
    if zone != "UTC":
        params = {"zone": zone, "rules": offsets(zone)}
        time = Expression("local_time", (time,), params, Kind.TIME)
    return Expression(name, (time,))


def _period(period: float) -> float:
    if not (period > 0 and math.isfinite(period)):
        raise InvalidInput(f"a period of {period!r}", hint="give a number above 0")
    return float(period)


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise InvalidInput(f"a bound of {value!r}", hint="leave it out instead")
    return None if value is None else float(value)
