"""The point-in-time join: for each row of a spine, what was known of its keys at its time.

Pure over Arrow and Parquet: nothing here knows a workspace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column, family_of, type_name
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.offline.keys import Numbers
from workbench.features.offline.known_files import KnownRows
from workbench.features.offline.known_rows import microseconds
from workbench.features.offline.windowed import WindowedRows

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from workbench.features.definitions.views import FeatureView

#: Views that are looked into at once, each of whose answers takes memory.
_THREADS = 4


@dataclass(frozen=True)
class Lookup:
    """What to take from a view's known rows.

    Attributes
    ----------
    view : str
        Its name, for errors.
    rows : Path
        The file that `known_writing.write_known` wrote.
    keys : sequence of Column
        In the order of the file's ``k0…``.
    columns : mapping of int to str
        For the position of each feature taken (the file's ``f0…``, or among what `aggregations`
        give), its name in the result.
    static : bool
    ttl : timedelta or None
    aggregations : tuple of Aggregation
        How the features are made of the rows' ``f0…``; empty where those are the features.
    """

    view: str
    rows: Path
    keys: Sequence[Column]
    columns: Mapping[int, str]
    static: bool
    ttl: timedelta | None = None
    aggregations: tuple[Aggregation, ...] = ()

    @classmethod
    def of(cls, view: FeatureView, rows: Path, names: Mapping[str, str]) -> Lookup:
        """Return what takes some of a view's columns, by what each is called in the result."""
        positions = {column.name: position for position, column in enumerate(view.columns)}
        return cls(
            view=view.name,
            rows=rows,
            keys=view.keys,
            columns={positions[column]: name for column, name in names.items()},
            static=view.time is None,
            ttl=view.ttl,
            aggregations=view.aggregations,
        )


def join(spine: pa.Table, time: str | None, lookups: Sequence[Lookup]) -> pa.Table:
    """Return the features of each row of a spine: the same number of rows, in the same order.

    A row whose keys are null or unknown, or whose only known rows are too old, has nulls.

    Parameters
    ----------
    spine : pyarrow.Table
        Its keys, and its time as a timestamp in UTC.
    time : str or None
        None when all lookups are static.
    lookups : sequence of Lookup

    Returns
    -------
    pyarrow.Table
        One column a feature, in the order of the lookups.

    Raises
    ------
    InvalidInput
        If the spine lacks a key or has it in another type, lacks its time, or has rows without one.
    """
    return Joiner(time, lookups).join(spine)


class Joiner:
    """Joins one table after another: what it reads of the views' rows stays in memory.

    Parameters
    ----------
    time : str or None
    lookups : sequence of Lookup
    """

    def __init__(self, time: str | None, lookups: Sequence[Lookup]) -> None:
        self.lookups = lookups
        self.timed = next((each.view for each in lookups if not each.static), None)
        self._time = time
        #: The rows that each lookup reads.
        self.known = [opened(each) for each in lookups]

    def join(self, spine: pa.Table, found: Mapping[int, pa.Table] | None = None) -> pa.Table:
        """Return the features of some rows, as `join` does.

        Parameters
        ----------
        spine : pyarrow.Table
        found : mapping of int to pyarrow.Table, optional
            By the place of a lookup, features of these rows that are known already.
        """
        import pyarrow as pa

        self.check(spine)
        at = self.instants(spine)
        columns: dict[str, pa.ChunkedArray] = {}
        for lookup, each in zip(self.lookups, self._answers(spine, at, found or {}), strict=True):
            columns.update(zip(lookup.columns.values(), each.columns, strict=True))
        return pa.table(columns)

    def check(self, spine: pa.Table) -> None:
        """Refuse a spine that lacks a key or its time, or has them in another type."""
        for lookup in self.lookups:
            _check_keys(spine, lookup)
        if self.timed is not None:
            _check_time(spine, self._time, self.timed)

    def instants(self, spine: pa.Table) -> Numbers | None:
        """Return the rows' times in microseconds; None where nothing depends on them."""
        if self.timed is None or self._time is None:
            return None
        return np.asarray(microseconds(spine.column(self._time), self._time).to_numpy(), np.int64)

    def _answers(
        self, spine: pa.Table, at: Numbers | None, found: Mapping[int, pa.Table]
    ) -> list[pa.Table]:
        places = [place for place in range(len(self.lookups)) if place not in found]
        # NumPy and Arrow let other threads run while they work.
        with ThreadPoolExecutor(max(1, min(len(places), _THREADS))) as threads:
            made = threads.map(lambda place: self._answer(place, spine, at), places)
            answers = {**found, **dict(zip(places, made, strict=True))}
        return [answers[place] for place in range(len(self.lookups))]

    def _answer(self, place: int, spine: pa.Table, at: Numbers | None) -> pa.Table:
        """Return the features of one lookup, in the order of the spine."""
        lookup, known = self.lookups[place], self.known[place]
        keys = [spine.column(key.name) for key in lookup.keys]
        return known.answer(known.plain(keys), None if lookup.static else at)


def opened(lookup: Lookup) -> KnownRows:
    """Return the rows that a lookup reads."""
    if lookup.aggregations:
        return WindowedRows(
            lookup.rows, len(lookup.keys), lookup.aggregations, list(lookup.columns)
        )
    return KnownRows(
        lookup.rows,
        len(lookup.keys),
        list(lookup.columns),
        static=lookup.static,
        ttl=lookup.ttl,
    )


def _check_keys(spine: pa.Table, lookup: Lookup) -> None:
    for key in lookup.keys:
        if key.name not in spine.column_names:
            raise InvalidInput(
                f"the spine has no column {key.name!r}, which is a key of the view {lookup.view!r}",
                hint=near(key.name, spine.column_names),
            )
        kind = spine.schema.field(key.name).type
        same = family_of(kind) == key.family and (
            key.family != "TIME" or type_name(kind) == key.type
        )
        if not same and spine.column(key.name).null_count < spine.num_rows:
            raise InvalidInput(
                f"the spine's column {key.name!r} holds {type_name(kind)}, and the view "
                f"{lookup.view!r} is keyed by {key.type}",
                hint=f"cast it first: frame[{key.name!r}].astype({_pandas(key.type)!r})",
            )


def _check_time(spine: pa.Table, time: str | None, view: str) -> None:
    from pyarrow import types

    if time is None:
        raise InvalidInput(
            f"the spine has no time, and the view {view!r} changes over time",
            hint="say which column is the moment of each row: time=…",
        )
    if time not in spine.column_names:
        raise InvalidInput(
            f"the spine has no column {time!r} (its time)", hint=near(time, spine.column_names)
        )
    column = spine.column(time)
    if not types.is_timestamp(column.type):
        raise InvalidInput(
            f"the spine's time {time!r} holds {type_name(column.type)}, not times",
            hint="make it timestamps in UTC",
        )
    if column.null_count:
        raise InvalidInput(
            f"{column.null_count:,} of the spine's {spine.num_rows:,} rows have no time in "
            f"{time!r}",
            hint="drop those rows, or name another column as time=",
        )


def _pandas(kind: str) -> str:
    return {"string": "str", "int64": "Int64", "bool": "boolean"}.get(kind, kind)
