"""Reading a cell of pandas: what its frames are, step by step, without running it.

Frames of datasets, filters, computed columns, `groupby`, `rolling` and what aggregates are
understood. What is not is named with its line; nothing is guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from workbench.core.errors import InvalidInput, NotFound, near
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.discovery.expressions import Sql, called, combined
from workbench.features.discovery.readings import DEFAULT, Reading, everything, window_of

_FUNCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "std": "std",
    "count": "count",
    "size": "count",
    "last": "last",
    "nunique": "distinct",
}
#: Steps that change the order or the labels of rows, which a view does not know.
_IDLE = {"copy", "reset_index", "sort_values", "sort_index", "to_frame", "rename", "to_pandas"}
_IDLE |= {"to_arrow", "head", "round", "infer_objects", "add_suffix", "add_prefix", "fillna"}


@dataclass(frozen=True)
class _Frame:
    """Rows of a dataset as the cell has made them so far."""

    origin: Dataset
    columns: Mapping[str, str]
    where: tuple[str, ...] = ()
    chosen: tuple[str, ...] | None = None
    index: str | None = None

    def column(self, name: str) -> Sql | None:
        if name in self.columns:
            return Sql(self.columns[name])
        known = {each.name for each in self.origin.columns}
        return Sql.of_column(name) if name in known else None


@dataclass(frozen=True)
class _Groups:
    frame: _Frame
    keys: tuple[str, ...]
    chosen: tuple[str, ...] | None = None
    window: timedelta | None = None
    time: str | None = None
    calendar: bool = False


@dataclass(frozen=True)
class _Made:
    groups: _Groups
    aggregations: tuple[tuple[str, str | None], ...]


def read_pandas(source: str, frames: Mapping[str, Dataset]) -> list[Reading]:
    """Return what a cell aggregates, one reading a key.

    Parameters
    ----------
    source : str
    frames : mapping of str to Dataset
        What variables of the notebook hold; others are taken for datasets of their name.

    Raises
    ------
    InvalidInput
        Naming the line and the step that cannot be read.
    """
    tree = ast.parse(source)
    cell = _Cell(frames)
    for statement in tree.body:
        cell.run(statement)
    if not cell.made:
        raise InvalidInput(
            "the cell aggregates nothing", hint='such as flights.groupby("carrier")["delay"].mean()'
        )
    return [_reading(each) for each in cell.made]


class _Cell:
    def __init__(self, frames: Mapping[str, Dataset]) -> None:
        self._values: dict[str, Any] = {name: _Frame(each, {}) for name, each in frames.items()}
        self.made: list[_Made] = []

    def run(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
            return
        if isinstance(statement, ast.Expr):
            self._value(statement.value)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                self._assign(target, statement.value)
        else:
            raise _unread(statement, "a loop, a condition or a definition")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        found = self._value(value)
        if isinstance(target, ast.Name):
            self._values[target.id] = found
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            frame = self._values.get(target.value.id) or self._named(target.value)
            name = self._value(target.slice)
            if isinstance(frame, _Frame) and isinstance(name, str):
                made = _sql(found)
                if made is None:
                    raise _unread(value, f"what the column {name!r} is set to")
                columns = {**frame.columns, name: made.settled}
                self._values[target.value.id] = replace(frame, columns=columns)
                return
            if isinstance(frame, _Made):
                return  # a result that is put beside others
            raise _unread(target)
        else:
            raise _unread(target)

    def _value(self, node: ast.expr, scope: Mapping[str, Any] | None = None) -> Any:
        scope = scope or {}

        def value(inner: ast.expr) -> Any:
            return self._value(inner, scope)

        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, (ast.List, ast.Tuple)):
            return [value(each) for each in node.elts]
        if isinstance(node, ast.Dict):
            keys = [None if key is None else value(key) for key in node.keys]
            return dict(zip(keys, map(value, node.values), strict=True))
        if isinstance(node, ast.Name):
            return scope[node.id] if node.id in scope else self._named(node)
        if isinstance(node, ast.Lambda):
            return node
        if isinstance(node, (ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp)):
            made = combined(node, lambda each: _sql(value(each)))
            if made is None:
                raise _unread(node)
            return made
        if isinstance(node, ast.Subscript):
            return self._taken(node, value(node.value), value(node.slice))
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope)
        if isinstance(node, ast.Call):
            return self._call(node, value)
        raise _unread(node)

    def _named(self, node: ast.Name) -> Any:
        if node.id in self._values:
            return self._values[node.id]
        if node.id in ("pd", "np", "wb", "workbench", "pandas", "numpy"):
            return _Module(node.id)
        if node.id in ("int", "float", "str", "bool"):
            return node.id
        try:
            found = _Frame(dataset(node.id), {})
        except NotFound:
            raise InvalidInput(
                f"line {node.lineno}: {node.id!r} is no dataset, nor made in the cell",
                hint=f'say which it is: frames={{"{node.id}": "flights"}}',
            ) from None
        self._values[node.id] = found
        return found

    def _attribute(self, node: ast.Attribute, scope: Mapping[str, Any]) -> Any:
        owner = self._value(node.value, scope)
        if isinstance(owner, _Module):
            return _Module(f"{owner.name}.{node.attr}")
        if isinstance(owner, _Frame) and (found := owner.column(node.attr)) is not None:
            return found
        if isinstance(owner, Sql) and node.attr in ("dt", "str"):
            return owner
        if isinstance(owner, Sql) and (made := called(node.attr, owner, [])) is not None:
            return made
        raise _unread(node)

    def _taken(self, node: ast.Subscript, owner: Any, what: Any) -> Any:
        names = [what] if isinstance(what, str) else what
        if isinstance(owner, _Frame) and isinstance(what, Sql):
            return replace(owner, where=(*owner.where, what.text))
        if isinstance(names, list) and all(isinstance(each, str) for each in names):
            if isinstance(owner, _Frame):
                for name in names:
                    if owner.column(name) is None:
                        raise _no_column(node, name, owner)
                if isinstance(what, str):
                    return owner.column(what)
                return replace(owner, chosen=tuple(names))
            if isinstance(owner, _Groups):
                return replace(owner, chosen=tuple(names))
            if isinstance(owner, _Made):
                return owner
        raise _unread(node)

    def _call(self, node: ast.Call, value: Callable[[ast.expr], Any]) -> Any:
        function = node.func
        if isinstance(function, ast.Name) or not isinstance(function, ast.Attribute):
            raise _unread(node)
        owner, name = value(function.value), function.attr
        arguments = [value(each) for each in node.args]
        named = {str(each.arg): value(each.value) for each in node.keywords}
        if isinstance(owner, _Module):
            return self._of_module(node, owner, name, arguments, named)
        if isinstance(owner, Sql):
            found = called(name, owner, arguments)
            if found is None:
                raise _unread(node)
            return found
        if isinstance(owner, _Groups):
            return self._of_groups(node, owner, name, arguments, named)
        if isinstance(owner, _Made) and name in _IDLE:
            return owner
        if isinstance(owner, _Frame):
            return self._of_frame(node, owner, name, arguments, named)
        raise _unread(node)

    def _of_module(
        self, node: ast.Call, owner: _Module, name: str, arguments: list[Any], named: dict[str, Any]
    ) -> Any:
        if owner.name in ("wb", "workbench") and name == "dataset":
            return _Frame(dataset(arguments[0]), {})
        if owner.name in ("pd", "pandas") and name == "Grouper":
            return _Grouper(named.get("key"), _window(node, named.get("freq")))
        if owner.name in ("np", "numpy") and arguments and (column := _sql(arguments[0])):
            found = called(name, column, arguments[1:])
            if found is not None:
                return found
        raise _unread(node)

    def _of_frame(
        self,
        node: ast.Call,
        frame: _Frame,
        name: str,
        arguments: list[Any],
        named: dict[str, Any],
    ) -> Any:
        if name in _IDLE - {"head", "rename", "fillna"}:
            return frame
        if name == "set_index" and arguments and isinstance(arguments[0], str):
            return replace(frame, index=arguments[0])
        if name == "query" and arguments and isinstance(arguments[0], str):
            return replace(frame, where=(*frame.where, self._queried(node, frame, arguments[0])))
        if name == "dropna" and isinstance(subset := named.get("subset"), (list, str)):
            listed = [subset] if isinstance(subset, str) else subset
            columns = [frame.column(each) for each in listed]
            if all(columns):
                kept = tuple(f"{each.text} IS NOT NULL" for each in columns if each)
                return replace(frame, where=(*frame.where, *kept))
        if name == "assign":
            for column, given in named.items():
                told = given
                if isinstance(given, ast.Lambda):
                    told = self._value(given.body, {given.args.args[0].arg: frame})
                if (made := _sql(told)) is None:
                    raise _unread(node, f"what the column {column!r} is set to")
                frame = replace(frame, columns={**frame.columns, column: made.settled})
            return frame
        if name == "groupby" and (keys := arguments[0] if arguments else named.get("by")):
            return self._grouped(node, frame, keys)
        raise _unread(node)

    def _grouped(self, node: ast.Call, frame: _Frame, keys: Any) -> _Groups:
        listed = keys if isinstance(keys, list) else [keys]
        groupers = [each for each in listed if isinstance(each, _Grouper)]
        named = [each for each in listed if isinstance(each, str)]
        if len(named) + len(groupers) < len(listed) or len(groupers) > 1:
            raise _unread(node, "what it groups by")
        for each in named:
            if frame.column(each) is None:
                raise _no_column(node, each, frame)
        made = _Groups(frame, tuple(named), frame.chosen and _without(frame.chosen, named))
        for grouper in groupers:
            made = replace(made, window=grouper.window, time=grouper.key, calendar=True)
        return made

    def _of_groups(
        self,
        node: ast.Call,
        groups: _Groups,
        name: str,
        arguments: list[Any],
        named: dict[str, Any],
    ) -> Any:
        if name == "rolling":
            odd = {each for each in named if each not in ("window", "on", "min_periods")}
            if odd or named.get("min_periods") not in (None, 0, 1):
                raise _unread(node, "a window that ends elsewhere or waits for more rows")
            window = _window(node, arguments[0] if arguments else named.get("window"))
            time = named.get("on") or groups.frame.index or groups.time
            return replace(groups, window=window, time=time, calendar=False)
        if name in ("agg", "aggregate"):
            return self._kept(_Made(groups, _asked(node, groups, arguments, named)))
        if name in _FUNCTIONS:
            whole = name == "size" or (name == "count" and groups.chosen is None)
            columns = [None] if whole else _columns(node, groups)
            return self._kept(_Made(groups, tuple((_FUNCTIONS[name], each) for each in columns)))
        raise _unread(node)

    def _kept(self, made: _Made) -> _Made:
        self.made.append(made)
        return made

    def _queried(self, node: ast.Call, frame: _Frame, text: str) -> str:
        try:
            inner = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            raise _unread(node) from None
        scope = {each.name: Sql.of_column(each.name) for each in frame.origin.columns}
        scope |= {each: Sql(told) for each, told in frame.columns.items()}
        found = self._value(inner, scope)
        if not isinstance(found, Sql):
            raise _unread(node)
        return found.text


@dataclass(frozen=True)
class _Module:
    name: str


@dataclass(frozen=True)
class _Grouper:
    key: str | None
    window: timedelta


def _reading(made: _Made) -> Reading:
    groups, frame = made.groups, made.groups.frame
    windows: Sequence[timedelta] = DEFAULT if groups.window is None else (groups.window,)
    notes = []
    if groups.window is None:
        notes.append(everything(groups.keys))
    elif groups.calendar:
        notes.append(
            "the cell groups by the calendar; the view's windows are as long, and end at the "
            "moment of asking"
        )
    aggregations = [
        Aggregation(function, column, windows)  # type: ignore[arg-type]
        for function, column in made.aggregations
    ]
    return Reading(
        frame.origin,
        groups.keys,
        tuple(aggregations),
        time=groups.time,
        columns=frame.columns,
        where=frame.where,
        notes=tuple(notes),
    )


def _asked(
    node: ast.Call, groups: _Groups, arguments: list[Any], named: dict[str, Any]
) -> tuple[tuple[str, str | None], ...]:
    """Return the functions and columns that `agg` names, in any of its ways."""
    pairs: list[tuple[Any, Any]] = []
    given = arguments[0] if arguments else None
    if isinstance(given, dict):
        pairs = [
            (function, column)
            for column, asked in given.items()
            for function in (asked if isinstance(asked, list) else [asked])
        ]
    elif isinstance(given, (str, list)):
        functions = [given] if isinstance(given, str) else given
        pairs = [(each, column) for column in _columns(node, groups) for each in functions]
    for asked in named.values():
        if isinstance(asked, list) and len(asked) == 2:
            pairs.append((asked[1], asked[0]))
        elif isinstance(asked, str) and groups.chosen and len(groups.chosen) == 1:
            pairs.append((asked, groups.chosen[0]))
        else:
            raise _unread(node)
    found = []
    for function, column in pairs:
        if function not in _FUNCTIONS or not isinstance(column, str):
            raise _unread(node, f"the function {function!r}")
        if groups.frame.column(column) is None:
            raise _no_column(node, column, groups.frame)
        found.append((_FUNCTIONS[function], None if function == "size" else column))
    if not found:
        raise _unread(node)
    return tuple(found)


def _columns(node: ast.Call, groups: _Groups) -> list[str | None]:
    if groups.chosen is None:
        raise InvalidInput(
            f"line {node.lineno}: {_told(node)} aggregates every column",
            hint='name those that matter: .groupby("carrier")[["delay", "distance"]]',
        )
    for each in groups.chosen:
        if groups.frame.column(each) is None:
            raise _no_column(node, each, groups.frame)
    return [each for each in groups.chosen if each != groups.time]


def _window(node: ast.Call, given: Any) -> timedelta:
    window = window_of(given) if isinstance(given, str) else None
    if window is None:
        raise InvalidInput(
            f"line {node.lineno}: a window of {given!r} is no stretch of time",
            hint='a view\'s windows are: .rolling("7D", on="time")',
        )
    return window


def _without(columns: tuple[str, ...], left_out: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(each for each in columns if each not in left_out) or None


def _sql(value: Any) -> Sql | None:
    if isinstance(value, Sql):
        return value
    if isinstance(value, (bool, int, float, str)) or value is None:
        return Sql.of_constant(value)
    return None


def _told(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else "…" + text[-79:]


def _unread(node: ast.AST, what: str = "this step") -> InvalidInput:
    line = getattr(node, "lineno", 1)
    return InvalidInput(
        f"line {line}: {_told(node)}: {what} cannot be read as a feature",
        hint="write it as SQL, or define the view by hand: @wb.feature_view",
    )


def _no_column(node: ast.AST, name: str, frame: _Frame) -> InvalidInput:
    known = [*(each.name for each in frame.origin.columns), *frame.columns]
    return InvalidInput(
        f"line {getattr(node, 'lineno', 1)}: {frame.origin.ref} has no column {name!r}",
        hint=near(name, known),
    )
