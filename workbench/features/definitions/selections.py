"""What callers name as features, resolved to views and columns.

A view, a service, ``"view"``, ``"view@3"``, ``"view:column"`` or a service's name. In a result a
feature bears its column's name; where that name is taken it is ``view__column``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.features.definitions.views import (
    FeatureService,
    FeatureView,
    service_from,
    view_from,
)

Asked = FeatureView | FeatureService | str


@dataclass(frozen=True)
class Selection:
    """Some columns of one view, in order."""

    view: FeatureView
    columns: tuple[str, ...]


def resolve(features: Asked | Sequence[Asked]) -> list[Selection]:
    """Return what was asked for, each view once, in order.

    Raises
    ------
    NotFound
        If a view, a service or a column does not exist; the hint offers near names.
    InvalidInput
        If nothing, or two versions of one view, were asked for.
    """
    if not isinstance(features, (str, FeatureView, FeatureService)) and not isinstance(
        features, Iterable
    ):
        raise InvalidInput(
            f"{features!r} is no feature", hint='give a view, a service, "view" or "view:column"'
        )
    asked = [features] if isinstance(features, (str, FeatureView, FeatureService)) else features
    found: dict[str, tuple[FeatureView, dict[str, None]]] = {}
    looked_up: dict[str, FeatureView | FeatureService] = {}
    for each in asked:
        for view, columns in _expand(each, looked_up):
            kept, names = found.setdefault(view.name, (view, {}))
            if kept.ref != view.ref:
                raise InvalidInput(
                    f"both {kept.ref} and {view.ref} were asked for", hint="take one"
                )
            names.update(dict.fromkeys(columns))
    if not found:
        raise InvalidInput("no features were asked for", hint="name at least one view")
    return [Selection(view, tuple(columns)) for view, columns in found.values()]


def output_names(
    selections: Sequence[Selection], taken: Iterable[str] = ()
) -> dict[tuple[str, str], str]:
    """Return the name of each (view, column) in a result that has the columns `taken` already."""
    counts = Counter(column for each in selections for column in each.columns)
    counts.update(taken)
    names = {
        (each.view.name, column): column if counts[column] == 1 else f"{each.view.name}__{column}"
        for each in selections
        for column in each.columns
    }
    double = [name for name, count in Counter([*names.values(), *taken]).items() if count > 1]
    if double:
        raise InvalidInput(f"two columns would be named {double[0]!r}", hint="rename one of them")
    return names


def _expand(
    asked: Asked, looked_up: dict[str, FeatureView | FeatureService]
) -> list[tuple[FeatureView, list[str]]]:
    if isinstance(asked, FeatureView):
        return [(asked, [column.name for column in asked.columns])]
    if isinstance(asked, FeatureService):
        return [pair for each in asked.features for pair in _expand(each, looked_up)]
    if not isinstance(asked, str):
        raise InvalidInput(
            f"{asked!r} is no feature", hint='give a view, a service, "view" or "view:column"'
        )
    reference, colon, column = asked.partition(":")
    if reference not in looked_up:
        looked_up[reference] = _view(reference, service=not colon)
    view = looked_up[reference]
    if isinstance(view, FeatureService):
        return _expand(view, looked_up)
    known = [each.name for each in view.columns]
    if not colon:
        return [(view, known)]
    if column not in known:
        raise NotFound(f"the view {view.ref} has no feature {column!r}", hint=near(column, known))
    return [(view, [column])]


def _view(reference: str, *, service: bool) -> FeatureView | FeatureService:
    metadata = workspace.current().metadata
    try:
        return view_from(metadata.artifact("feature_view", reference))
    except NotFound:
        if not service:
            raise
        try:
            return service_from(metadata.artifact("feature_service", reference))
        except NotFound:
            pass  # the error about the view says more
        raise
