"""From rows and what was said of them to a declared view: what each column means to it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity, keys_of
from workbench.features.definitions.sources import Rows
from workbench.features.definitions.sql_lineage import lies_before
from workbench.features.definitions.sql_uses import used_columns
from workbench.features.definitions.views import Declared
from workbench.metadata import ColumnSource

_WHOLE = ("int", "uint")
_NUMBERS = ("int", "uint", "float", "decimal")


@dataclass(frozen=True)
class Wanted:
    """What a definition said; see `feature_view` for what each means.

    Attributes
    ----------
    features : tuple of str
        Empty for all columns but keys and times.
    """

    entities: tuple[Entity, ...]
    features: tuple[str, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    ttl: timedelta | None = None
    time: str | None = None
    created: str | None = None
    static: bool = False
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()


def declare(rows: Rows, name: str, wanted: Wanted) -> Declared:
    """Return what a view of these rows is.

    Raises
    ------
    InvalidInput
        If a column is missing or of a type that cannot serve, or rows would be known too early.
    """
    what = f"the view {name!r}"
    time, created = wanted.time, wanted.created
    if (only := rows.only) is not None and not wanted.static:
        time, created = time or only.time, created or only.created
    _check_known(rows, name, time, created, wanted.static)
    _check_age(wanted, time, what)
    keys = keys_of(wanted.entities)
    if wanted.aggregations:
        taken = dict.fromkeys(each.column for each in wanted.aggregations if each.column)
    else:
        rest = [each.name for each in rows.columns if each.name not in {*keys, time, created}]
        taken = dict.fromkeys(wanted.features or rows.offered or rest)
    _check_columns(rows.columns, keys, tuple(taken), time, created, what)
    types = {each.name: each for each in rows.columns}
    inputs = tuple(types[each] for each in taken)
    return Declared(
        entities=wanted.entities,
        keys=tuple(types[key] for key in keys),
        columns=_aggregated(wanted.aggregations, types, what) if wanted.aggregations else inputs,
        inputs=inputs,
        aggregations=wanted.aggregations,
        time=time,
        created=created,
        ttl=wanted.ttl,
        source=rows.source,
        description=wanted.description,
        owner=wanted.owner,
        tags=tuple(dict.fromkeys(wanted.tags)),
    )


def columns_from(rows: Rows, declared: Declared) -> dict[str, list[ColumnSource]]:
    """Return the columns that a view's keys and features come from."""
    found = {each.name: list(rows.lineage.get(each.name, [])) for each in declared.keys}
    if not declared.aggregations:
        return found | {
            each.name: list(rows.lineage.get(each.name, [])) for each in declared.columns
        }
    for each in declared.aggregations:
        origin = each.column or declared.time or ""
        for feature in each.features:
            found[feature] = [
                ColumnSource(source.artifact, source.column, _step(feature, source.how))
                for source in rows.lineage.get(origin, [])
            ]
    return found


def uses_of(rows: Rows, declared: Declared) -> dict[str, tuple[str, ...]]:
    """Return, by table, the columns without which a view fails.

    Those that it only filters, joins or orders by are among them.
    """
    times = [each for each in (declared.time, declared.created) if each]
    named = [each.name for each in (*declared.keys, *declared.inputs)]
    taken = dict.fromkeys([*named, *times])
    if rows.source.kind == "sql":
        schema = {name: each.columns for name, each in rows.tables.items()}
        return used_columns(str(rows.source.sql), schema, list(taken))
    found = {name: dict.fromkeys(rows.reads.get(name, ())) for name in rows.tables}
    if rows.only is not None:
        (name,) = rows.tables
        found[name] |= {each: None for each in taken if each not in rows.offered}
    # Keys and times that pass through a function unread are needed as much.
    by_id = {each.artifact.id: name for name, each in rows.tables.items()}
    for each in (*(key.name for key in declared.keys), *times):
        for source in rows.lineage.get(each, ()):
            found[by_id[source.artifact.id]][source.column] = None
    return {name: tuple(columns) for name, columns in found.items()}


def warn_of_early_rows(
    rows: Rows, declared: Declared, name: str, uses: Mapping[str, Sequence[str]]
) -> None:
    """Say where rows of a query may count before all that they were made of was known.

    That is where it takes rows without asking when they were known, or moves that time back: a sum
    of a day that counts from its midnight on.

    Parameters
    ----------
    rows : Rows
    declared : Declared
    name : str
        The view's.
    uses : mapping of str to sequence of str
        As `uses_of` returns them.
    """
    if rows.source.kind != "sql" or declared.time is None:
        return
    for table, each in rows.tables.items():
        known = each.created or each.time
        if known is not None and known not in uses.get(table, ()):
            warnings.warn(
                f"the view {name!r} reads {each.ref} and never asks when its rows became known "
                f"({known!r}), so a row of the view may hold what came after it: join as of that "
                f"time, such as ON time >= {known}, or let created= be the later of the two",
                stacklevel=4,
            )
    column = declared.created or declared.time
    for origin in rows.lineage.get(column, ()):
        facts = origin.artifact.properties
        timed = origin.column in (facts.get("time"), facts.get("created"))
        if timed and origin.how and lies_before(origin.how):
            warnings.warn(
                f"rows of the view {name!r} count from {column!r} on, which is {origin.how} and "
                f"lies before {origin.column!r}, when they were known: select "
                f"max({origin.column}) too, and say which it is with created=",
                stacklevel=4,
            )


