"""A proposed view tried out before it is registered: equal online and offline, and at what cost.

Its rows are worked out and kept as those of a registered view are, so registering it finds them.
Some keys are asked at some instants, once by the join of training sets and once from the bytes that
the online store would hold at that instant, packed and read as it packs and reads them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import workspace
from workbench.core import formats
from workbench.core.clock import MICROSECOND, moment
from workbench.core.errors import InvalidInput
from workbench.core.json_values import as_json
from workbench.data.engine import open_engine, parquet
from workbench.features.definitions.checking import Wanted, declare
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.kinds import VIEW
from workbench.features.definitions.owners import owner_or_user
from workbench.features.definitions.sources import from_source, from_sql
from workbench.features.definitions.views import FeatureView, view_from, view_properties
from workbench.features.discovery.writing import Definition
from workbench.features.offline.cache import known_rows
from workbench.features.offline.evidence import Evidence, best_of, evidence_of
from workbench.features.offline.judging import tiles_then
from workbench.features.offline.point_in_time import Lookup, join
from workbench.features.online.stores.encoding import pack_row, unpack_values
from workbench.features.windows import packed
from workbench.features.windows.layout import Layout, layout_of
from workbench.metadata import Artifact

if TYPE_CHECKING:
    from pathlib import Path

Progress = Callable[[int, int], None]
_KEYS = 20
_MOST_DIFFERENT = 10


@dataclass(frozen=True)
class Difference:
    """A value that is another online than offline."""

    keys: dict[str, Any]
    at: datetime | None
    feature: str
    offline: Any
    online: Any


@dataclass(frozen=True)
class Proof:
    """What trying a view out has shown.

    Attributes
    ----------
    values : int
        How many were compared.
    different : int
    examples : tuple of Difference
        The first that differ.
    rows, keys : int
        Of the view's source that are ever known, and how many keys they have.
    disk : int
        Bytes of its rows as training sets read them.
    online : int
        Bytes that the online store would hold, about.
    seconds : float
        What it took to work the rows out; nothing where that was done before.
    """

    values: int
    different: int
    examples: tuple[Difference, ...]
    rows: int
    keys: int
    disk: int
    online: int
    seconds: float

    @property
    def equal(self) -> bool:
        """Whether all values were the same on both sides."""
        return self.different == 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "equal": self.equal,
            "values": self.values,
            "different": self.different,
            "examples": [as_json(vars(each)) for each in self.examples],
            "rows": self.rows,
            "keys": self.keys,
            "disk_bytes": self.disk,
            "online_bytes": self.online,
            "seconds": self.seconds,
        }

    def __str__(self) -> str:
        same = (
            f"equal online and offline on {self.values:,} values"
            if self.equal
            else f"{self.different:,} of {self.values:,} values differ online and offline"
        )
        return (
            f"{same}; {self.rows:,} rows of {self.keys:,} keys took {self.seconds:.1f} s and "
            f"{formats.size(self.disk)}, and take {formats.size(self.online)} online"
        )


def proved(definition: Definition, rows: int = 200, progress: Progress | None = None) -> Proof:
    """Try a view out on about so many rows.

    `progress`, if there is one, is called with the rows compared and all of them.

    Raises
    ------
    NotFound
        If a dataset that it reads does not exist.
    InvalidInput
        If it cannot be a view, or none of its rows is ever known.
    """
    view = proposed(definition)
    began = time.monotonic()
    file = known_rows(view)
    seconds = time.monotonic() - began
    asked, count, keys = _asked(view, file, rows)
    lookup = Lookup.of(view, file, {each.name: each.name for each in view.columns})
    offline = join(_spine(view, asked), None if view.time is None else "__at", [lookup])
    columns = [offline.column(each.name).to_pylist() for each in view.columns]
    different: list[Difference] = []
    sizes: list[int] = []
    known: tuple[tuple[Any, ...], Evidence] | None = None
    for place, (key, at) in enumerate(asked):
        given = {each.name: value for each, value in zip(view.keys, key, strict=True)}
        if known is None or known[0] != key:
            if progress is not None:
                progress(place, len(asked))
            known = (key, evidence_of(view, given))
        values, size = _served(view, known[1], at)
        sizes += [size] if size else []
        for column, each, value in zip(columns, view.columns, values, strict=True):
            if not _alike(column[place], value):
                when = None if view.time is None else moment(at)
                different.append(Difference(given, when, each.name, column[place], value))
    return Proof(
        len(asked) * len(view.columns),
        len(different),
        tuple(different[:_MOST_DIFFERENT]),
        count,
        keys,
        file.stat().st_size,
        round(float(np.mean(sizes)) * keys) if sizes else 0,
        seconds,
    )


def proposed(definition: Definition) -> FeatureView:
    """Return the view that a definition would register, without registering it."""
    rows = from_sql(definition.sql) if definition.sql else from_source(str(definition.dataset))
    wanted = Wanted(
        entities=(Entity(definition.entity, keys=list(definition.keys)),),
        features=definition.features,
        aggregations=definition.aggregations,
        ttl=definition.ttl,
        time=definition.time,
        created=definition.created,
        static=definition.static,
        description=definition.description,
        owner=owner_or_user(),
    )
    declared = declare(rows, definition.name, wanted)
    return view_from(
        Artifact(
            id="",
            kind=VIEW,
            name=definition.name,
            version=0,
            digest=None,
            size=None,
            state="proposed",
            properties=view_properties(declared),
            created_at=workspace.current().clock.now(),
        )
    )


def _asked(
    view: FeatureView, file: Path, rows: int
) -> tuple[list[tuple[tuple[Any, ...], int]], int, int]:
    """Return keys with instants around those at which something of them changes."""
    keys = ", ".join(f"k{place}" for place in range(len(view.keys)))
    visible = "0" if view.time is None else "visible"
    source = parquet([str(file)])
    with open_engine() as connection:
        ((count, distinct),) = connection.execute(
            f"SELECT count(*), count(*) FILTER (first) FROM {source}"
        ).fetchall()
        if not count:
            raise InvalidInput(
                "none of the rows is ever known: they lack a key or a time",
                hint="check the filters of the cell",
            )
        chosen = connection.execute(
            f"SELECT * FROM (SELECT {keys} FROM {source} WHERE first) "
            f"USING SAMPLE reservoir({_KEYS} ROWS) REPEATABLE (7)"
        ).fetchall()
        each = max(1, rows // len(chosen))
        listed: list[tuple[tuple[Any, ...], list[int]]] = []
        for key in chosen:
            same = " AND ".join(f"k{place} = ?" for place in range(len(key)))
            found = connection.execute(
                f"SELECT * FROM (SELECT {visible} FROM {source} WHERE {same}) "
                f"USING SAMPLE reservoir({each} ROWS) REPEATABLE (7)",
                list(key),
            ).fetchall()
            listed.append((key, [at for (at,) in found]))
    reach = _reach(view)
    chance = np.random.default_rng(7)
    asked = []
    for key, moments in listed:
        for place in range(each):
            at = moments[place % len(moments)]
            away = (0, -1, int(chance.integers(0, reach + 1)))[place % 3]
            asked.append((key, at + away))
    return asked, int(count), int(distinct)


def _reach(view: FeatureView) -> int:
    """Return how long after a row something may still change because of it, in microseconds."""
    spans = [length for each in view.aggregations for length in each.lengths]
    spans += [view.ttl] if view.ttl is not None else []
    return 2 * (max(spans, default=timedelta(days=1)) // MICROSECOND)


def _spine(view: FeatureView, asked: Sequence[tuple[tuple[Any, ...], int]]) -> Any:
    import pyarrow as pa

    columns: dict[str, Any] = {
        each.name: pa.array([key[place] for key, _ in asked])
        for place, each in enumerate(view.keys)
    }
    times = pa.array([at for _, at in asked], pa.int64())
    columns["__at"] = times.cast(pa.timestamp("us", tz="UTC"))
    return pa.table(columns)


def _served(view: FeatureView, found: Evidence, at: int) -> tuple[list[Any], int]:
    """Return a key's features at an instant from the bytes of its row online, and their number."""
    if view.aggregations:
        return _windows(layout_of(view.aggregations, view.inputs), found, at)
    static = view.time is None
    among = np.ones(len(found.event), bool) if static else found.visible <= at
    best = best_of(found, among, view)
    if best is None:
        return [None] * len(view.columns), 0
    event, created = int(found.event[best]), int(found.created[best])
    values = [found.value(best, place) for place in range(len(view.inputs))]
    row = pack_row(event, created, values)
    if view.ttl is not None and at - event > view.ttl // MICROSECOND:
        return [None] * len(view.columns), len(row)
    return unpack_values(row), len(row)


def _windows(layout: Layout, found: Evidence, at: int) -> tuple[list[Any], int]:
    row = tiles_then(found, layout, at)
    if row is None:
        return packed.empty(layout), 0
    return packed.read(row, layout, at) or packed.empty(layout), len(row)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return _aware(one) == _aware(other)
    return bool(one == other)


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
