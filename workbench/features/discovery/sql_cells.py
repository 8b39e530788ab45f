"""Reading a cell of SQL: what it aggregates, by which keys, over which stretch of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput, near
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.discovery.readings import DEFAULT, Reading, everything, window_of
from workbench.features.discovery.sql_rows import of_its_row

if TYPE_CHECKING:
    from sqlglot import exp

_HINT = "write it as one SELECT over datasets, with GROUP BY or a window"


@dataclass(frozen=True)
class _Query:
    select: exp.Select
    origin: Dataset
    joined: Mapping[str, Dataset]


def read_sql(source: str, frames: Mapping[str, Dataset]) -> list[Reading]:
    """Return what a query aggregates, or takes of rows as it is.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        Naming the expression that cannot be read.
    """
    from sqlglot import exp

    query = _parsed(source, frames)
    windows = list(query.select.find_all(exp.Window))
    if windows:
        return [_of_window(query, each) for each in windows]
    group = query.select.args.get("group")
    if group is not None:
        return [_of_group(query, [_column(query, each) for each in _grouped(query, group)])]
    taken = {each.alias_or_name: each.unalias() for each in query.select.expressions}
    times = (query.origin.time, query.origin.created)
    computed = {name: each for name, each in taken.items() if not _is_plain(each)}
    if any(isinstance(each, exp.Star) for each in taken.values()):
        taken = {each.name: exp.column(each.name) for each in query.origin.columns}
    keys = query.origin.key
    return [
        Reading(
            query.origin,
            keys,
            taken=tuple(each for each in taken if each not in {*keys, *times}),
            columns={name: of_its_row(each) for name, each in computed.items()},
            where=_where(query)[0],
            joins=_joins(query),
        )
    ]


def _parsed(source: str, frames: Mapping[str, Dataset]) -> _Query:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        found = sqlglot.parse_one(source, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise InvalidInput(f"the cell is neither Python nor SQL: {error}", hint=_HINT) from None
    if not isinstance(found, exp.Select) or found.args.get("with_") or found.args.get("with"):
        raise InvalidInput(f"{_text(found)[:60]!r} is not one plain SELECT", hint=_HINT)
    start = found.args.get("from_") or found.args.get("from")
    if start is None or not _is_named(start.this):
        raise InvalidInput(f"{_text(found)[:60]!r} reads no dataset", hint=_HINT)
    joined = {}
    for each in found.args.get("joins") or []:
        if not _is_named(each.this):
            raise InvalidInput(f"{_text(each)!r} joins what is no dataset", hint=_HINT)
        other = _dataset(each.this, frames)
        if other.time is not None:
            raise InvalidInput(
                f"{_text(each)!r} joins {other.ref}, whose rows become known over time",
                hint="make views of both, and let the training set join them",
            )
        joined[each.this.alias_or_name] = other
    for unread in ("having", "qualify", "limit", "offset", "sample", "distinct", "pivots"):
        if found.args.get(unread):
            raise InvalidInput(
                f"{_text(found.args[unread])!r} has no meaning in a view", hint=_HINT
            )
    return _Query(found, _dataset(start.this, frames), joined)


def _is_named(node: exp.Expr) -> bool:
    """Return whether something is a table that is named, not a query or a file that is read."""
    from sqlglot import exp

    plain = isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier)
    return plain and not any(node.args.get(each) for each in ("sample", "version", "when"))


def _dataset(table: exp.Table, frames: Mapping[str, Dataset]) -> Dataset:
    return frames.get(table.name) or dataset(table.name)


def _grouped(query: _Query, group: exp.Expr) -> list[exp.Expr]:
    """Return what a query groups by, where it says so by a number or not at all too."""
    from sqlglot import exp

    listed = query.select.expressions
    if group.args.get("all"):
        return [each.unalias() for each in listed if not each.find(exp.AggFunc)]
    return [
        listed[int(each.name) - 1].unalias()
        if isinstance(each, exp.Literal) and each.is_int and 0 < int(each.name) <= len(listed)
        else each
        for each in group.expressions
    ]


def _of_group(query: _Query, keys: Sequence[str]) -> Reading:
    where, window = _where(query)
    columns: dict[str, str] = {}
    found: list[tuple[str, str | None]] = []
    for each in query.select.expressions:
        inner = each.unalias()
        if _is_plain(inner):
            if inner.name not in keys:
                raise InvalidInput(f"{inner.name!r} is neither grouped by nor aggregated")
            continue
        found.append(_aggregate(query, inner, columns))
    notes = () if window is not None else (everything(tuple(keys)),)
    return Reading(
        query.origin,
        tuple(keys),
        _aggregations(found, DEFAULT if window is None else (window,)),
        columns=columns,
        where=where,
        joins=_joins(query),
        notes=notes,
    )


def _of_window(query: _Query, window: exp.Window) -> Reading:
    keys = [_column(query, each) for each in window.args.get("partition_by") or []]
    order = window.args.get("order")
    time = None
    if order is not None:
        (by,) = order.expressions
        time = _column(query, by.this)
    spec = window.args.get("spec")
    length: timedelta | None = None
    if spec is not None and str(spec.args.get("kind")).upper() == "RANGE":
        start = spec.args.get("start")
        length = None if isinstance(start, str) or start is None else window_of(_text(start))
    if length is None and spec is not None and not _unbounded(spec):
        raise InvalidInput(
            f"{_text(window)!r} counts rows, and a view's windows are stretches of time",
            hint="RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW",
        )
    columns: dict[str, str] = {}
    found = [_aggregate(query, window.this, columns)]
    notes = () if length is not None else (everything(tuple(keys)),)
    return Reading(
        query.origin,
        tuple(keys),
        _aggregations(found, DEFAULT if length is None else (length,)),
        time=time,
        columns=columns,
        where=_where(query)[0],
        joins=_joins(query),
        notes=notes,
    )


def _unbounded(spec: exp.Expr) -> bool:
    return str(spec.args.get("start")).upper() == "UNBOUNDED"


def _aggregations(
    found: Sequence[tuple[str, str | None]], windows: Sequence[timedelta]
) -> tuple[Aggregation, ...]:
    return tuple(
        Aggregation(function, column, windows)  # type: ignore[arg-type]
        for function, column in found
    )


def _aggregate(query: _Query, node: exp.Expr, columns: dict[str, str]) -> tuple[str, str | None]:
    """Return the function and the column of an aggregate; what it computes goes into `columns`."""
    from sqlglot import exp

    functions: list[tuple[type[exp.Expr], str]] = [
        (exp.Avg, "mean"),
        (exp.Sum, "sum"),
        (exp.Min, "min"),
        (exp.Max, "max"),
        (exp.Stddev, "std"),
        (exp.StddevSamp, "std"),
        (exp.Last, "last"),
    ]
    inner = node.this
    if isinstance(node, exp.Count):
        if inner is None or isinstance(inner, exp.Star):
            return "count", None
        if isinstance(inner, exp.Distinct):
            return "distinct", _named(query, inner.expressions[0], columns)
        return "count", _named(query, inner, columns)
    by_time = isinstance(node, exp.ArgMax) and _is_plain(node.expression)
    if by_time and node.expression.name == query.origin.time:
        return "last", _named(query, inner, columns)
    for kind, function in functions:
        if type(node) is kind:
            return function, _named(query, inner, columns)
    raise InvalidInput(
        f"{_text(node)!r} cannot be read as an aggregation",
        hint="avg, sum, min, max, count, count(DISTINCT …), stddev and arg_max(x, time) can",
    )


def _named(query: _Query, node: exp.Expr, columns: dict[str, str]) -> str:
    if _is_plain(node):
        name = node.name
        if any(name == each.name for each in query.origin.columns):
            return name
        for alias, other in query.joined.items():
            if any(name == each.name for each in other.columns):
                columns[name] = f'"{alias}"."{name}"'
                return name
        return _column(query, node)
    text = of_its_row(node)
    for name, known in columns.items():
        if known == text:
            return name
    used = sorted({each.name for each in node.find_all(type(_plain()))})
    name = "_".join(used)[:40] or "value"
    taken = {*columns, *(each.name for each in query.origin.columns)}
    while name in taken:
        name += "_made"
    columns[name] = text
    return name


def _plain() -> exp.Column:
    from sqlglot import exp

    return exp.column("x")


def _is_plain(node: exp.Expr) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Column)


def _column(query: _Query, node: exp.Expr) -> str:
    names = [each.name for each in query.origin.columns]
    if not _is_plain(node) or node.name not in names:
        raise InvalidInput(
            f"{_text(node)!r} is no column of {query.origin.ref}", hint=near(_text(node), names)
        )
    return str(node.name)


def _where(query: _Query) -> tuple[tuple[str, ...], timedelta | None]:
    """Return the conditions on rows, and how far back a condition on time reaches."""
    from sqlglot import exp

    where = query.select.args.get("where")
    if where is None:
        return (), None
    parts = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    kept = []
    window: timedelta | None = None
    for each in parts:
        reached = _reach(query, each)
        if reached is None:
            kept.append(f"({of_its_row(each)})")
        else:
            window = reached
    return tuple(kept), window


def _reach(query: _Query, node: exp.Expr) -> timedelta | None:
    """Return the stretch of ``time >= now() - INTERVAL …``."""
    from sqlglot import exp

    if not isinstance(node, (exp.GTE, exp.GT)) or not _is_plain(node.left):
        return None
    if node.left.name != query.origin.time or not isinstance(node.right, exp.Sub):
        return None
    moment, length = node.right.left, node.right.right
    now = isinstance(moment, (exp.CurrentTimestamp, exp.CurrentDate)) or _text(moment).lower() in (
        "now()",
        "current_timestamp",
        "today()",
    )
    return window_of(_text(length)) if now else None


def _joins(query: _Query) -> tuple[str, ...]:
    return tuple(of_its_row(each) for each in query.select.args.get("joins") or [])


def _text(node: object) -> str:
    from sqlglot import exp

    return node.sql(dialect="duckdb") if isinstance(node, exp.Expr) else str(node)
