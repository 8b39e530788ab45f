"""Served values beside the offline ones of the same keys and instants, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import workspace
from workbench.data.engine import open_engine, parquet
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.kinds import SERVICE
from workbench.features.definitions.selections import Chosen, choose, newest_alike
from workbench.features.definitions.views import FeatureView, service_from
from workbench.features.log.served_records import Feature, Shape
from workbench.features.offline.cache import known_rows
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Joiner, Lookup

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from workbench.features.definitions.selections import Names

    Codes = NDArray[np.int8]
    Floats = NDArray[np.float64]

#: Why a value differs, as a code in an array; 0 is for one that does not.
STALE, AHEAD, WRONG = 1, 2, 3
_AT = "instant of the view"


@dataclass(frozen=True)
class Events:
    """The event times behind a view's rows; microseconds, null where there is none.

    Attributes
    ----------
    online, offline : pyarrow.Array
    at : pyarrow.Array
        The instants that the view answered for.
    """

    online: pa.Array
    offline: pa.Array
    at: pa.Array

    @cached_property
    def codes(self) -> Codes:
        """Which rows are `STALE` or `AHEAD`; 0 where both sides have the same row."""
        online, has_online = _numbers(self.online)
        offline, has_offline = _numbers(self.offline)
        codes = np.zeros(len(online), np.int8)
        codes[has_offline & (~has_online | (online < offline))] = STALE
        codes[has_online & (~has_offline | (online > offline))] = AHEAD
        return codes

    def lags(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return by how much some online rows are older, where there are rows on both sides."""
        online, has_online = _numbers(self.online)
        offline, has_offline = _numbers(self.offline)
        both = rows & has_online & has_offline
        return offline[both] - online[both]


@dataclass(frozen=True)
class Compared:
    """One feature of some rows.

    Attributes
    ----------
    feature : Feature
    online, offline : pyarrow.Array
    codes : array
        For each row 0, or why it differs.
    distances : array
        Absolute, of numbers; NaN where one is missing.
    events : Events or None
        Of its view; None where it was computed on demand.
    """

    feature: Feature
    online: pa.Array
    offline: pa.Array
    codes: Codes
    distances: Floats
    events: Events | None


def compared(served: pa.Table, shape: Shape, tolerance: float) -> Iterator[Compared]:
    """Yield each feature of some rows of a log, all of one version of the service.

    Raises
    ------
    NotFound
        If the service, or a view that it reads, is gone.
    InvalidInput
        If a view's rows, or an on-demand feature, cannot be computed.
    """
    metadata = workspace.current().metadata
    chosen = choose(service_from(metadata.artifact(SERVICE, shape.service)))
    names = chosen.names()
    spine = _spine(served, shape)
    joined, events = _joined(served, spine, chosen, names)
    offline = Computing(chosen, names, spine.column_names).add(spine, joined)
    codes = {view: each.codes for view, each in events.items()}
    for view in chosen.computed:
        codes[view.name] = _behind(view, codes, spine.num_rows)
    for feature in shape.features:
        view_name = feature.view.partition("@")[0]
        yield _compared(
            feature,
            served.column(shape.label(feature.name)).combine_chunks(),
            offline.column(feature.name).combine_chunks(),
            codes[view_name],
            events.get(view_name),
            tolerance,
        )


def _spine(served: pa.Table, shape: Shape) -> pa.Table:
    """Return what the requests gave, under the names that views know."""
    import pyarrow as pa

    given = [each.name for each in (*shape.keys, *shape.inputs)]
    return pa.table({name: served.column(shape.label(name)) for name in given})


def _joined(
    served: pa.Table, spine: pa.Table, chosen: Chosen, names: Names
) -> tuple[pa.Table, dict[str, Events]]:
    """Return the offline features of stored views, and the event times behind both sides."""
    import pyarrow as pa

    columns: dict[str, pa.ChunkedArray] = {}
    events = {}
    for selection in chosen.selections:
        view = newest_alike(selection.view)  # which has the newest rows
        at = served.column(f"{view.name}__at").combine_chunks()
        rows = spine.select([key.name for key in view.keys]).append_column(_AT, at)
        lookup = Lookup.of(view, known_rows(view), selection.called(names))
        found = Joiner(_AT, [lookup]).join(rows)
        columns.update(zip(found.column_names, found.columns, strict=True))
        micros = at.cast(pa.int64())
        online = served.column(f"{view.name}__event").combine_chunks().cast(pa.int64())
        events[view.name] = Events(online, _offline_events(view, rows, micros), micros)
    return pa.table(columns), events


