"""The words in which an alert says when: a small language of comparisons, and nothing else.

``drift > 0.1``, ``drift["temp"] > 0.2 and rows >= 100``, ``prediction_mean > 0.5 or p99_ms > 200``.
Read with Python's own parser, judged by hand; nothing in it is ever executed.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.core.errors import InvalidInput, near

Values = Mapping[str, "float | Mapping[str, float]"]

_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_LONGEST = 500


@dataclass(frozen=True)
class Reason:
    """A comparison that held.

    Attributes
    ----------
    what : str
        Which value, such as ``drift["temp"]``.
    value : float
    comparison : str
        Such as ``> 0.1``.
    column : str or None
        The column, where the value belongs to one.
    """

    what: str
    value: float
    comparison: str
    column: str | None = None

    def __str__(self) -> str:
        what = self.what
        if self.column is not None:
            what = f"{self.column} {what.partition('[')[0]}"
        value = f"{self.value:,.0f}" if self.value.is_integer() else f"{self.value:.3g}"
        return f"{what} {value} ({self.comparison})"


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds, and which comparisons made it hold."""

    holds: bool
    reasons: tuple[Reason, ...] = ()


class Condition:
    """A condition over a monitor's values.

    A value that belongs to columns, such as `drift`, stands for the largest of them when it is not
    asked of one column; every column over the bound is named among the reasons.

    Parameters
    ----------
    text : str

    Raises
    ------
    InvalidInput
        If it is not made of comparisons joined by ``and``, ``or`` and ``not``.

    Examples
    --------
    >>> values = {"drift": {"temp": 0.3, "wind": 0.01}, "rows": 200.0}
    >>> verdict = Condition("drift > 0.1 and rows >= 100").judge(values)
    >>> verdict.holds, verdict.reasons[0].column
    (True, 'temp')
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if not str(text or "").strip() or len(text) > _LONGEST:
            raise InvalidInput(
                f"{text!r:.80} is no condition", hint='write for example "drift > 0.1"'
            )
        try:
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise InvalidInput(
                f"the condition {text!r} cannot be read", hint='write for example "drift > 0.1"'
            ) from error
        self._check(self._tree)

    def judge(self, values: Values) -> Verdict:
        """Return whether the condition holds for these values.

        A missing value (NaN) makes its comparison false.

        Raises
        ------
        InvalidInput
            If it names a value or a column that is not there.
        """
        return self._judge(self._tree, values)

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.BoolOp):
            for each in node.values:
                self._check(each)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self._check(node.operand)
        elif isinstance(node, ast.Compare):
            for op in node.ops:
                if type(op) not in _COMPARISONS:
                    raise self._refused(node, "compare with >, >=, <, <=, == or !=")
            for side in (node.left, *node.comparators):
                if _number(side) is None and _name(side) is None:
                    raise self._refused(side, 'compare numbers and values such as drift["temp"]')
        else:
            raise self._refused(node, "join comparisons with and, or, not")

    def _judge(self, node: ast.AST, values: Values) -> Verdict:
        if isinstance(node, ast.BoolOp):
            verdicts = [self._judge(each, values) for each in node.values]
            join = all if isinstance(node.op, ast.And) else any
            holds = join(each.holds for each in verdicts)
            reasons = tuple(reason for each in verdicts if each.holds for reason in each.reasons)
            return Verdict(holds, reasons if holds else ())
        if isinstance(node, ast.UnaryOp):
            return Verdict(not self._judge(node.operand, values).holds)
        assert isinstance(node, ast.Compare)  # noqa: S101  # _check let nothing else through
        return self._compare(node, values)

    def _compare(self, node: ast.Compare, values: Values) -> Verdict:
        reasons: list[Reason] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            symbol, holds = _COMPARISONS[type(op)]
            found = [
                Reason(what, value, f"{symbol} {bound_text}", column)
                for what, value, column in self._read(left, values)
                for bound_text, bound, _ in self._read(right, values)
                if not math.isnan(value) and not math.isnan(bound) and holds(value, bound)
            ]
            if not found:
                return Verdict(False)
            reasons += found
            left = right
        named = [each for each in reasons if not _is_number(each.what)] or reasons
        return Verdict(True, tuple(sorted(named, key=lambda each: -each.value)))

    def _read(self, node: ast.expr, values: Values) -> list[tuple[str, float, str | None]]:
        """Return what a side of a comparison stands for: (how it is called, value, column)."""
        number = _number(node)
        if number is not None:
            return [(f"{number:g}", number, None)]
        name, column = _name(node) or ("", None)
        if name not in values:
            raise InvalidInput(
                f"the condition {self.text!r} names {name!r}", hint=near(name, values)
            )
        value = values[name]
        if not isinstance(value, Mapping):
            if column is not None:
                raise InvalidInput(f"{name!r} has no columns", hint=f"write {name} alone")
            return [(name, float(value), None)]
        if column is None:
            return [(f"{name}[{each!r}]", float(value[each]), each) for each in value]
        if column not in value:
            raise InvalidInput(f"{name!r} knows no column {column!r}", hint=near(column, value))
        return [(f"{name}[{column!r}]", float(value[column]), column)]

    def _refused(self, node: ast.AST, hint: str) -> InvalidInput:
        part = ast.unparse(node)
        return InvalidInput(f"the condition {self.text!r} cannot hold {part!r}", hint=hint)


def _number(node: ast.AST) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]  # one of the two
    return None


def _name(node: ast.AST) -> tuple[str, str | None] | None:
    if isinstance(node, ast.Name):
        return node.id, None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        return node.value.id, node.slice.value
    return None


def _is_number(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()
