"""Why a training set holds the value that it holds: the row taken, and the rows that were not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from workbench.core.clock import micros, moment
from workbench.core.errors import InvalidInput, near
from workbench.data.datasets import Dataset
from workbench.data.datasets import dataset as dataset_of
from workbench.data.times import as_utc
from workbench.features.definitions.selections import choose
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.asked_values import value_asked
from workbench.features.offline.evidence import Evidence, Whole, evidence_of
from workbench.features.offline.judging import by_event_time, judged, known_then, served_then
from workbench.features.offline.reasons import Candidate, Why

_FUTURE = 3


def why(
    dataset: Dataset | str, *, row: int | Mapping[str, Any], feature: str, limit: int = 20
) -> Why:
    """Explain one value of a training set.

    The source of the feature's view is read again for the row's keys alone. What is told is the row
    that was taken, those that were not and why, what the online store would have answered then, and
    what a join by event time would have given: where that differs, such a join leaks.

    Parameters
    ----------
    dataset : Dataset or str
        One that `training_set` made.
    row : int or mapping
        The number of a row, from 0, or keys and a time, as a row of the spine has them.
    feature : str
        A column of the training set, or ``"view:column"``.
    limit : int
        How many rows that were not taken are listed, the nearest in time; all are counted.

    Returns
    -------
    Why

    Raises
    ------
    NotFound
        If there is no such dataset, or what its views read is gone.
    InvalidInput
        If it is no training set, or has no such row or feature, or the feature is computed on
        demand.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.datasets.ingest import ingest
    >>> from workbench.features.definitions.entities import Entity
    >>> from workbench.features.definitions.registration import feature_view
    >>> from workbench.features.offline.training_sets import training_set
    >>> days = [datetime(2013, 1, day) for day in (1, 2, 3)]
    >>> made = [datetime(2013, 1, day) for day in (1, 5, 3)]
    >>> table = pa.table({"plane": ["N1"] * 3, "day": days, "made": made, "delay": [4, 7, 9]})
    >>> rows = ingest(table, name="delays", time="day", created="made")
    >>> view = feature_view(name="recent", entities=Entity("plane"), source=rows)
    >>> spine = pa.table({"plane": ["N1"], "at": [datetime(2013, 1, 2, 12)]})
    >>> told = why(training_set(spine, view, name="set", time="at"), row=0, feature="delay")
    >>> told.value, told.by_event_time, told.leaks
    (4, 7, True)
    >>> [(each.value, each.reason) for each in told.rejected]
    [(7, 'late'), (9, 'future')]
    """
    made = dataset_of(dataset)
    asked = value_asked(made, row, feature)
    view, position, keys, at = asked.view, asked.position, asked.keys, asked.at
    found = evidence_of(view, keys)
    value = known_then(found, view, position, at)
    early = by_event_time(found, view, position, at)
    verdict = judged(found, view, position, at)
    listed = _nearest(found, verdict.rejected, at, limit)
    column = view.columns[position].name
    return Why(
        dataset=made.ref,
        row=row if isinstance(row, int) else None,
        feature=f"{view.name}:{column}",
        view=view.ref,
        keys=keys,
        at=None if at is None else moment(at),
        value=asked.stored[0] if asked.stored else value,
        chosen=None
        if verdict.chosen is None
        else _candidate(found, view, position, verdict.chosen, None),
        counted=tuple(
            _candidate(found, view, position, int(place), None)
            for place in verdict.counted[-limit:]
        ),
        rejected=tuple(
            _candidate(found, view, position, place, verdict.reasons[place]) for place in listed
        ),
        counts=verdict.counts,
        online=served_then(found, view, keys, position, at),
        by_event_time=early,
        leaks=not _same(value, early),
        ttl=view.ttl,
    )


def timeline(
    view: FeatureView | str,
    keys: Mapping[str, Any],
    at: datetime | date | str | None,
    limit: int = 50,
    *,
    feature: str | None = None,
) -> list[Candidate]:
    """Return the rows of one key around an instant, by their event time, with what became of each.

    The row that answers has no reason; of a view that aggregates, the events in the window have
    none. With a `feature` the value is that feature's (of an aggregated one, that of the column
    that it aggregates); without one it is a dict of all columns that features are made of, and the
    window is the longest.

    Parameters
    ----------
    view : FeatureView or str
    keys : mapping of str to object
    at : datetime, date, str or None
        None for a static view.
    limit : int
        How many are returned at most, the nearest in time.
    feature : str, optional
        A feature's name, without its view's.

    Raises
    ------
    NotFound
        If there is no such view.
    InvalidInput
        If a key is missing or of another type, or there is no such feature.
    """
    if isinstance(view, str):
        view = choose(view).selections[0].view
    names = [each.name for each in view.columns]
    if feature is not None and feature not in names:
        raise InvalidInput(
            f"the view {view.ref} has no feature {feature!r}", hint=near(feature, names)
        )
    if at is None and view.time is not None:
        raise InvalidInput(f"the view {view.ref} changes over time", hint="say at which: at=…")
    position = None if feature is None else names.index(feature)
    instant = None if at is None or view.time is None else micros(as_utc(at, "at"))
    found = evidence_of(view, keys)
    verdict = judged(found, view, position, instant)
    shown = set(_nearest(found, verdict.rejected, instant, limit))
    shown |= {int(each) for each in verdict.counted[-limit:]}
    if verdict.chosen is not None:
        shown.add(verdict.chosen)
    ordered = sorted(shown, key=lambda place: (found.event[place], found.created[place], place))
    while len(ordered) > max(limit, 1):  # what answers is drawn before what does not
        last = next((each for each in ordered if verdict.reasons[each]), ordered[0])
        ordered.remove(last)
    return [
        _candidate(found, view, position, place, verdict.reasons[place] or None)
        for place in ordered
    ]


def _nearest(found: Evidence, rejected: Whole, at: int | None, limit: int) -> list[int]:
    """Return the rows nearest in time, the latest event first; of those to come only a few."""
    if at is None:
        return [int(each) for each in rejected[::-1][:limit]]
    event = found.event[rejected]
    past, coming = rejected[event <= at], rejected[event > at]
    past = past[np.argsort(-found.event[past], kind="stable")]
    coming = coming[np.argsort(found.event[coming], kind="stable")][: min(_FUTURE, limit)]
    return [int(each) for each in [*past[: max(limit - len(coming), 0)], *coming]]


def _candidate(
    found: Evidence, view: FeatureView, position: int | None, place: int, reason: str | None
) -> Candidate:
    column = position
    if view.aggregations and position is not None:
        column = _input_of(view, position)
    value: Any = None
    if column is not None:
        value = found.value(place, column)
    elif position is None:
        value = {each.name: found.value(place, n) for n, each in enumerate(view.inputs)}
    static = view.time is None
    return Candidate(
        event=None if static else moment(found.event[place]),
        created=None if static else moment(found.created[place]),
        visible=None if static else moment(found.visible[place]),
        value=value,
        reason=reason,
    )


def _input_of(view: FeatureView, position: int) -> int | None:
    from workbench.features.windows.layout import layout_of

    return layout_of(view.aggregations, view.inputs).features[position].column


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, but for what another order of sums makes of floats."""
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
