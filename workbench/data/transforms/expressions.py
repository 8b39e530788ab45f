"""What a transform's function is written with: columns that nobody has read yet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workbench.core.errors import InvalidInput


class Kind(StrEnum):
    """What an expression holds in each row."""

    COLUMN = "a column"  # its first use says as what it is read
    NUMBER = "a number"  # double precision; missing is NaN
    CODE = "a code"  # a whole number from 0, where 0 says missing or unknown
    TEXT = "text"
    TIME = "a time"  # microseconds since 1970, UTC
    TOKENS = "a list of tokens"
    VECTOR = "several numbers"
    CODES = "several codes"
    STATE = "what an analyzer found"  # the same for all rows


@dataclass(frozen=True, eq=False)
class Expression:
    """A column, or what is computed from columns; made by `workbench.data.transforms`' functions.

    Arithmetic and comparisons work as on numbers; a comparison gives 1 or 0, and ``&``, ``|`` and
    ``~`` join such results. Where a number is missing, so is what is computed from it.

    Attributes
    ----------
    op : str
        What computes it.
    args : tuple of Expression
    params : dict
        As JSON.
    kind : Kind
    """

    op: str
    args: tuple[Expression, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    kind: Kind = Kind.NUMBER

    def __add__(self, other: Operand) -> Expression:
        return numeric("add", self, other)

    def __radd__(self, other: Operand) -> Expression:
        return numeric("add", other, self)

    def __sub__(self, other: Operand) -> Expression:
        return numeric("subtract", self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return numeric("subtract", other, self)

    def __mul__(self, other: Operand) -> Expression:
        return numeric("multiply", self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return numeric("multiply", other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return numeric("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return numeric("divide", other, self)

    def __floordiv__(self, other: Operand) -> Expression:
        return numeric("floor", numeric("divide", self, other))

    def __mod__(self, other: Operand) -> Expression:
        return self - (self // other) * other

    def __pow__(self, power: float) -> Expression:
        if power == 0.5:
            return numeric("sqrt", self)
        if isinstance(power, int) and 1 <= power <= 8:
            result = as_number(self)
            for _ in range(power - 1):
                result = numeric("multiply", result, self)
            return result
        raise InvalidInput(
            f"a power of {power!r}", hint="use a whole number from 1 to 8, or 0.5 for the root"
        )

    def __neg__(self) -> Expression:
        return numeric("negative", self)

    def __abs__(self) -> Expression:
        return numeric("absolute", self)

    def __lt__(self, other: Operand) -> Expression:
        return numeric("less", self, other)

    def __le__(self, other: Operand) -> Expression:
        return numeric("less_equal", self, other)

    def __gt__(self, other: Operand) -> Expression:
        return numeric("less", other, self)

    def __ge__(self, other: Operand) -> Expression:
        return numeric("less_equal", other, self)

    def __eq__(self, other: Operand | str) -> Expression:  # type: ignore[override]  # a column's
        if isinstance(other, str):
            return Expression("text_equals", (as_text(self),), {"text": other})
        return numeric("equal", self, other)

    def __ne__(self, other: Operand | str) -> Expression:  # type: ignore[override]  # a column's
        return ~(self == other)

    __hash__ = object.__hash__

    def __and__(self, other: Operand) -> Expression:
        return numeric("both", self, other)

    def __or__(self, other: Operand) -> Expression:
        return numeric("either", self, other)

    def __invert__(self) -> Expression:
        return numeric("opposite", self)

    def __bool__(self) -> bool:
        raise InvalidInput(
            "an expression is not true or false before its rows are read",
            hint="join comparisons by & and |, and choose by where(condition, this, that)",
        )

    def __iter__(self) -> Any:
        raise InvalidInput("an expression cannot be walked through", hint="name its columns")

    def __repr__(self) -> str:
        if self.kind is Kind.COLUMN:
            return f"c[{self.params['column']!r}]"
        inside = [repr(each) for each in self.args]
        inside += [f"{name}={value!r}" for name, value in self.params.items()]
        return f"{self.op}({', '.join(inside)})"


Operand = Expression | float


class Columns:
    """What a transform's function is given: ``c["name"]`` is the column of that name."""

    def __getitem__(self, name: str) -> Expression:
        if not isinstance(name, str):
            raise InvalidInput(f"a column named {name!r}", hint='write c["name"]')
        return Expression("column", (), {"column": name}, Kind.COLUMN)