def _step(feature: str, how: str) -> str:
    return f"{feature} of {how}" if how else feature


def _aggregated(
    aggregations: Sequence[Aggregation], types: dict[str, Column], what: str
) -> tuple[Column, ...]:
    columns: dict[str, Column] = {}
    for each in aggregations:
        kind = "int64" if each.column is None else types[each.column].type
        if each.function in ("sum", "mean", "std", "decayed") and not kind.startswith(_NUMBERS):
            raise InvalidInput(
                f"{what} takes the {each.function} of {each.column!r}, which holds {kind}",
                hint="count, last, top_k and distinct take any values",
            )
        if kind.startswith(("list", "struct")):
            raise InvalidInput(
                f"{what} aggregates {each.column!r}, which holds {kind}",
                hint="take a part of it as a column of its own",
            )
        for feature in each.features:
            if feature in columns:
                raise InvalidInput(
                    f"{what} would have two features {feature!r}", hint="leave one of them out"
                )
            columns[feature] = Column(feature, _type(each, kind))
    return tuple(columns.values())


def _type(aggregation: Aggregation, kind: str) -> str:
    if aggregation.function in ("count", "distinct"):
        return "int64"
    if aggregation.function in ("mean", "std", "decayed"):
        return "float64"
    if kind.startswith("decimal"):
        kind = "float64"  # as windows hold them
    if aggregation.function == "sum":
        return "int64" if kind.startswith(_WHOLE) else "float64"
    if aggregation.function == "top_k":
        return f"list<{kind}>"
    return kind


def _check_age(wanted: Wanted, time: str | None, what: str) -> None:
    if wanted.ttl is not None and wanted.ttl < timedelta(0):
        raise InvalidInput(f"ttl={wanted.ttl} is negative", hint="give how old a row may be")
    if wanted.ttl is not None and time is None:
        raise InvalidInput(
            f"{what} is static, so its rows have no age",
            hint="leave out ttl, or name a column of time",
        )
    if not wanted.aggregations:
        return
    if wanted.features:
        raise InvalidInput(
            f"{what} names features and aggregations", hint="its features are its aggregations"
        )
    if time is None:
        raise InvalidInput(
            f"{what} aggregates over windows and has no time", hint="name its column: time=…"
        )
    if wanted.ttl is not None:
        raise InvalidInput(
            f"{what} aggregates, so its windows say how old an event may be", hint="leave out ttl"
        )


def _check_columns(
    columns: Sequence[Column],
    keys: Sequence[str],
    features: Sequence[str],
    time: str | None,
    created: str | None,
    what: str,
) -> None:
    types = {column.name: column.type for column in columns}
    roles = [("key", name) for name in keys] + [("feature", name) for name in features]
    roles += [(role, name) for role, name in (("time", time), ("created", created)) if name]
    for role, name in roles:
        if name not in types:
            raise InvalidInput(
                f"{what} has no column {name!r} (its {role})", hint=near(name, types)
            )
        if role in ("time", "created") and types[name] not in ("timestamp", "date"):
            raise InvalidInput(
                f"the {role} column {name!r} of {what} holds {types[name]}, not times",
                hint="cast it to a timestamp",
            )
    if overlap := set(keys) & set(features):
        raise InvalidInput(f"{min(overlap)!r} is both a key and a feature of {what}")


def _check_known(
    rows: Rows, name: str, time: str | None, created: str | None, static: bool
) -> None:
    """Refuse a view whose rows would count before they were known."""
    if static:
        if time or created:
            raise InvalidInput(
                f"the view {name!r} is said to be static and to have times", hint="give one of them"
            )
        return
    if time is None:
        if created is not None:
            raise InvalidInput(f"the view {name!r} has created= but no time=", hint="name both")
        if timed := [each.ref for each in rows.tables.values() if each.time]:
            raise InvalidInput(
                f"the view {name!r} reads {timed[0]}, whose rows have times, and has none itself",
                hint="name its column of time (time=…), or say static=True if it holds at any time",
            )
        return
    if created is not None or rows.only is not None:
        return
    for origin in rows.lineage.get(time, []):
        late = origin.artifact.properties.get("created")
        if late and not origin.how and origin.column == origin.artifact.properties.get("time"):
            raise InvalidInput(
                f"the view {name!r} is timed by {origin.artifact.name}.{origin.column}, but those "
                f"rows become known at {late!r}",
                hint=f"select {late} too and say created={late!r}, or make it the time",
            )
