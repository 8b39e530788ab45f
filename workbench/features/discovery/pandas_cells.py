"""Reading a cell of pandas: what its frames are, step by step, without running it.

Frames of datasets, filters, computed columns, `groupby`, `rolling` and what aggregates are
understood. What is not is named with its line; nothing is guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.discovery.expressions import Sql, called, combined
from workbench.features.discovery.pandas_values import (
    FUNCTIONS,
    IDLE,
    Frame,
    Grouper,
    Groups,
    Made,
    Module,
    as_sql,
    asked_of,
    columns_of,
    no_column,
    unread,
    window_in,
    without,
)
from workbench.features.discovery.readings import DEFAULT, Reading, Undecided, everything


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
        self._values: dict[str, Any] = {name: Frame(each, {}) for name, each in frames.items()}
        self.made: list[Made] = []

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
            raise unread(statement, "a loop, a condition or a definition")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        found = self._value(value)
        if isinstance(target, ast.Name):
            self._values[target.id] = found
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            frame = self._values.get(target.value.id) or self._named(target.value)
            name = self._value(target.slice)
            if isinstance(frame, Frame) and isinstance(name, str):
                made = as_sql(found)
                if made is None:
                    raise unread(value, f"what the column {name!r} is set to")
                columns = {**frame.columns, name: made.settled}
                self._values[target.value.id] = replace(frame, columns=columns)
                return
            if isinstance(frame, Made):
                return  # a result that is put beside others
            raise unread(target)
        else:
            raise unread(target)

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
            made = combined(node, lambda each: as_sql(value(each)))
            if made is None:
                raise unread(node)
            return made
        if isinstance(node, ast.Subscript):
            return self._taken(node, value(node.value), value(node.slice))
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope)
        if isinstance(node, ast.Call):
            return self._call(node, value)
        raise unread(node)

    def _named(self, node: ast.Name) -> Any:
        if node.id in self._values:
            return self._values[node.id]
        if node.id in ("pd", "np", "wb", "workbench", "pandas", "numpy"):
            return Module(node.id)
        if node.id in ("int", "float", "str", "bool"):
            return node.id
        try:
            found = Frame(dataset(node.id), {})
        except NotFound:
            raise Undecided(
                f"line {node.lineno}: {node.id!r} is no dataset, nor made in the cell",
                hint=f'say which it is: frames={{"{node.id}": "flights"}}',
                frame=node.id,
            ) from None
        self._values[node.id] = found
        return found

    def _attribute(self, node: ast.Attribute, scope: Mapping[str, Any]) -> Any:
        owner = self._value(node.value, scope)
        if isinstance(owner, Module):
            return Module(f"{owner.name}.{node.attr}")
        if isinstance(owner, Frame) and (found := owner.column(node.attr)) is not None:
            return found
        if isinstance(owner, Sql) and node.attr in ("dt", "str"):
            return owner
        if isinstance(owner, Sql) and (made := called(node.attr, owner, [])) is not None:
            return made
        raise unread(node)

    def _taken(self, node: ast.Subscript, owner: Any, what: Any) -> Any:
        names = [what] if isinstance(what, str) else what
        if isinstance(owner, Frame) and isinstance(what, Sql):
            return replace(owner, where=(*owner.where, what.text))
        if isinstance(names, list) and all(isinstance(each, str) for each in names):
            if isinstance(owner, Frame):
                for name in names:
                    if owner.column(name) is None:
                        raise no_column(node, name, owner)
                if isinstance(what, str):
                    return owner.column(what)
                return replace(owner, chosen=tuple(names))
            if isinstance(owner, Groups):
                return replace(owner, chosen=tuple(names))
            if isinstance(owner, Made):
                return owner
        raise unread(node)

    def _call(self, node: ast.Call, value: Callable[[ast.expr], Any]) -> Any:
        function = node.func
        if isinstance(function, ast.Name) or not isinstance(function, ast.Attribute):
            raise unread(node)
        owner, name = value(function.value), function.attr
        arguments = [value(each) for each in node.args]
        named = {str(each.arg): value(each.value) for each in node.keywords}
        if isinstance(owner, Module):
            return self._of_module(node, owner, name, arguments, named)
        if isinstance(owner, Sql):
            found = called(name, owner, arguments)
            if found is None:
                raise unread(node)
            return found
        if isinstance(owner, Groups):
            return self._of_groups(node, owner, name, arguments, named)
        if isinstance(owner, Made) and name in IDLE:
            return owner
        if isinstance(owner, Frame):
            return self._of_frame(node, owner, name, arguments, named)
        raise unread(node)

    def _of_module(
        self, node: ast.Call, owner: Module, name: str, arguments: list[Any], named: dict[str, Any]
    ) -> Any:
        if owner.name in ("wb", "workbench") and name == "dataset":
            return Frame(dataset(arguments[0]), {})
        if owner.name in ("pd", "pandas") and name == "Grouper":
            return Grouper(named.get("key"), window_in(node, named.get("freq")))
        if owner.name in ("np", "numpy") and arguments and (column := as_sql(arguments[0])):
            found = called(name, column, arguments[1:])
            if found is not None:
                return found
        raise unread(node)

    def _of_frame(
        self,
        node: ast.Call,
        frame: Frame,
        name: str,
        arguments: list[Any],
        named: dict[str, Any],
    ) -> Any:
        if name in IDLE - {"head", "rename", "fillna"}:
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
                if (made := as_sql(told)) is None:
                    raise unread(node, f"what the column {column!r} is set to")
                frame = replace(frame, columns={**frame.columns, column: made.settled})
            return frame
        if name == "groupby" and (keys := arguments[0] if arguments else named.get("by")):
            return self._grouped(node, frame, keys)
        raise unread(node)

    def _grouped(self, node: ast.Call, frame: Frame, keys: Any) -> Groups:
        listed = keys if isinstance(keys, list) else [keys]
        groupers = [each for each in listed if isinstance(each, Grouper)]
        named = [each for each in listed if isinstance(each, str)]
        if len(named) + len(groupers) < len(listed) or len(groupers) > 1:
            raise unread(node, "what it groups by")
        for each in named:
            if frame.column(each) is None:
                raise no_column(node, each, frame)
        made = Groups(frame, tuple(named), frame.chosen and without(frame.chosen, named))
        for grouper in groupers:
            made = replace(made, window=grouper.window, time=grouper.key, calendar=True)
        return made

    def _of_groups(
        self,
        node: ast.Call,
        groups: Groups,
        name: str,
        arguments: list[Any],
        named: dict[str, Any],
    ) -> Any:
        if name == "rolling":
            odd = {each for each in named if each not in ("window", "on", "min_periods")}
            if odd or named.get("min_periods") not in (None, 0, 1):
                raise unread(node, "a window that ends elsewhere or waits for more rows")
            window = window_in(node, arguments[0] if arguments else named.get("window"))
            time = named.get("on") or groups.frame.index or groups.time
            return replace(groups, window=window, time=time, calendar=False)
        if name in ("agg", "aggregate"):
            return self._kept(Made(groups, asked_of(node, groups, arguments, named)))
        if name in FUNCTIONS:
            whole = name == "size" or (name == "count" and groups.chosen is None)
            columns = [None] if whole else columns_of(node, groups)
            return self._kept(Made(groups, tuple((FUNCTIONS[name], each) for each in columns)))
        raise unread(node)

    def _kept(self, made: Made) -> Made:
        self.made.append(made)
        return made

    def _queried(self, node: ast.Call, frame: Frame, text: str) -> str:
        try:
            inner = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            raise unread(node) from None
        scope = {each.name: Sql.of_column(each.name) for each in frame.origin.columns}
        scope |= {each: Sql(told) for each, told in frame.columns.items()}
        found = self._value(inner, scope)
        if not isinstance(found, Sql):
            raise unread(node)
        return found.text


def _reading(made: Made) -> Reading:
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
