"""Recording views and services: a new version when, and only when, something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import overload

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.references import check_name
from workbench.data.datasets import Dataset
from workbench.features.definitions import (
    FeatureService,
    FeatureView,
    service_from,
    view_from,
    view_properties,
)
from workbench.features.entities import Entity, keys_of
from workbench.features.known_rows import Layout, check_layout
from workbench.features.selections import Asked, resolve
from workbench.features.sources import Rows, from_dataset, from_function, from_sql
from workbench.metadata import Artifact, ColumnSource

VIEW = "feature_view"
SERVICE = "feature_service"
Decorator = Callable[[Callable[..., object]], FeatureView]


@overload
def feature_view(
    *,
    name: str | None = ...,
    entities: Sequence[Entity] | Entity,
    source: Dataset | str,
    features: Sequence[str] | None = ...,
    ttl: timedelta | None = ...,
    time: str | None = ...,
    created: str | None = ...,
    static: bool = ...,
    description: str = ...,
) -> FeatureView: ...
@overload
def feature_view(
    *,
    name: str | None = ...,
    entities: Sequence[Entity] | Entity,
    source: None = ...,
    features: Sequence[str] | None = ...,
    ttl: timedelta | None = ...,
    time: str | None = ...,
    created: str | None = ...,
    static: bool = ...,
    description: str = ...,
) -> Decorator: ...
def feature_view(
    *,
    name: str | None = None,
    entities: Sequence[Entity] | Entity,
    source: Dataset | str | None = None,
    features: Sequence[str] | None = None,
    ttl: timedelta | None = None,
    time: str | None = None,
    created: str | None = None,
    static: bool = False,
    description: str = "",
) -> FeatureView | Decorator:
    """Define features once, for training and for serving.

    With `source` the features are columns of a dataset. Without it this decorates a function that
    returns SQL over dataset names, or one whose parameters are named after datasets, gets them as
    frames and returns a frame. The same definition over the same data is the same version.

    A row counts from the moment it was known: the later of its time and, where there is one, its
    creation time. So a value that arrived late never reaches an earlier training row.

    Parameters
    ----------
    name : str, optional
        The function's or the dataset's name when left out.
    entities : Entity or sequence of Entity
        What the features are about.
    source : Dataset or str, optional
    features : sequence of str, optional
        The columns to offer; by default all but keys and times.
    ttl : timedelta, optional
        How old a row may be, by its time, to answer for an instant; inclusive.
    time, created : str, optional
        Columns of event time and of creation time. A dataset's own are taken by default; a query or
        function names them among its columns.
    static : bool
        That the rows of a query or function hold at any time, although its datasets have times.
    description : str

    Returns
    -------
    FeatureView
        Or, without `source`, a decorator that returns it.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        If a column is missing, the SQL does not run, or rows would be known too early.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.datasets.ingest import ingest
    >>> planes = ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = Entity("plane", keys=["tailnum"])
    >>> feature_view(name="plane", entities=[plane], source=planes).features
    ('plane:seats',)
    """
    chosen = (entities,) if isinstance(entities, Entity) else tuple(entities)

    def register(rows: Rows, called: str, about: str) -> FeatureView:
        return _register(
            rows, check_name(called), chosen, features, ttl, time, created, static, about
        )

    if source is not None:
        rows = from_dataset(source)
        return register(rows, name or next(iter(rows.datasets)), description)

    def decorate(function: Callable[..., object]) -> FeatureView:
        about = description or (function.__doc__ or "").strip().partition("\n")[0]
        return register(from_function(function), name or function.__name__, about)

    return decorate


def feature_service(
    name: str, features: Asked | Sequence[Asked], *, description: str = ""
) -> FeatureService:
    """Name the features that a model reads, pinned to the versions that their views have now.

    Parameters
    ----------
    name : str
    features : views, ``"view"`` or ``"view:column"``
    description : str

    Raises
    ------
    NotFound
        If a view or one of its columns does not exist.
    """
    check_name(name)
    selected = resolve(features)
    pinned = [f"{each.view.ref}:{column}" for each in selected for column in each.columns]
    properties = {"features": pinned, "description": description}
    metadata = workspace.current().metadata
    if (newest := _newest(SERVICE, name)) and newest.properties == properties:
        return service_from(newest)
    columns: dict[str, list[ColumnSource]] = {}
    for each in selected:
        for column in each.columns:
            columns.setdefault(column, []).append(ColumnSource(each.view.artifact, column))
    reads = [each.view.artifact for each in selected]
    with metadata.record(SERVICE, name, reads=reads) as step:
        return service_from(step.write(SERVICE, name, properties=properties, columns=columns))


def refresh(view: FeatureView) -> FeatureView:
    """Return a view over the newest versions of its datasets; see `FeatureView.refresh`."""
    if view.source.kind == "function":
        raise InvalidInput(
            f"the view {view.name!r} is a Python function, which its record does not keep",
            hint="run its definition again",
        )
    if view.source.kind == "dataset":
        (name,) = view.source.datasets
        rows = from_dataset(name)
    else:
        rows = from_sql(str(view.source.sql))
    return _register(
        rows,
        view.name,
        view.entities,
        [each.name for each in view.columns],
        view.ttl,
        view.time,
        view.created,
        view.time is None,
        view.description,
    )


def _register(
    rows: Rows,
    name: str,
    entities: tuple[Entity, ...],
    features: Sequence[str] | None,
    ttl: timedelta | None,
    time: str | None,
    created: str | None,
    static: bool,
    description: str,
) -> FeatureView:
    if ttl is not None and ttl < timedelta(0):
        raise InvalidInput(f"ttl={ttl} is negative", hint="give how old a row may be")
    if isinstance(features, str):
        raise InvalidInput(f"features={features!r} is text", hint=f"give a list: [{features!r}]")
    if rows.source.kind == "dataset" and not static:
        (only,) = rows.datasets.values()
        time, created = time or only.time, created or only.created
    _check_known(rows, name, time, created, static)
    if ttl is not None and time is None:
        raise InvalidInput(
            f"the view {name!r} is static, so its rows have no age",
            hint="leave out ttl, or name a column of time",
        )
    keys = keys_of(entities)
    special = {*keys, time, created}
    offered = features or [each.name for each in rows.columns if each.name not in special]
    check_layout(Layout(keys, tuple(offered), time, created), rows.columns, f"the view {name!r}")
    types = {each.name: each for each in rows.columns}
    properties = view_properties(
        entities=entities,
        keys=tuple(types[key] for key in keys),
        columns=tuple(types[each] for each in dict.fromkeys(offered)),
        time=time,
        created=created,
        ttl=ttl,
        source=rows.source,
        description=description,
    )
    if (newest := _newest(VIEW, name)) and _same(newest, properties):
        return view_from(newest)
    reads = list({each.ref: each.artifact for each in rows.datasets.values()}.values())
    wanted = [*keys, *offered]
    with workspace.current().metadata.record(VIEW, name, reads=reads) as step:
        artifact = step.write(
            VIEW,
            name,
            properties=properties,
            columns={each: rows.lineage.get(each, []) for each in dict.fromkeys(wanted)},
        )
    return view_from(artifact)


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
        if timed := [each.ref for each in rows.datasets.values() if each.time]:
            raise InvalidInput(
                f"the view {name!r} reads {timed[0]}, whose rows have times, and has none itself",
                hint="name its column of time (time=…), or say static=True if it holds at any time",
            )
        return
    if created is not None or rows.source.kind == "dataset":
        return
    for origin in rows.lineage.get(time, []):
        late = origin.artifact.properties.get("created")
        if late and not origin.how and origin.column == origin.artifact.properties.get("time"):
            raise InvalidInput(
                f"the view {name!r} is timed by {origin.artifact.name}.{origin.column}, but those "
                f"rows become known at {late!r}",
                hint=f"select {late} too and say created={late!r}, or make it the time",
            )


def _newest(kind: str, name: str) -> Artifact | None:
    try:
        return workspace.current().metadata.artifact(kind, name)
    except NotFound:
        return None


_IDENTITY = ("definition", "datasets", "rows_digest", "description")


def _same(artifact: Artifact, properties: dict[str, object]) -> bool:
    return all(artifact.properties.get(each) == properties[each] for each in _IDENTITY)


def views(names: Iterable[str] | None = None) -> list[FeatureView]:
    """Return the newest version of every view, or of those named; raises NotFound."""
    metadata = workspace.current().metadata
    if names is not None:
        return [view_from(metadata.artifact(VIEW, name)) for name in names]
    return [view_from(each) for each in metadata.artifacts(VIEW, latest_only=True)]
