"""Retrieval plans: what to read for a request, as plain JSON that a deployment carries.

A plan names the store's tables, their keys with types and the position of each feature, so that a
replica reads with a store and a plan alone: no metadata, no pandas.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near
from workbench.features.online.stores.encoding import (
    micros,
    pack_key,
    unpack_order,
    unpack_values,
)
from workbench.features.online.stores.state import read_state
from workbench.features.online.stores.store import STATE_KEY, OnlineStore

if TYPE_CHECKING:
    from workbench.features.definitions.selections import Asked

_FORMAT = 1
Entity = Mapping[str, Any]


def plan_of(
    features: Asked | Sequence[Asked], columns: Sequence[str] | None = None
) -> dict[str, Any]:
    """Compile features into the plan that `read` follows.

    Parameters
    ----------
    features : FeatureService, views, ``"view"`` or ``"view:column"``
    columns : sequence of str, optional
        Only these, under these names: ``column`` or ``view__column``, as a training set names them.
        A model's inputs that no request carries, for example.

    Returns
    -------
    dict
        JSON. ``plan["keys"]`` are the columns that an entity must give.

    Raises
    ------
    NotFound
        If a view or feature does not exist.
    InvalidInput
        If one of `columns` is none of the features.
    """
    from workbench.features.definitions.selections import output_names, resolve

    selections = resolve(features)
    names = {name: pair for pair, name in output_names(selections).items()}
    if columns is not None:
        longer = {f"{v}__{c}": (v, c) for v, c in names.values()}
        for column in columns:
            if column not in names and column not in longer:
                raise InvalidInput(
                    f"{column!r} is none of the features", hint=near(column, [*names, *longer])
                )
        names = {each: names.get(each) or longer[each] for each in columns}
    views: list[dict[str, Any]] = []
    for selection in selections:
        view = selection.view
        positions = {column.name: (i, column.type) for i, column in enumerate(view.columns)}
        taken = [
            {"name": name, "position": positions[column][0], "type": positions[column][1]}
            for name, (owner, column) in names.items()
            if owner == view.name
        ]
        if taken:
            views.append(
                {
                    "view": view.name,
                    "ref": view.ref,
                    "table": view.table,
                    "keys": [{"name": key.name, "type": key.type} for key in view.keys],
                    "static": view.time is None,
                    "ttl_micros": None
                    if view.ttl is None
                    else view.ttl // timedelta(microseconds=1),
                    "columns": taken,
                }
            )
    keys = dict.fromkeys(key["name"] for view in views for key in view["keys"])
    return {"format": _FORMAT, "keys": list(keys), "features": list(names), "views": views}


def read(
    store: OnlineStore,
    plan: Mapping[str, Any],
    entities: Sequence[Entity],
    *,
    at: datetime | None = None,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Read a plan's features for some entities, in one round trip.

    Parameters
    ----------
    store : OnlineStore
    plan : mapping
        As `plan_of` made it.
    entities : sequence of mappings
        The keys of each; further entries are ignored.
    at : datetime, optional
        The moment to answer for; ages are measured at it, and a row that became known later does
        not count. The store holds the latest rows only, so an early moment finds little.
        By default it is now, or, for a view that was materialized as of a moment, that moment.
    now : datetime, optional
        What "now" is; the machine's time by default.

    Returns
    -------
    list of dict
        In the order of the entities. A feature is None if its key is missing or null, or its row
        is older than its view allows.

    Raises
    ------
    InvalidInput
        If an entity lacks a key or gives it in another type.
    Unavailable
        If the store does not answer.
    """
    rows, _ = fetch(store, plan, entities, at=at, now=now)
    return rows


def fetch(
    store: OnlineStore,
    plan: Mapping[str, Any],
    entities: Sequence[Entity],
    *,
    at: datetime | None = None,
    now: datetime | None = None,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Do what `read` does; return also the views that have no table in the store."""
    if plan.get("format") != _FORMAT:
        raise InvalidInput(
            f"the plan has format {plan.get('format')!r}, not {_FORMAT}", hint="compile it again"
        )
    views = plan["views"]
    wanted = [(view["table"], STATE_KEY) for view in views]
    places: list[list[int | None]] = []
    for view in views:
        keys = _keys(view, entities)
        places.append([])
        for key in keys:
            places[-1].append(None if key is None else len(wanted))
            if key is not None:
                wanted.append((view["table"], key))
    found = store.read(wanted)
    results: list[dict[str, Any]] = [dict.fromkeys(plan["features"]) for _ in entities]
    absent = []
    moment = None if at is None else micros(at)
    for index, view in enumerate(views):
        state = read_state(found[index])
        if state is None and not any(found[p] for p in places[index] if p is not None):
            absent.append(view["view"])
        instant = moment
        if instant is None:
            instant = state.as_of if state is not None else None
        if instant is None:
            instant = time.time_ns() // 1000 if now is None else micros(now)
        for result, place in zip(results, places[index], strict=True):
            row = None if place is None else found[place]
            if row is not None and _counts(row, view, instant, moment):
                values = unpack_values(row)
                for column in view["columns"]:
                    result[column["name"]] = values[column["position"]]
    return results, absent


def _keys(view: Mapping[str, Any], entities: Sequence[Entity]) -> list[bytes | None]:
    names = [key["name"] for key in view["keys"]]
    types = [key["type"] for key in view["keys"]]
    packed = []
    for position, entity in enumerate(entities):
        try:
            values = [entity[name] for name in names]
        except KeyError as error:
            raise InvalidInput(
                f"entity {position} has no {error.args[0]!r}, which is a key of the view "
                f"{view['view']!r}",
                hint=near(error.args[0], list(entity)),
            ) from None
        packed.append(pack_key(values, types, names))
    return packed


def _counts(row: bytes, view: Mapping[str, Any], instant: int, at: int | None) -> bool:
    """Return whether a row answers for an instant: fresh enough, and known if one was named."""
    if view["static"]:
        return True
    event, created = unpack_order(row)
    if at is not None and max(event, created) > at:
        return False
    ttl = view["ttl_micros"]
    return ttl is None or instant - event <= ttl
