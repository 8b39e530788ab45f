"""What the names of a pandas cell stand for while it is read, and what is asked of groups."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from workbench.core.errors import InvalidInput, near
from workbench.data.datasets import Dataset
from workbench.features.discovery.expressions import Sql
from workbench.features.discovery.readings import window_of

FUNCTIONS = {
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
IDLE = {"copy", "reset_index", "sort_values", "sort_index", "to_frame", "rename", "to_pandas"}
IDLE |= {"to_arrow", "head", "round", "infer_objects", "add_suffix", "add_prefix", "fillna"}


@dataclass(frozen=True)
class Frame:
    """Rows of a dataset as the cell has made them so far."""

    origin: Dataset
    columns: Mapping[str, str]
    where: tuple[str, ...] = ()
    chosen: tuple[str, ...] | None = None
    index: str | None = None

    def column(self, name: str) -> Sql | None:
        """Return a column, or None if there is none of that name."""
        if name in self.columns:
            return Sql(self.columns[name])
        known = {each.name for each in self.origin.columns}
        return Sql.of_column(name) if name in known else None


@dataclass(frozen=True)
class Groups:
    """Rows grouped by keys, with a window once it is known."""

    frame: Frame
    keys: tuple[str, ...]
    chosen: tuple[str, ...] | None = None
    window: timedelta | None = None
    time: str | None = None
    calendar: bool = False


@dataclass(frozen=True)
class Made:
    """What was aggregated of groups: pairs of a function and a column."""

    groups: Groups
    aggregations: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Module:
    """A library's name, or a name in it."""

    name: str


@dataclass(frozen=True)
class Grouper:
    """A stretch of the calendar that rows are grouped by."""

    key: str | None
    window: timedelta


def asked_of(
    node: ast.Call, groups: Groups, arguments: list[Any], named: dict[str, Any]
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
        pairs = [(each, column) for column in columns_of(node, groups) for each in functions]
    for asked in named.values():
        if isinstance(asked, list) and len(asked) == 2:
            pairs.append((asked[1], asked[0]))
        elif isinstance(asked, str) and groups.chosen and len(groups.chosen) == 1:
            pairs.append((asked, groups.chosen[0]))
        else:
            raise unread(node)
    found = []
    for function, column in pairs:
        if function not in FUNCTIONS or not isinstance(column, str):
            raise unread(node, f"the function {function!r}")
        if groups.frame.column(column) is None:
            raise no_column(node, column, groups.frame)
        found.append((FUNCTIONS[function], None if function == "size" else column))
    if not found:
        raise unread(node)
    return tuple(found)


def columns_of(node: ast.Call, groups: Groups) -> list[str | None]:
    """Return the columns that groups are to be aggregated over."""
    if groups.chosen is None:
        raise InvalidInput(
            f"line {node.lineno}: {_told(node)} aggregates every column",
            hint='name those that matter: .groupby("carrier")[["delay", "distance"]]',
        )
    for each in groups.chosen:
        if groups.frame.column(each) is None:
            raise no_column(node, each, groups.frame)
    return [each for each in groups.chosen if each != groups.time]


def window_in(node: ast.Call, given: Any) -> timedelta:
    """Return how long a window is; raises InvalidInput where that is no time."""
    window = window_of(given) if isinstance(given, str) else None
    if window is None:
        raise InvalidInput(
            f"line {node.lineno}: a window of {given!r} is no stretch of time",
            hint='a view\'s windows are: .rolling("7D", on="time")',
        )
    return window


def without(columns: tuple[str, ...], left_out: Sequence[str]) -> tuple[str, ...] | None:
    """Return columns without some others; None if none are left."""
    return tuple(each for each in columns if each not in left_out) or None


def as_sql(value: Any) -> Sql | None:
    """Return a column or a constant as SQL; None for anything else."""
    if isinstance(value, Sql):
        return value
    if isinstance(value, (bool, int, float, str)) or value is None:
        return Sql.of_constant(value)
    return None


def _told(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else "…" + text[-79:]


def unread(node: ast.AST, what: str = "this step") -> InvalidInput:
    """Return the error that names a step that cannot be read, with its line."""
    line = getattr(node, "lineno", 1)
    return InvalidInput(
        f"line {line}: {_told(node)}: {what} cannot be read as a feature",
        hint="write it as SQL, or define the view by hand: @wb.feature_view",
    )


def no_column(node: ast.AST, name: str, frame: Frame) -> InvalidInput:
    """Return the error that names a column that is not there."""
    known = [*(each.name for each in frame.origin.columns), *frame.columns]
    return InvalidInput(
        f"line {getattr(node, 'lineno', 1)}: {frame.origin.ref} has no column {name!r}",
        hint=near(name, known),
    )
