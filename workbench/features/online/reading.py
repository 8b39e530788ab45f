"""Reading features by key, as a request does.

In a notebook, `online`. In a replica, which has neither metadata nor pandas: `open_store(url)` and
`read(store, plan, entities)` with a plan that `plan_of` compiled when the model was deployed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, overload

from workbench.core.errors import InvalidInput, NotFound
from workbench.features.online.compiled import ready_plan
from workbench.features.online.fetching import ReadyPlan, Served, fetch, read
from workbench.features.online.plans import plan_of
from workbench.features.online.stores.store import OnlineStore, kept_open, open_store

if TYPE_CHECKING:
    from workbench.features.definitions.selections import Asked

__all__ = ["OnlineStore", "ReadyPlan", "Served", "fetch", "online", "open_store", "plan_of", "read"]


@overload
def online(
    features: Asked | Sequence[Asked],
    entities: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    at: datetime | date | str | None = ...,
    statuses: Literal[False] = ...,
) -> list[dict[str, Any]]: ...
@overload
def online(
    features: Asked | Sequence[Asked],
    entities: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    at: datetime | date | str | None = ...,
    statuses: Literal[True],
) -> list[dict[str, Served]]: ...
def online(
    features: Asked | Sequence[Asked],
    entities: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    at: datetime | date | str | None = None,
    statuses: bool = False,
) -> list[dict[str, Any]] | list[dict[str, Served]]:
    """Return the features of one or more entities from the online store.

    Ages (`ttl`) are measured now; for a view that was materialized as of a moment, at that moment;
    with `at`, at that.

    Parameters
    ----------
    features : FeatureService, views, ``"view"`` or ``"view:column"``
        A service, a view or a reference with its version is looked up in the records once; a name
        without again when somebody has given it a newer version.
    entities : dict or list of dict
        The keys of each, and the inputs of on-demand views; further entries are ignored.
    at : datetime, date or str, optional
        The moment to answer for; see `read`.
    statuses : bool
        Whether to say of each feature why it is what it is; see `Served`.

    Returns
    -------
    list of dict
        In the order of the entities; a feature that is missing or too old is None. With `statuses`
        each is a triple (value, status, event time).

    Raises
    ------
    NotFound
        If a view does not exist, or was never materialized or pushed to.
    InvalidInput
        If an entity lacks a key or gives it in another type.
    Unavailable
        If the store does not answer.
    """
    from workbench import workspace
    from workbench.data.times import as_utc

    given: object = [entities] if isinstance(entities, Mapping) else entities
    if not isinstance(given, Sequence) or not all(isinstance(each, Mapping) for each in given):
        raise InvalidInput(
            f"{type(entities).__name__} is no list of entities",
            hint='give dicts of keys, such as [{"carrier": "UA"}]',
        )
    place = workspace.current()
    found = ready_plan(features).fetch(
        kept_open(place.settings.online_url),
        given,
        at=None if at is None else as_utc(at, "at"),
        now=place.clock.now(),
    )
    if found.absent and given:
        raise NotFound(
            f"the view {found.absent[0]!r} has nothing in the online store",
            hint=f"run wb.materialize([{found.absent[0]!r}])",
        )
    return found.served() if statuses else found.rows
