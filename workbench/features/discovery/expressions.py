"""Python's expressions over columns as SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.data.engine import quoted

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.BitAnd: "AND",
    ast.BitOr: "OR",
    ast.And: "AND",
    ast.Or: "OR",
    ast.Eq: "=",
    ast.NotEq: "IS DISTINCT FROM",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
#: Where SQL's operator rounds towards zero and Python's does not.
_ROUNDED: dict[type[ast.AST], str] = {
    ast.Mod: "(({0} % {1} + {1}) % {1})",
    ast.FloorDiv: "floor({0} / {1})",
}
_CALLS = {
    "abs": "abs({0})",
    "log": "ln({0})",
    "log1p": "ln(1 + {0})",
    "sqrt": "sqrt({0})",
    "exp": "exp({0})",
    "lower": "lower({0})",
    "upper": "upper({0})",
    "strip": "trim({0})",
    "len": "length({0})",
    "isna": "({0} IS NULL)",
    "isnull": "({0} IS NULL)",
    "notna": "({0} IS NOT NULL)",
    "notnull": "({0} IS NOT NULL)",
    "hour": "hour({0})",
    "minute": "minute({0})",
    "dayofweek": "(isodow({0}) - 1)",
    "weekday": "(isodow({0}) - 1)",
    "month": "month({0})",
    "year": "year({0})",
    "day": "day({0})",
    "fillna": "coalesce({0}, {1})",
    "between": "({0} BETWEEN {1} AND {2})",
    "contains": "contains({0}, {1})",
    "startswith": "starts_with({0}, {1})",
    "clip": "greatest(least({0}, {2}), {1})",
}


_TYPES = {"int": "BIGINT", "float": "DOUBLE", "str": "VARCHAR", "bool": "BOOLEAN"}
_TRUTHS = (ast.And, ast.Or, ast.BitAnd, ast.BitOr)


@dataclass(frozen=True)
class Sql:
    """An expression over a row's columns.

    Attributes
    ----------
    text : str
    truth : bool
        Whether it is true or false. Where a value is missing pandas says false and SQL null; that
        is the same in a filter, and `settled` makes it the same in a column.
    """

    text: str
    truth: bool = False

    @property
    def settled(self) -> str:
        """The expression as a column."""
        return f"coalesce({self.text}, false)" if self.truth else self.text

    @classmethod
    def of_column(cls, name: str) -> Sql:
        """Return a column as it is."""
        return cls(quoted(name))

    @classmethod
    def of_constant(cls, value: bool | float | str | None) -> Sql:
        """Return a value as SQL writes it.

        Examples
        --------
        >>> [Sql.of_constant(each).text for each in ("it's", 1.5, True, None)]
        ["'it''s'", '1.5', 'true', 'NULL']
        """
        if value is None:
            return cls("NULL")
        if isinstance(value, bool):
            return cls("true" if value else "false")
        if isinstance(value, str):
            return cls("'" + value.replace("'", "''") + "'")
        return cls(repr(value))


def combined(node: ast.expr, sql: Callable[[ast.expr], Sql | None]) -> Sql | None:
    """Return an operation as SQL; None if it has none. Parts are turned by `sql`."""
    if isinstance(node, (ast.BinOp, ast.BoolOp)):
        sides = [node.left, node.right] if isinstance(node, ast.BinOp) else node.values
        if (rounded := _ROUNDED.get(type(node.op))) is not None:
            parts = [sql(each) for each in sides]
            texts = [each.text for each in parts if each is not None]
            return Sql(rounded.format(*texts)) if len(texts) == len(parts) else None
        made = _joined(_OPERATORS.get(type(node.op)), sides, sql)
        return None if made is None else Sql(made.text, isinstance(node.op, _TRUTHS))
    if isinstance(node, ast.Compare):
        told = []
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            made = _joined(_OPERATORS.get(type(operator)), [left, right], sql)
            if made is None:
                return None
            told.append(made.text)
        return Sql(told[0] if len(told) == 1 else f"({' AND '.join(told)})", truth=True)
    if isinstance(node, ast.UnaryOp):
        inner = sql(node.operand)
        if inner is not None and isinstance(node.op, (ast.Not, ast.Invert)):
            return Sql(f"(NOT {Sql(inner.text, truth=True).settled})", truth=True)
        if inner is not None and isinstance(node.op, ast.USub):
            return Sql(f"(-{inner.text})")
    return None


def called(name: str, owner: Sql, arguments: Sequence[Any]) -> Sql | None:
    """Return a method of a column, or a function of NumPy's, as SQL; None if it has none."""
    if name == "isin" and len(arguments) == 1 and isinstance(arguments[0], list):
        listed = ", ".join(Sql.of_constant(each).text for each in arguments[0])
        return Sql(f"({owner.text} IN ({listed}))" if listed else "false")
    if name == "astype" and len(arguments) == 1:
        kind = _TYPES.get(str(arguments[0]).rstrip("0123456789"))
        return None if kind is None else Sql(f"CAST({owner.settled} AS {kind})")
    template = _CALLS.get(name)
    if template is None or template.count("{") != len(arguments) + 1:
        return None
    given = [each if isinstance(each, Sql) else _constant(each) for each in arguments]
    if None in given:
        return None
    parts = (each.text for each in given if each is not None)
    return Sql(template.format(owner.text, *parts), template.endswith("NULL)"))


def _constant(value: Any) -> Sql | None:
    if value is None or isinstance(value, (bool, int, float, str)):
        return Sql.of_constant(value)
    return None


def _joined(
    operator: str | None, sides: Sequence[ast.expr], sql: Callable[[ast.expr], Sql | None]
) -> Sql | None:
    parts = [sql(each) for each in sides]
    if operator is None or None in parts:
        return None
    return Sql("(" + f" {operator} ".join(each.text for each in parts if each is not None) + ")")
