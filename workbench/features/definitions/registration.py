"""Defining views and services: a new version when, and only when, something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace as with_changes
from datetime import timedelta
from typing import TYPE_CHECKING, Required, TypeAlias, TypedDict, Unpack, overload

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.checking import Wanted
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.kinds import SERVICE, VIEW
from workbench.features.definitions.names import check_asked_name
from workbench.features.definitions.owners import owner_or_user
from workbench.features.definitions.recording import newest_of, register
from workbench.features.definitions.selections import Asked, choose
from workbench.features.definitions.sources import from_function, from_source
from workbench.features.definitions.views import (
    FeatureService,
    FeatureView,
    service_from,
    view_from,
)
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    from workbench.data.transforms import Transform

Decorator = Callable[[Callable[..., object]], FeatureView]
Given: TypeAlias = "Dataset | FeatureView | Transform | str"


class Options(TypedDict, total=False):
    """What a definition may say beside its source; see `feature_view`."""

    name: str | None
    entities: Required[Sequence[Entity] | Entity]
    features: Sequence[str] | None
    ttl: timedelta | None
    time: str | None
    created: str | None
    static: bool
    aggregations: Sequence[Aggregation] | Aggregation
    description: str
    owner: str
    tags: Sequence[str] | str
    replace: bool


@overload
def feature_view(*, source: Given, **options: Unpack[Options]) -> FeatureView: ...
@overload
def feature_view(*, source: None = ..., **options: Unpack[Options]) -> Decorator: ...
def feature_view(
    *,
    name: str | None = None,
    entities: Sequence[Entity] | Entity,
    source: Given | None = None,
    features: Sequence[str] | None = None,
    ttl: timedelta | None = None,
    time: str | None = None,
    created: str | None = None,
    static: bool = False,
    aggregations: Sequence[Aggregation] | Aggregation = (),
    description: str = "",
    owner: str = "",
    tags: Sequence[str] | str = (),
    replace: bool = False,
) -> FeatureView | Decorator:
    """Define features once, for training and for serving.

    With `source` the features are columns of a dataset or of another view, or what a transform
    makes of the data that it was fitted on. Without it this decorates a function that returns SQL
    over names, or one whose parameters are such names, gets their rows as frames and returns a
    frame. A name is a dataset's or a view's (``flights``, ``"flights@3"``); where both have it, the
    dataset is meant, and ``"view:flights"`` is the view. The same definition over the same data is
    the same version.

    A version never changes: what was made of one (a training set, a model, a service) goes on with
    it, and a warning says what does when the definition becomes another one; ``.touches`` of the
    result lists it. What asks by name gets the newest version, so a definition without a feature
    that something in use was made of, or with one of another type or key, is refused.

    A row counts from the moment it was known: the later of its time and, where there is one, its
    creation time. So a value that arrived late never reaches an earlier training row.

    Parameters
    ----------
    name : str, optional
        The function's or the dataset's name when left out.
    entities : Entity or sequence of Entity
        What the features are about.
    source : Dataset, FeatureView, Transform or str, optional
    features : sequence of str, optional
        The columns to offer; by default all but keys and times.
    ttl : timedelta, optional
        How old a row may be, by its time, to answer for an instant; inclusive.
    time, created : str, optional
        Columns of event time and of creation time. A dataset's own are taken by default; a query or
        function names them among its columns.
    static : bool
        That the rows of a query or function hold at any time, although its datasets have times.
    aggregations : sequence of Aggregation, optional
        The rows are events, and these are the features: sums, means and others over windows that
        end at the moment of asking. In place of `features`.
    description : str
    owner : str
        Who answers for it; by default whoever defines it.
    tags : sequence of str
        What is true of all its features, such as ``pii``; it follows them to whatever reads them.
    replace : bool
        Take away features that others use: what is pinned goes on, what asks by name fails.

    Returns
    -------
    FeatureView
        Or, without `source`, a decorator that returns it.

    Raises
    ------
    NotFound
        If a dataset or view does not exist.
    Conflict
        If features that others use would go; the message lists who does.
    InvalidInput
        If a column is missing, the SQL does not run, or rows would be known too early.

    Warns
    -----
    UserWarning
        If others go on with an earlier definition.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.datasets.ingest import ingest
    >>> planes = ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = Entity("plane", keys=["tailnum"])
    >>> feature_view(name="plane", entities=[plane], source=planes).features
    ('plane:seats',)
    """
    if isinstance(features, str):
        raise InvalidInput(f"features={features!r} is text", hint=f"give a list: [{features!r}]")
    wanted = Wanted(
        entities=(entities,) if isinstance(entities, Entity) else tuple(entities),
        features=tuple(features or ()),
        aggregations=(aggregations,)
        if isinstance(aggregations, Aggregation)
        else tuple(aggregations),
        ttl=ttl,
        time=time,
        created=created,
        static=static,
        description=description,
        owner=owner_or_user(owner),
        tags=(tags,) if isinstance(tags, str) else tuple(tags),
    )
    if source is not None:
        rows = from_source(source)
        return register(rows, name or next(iter(rows.tables)), wanted, replace=replace)

    def decorate(function: Callable[..., object]) -> FeatureView:
        about = description or (function.__doc__ or "").strip().partition("\n")[0]
        return register(
            from_function(function),
            name or function.__name__,
            with_changes(wanted, description=about),
            replace=replace,
        )

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
    check_asked_name(name)
    chosen = choose(features)
    views = chosen.views
    pinned = [f"{views[view].ref}:{column}" for view, column in chosen.asked]
    refs = [each.ref for each in views.values()]
    properties = {"features": pinned, "description": description, "reads": refs}
    metadata = workspace.current().metadata
    newest = newest_of(SERVICE, name)
    # Its record may say more: whether it is precomputed.
    if newest and {each: newest.properties.get(each) for each in properties} == properties:
        return service_from(newest)
    columns: dict[str, list[ColumnSource]] = {}
    for view, column in chosen.asked:
        columns.setdefault(column, []).append(ColumnSource(views[view].artifact, column))
    reads = [each.artifact for each in views.values()]
    with metadata.record(SERVICE, name, reads=reads) as step:
        return service_from(step.write(SERVICE, name, properties=properties, columns=columns))


def views(names: Iterable[str] | None = None) -> list[FeatureView]:
    """Return the newest version of every view, or of those named; raises NotFound."""
    metadata = workspace.current().metadata
    if names is not None:
        return [view_from(metadata.artifact(VIEW, name)) for name in names]
    return [view_from(each) for each in metadata.artifacts(VIEW, latest_only=True)]
