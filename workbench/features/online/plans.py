"""Retrieval plans: what to read for a request, as plain JSON that a deployment carries.

A plan names the store's tables, their keys with types and the position of each feature, so that a
replica reads with a store and a plan alone: no metadata, no pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.core.clock import MICROSECOND
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.features.definitions.kinds import SERVICE
from workbench.features.online.fetching import FORMAT
from workbench.features.online.precomputed import sections_of

if TYPE_CHECKING:
    from workbench.features.definitions.selections import Asked
    from workbench.features.definitions.views import FeatureService


def plan_of(
    features: Asked | Sequence[Asked], columns: Sequence[str] | None = None
) -> dict[str, Any]:
    """Compile features into the plan that `fetching.read` follows.

    Parameters
    ----------
    features : FeatureService, views, ``"view"`` or ``"view:column"``
    columns : sequence of str, optional
        Only these, under these names: ``column`` or ``view__column``, as a training set names them.
        A model's inputs that no request carries, for example.

    Returns
    -------
    dict
        JSON. ``plan["keys"]`` are the columns that an entity must give, beside the inputs of
        on-demand views.

    Raises
    ------
    NotFound
        If a view or feature does not exist.
    InvalidInput
        If one of `columns` is none of the features.
    """
    from workbench.features.definitions.selections import choose
    from workbench.features.windows.layout import layout_of, to_json

    chosen = choose(features)
    called = chosen.names()
    names = {called[pair]: pair for pair in chosen.asked}
    if columns is not None:
        longer = {f"{v}__{c}": (v, c) for v, c in names.values()}
        for column in columns:
            if column not in names and column not in longer:
                raise InvalidInput(
                    f"{column!r} is none of the features", hint=near(column, [*names, *longer])
                )
        names = {each: names.get(each) or longer[each] for each in columns}
        chosen = chosen.only(names.values())
        called = chosen.names() | {pair: name for name, pair in names.items()}
    views: list[dict[str, Any]] = []
    for selection in chosen.selections:
        view = selection.view
        positions = {column.name: (i, column.type) for i, column in enumerate(view.columns)}
        views.append(
            {
                "view": view.name,
                "ref": view.ref,
                "table": view.table,
                "keys": [{"name": key.name, "type": key.type} for key in view.keys],
                "static": view.time is None,
                "tiles": to_json(layout_of(view.aggregations, view.inputs))
                if view.aggregations
                else None,
                "ttl_micros": None if view.ttl is None else view.ttl // MICROSECOND,
                "columns": [
                    {
                        "name": called[view.name, column],
                        "position": positions[column][0],
                        "type": positions[column][1],
                    }
                    for column in selection.columns
                ],
            }
        )
    keys = dict.fromkeys(key["name"] for view in views for key in view["keys"])
    whole = _precomputed(features)
    if whole is not None:
        full = views if columns is None else plan_of(whole)["views"]
        sections = [asdict(each) for each in sections_of(full)]
    return {
        "format": FORMAT,
        "keys": list(keys),
        "features": list(names),
        "views": views,
        # What on-demand views are computed from only is read under names of its own and left out.
        "on_demand": chosen.steps(called),
        "between": sorted(set(called.values()) - set(names)),
        "precomputed": None
        if whole is None
        else {"service": whole.ref, "table": whole.ref, "sections": sections},
    }


def _precomputed(features: Asked | Sequence[Asked]) -> FeatureService | None:
    """Return the service that was asked for, if it is precomputed."""
    from workbench import workspace
    from workbench.features.definitions.views import FeatureService, service_from

    metadata = workspace.current().metadata
    if not isinstance(features, (str, FeatureService)) and isinstance(features, Sequence):
        features = features[0] if len(features) == 1 else ""
    if isinstance(features, FeatureService):
        found = metadata.find_artifact(features.artifact.id)
    elif isinstance(features, str) and features and ":" not in features:
        try:
            found = metadata.artifact(SERVICE, features)
        except NotFound:
            return None
    else:
        return None
    known = found is not None and found.properties.get("precomputed")
    return service_from(found) if found is not None and known else None
