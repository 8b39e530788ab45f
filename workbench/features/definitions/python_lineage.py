"""Which columns of its frames a Python function reads, as far as its text says.

It is an upper bound, never a guess at less: a column counts when the function, or one of one's own
that it calls, names it anywhere; and where a frame is used in a way that does not name columns (all
of its values, a name put together at run time, a call of a library that gets the whole frame), all
of that frame's columns count. What a column that was read is used for is not followed.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType
from typing import Any

#: What reads a frame's values without naming columns.
_WHOLE = frozenset(
    {
        *("columns", "values", "iloc", "iat", "T", "keys", "items", "iterrows", "itertuples"),
        *("to_numpy", "to_dict", "to_records", "to_arrow", "select_dtypes", "filter", "describe"),
        *("corr", "cov", "apply", "pipe", "transform", "map", "applymap", "transpose", "melt"),
        *("sum", "mean", "std", "min", "max", "median", "any", "all", "nunique", "dropna"),
        *("stack", "duplicated", "drop_duplicates", "eq", "equals", "info", "memory_usage"),
    }
)


def columns_read(
    function: Callable[..., object], tables: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """Return, for each parameter, the columns that a function may read of it.

    Parameters
    ----------
    function : callable
    tables : mapping of str to iterable of str
        The columns of what each parameter gets.

    Examples
    --------
    >>> def ages(planes):
    ...     return planes.assign(age=2013 - planes["year"])[["tailnum", "age"]]
    >>> columns_read(ages, {"planes": ["tailnum", "year", "seats"]})
    {'planes': ('tailnum', 'year')}
    """
    words = set(_words(function, set()))
    whole = _whole(function, set(tables))
    found = {}
    for name, columns in tables.items():
        known = tuple(columns)
        named = tuple(each for each in known if each in words)
        found[name] = known if name in whole or not named else named
    return found


def _words(function: object, seen: set[int]) -> Iterable[str]:
    """Yield every name and text in a function, in its globals, and in what it calls."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType) or id(code) in seen:
        return
    seen.add(id(code))
    outside = getattr(function, "__globals__", {})
    cells = getattr(function, "__closure__", None) or ()
    around: list[object] = [each.cell_contents for each in cells if _is_set(each)]
    for name in _code_names(code):
        yield name
        if name in outside:
            around.append(outside[name])
    yield from _texts(code.co_consts)
    for each in around:
        if isinstance(each, FunctionType) and each.__module__ == getattr(
            function, "__module__", None
        ):
            yield from _words(each, seen)
        else:
            yield from _texts(each)


def _code_names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _code_names(each)


def _texts(value: Any) -> Iterable[str]:
    """Yield the texts in plain values."""
    if isinstance(value, str):
        yield value
        yield from value.replace("`", " ").split()  # such as a query's
    elif isinstance(value, CodeType):
        yield from _texts(value.co_consts)
    elif isinstance(value, Mapping):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from _texts(each)


def _is_set(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _whole(function: Callable[..., object], frames: set[str]) -> set[str]:
    """Return the parameters whose frames are used without naming columns."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return set()
    reader = _Reader(frames)
    reader.visit(tree)
    return reader.whole


class _Reader(ast.NodeVisitor):
    """Follows frames through assignments, and notes those that are used whole."""

    def __init__(self, frames: set[str]) -> None:
        self._behind = {name: {name} for name in frames}
        self.whole: set[str] = set()

    def visit_Assign(self, node: ast.Assign) -> None:
        """Remember which variables are frames too."""
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name) and (found := self._frame(node.value)):
                self._behind[target.id] = self._behind.get(target.id, set()) | found

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note what reads values of a frame itself without naming columns."""
        if node.attr in _WHOLE:
            self.whole |= self._frame(node.value)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Note columns whose names are put together."""
        if any(_makes_text(each) for each in ast.walk(node.slice)):
            self.whole |= self._frame(node.value)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        """Note a loop over a frame."""
        self.whole |= self._frame(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Note a comprehension over a frame."""
        self.whole |= self._frame(node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Note a frame that is given away whole, but for joins, which name their columns."""
        if _called(node) not in _JOINS:
            for each in [*node.args, *(keyword.value for keyword in node.keywords)]:
                self.whole |= self._frame(each)
        self.generic_visit(node)

    def _frame(self, node: ast.AST) -> set[str]:
        """Return the parameters that an expression is a frame of; none if it is one column."""
        if isinstance(node, ast.Name):
            return self._behind.get(node.id, set())
        if isinstance(node, ast.Call):
            of = self._frame(node.func.value) if isinstance(node.func, ast.Attribute) else set()
            if _called(node) in _JOINS - {"len"}:
                of = of.union(*(self._frame(each) for each in node.args))
            return of
        if isinstance(node, (ast.List, ast.Tuple)):
            return set().union(*(self._frame(each) for each in node.elts))
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant | ast.List):
            return self._frame(node.value)  # some of its rows
        return set()


_JOINS = frozenset({"merge", "merge_asof", "join", "concat", "len"})


def _called(node: ast.Call) -> str:
    """Return the last part of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _makes_text(node: ast.AST) -> bool:
    """Return whether an expression may put a name together, rather than compare or count."""
    if isinstance(node, ast.BinOp):
        parts = (node.left, node.right)
        return any(
            isinstance(each, ast.Constant | ast.JoinedStr) and _is_text(each) for each in parts
        )
    if isinstance(node, ast.Call):
        return _called(node) in ("format", "join", "replace", "lower", "upper")
    return isinstance(node, ast.JoinedStr | ast.ListComp | ast.GeneratorExp)


def _is_text(node: ast.AST) -> bool:
    return not isinstance(node, ast.Constant) or isinstance(node.value, str)
