"""Online against offline: the same keys at the same moment, read both ways."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.calls import Name, call, literal
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.engine import open_engine, parquet
from workbench.features.definitions.views import FeatureView, view_from
from workbench.features.offline.cache import known_rows
from workbench.features.offline.point_in_time import Lookup, join
from workbench.features.online.reading import online as read_online
from workbench.features.online.skew import skew
from workbench.metadata import Artifact
from workbench.server import facts
from workbench.server.features.records import is_readable
from workbench.server.tables import column, table

if TYPE_CHECKING:
    import pyarrow as pa

#: So many keys are compared.
SAMPLED = 300
#: Of so many services, the latest, so many logged rows are compared.
SERVICES, LOGGED = 3, 5_000
#: So many cells that differ are listed.
LISTED = 100


@dataclass
class _Count:
    equal: int = 0
    differ: int = 0
    only_online: int = 0
    only_offline: int = 0
    cells: list[tuple[Any, ...]] = field(default_factory=list)


def online(artifact: Artifact) -> dict[str, Any]:
    """Return the part: how many of some keys' values are the same, and those that are not."""
    carry = call("wb.materialize", artifact.ref)
    if not is_readable(artifact):
        return {"tables": [], "compared": None, "code": carry}
    view = view_from(artifact)
    moment = facts.moment((artifact.properties.get("online") or {}).get("as_of"))
    moment = moment or workspace.current().clock.now()
    keys = _keys(view)
    try:
        there = read_online(view, keys.to_pylist())
    except NotFound:
        return {"tables": [], "compared": None, "code": carry}
    here = _offline(view, keys, moment).to_pylist()
    counts = _counted(view, keys.to_pylist(), there, here)
    heads = [column("feature", "code")]
    heads += [column(name, "count") for name in ("equal", "differ", "online only", "offline only")]
    rows = [
        (name, each.equal, each.differ, each.only_online, each.only_offline)
        for name, each in counts.items()
    ]
    cells = [cell for each in counts.values() for cell in each.cells][:LISTED]
    shown = [column("key", "code"), column("feature", "code"), column("online"), column("offline")]
    return {
        "tables": [
            *table("Online against offline", heads, rows),
            *_served(artifact, view),
            *table("Values that differ", shown, cells),
        ],
        "compared": {
            "keys": keys.num_rows,
            "moment": moment.isoformat(),
            "equal": sum(each.equal for each in counts.values()),
            "cells": keys.num_rows * len(counts),
        },
        "code": _looking_up(view, keys),
    }


def _served(artifact: Artifact, view: FeatureView) -> list[dict[str, Any]]:
    """Return how what services answered, as they logged it, differs from training sets."""
    metadata = workspace.current().metadata
    steps = [each for each in metadata.consumers(artifact.id) if each.kind == "feature_service"]
    names = dict.fromkeys(made.name for step in steps for made in metadata.outputs(step.id))
    rows: list[list[Any]] = []
    for name in list(names)[-SERVICES:]:
        try:
            found = skew(name, rows=LOGGED)
        except (NotFound, InvalidInput):  # nothing was served, or not from what there is now
            continue
        rows += [
            [
                name,
                each.feature,
                each.rows,
                each.stale,
                each.ahead,
                each.wrong,
                None if each.lag is None else each.lag.total_seconds(),
            ]
            for each in found.features
            if each.view.partition("@")[0] == view.name
        ]
    heads = [column("service"), column("feature", "code")]
    heads += [column(name, "count") for name in ("compared", "stale", "ahead", "wrong")]
    return table("Served against offline", [*heads, column("lag", "seconds")], rows)


def _keys(view: FeatureView) -> pa.Table:
    """Return some of a view's keys, the same ones each time."""
    names = [f"k{place}" for place in range(len(view.keys))]
    listed = ", ".join(names)
    rows = parquet([str(known_rows(view))])
    with open_engine() as connection:
        found = connection.sql(
            f"SELECT {listed} FROM (SELECT DISTINCT {listed} FROM {rows}) "
            f"ORDER BY hash({listed}), {listed} LIMIT {SAMPLED}"
        ).to_arrow_table()
    return found.rename_columns([each.name for each in view.keys])


def _offline(view: FeatureView, keys: pa.Table, moment: datetime) -> pa.Table:
    """Return what a training set would hold for these keys at the moment."""
    import pyarrow as pa

    at = pa.array([moment] * keys.num_rows, pa.timestamp("us", tz="UTC"))
    spine = keys.append_column("__moment", at)
    lookup = Lookup.of(view, known_rows(view), {each.name: each.name for each in view.columns})
    return join(spine, None if view.time is None else "__moment", [lookup])


def _counted(
    view: FeatureView,
    keys: list[dict[str, Any]],
    there: list[dict[str, Any]],
    here: list[dict[str, Any]],
) -> dict[str, _Count]:
    counts = {each.name: _Count() for each in view.columns}
    for key, first, second in zip(keys, there, here, strict=True):
        for name, count in counts.items():
            one, other = first[name], second[name]
            if _same(one, other):
                count.equal += 1
                continue
            count.only_online += other is None
            count.only_offline += one is None
            count.differ += one is not None and other is not None
            if len(count.cells) < LISTED:
                said = ", ".join(f"{part}={value}" for part, value in key.items())
                count.cells.append((said, name, _shown(one), _shown(other)))
    return counts


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def _shown(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    return repr(value) if isinstance(value, float) else str(value)


def _looking_up(view: FeatureView, keys: pa.Table) -> str:
    """Return the code that reads the first of the keys."""
    first = keys.slice(0, 1).to_pylist()
    entity = first[0] if first else {each.name: Name("…") for each in view.keys}
    return call("wb.online", view.name, Name(literal(entity)))
