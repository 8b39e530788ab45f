"""Retrieval plans: what to read for a request, as plain JSON that a deployment carries.

A plan names the store's tables, their keys with types and the position of each feature, so that a
replica reads with a store and a plan alone: no metadata, no pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near
from workbench.features.online.fetching import FORMAT

if TYPE_CHECKING:
    from workbench.features.definitions.selections import Asked


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
    return {"format": FORMAT, "keys": list(keys), "features": list(names), "views": views}
