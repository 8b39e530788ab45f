"""What became of each row of a key at an instant, and what each way of joining gives there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.clock import MICROSECOND
from workbench.core.errors import InvalidInput
from workbench.data.engine import open_engine, parquet
from workbench.features.offline.cache import known_rows
from workbench.features.offline.evidence import Evidence, Flags, Whole, best_of, typed
from workbench.features.windows import packed
from workbench.features.windows.layout import Feature, Layout, layout_of
from workbench.features.windows.offline import Events, aggregated

if TYPE_CHECKING:
    from workbench.features.definitions.views import FeatureView


@dataclass(frozen=True)
class Verdict:
    """What became of the rows of a key.

    Attributes
    ----------
    reasons : list of str
        For each row why it was not taken: ``future``, ``late``, ``expired``, ``older``, ``tie``,
        and, where values are aggregated, ``null``. Empty where it was.
    chosen : int or None
        The row that answers.
    counted : numpy.ndarray of int64
        The events in the window, where the view aggregates, by event time.
    """

    reasons: list[str]
    chosen: int | None
    counted: Whole

    @property
    def rejected(self) -> Whole:
        """The rows that were not taken."""
        return np.flatnonzero([bool(each) for each in self.reasons])

    @property
    def counts(self) -> dict[str, int]:
        """How many were not taken, by reason."""
        named, counts = np.unique([each for each in self.reasons if each], return_counts=True)
        return {str(each): int(count) for each, count in zip(named, counts, strict=True)}


def judged(found: Evidence, view: FeatureView, position: int | None, at: int | None) -> Verdict:
    """Return what became of each row at an instant.

    Parameters
    ----------
    found : Evidence
    view : FeatureView
    position : int or None
        The feature that is asked for; None for the longest window of a view that aggregates.
    at : int or None
        In microseconds; None for a static view.
    """
    if view.aggregations:
        return _counted(found, _layout(view), position, _instant(at))
    reasons = np.full(len(found.event), "older", object)
    if at is None:
        best = best_of(found, np.ones(len(found.event), bool), view)
        reasons[:] = "tie"
        if best is not None:
            reasons[best] = ""
        return Verdict(list(reasons), best, np.zeros(0, np.int64))
    best = best_of(found, found.visible <= at, view)
    if best is not None:
        reasons[found.event == found.event[best]] = "tie"
    if view.ttl is not None:
        reasons[at - found.event > view.ttl // MICROSECOND] = "expired"
    reasons[found.visible > at] = "late"
    reasons[found.event > at] = "future"
    if best is not None and reasons[best] == "expired":
        best = None
    if best is not None:
        reasons[best] = ""
    return Verdict(list(reasons), best, np.zeros(0, np.int64))


def known_then(found: Evidence, view: FeatureView, position: int, at: int | None) -> Any:
    """Return a feature by what was known at an instant."""
    return _answer(found, view, position, at, found.visible)


def by_event_time(found: Evidence, view: FeatureView, position: int, at: int | None) -> Any:
    """Return a feature by a join that takes every row as known at its event time."""
    return _answer(found, view, position, at, found.event)


def served_then(
    found: Evidence, view: FeatureView, keys: Mapping[str, Any], position: int, at: int | None
) -> Any:
    """Return what the online store would answer, had it been materialized at an instant.

    It is worked out from what is carried there: the known rows, or the tiles.
    """
    if found.nobody:
        return None
    if view.aggregations:
        return _from_tiles(found, _layout(view), position, _instant(at))
    values = [typed(keys, key, view) for key in view.keys]
    asked = " AND ".join(f"k{place} = ?" for place in range(len(values)))
    times = ", event"
    if at is None:
        times = ""
    else:
        asked += f" AND visible <= {at} ORDER BY visible DESC LIMIT 1"
    with open_engine() as connection:
        rows = connection.execute(
            f"SELECT f{position}{times} FROM {parquet([str(known_rows(view))])} WHERE {asked}",
            values,
        ).fetchall()
    if not rows:
        return None
    if at is not None and view.ttl is not None and at - rows[0][1] > view.ttl // MICROSECOND:
        return None
    return rows[0][0]


def _answer(
    found: Evidence, view: FeatureView, position: int, at: int | None, visible: Whole
) -> Any:
    if found.nobody:
        return None
    if view.aggregations:
        return _over_window(found, _layout(view), position, _instant(at), visible)
    among: Flags = np.ones(len(found.event), bool) if at is None else visible <= at
    best = best_of(found, among, view)
    if best is None:
        return None
    if at is not None and view.ttl is not None and at - found.event[best] > view.ttl // MICROSECOND:
        return None
    return found.value(best, position)


def _counted(found: Evidence, layout: Layout, position: int | None, at: int) -> Verdict:
    feature = _longest(layout) if position is None else layout.features[position]
    reasons = np.full(len(found.event), "", object)
    if feature.column is not None and position is not None:
        reasons[~np.asarray(_counting(found, feature.column))] = "null"
    reasons[(found.event // feature.tile + 1) * feature.tile <= at - feature.window] = "expired"
    reasons[found.visible > at] = "late"
    reasons[found.event > at] = "future"
    inside = np.flatnonzero(reasons == "")
    inside = inside[np.lexsort((found.created[inside], found.event[inside]))]
    return Verdict(list(reasons), None, inside)


def _counting(found: Evidence, column: int) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    values = found.rows.column(f"f{column}")
    if pa.types.is_floating(values.type):
        return pc.fill_null(pc.is_finite(values), fill_value=False).to_numpy()
    return pc.is_valid(values).to_numpy()


def _over_window(found: Evidence, layout: Layout, position: int, at: int, visible: Whole) -> Any:
    import pyarrow as pa

    order = np.lexsort((found.created, found.event, visible))
    first = np.zeros(len(order), bool)
    first[:1] = True
    events = Events(
        first,
        visible[order],
        found.event[order],
        found.created[order],
        found.rows.take(pa.array(order)),
    )
    asked = np.zeros(1, np.int64) if len(order) else np.full(1, -1)
    given = aggregated(events, layout, asked, np.array([at]), [position])
    return given.column(0)[0].as_py()


def tiles_then(found: Evidence, layout: Layout, at: int) -> bytes | None:
    """Return a key's row of tiles, made of what was known at an instant; None if nothing counts.

    Raises
    ------
    InvalidInput
        If there is more than an online row may hold.
    """
    longest = max(each.window + each.tile for each in layout.features)
    known = np.flatnonzero((found.visible <= at) & (found.event > at - longest))
    if not len(known):
        return None
    columns = [found.rows.column(each).to_pylist() for each in found.rows.column_names]
    tiles = packed.Tiles(layout)
    events = (
        (int(found.event[place]), int(found.created[place]), [each[place] for each in columns])
        for place in known
    )
    packed.add_events(tiles, events, at)
    return packed.pack(tiles)


def _from_tiles(found: Evidence, layout: Layout, position: int, at: int) -> Any:
    try:
        row = tiles_then(found, layout, at)
    except InvalidInput:
        return None  # there is more than an online row may hold
    if row is None:
        return packed.empty(layout, [position])[0]
    given = packed.read(row, layout, at, [position])
    return None if given is None else given[0]


def _longest(layout: Layout) -> Feature:
    return max(layout.features, key=lambda each: each.window)


def _layout(view: FeatureView) -> Layout:
    return layout_of(view.aggregations, view.inputs)


def _instant(at: int | None) -> int:
    assert at is not None  # noqa: S101  # what aggregates has a time
    return at
