"""Carrying features into the online store: the latest known row of each key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import is_described
from workbench.data.datasets.sources import parquet_source
from workbench.data.engine import open_engine, parquet
from workbench.data.statistics import Statistics, describe_source, keep_statistics
from workbench.data.times import as_utc
from workbench.features.definitions.registration import views as registered
from workbench.features.definitions.selections import Asked, resolve
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.cache import known_rows
from workbench.features.online.stores.encoding import micros, moment, pack_key, pack_row
from workbench.features.online.stores.state import TableState, pack_state
from workbench.features.online.stores.store import open_store

if TYPE_CHECKING:
    from workbench.metadata import Recording

EXECUTION = "materialize"
_BATCH = 20_000
Progress = Callable[[str, int, int], None]


def materialize(
    views: Asked | Sequence[Asked] | None = None,
    *,
    at: datetime | date | str | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write the latest known row of each key into the online store.

    A row that is fresher there already, because it was pushed, stays. With `at` the store shows
    instead what was known at that moment, and for these views the clock stands still there: ages
    are measured at `at` until they are materialized again without it. That is how data of another
    year are tried out.

    Parameters
    ----------
    views : views, services or their references, optional
        The newest version of every view by default.
    at : datetime, date or str, optional
        The moment to show; the table of each view is replaced.
    progress : callable, optional
        Called with the view's name, the rows written so far, and all rows.

    Returns
    -------
    dict of str to int
        Rows written, by view.

    Raises
    ------
    NotFound
        If there is no such view, or there are none at all.
    Unavailable, StorageFull
        If the store does not answer or is full. A view's table in SQLite is then as it was; in
        Redis rows written so far stay, each whole, and running it again completes them.
    """
    chosen = registered() if views is None else [each.view for each in resolve(views)]
    if not chosen:
        raise InvalidInput("there are no feature views", hint="define one with wb.feature_view")
    as_of = None if at is None else as_utc(at, "at")
    return {view.name: _materialize(view, as_of, progress) for view in chosen}


def _materialize(view: FeatureView, as_of: datetime | None, progress: Progress | None) -> int:
    place = workspace.current()
    now = place.clock.now()
    until = micros(as_of or now)
    rows = known_rows(view)
    store = open_store(place.settings)
    properties = {"view": view.ref, "as_of": None if as_of is None else as_of.isoformat()}
    with (
        place.metadata.record(
            EXECUTION, view.name, reads=[view.artifact], properties=properties
        ) as step,
        open_engine() as connection,
    ):
        connection.execute(f"CREATE TEMP TABLE latest AS {_latest_sql(view, str(rows), until)}")
        counted = connection.execute("SELECT count(*), max(event) FROM latest").fetchall()
        total, newest = counted[0]
        newest = None if view.time is None else newest
        state = TableState(None if as_of is None else until, micros(now), newest)

        def batches() -> Iterator[tuple[bytes, bytes]]:
            done = 0
            for batch in connection.sql("SELECT * FROM latest").to_arrow_reader(_BATCH):
                columns = [column.to_pylist() for column in batch.columns]
                yield from encoded(view, zip(*columns, strict=True), static_known=micros(now))
                done += batch.num_rows
                if progress is not None:
                    progress(view.name, done, total)

        try:
            if as_of is None:
                count = store.put(view.table, batches(), pack_state(state))
            else:
                count = store.replace(view.table, batches(), pack_state(state))
        finally:
            store.close()
        step.update(rows=count)
        described = _described(view, rows, step)
    place.metadata.update_artifact(
        view.artifact.id,
        statistics=described,
        online={
            "rows": count,
            "materialized_at": now.isoformat(),
            "as_of": properties["as_of"],
            "newest": None if newest is None else moment(newest).isoformat(),
        },
    )
    return count


def _described(view: FeatureView, rows: Path, step: Recording) -> str:
    """Return the id of the statistics of a view's values, recorded by its first step.

    A version's rows are always the same, so once is enough.
    """
    newest = workspace.current().metadata.find_artifact(view.artifact.id)
    if newest is not None and "statistics" in newest.properties:
        return str(newest.properties["statistics"])
    stored = {
        each: f"f{index}" for index, each in enumerate(view.columns) if is_described(each.type)
    }
    source = parquet_source(view.ref, rows, stored)
    figures = Statistics(describe_source(source))
    return keep_statistics(step, view.name, figures, {"feature_view": view.ref}).id


def _latest_sql(view: FeatureView, rows: str, until: int) -> str:
    """Return the query for (keys…, event, created, features…) of the rows known at `until`."""
    keys = [f"k{index}" for index in range(len(view.keys))]
    features = ", ".join(f"f{index}" for index in range(len(view.columns)))
    listed = ", ".join(keys)
    if view.time is None:
        return f"SELECT {listed}, 0 AS event, 0 AS created, {features} FROM {parquet([rows])}"
    return (
        f"SELECT {listed}, event, created, {features} FROM {parquet([rows])} "
        f"WHERE visible <= {until} "
        f"QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY visible DESC) = 1"
    )


def encoded(
    view: FeatureView, rows: Iterable[tuple[Any, ...]], static_known: int | None = None
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the bytes of rows: keys, event and creation time in microseconds, features."""
    names = [key.name for key in view.keys]
    types = [key.type for key in view.keys]
    width = len(names)
    static = view.time is None
    for row in rows:
        key = pack_key(row[:width], types, names)
        if key is None:
            raise InvalidInput(
                f"a row for the view {view.name!r} has no key: {row[:width]!r}",
                hint="drop it, or give its key",
            )
        event, created = row[width], row[width + 1]
        if static and static_known is not None:
            created = static_known  # of two writes of a row that has no time, the later one stays
        yield key, pack_row(event, created, row[width + 2 :])
