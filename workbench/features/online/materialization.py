"""Carrying features into the online store: the latest known row of each key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from workbench import workspace
from workbench.core.clock import micros
from workbench.core.errors import InvalidInput
from workbench.core.progress import progress as shown
from workbench.data.times import as_utc
from workbench.features.definitions.kinds import SERVICE, VIEW
from workbench.features.definitions.refreshing import followed
from workbench.features.definitions.registration import views as registered
from workbench.features.definitions.selections import Asked, resolve
from workbench.features.definitions.views import (
    FeatureService,
    FeatureView,
    service_from,
    view_from,
)
from workbench.features.online.carrying import Materialization
from workbench.features.online.compiled import forget_plans
from workbench.features.online.precomputing import forget
from workbench.features.online.precomputing import precompute as put_together

Progress = Callable[[str, int, int], None]


def materialize(
    views: Asked | Sequence[Asked] | None = None,
    *,
    at: datetime | date | str | None = None,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    refresh: bool = False,
    precompute: bool | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write the latest known row of each key into the online store.

    The first time all keys are written; then those of which more became known, or whose data
    changed. A row that is fresher there already, because it was pushed, stays. Rows are written in
    batches, each whole; what was interrupted goes on from its last batch when it is run again.

    With `at` the store shows instead what was known at that moment, and for these views the clock
    stands still there: ages are measured at `at` until they are materialized again without it. That
    is how data of another year are tried out.

    To do it again and again, schedule the notebook that comes with the package:
    ``wb.schedule("notebooks/jobs/materialize.ipynb", cron="*/15 * * * *")``, or in a shell
    ``workbench features materialize --every "*/15 * * * *"``.

    Parameters
    ----------
    views : views, services or their references, optional
        The newest version of every view by default. Of versions that differ in their data alone,
        which share a table, it is always the newest that is written.
    at : datetime, date or str, optional
        The moment to show; the table of each view is replaced.
    since : datetime, date or str, optional
        Write only what became known after it: the start of a backfill. What lies before is then
        left to the store as it is.
    until : datetime, date or str, optional
        Write only what was known by then; now by default.
    refresh : bool
        Whether views first follow the newest versions of their datasets; one that is a Python
        function stays as it is. A definition that was superseded always does, without a version
        being made: name the services that models in production are pinned to.
    precompute : bool, optional
        True makes, for each service named, one row an entity of the rows of its views, which it is
        read from then on; whatever is written to its views is put together there at once. Its views
        must have the same keys. False ends that.
    progress : callable, optional
        Called with the view's name, the rows written so far, and all rows. A bar is shown where
        somebody can see it.

    Returns
    -------
    dict of str to int
        Rows written, by view; and those put together, by a precomputed service's reference.

    Raises
    ------
    NotFound
        If there is no such view, or there are none at all.
    InvalidInput
        If `at` stands beside `since` or `until`, or `since` is not before `until`; or if what is
        to be precomputed is no service, or its views have different keys.
    Conflict
        If another process materializes one of the views; the message says which process. Or if one
        is to show a moment, and a precomputed service reads it.
    Unavailable, StorageFull
        If the store does not answer or is full. Rows written so far stay, each whole, and running
        it again completes them; with `at` the table is as it was.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = wb.feature_view(entities=wb.Entity("tailnum"), source=planes)
    >>> wb.materialize(plane), wb.materialize(plane)
    ({'planes': 1}, {'planes': 0})
    """
    chosen = registered() if views is None else [each.view for each in resolve(views)]
    if not chosen:
        raise InvalidInput("there are no feature views", hint="define one with wb.feature_view")
    if at is not None and (since is not None or until is not None):
        raise InvalidInput(
            "at= replaces a table and takes no since= or until=", hint="give one or the other"
        )
    first, last = (
        None if given is None else micros(as_utc(given, name))
        for given, name in ((since, "since"), (until, "until"))
    )
    if first is not None and last is not None and first >= last:
        raise InvalidInput(f"since={since} is not before until={until}", hint="swap them")
    as_of = None if at is None else micros(as_utc(at, "at"))
    services = [] if precompute is None else _services(views)
    chosen = [_current(view, refresh=refresh) for view in chosen]
    written = {
        view.name: Materialization(view, progress).run(as_of, first, last) for view in chosen
    }
    for service in services:
        if precompute:
            with shown(f"{service.ref} precomputed", unit="keys") as advance:
                written[service.ref] = put_together(service, advance)
        else:
            forget(service)
        forget_plans()
    return written


def _current(view: FeatureView, *, refresh: bool) -> FeatureView:
    """Return what a view's table is filled with: its versions of one definition share the table."""
    versions = workspace.current().metadata.versions(VIEW, view.name)
    same = (each for each in versions if each.properties["definition"] == view.definition)
    alike = next(same, view.artifact)
    newest = view_from(alike)
    if alike.version != max(each.version for each in [*versions, alike]):
        return followed(newest)
    return newest.refresh() if refresh and newest.source.kind != "function" else newest


def _services(asked: Asked | Sequence[Asked] | None) -> list[FeatureService]:
    listed = [asked] if isinstance(asked, str) or not isinstance(asked, Sequence) else asked
    found: list[FeatureService] = []
    for each in listed:
        if isinstance(each, str) and ":" not in each:
            artifact = workspace.current().metadata.artifact(SERVICE, each)
            found.append(service_from(artifact))
        elif isinstance(each, FeatureService):
            found.append(each)
        else:
            raise InvalidInput(
                f"{each!r} cannot be precomputed: it is no feature service",
                hint="name one with wb.feature_service",
            )
    return found
