"""How fresh the online store is: per view, what was written last, when, and how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workbench import workspace
from workbench.core.clock import moment
from workbench.core.json_values import as_json
from workbench.features.definitions.kinds import VIEW
from workbench.features.definitions.selections import Asked, resolve
from workbench.features.definitions.views import table_of
from workbench.features.online.stores.state import Source, read_state
from workbench.features.online.stores.store import STATE_KEY, kept_open
from workbench.metadata import Artifact


@dataclass(frozen=True)
class Freshness:
    """What the online store holds of a view.

    Attributes
    ----------
    view : str
    ref : str
        The version of which this is said; versions that differ in their data alone share a table.
    rows : int or None
        How many keys there are; None where Redis forgets rows by itself, which nobody counts.
    newest_event : datetime or None
        The latest event time written; None for a static view, or where nothing was.
    materialized_at : datetime or None
        When it was last carried from its datasets, if ever.
    written_at : datetime or None
        When a row was last written, by whatever way.
    lag : timedelta or None
        From the newest event to now; or, for a table that shows a moment, to that moment.
    source : str or None
        Of the last write: ``materialize``, ``push`` or ``stream``.
    as_of : datetime or None
        The moment that the table shows, if it was materialized with one.
    unfinished : bool
        Whether a materialization is on its way, or was interrupted.
    """

    view: str
    ref: str
    rows: int | None
    newest_event: datetime | None
    materialized_at: datetime | None
    written_at: datetime | None
    lag: timedelta | None
    source: Source | None
    as_of: datetime | None = None
    unfinished: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON: times as ISO 8601 text, the lag in seconds."""
        return dict(as_json(vars(self)))


def freshness(views: Asked | Sequence[Asked] | None = None) -> list[Freshness]:
    """Return how fresh the online store is; one read for all views.

    Parameters
    ----------
    views : views, services or their references, optional
        The newest version of every view by default.

    Returns
    -------
    list of Freshness
        One a view; a view that nobody wrote has no rows and no times.

    Raises
    ------
    NotFound
        If there is no such view.
    Unavailable
        If the store does not answer.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = wb.feature_view(entities=wb.Entity("tailnum"), source=planes)
    >>> wb.push(plane, [{"tailnum": "N2", "seats": 55}])
    1
    >>> [(each.view, each.rows, each.source) for each in wb.freshness()]
    [('planes', 1, 'push')]
    """
    if views is None:
        return freshness_of(workspace.current().metadata.artifacts(VIEW, latest_only=True))
    return freshness_of([each.view.artifact for each in resolve(views)])


def freshness_of(views: Sequence[Artifact]) -> list[Freshness]:
    """Return how fresh views are by their records, of which there may be thousands."""
    place = workspace.current()
    now = place.clock.now()
    store = kept_open(place.settings.online_url)
    tables = [table_of(view) for view in views]
    states = map(read_state, store.read([(table, STATE_KEY) for table in tables]))
    found = []
    for view, state, marks in zip(views, states, store.marks(tables), strict=True):
        as_of = None if state is None or state.as_of is None else moment(state.as_of)
        known = [each.newest for each in (state, marks) if each is not None]
        newest = max((each for each in known if each is not None), default=None)
        event = None if newest is None or view.properties.get("time") is None else moment(newest)
        # A stream makes a table that was never materialized.
        materialized = moment(state.written_at) if state is not None and state.written_at else None
        written = None if marks is None or marks.written_at is None else moment(marks.written_at)
        found.append(
            Freshness(
                view=view.name,
                ref=view.ref,
                rows=0 if marks is None else marks.rows,
                newest_event=event,
                materialized_at=materialized,
                written_at=written or materialized,
                lag=None if event is None else (as_of or now) - event,
                source=None if marks is None else marks.source,
                as_of=as_of,
                unfinished=state is not None and state.unfinished is not None,
            )
        )
    return found