def _offline_events(view: FeatureView, rows: pa.Table, at: pa.Array) -> pa.Array:
    """Return the newest event time of each key that was known at each instant."""
    import pyarrow as pa

    if view.time is None:
        return pa.nulls(len(at), pa.int64())
    spine: dict[str, Any] = {f"k{i}": rows.column(key.name) for i, key in enumerate(view.keys)}
    spine |= {"at": at, "n": pa.array(np.arange(len(at)))}
    keys = [f"k{i}" for i in range(len(view.keys))]
    listed = ", ".join(keys)
    same = " AND ".join(f"s.{key} = f.{key}" for key in keys)
    with open_engine() as connection:
        connection.register("spine", pa.table(spine))
        found = connection.sql(
            f"SELECT f.event FROM spine s ASOF LEFT JOIN (SELECT {listed}, visible, max(max(event))"
            f" OVER (PARTITION BY {listed} ORDER BY visible) AS event "
            f"FROM {parquet([str(known_rows(view))])} f SEMI JOIN spine s ON {same} "
            f"GROUP BY {listed}, visible) f ON {same} AND s.at >= f.visible ORDER BY s.n"
        ).to_arrow_table()
    events: pa.Array = found.column("event").combine_chunks().cast(pa.int64())
    return events


def _behind(view: OnDemandView, codes: Mapping[str, Codes], rows: int) -> Codes:
    """Return whether what an on-demand view was computed from was stale, or ahead."""
    found = np.zeros(rows, np.int8)
    for feature in view.reads:
        source = codes[feature.partition("@")[0]]
        found = np.where(source == STALE, STALE, np.maximum(found, source)).astype(np.int8)
    return found


def _compared(
    feature: Feature,
    online: pa.Array,
    offline: pa.Array,
    behind: Codes,
    events: Events | None,
    tolerance: float,
) -> Compared:
    import pyarrow as pa

    # Values of another type are other values, and are compared as Python has them.
    with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
        offline = offline.cast(online.type)
    distances = _distances(online, offline)
    same = _same(online, offline, distances, tolerance)
    codes = np.where(same, 0, np.where(behind == 0, WRONG, behind)).astype(np.int8)
    return Compared(feature, online, offline, codes, distances, events)


def _distances(online: pa.Array, offline: pa.Array) -> Floats:
    import pyarrow as pa

    types = (online.type, offline.type)
    if not all(pa.types.is_integer(each) or pa.types.is_floating(each) for each in types):
        return np.full(len(online), np.nan)
    return np.abs(_floats(online) - _floats(offline))


def _same(
    online: pa.Array, offline: pa.Array, distances: Floats, tolerance: float
) -> NDArray[np.bool_]:
    import pyarrow as pa
    import pyarrow.compute as pc

    same: NDArray[np.bool_] = np.asarray(online.is_null()) & np.asarray(offline.is_null())
    if pa.types.is_nested(online.type) or online.type != offline.type:
        pairs = zip(online.to_pylist(), offline.to_pylist(), strict=True)
        same |= np.array([a == b for a, b in pairs], bool)
        return same
    same |= np.asarray(pc.fill_null(pc.equal(online, offline), False))
    if pa.types.is_floating(online.type):
        here, there = _floats(online), _floats(offline)
        same |= distances <= tolerance * np.maximum(np.abs(here), np.abs(there))
        present = np.asarray(online.is_valid()) & np.asarray(offline.is_valid())
        same |= present & np.isnan(here) & np.isnan(there)
    return same


def _floats(values: pa.Array) -> Floats:
    import pyarrow as pa

    found: Floats = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return found


def _numbers(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    import pyarrow.compute as pc

    return np.asarray(pc.fill_null(values, 0)), np.asarray(values.is_valid())
