"""A view over the newest versions of what it reads, and of what that reads in turn."""

from __future__ import annotations

from dataclasses import replace

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.features.definitions.checking import Wanted, declare, uses_of
from workbench.features.definitions.recording import register
from workbench.features.definitions.relations import PREFIX, look_up
from workbench.features.definitions.sources import Rows, from_source, from_sql, from_transform
from workbench.features.definitions.views import FeatureView, view_properties


def refresh(view: FeatureView) -> FeatureView:
    """Return a view over the newest versions of what it reads; see `FeatureView.refresh`."""
    if view.source.kind == "function":
        raise InvalidInput(
            f"the view {view.name!r} is a Python function, which its record does not keep",
            hint="run its definition again",
        )
    try:
        return register(_renewed(view), view.name, _wanted(view))
    except InvalidInput as error:  # such as a column that newer data no longer have
        raise InvalidInput(
            f"{view.ref} cannot follow what it reads: {error.message}", hint=error.hint
        ) from error


def followed(view: FeatureView) -> FeatureView:
    """Return a superseded definition over the newest versions of what it reads.

    It is recorded nowhere, for it would be the newest version of its name: this is for carrying new
    data to those who go on reading the former definition. A view that is a Python function is
    returned as it is.

    Raises
    ------
    InvalidInput
        If it would mean something else over the newest versions: a column has another type.
    """
    if view.source.kind == "function":
        return view
    rows = _renewed(view)
    declared = declare(rows, view.name, _wanted(view))
    read = {name: each.record for name, each in rows.tables.items()}
    definitions = {n: each.definition for n, each in read.items() if isinstance(each, FeatureView)}
    meaning = view_properties(declared, definitions, uses_of(rows, declared))["definition"]
    if meaning != view.definition:
        raise InvalidInput(
            f"{view.ref} was superseded, and the newest versions of what it reads do not fit it",
            hint=f"make the services that are pinned to it anew, of the newest {view.name!r}",
        )
    return replace(view, source=declared.source)


def _wanted(view: FeatureView) -> Wanted:
    return Wanted(
        entities=view.entities,
        features=() if view.aggregations else tuple(each.name for each in view.columns),
        aggregations=view.aggregations,
        ttl=view.ttl,
        time=view.time,
        created=view.created,
        static=view.time is None,
        description=view.description,
        owner=view.owner,
        tags=view.tags,
    )


def _renewed(view: FeatureView) -> Rows:
    """Return a view's rows over the newest versions of what it reads, renewed themselves."""
    for name in view.source.views:
        if "@" not in name:
            found = look_up(name).record
            if isinstance(found, FeatureView) and found.source.kind != "function":
                refresh(found)
    if view.source.kind == "sql":
        return from_sql(str(view.source.sql))
    (name,) = [*view.source.datasets, *view.source.views]
    if view.source.kind == "transform":
        from workbench.data.transforms import Transform

        stored = str(view.source.code)
        text = workspace.current().blobs.read(stored).decode()
        return from_transform(Transform.from_json(text), name, stored)
    return from_source(name if view.source.datasets else f"{PREFIX}{name}")