def as_number(value: Any) -> Expression:
    """Return a number: a column read as numbers, a code as the number it is, or a constant."""
    if isinstance(value, Expression):
        if value.kind is Kind.NUMBER:
            return value
        if value.kind is Kind.COLUMN:
            return Expression("number", (), value.params)
        if value.kind is Kind.CODE:
            return Expression("code_number", (value,))
        raise InvalidInput(
            f"{value!r} is {value.kind}, where a number is needed",
            hint="take a number from it: length, vocabulary, hour, to_number, …",
        )
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidInput(
            f"{value!r} cannot stand among columns", hint="use finite numbers and expressions"
        )
    return Expression("constant", (), {"value": float(value)})


def as_text(value: Expression) -> Expression:
    """Return text: a column read as categories, or a number as it is written."""
    _check(value, "text")
    if value.kind is Kind.TEXT:
        return value
    if value.kind is Kind.COLUMN:
        return Expression("text", (), value.params, Kind.TEXT)
    if value.kind in (Kind.NUMBER, Kind.CODE):
        return Expression("number_text", (as_number(value),), {}, Kind.TEXT)
    raise InvalidInput(
        f"{value!r} is {value.kind}, where text is needed", hint="take a category from it"
    )


def as_time(value: Expression) -> Expression:
    """Return a time: a column read as times."""
    _check(value, "a time")
    if value.kind is Kind.TIME:
        return value
    if value.kind is Kind.COLUMN:
        return Expression("time", (), value.params, Kind.TIME)
    raise InvalidInput(f"{value!r} is {value.kind}, where a time is needed", hint="use a column")


def as_tokens(value: Expression) -> Expression:
    """Return tokens: a column of lists, or what `split` gave."""
    _check(value, "a list of tokens")
    if value.kind is Kind.TOKENS:
        return value
    if value.kind is Kind.COLUMN:
        return Expression("tokens", (), value.params, Kind.TOKENS)
    raise InvalidInput(
        f"{value!r} is {value.kind}, where a list of tokens is needed", hint="split(text) makes one"
    )


def as_code(value: Expression) -> Expression:
    """Return a code, such as of `vocabulary` or `bucketize`."""
    _check(value, "a code")
    if value.kind is not Kind.CODE:
        raise InvalidInput(
            f"{value!r} is {value.kind}, where a code is needed",
            hint="make codes by vocabulary, bucketize or hash_bucket",
        )
    return value


def numeric(op: str, *args: Operand, **params: Any) -> Expression:
    """Return a number computed from numbers."""
    return Expression(op, tuple(as_number(each) for each in args), params)


def trace(function: Any) -> dict[str, Expression]:
    """Call a transform's function once, on columns yet to be read; return its outputs.

    Raises
    ------
    InvalidInput
        If it does not return a dict of expressions by name, or one that a model cannot take.
    """
    outputs = function(Columns())
    if not isinstance(outputs, Mapping) or not outputs:
        raise InvalidInput(
            f"the transform's function returned {outputs!r}",
            hint='return a dict of outputs by name: {"delay": z_score(c["dep_delay"])}',
        )
    return {_named(name): _output(name, value) for name, value in outputs.items()}


def _named(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidInput(f"an output is named {name!r}", hint="name it by a string")
    return name


def _output(name: str, value: object) -> Expression:
    if not isinstance(value, Expression):
        raise InvalidInput(f"the output {name!r} is {value!r}, not an expression")
    if value.kind is Kind.COLUMN:
        return as_number(value)
    if value.kind in (Kind.NUMBER, Kind.CODE, Kind.VECTOR, Kind.CODES):
        return value
    hints = {
        Kind.TEXT: "make codes of it: vocabulary(…), hash_bucket(…)",
        Kind.TIME: "take a part of it: hour(…), weekday(…), …",
        Kind.TOKENS: "make numbers of it: tf_idf(…), length(…)",
    }
    raise InvalidInput(f"the output {name!r} is {value.kind}", hint=hints.get(value.kind))


def _check(value: object, wanted: str) -> None:
    if not isinstance(value, Expression):
        raise InvalidInput(
            f"{value!r} stands where {wanted} is needed", hint='give an expression such as c["x"]'
        )
