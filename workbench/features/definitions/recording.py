"""From rows and what was said of them to a recorded view: a new version when something changed."""

from __future__ import annotations

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.features.definitions.checking import (
    Wanted,
    columns_from,
    declare,
    uses_of,
    warn_of_early_rows,
)
from workbench.features.definitions.kinds import ON_DEMAND, VIEW
from workbench.features.definitions.names import check_asked_name
from workbench.features.definitions.relations import tables_of
from workbench.features.definitions.sources import Rows
from workbench.features.definitions.versions import check_change, warn_of_change
from workbench.features.definitions.views import FeatureView, view_from, view_properties
from workbench.metadata import Artifact

#: What makes another version of a view when it is another.
_IDENTITY = ("definition", "datasets", "views", "rows_digest", "description", "owner", "tags")


def register(rows: Rows, name: str, wanted: Wanted, *, replace: bool = False) -> FeatureView:
    """Record a view of some rows; the newest version if nothing changed.

    Raises
    ------
    Conflict
        If an on-demand view has that name; or if features that others use would go, unless
        `replace` says so.
    InvalidInput
        If a column is missing or of a type that cannot serve, rows would be known too early, or the
        view would read itself.
    """
    declared = declare(rows, check_asked_name(name), wanted)
    if newest_of(ON_DEMAND, name):
        raise Conflict(
            f"there is an on-demand view {name!r} already", hint="give the view another name"
        )
    read = {n: each.record for n, each in rows.tables.items()}
    views = {n: each for n, each in read.items() if isinstance(each, FeatureView)}
    for each in views.values():
        _check_apart(each, name)
    definitions = {n: each.definition for n, each in views.items()}
    uses = uses_of(rows, declared)
    properties = view_properties(declared, definitions, uses)
    newest = newest_of(VIEW, name)
    if newest is None or newest.properties["definition"] != properties["definition"]:
        warn_of_early_rows(rows, declared, name, uses)
    if newest is not None:
        if _same(newest, properties):
            return view_from(newest)
        check_change(newest, properties, replace=replace)
    reads = list({each.ref: each.artifact for each in rows.tables.values()}.values())
    with workspace.current().metadata.record(VIEW, name, reads=reads) as step:
        artifact = step.write(
            VIEW, name, properties=properties, columns=columns_from(rows, declared)
        )
    if newest is not None:
        warn_of_change(artifact, newest)
    return view_from(artifact)


def _check_apart(read: FeatureView, name: str) -> None:
    """Refuse a view that would read itself: refreshing it would never end."""
    if read.name == name:
        raise InvalidInput(
            f"the view {name!r} would read itself", hint="give the new view another name"
        )
    for each in tables_of(read.source).values():
        if isinstance(each.record, FeatureView):
            _check_apart(each.record, name)


def newest_of(kind: str, name: str) -> Artifact | None:
    """Return the newest version of a record, if there is one."""
    try:
        return workspace.current().metadata.artifact(kind, name)
    except NotFound:
        return None


def _same(artifact: Artifact, properties: dict[str, object]) -> bool:
    known = {"views": {}, **artifact.properties}
    return all(known.get(each) == properties[each] for each in _IDENTITY)
