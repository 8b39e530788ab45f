"""Precomputing a service: one row an entity that holds the features of all its views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench import workspace
from workbench.core.clock import micros
from workbench.core.errors import Conflict, InvalidInput
from workbench.features.definitions.selections import resolve
from workbench.features.definitions.views import FeatureService
from workbench.features.online.plans import plan_of
from workbench.features.online.precomputed import sections_of
from workbench.features.online.stores.following import follow
from workbench.features.online.stores.state import TableState, Writing, pack_state, read_state
from workbench.features.online.stores.store import STATE_KEY, OnlineStore, open_store
from workbench.features.online.windowed import answers_for

PROPERTY = "precomputed"


def precompute(service: FeatureService, progress: Callable[[int], None]) -> int:
    """Make a service's table of what its views' tables hold; from then on it follows them.

    Parameters
    ----------
    service : FeatureService
    progress : callable
        Called with how many more keys of a view are done.

    Returns
    -------
    int
        Keys of views that were put together; none if that was done before.

    Raises
    ------
    InvalidInput
        If its views have different keys.
    Conflict
        If a view shows a moment, or another process precomputes the service.
    """
    place = workspace.current()
    plan = plan_of(service)
    views = plan["views"]
    _check_keys(service, views)
    now = micros(place.clock.now())
    ages = [answers_for(each.view) for each in resolve(service)]
    kept_for = None if None in ages else max(each for each in ages if each is not None)
    wanted = TableState(None, now, None, sections=sections_of(views), kept_for=kept_for)
    table, count = service.ref, 0
    store = open_store(place.settings)
    try:
        with store.lease(table, f"the precomputation of {service.ref!r}") as check:
            state = _state(store, table)
            if state is None or not state.ready or state.sections != wanted.sections:
                store.drop(table)
                store.put(table, [], pack_state(wanted))
                for view in views:
                    _lead(store, service, view, table)
                for view in views:
                    for keys in store.keys(view["table"]):
                        check()
                        writing = Writing("materialize", now)
                        follow(store, view["table"], table, keys, writing)
                        count += len(keys)
                        progress(len(keys))
                store.put(table, [], pack_state(replace(wanted, ready=True)))
    finally:
        store.close()
    place.metadata.update_artifact(service.artifact.id, **{PROPERTY: True})
    return count


def forget(service: FeatureService) -> None:
    """Read a service from its views' tables again, and drop its own."""
    place = workspace.current()
    place.metadata.update_artifact(service.artifact.id, **{PROPERTY: False})
    store = open_store(place.settings)
    try:
        with store.lease(service.ref, f"the precomputation of {service.ref!r}"):
            for view in plan_of(service)["views"]:
                with store.lease(view["table"], f"the materialization of {view['view']!r}"):
                    state = _state(store, view["table"])
                    if state is not None and service.ref in state.followers:
                        left = tuple(each for each in state.followers if each != service.ref)
                        store.put(view["table"], [], pack_state(replace(state, followers=left)))
            store.drop(service.ref)
    finally:
        store.close()


def _lead(store: OnlineStore, service: FeatureService, view: Mapping[str, Any], table: str) -> None:
    """Let whoever writes a view's table write what is made of it."""
    with store.lease(view["table"], f"the materialization of {view['view']!r}"):
        state = _state(store, view["table"]) or TableState(None, 0, None)
        if state.as_of is not None:
            raise Conflict(
                f"{service.ref!r} cannot be precomputed: the view {view['view']!r} shows a moment",
                hint=f"run wb.materialize({view['view']!r}) first",
            )
        if table not in state.followers:
            followers = (*state.followers, table)
            store.put(view["table"], [], pack_state(replace(state, followers=followers)))


def _state(store: OnlineStore, table: str) -> TableState | None:
    return read_state(store.read([(table, STATE_KEY)])[0])


def _check_keys(service: FeatureService, views: Sequence[Mapping[str, Any]]) -> None:
    if not views:
        raise InvalidInput(f"{service.ref!r} reads nothing from the online store")
    for view in views[1:]:
        if view["keys"] != views[0]["keys"]:
            named = [", ".join(key["name"] for key in each["keys"]) for each in (views[0], view)]
            raise InvalidInput(
                f"{service.ref!r} cannot be precomputed: the view {views[0]['view']!r} has the key "
                f"{named[0]}, and {view['view']!r} has {named[1]}",
                hint="one row an entity takes views of one entity; make a service of each",
            )
