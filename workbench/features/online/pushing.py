"""Pushing rows of a view straight into the online store."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.clock import MICROSECOND, MOST_AHEAD, micros, moment
from workbench.core.errors import InvalidInput, near
from workbench.core.formats import age
from workbench.data.columns import arrow_type
from workbench.features.definitions.selections import stored_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.rows import encoded
from workbench.features.online.stores.state import Writing
from workbench.features.online.stores.store import kept_open
from workbench.features.online.windowed import answers_for, events_of, push_events

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_TIMES = ("timestamp", "date")


def push(
    view: FeatureView | str, rows: pd.DataFrame | pa.Table | Sequence[Mapping[str, Any]]
) -> int:
    """Write rows of a view straight into the online store, readable at once.

    A row older than the one there, by event and then by creation time, changes nothing, and one of
    the same times takes its place: so pushing again after a failure is harmless, as long as the
    rows bring their times with them. The offline side is not written: ingest the same events to
    train on them.

    Rows of a view that aggregates are events. One of the same time and values as one of the last
    thousand that were pushed for its key counts as that one, pushed again; where ids tell events
    apart, use `wb.stream`. When such a view is materialized, what its data say of the time up to
    their newest event takes the place of what was pushed of that time.

    Parameters
    ----------
    view : FeatureView or str
    rows : pandas.DataFrame, pyarrow.Table or list of dict
        Keys and all features; the view's time, or else it is now; its creation time, or else it
        became known now.

    Returns
    -------
    int
        Rows given.

    Raises
    ------
    NotFound
        If there is no such view.
    InvalidInput
        If a column is missing, or a row has no key, a value that is not of its feature's type, or a
        time more than five minutes ahead of this machine's clock; row and column are named. Nothing
        is written then.
    Conflict
        If a stream keeps the windows of the view: what came past it would be lost.
    Unavailable, StorageFull
        If the store does not answer or is full; push the same rows again.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = wb.feature_view(entities=wb.Entity("tailnum"), source=planes)
    >>> wb.push(plane, [{"tailnum": "N2", "seats": 55}])
    1
    >>> wb.online(plane, {"tailnum": "N2"})
    [{'seats': 55}]
    """
    target = stored_view(view)
    place = workspace.current()
    now = micros(place.clock.now())
    table = _typed(target, rows, now)
    columns = [column.to_pylist() for column in table.columns]
    given = zip(*columns, strict=True)
    ready: list[tuple[bytes, Any]] = []
    made = events_of(target, given) if target.aggregations else encoded(target, given)
    for position, (key, row) in enumerate(made):
        if key is None:
            names = ", ".join(repr(each.name) for each in target.keys)
            raise InvalidInput(
                f"row {position:,} pushed to {target.name!r} has no key ({names})",
                hint="drop it, or give its key",
            )
        ready.append((key, row))
    store = kept_open(place.settings.online_url)
    writing = Writing("push", now, answers_for(target))
    if target.aggregations:
        return push_events(store, target, ready, writing)
    return store.put(target.table, ready, writing=writing)


def _typed(
    view: FeatureView, rows: pd.DataFrame | pa.Table | Sequence[Mapping[str, Any]], now: int
) -> pa.Table:
    """Return pushed rows as keys, event, created, inputs, in the view's types."""
    import pyarrow as pa

    from workbench.data.reading import read_source

    table = _tabled(view, rows) if isinstance(rows, (list, tuple)) else read_source(rows).table
    event = pa.array([0 if view.time is None else now] * table.num_rows, pa.int64())
    if view.time is not None and view.time in table.column_names:
        event = _times(view, table, view.time, now)
    created = event
    if view.time is None or view.created is not None:
        created = pa.array([now] * table.num_rows, pa.int64())
    if view.created is not None and view.created in table.column_names:
        created = _times(view, table, view.created, now)
    columns = [
        *(_cast(view, table, each.name, each.type) for each in view.keys),
        event,
        created,
        *(_cast(view, table, each.name, each.type) for each in view.inputs),
    ]
    return pa.table(columns, names=[str(index) for index in range(len(columns))])


def _tabled(view: FeatureView, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows given as dicts as a table; a column that a row lacks is null there."""
    import pyarrow as pa

    if not rows:
        raise InvalidInput(f"no rows were pushed to {view.name!r}")
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInput(
                f"row {position:,} pushed to {view.name!r} is no dict but {row!r}",
                hint='give rows such as {"origin": "JFK", "temp": 31.0}',
            )
    columns: dict[str, pa.Array] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            place = _first_bad(lambda part: pa.array(values[part]), len(values))  # noqa: B023
            raise _bad(
                view, place, name, values[place], "the type of the rows before it"
            ) from error
    return pa.table(columns)


def _times(view: FeatureView, table: pa.Table, name: str, now: int) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    from workbench.data.times import parse_times

    times = parse_times(table.column(name), name)[0].cast(pa.int64())
    if times.null_count:
        place = pc.index(times.is_null(), True).as_py()
        raise InvalidInput(
            f"row {place:,} pushed to {view.name!r} has no time in {name!r}",
            hint="give it, or leave the column out: then it is now",
        )
    most = now + MOST_AHEAD // MICROSECOND
    if len(times) and (latest := pc.max(times).as_py()) > most:
        place = pc.index(times, latest).as_py()
        raise InvalidInput(
            f"row {place:,} pushed to {view.name!r} has {name!r} = {moment(latest).isoformat()}, "
            f"more than {age(MOST_AHEAD)} ahead of this machine's clock",
            hint="one of the two clocks is wrong; push the row when its time has come",
        )
    return times


def _cast(view: FeatureView, table: pa.Table, name: str, kind: str) -> pa.ChunkedArray:
    import pyarrow as pa
    from pyarrow import types

    if name not in table.column_names:
        raise InvalidInput(
            f"the rows pushed to {view.name!r} have no column {name!r}",
            hint=near(name, table.column_names),
        )
    column = table.column(name)
    target = arrow_type(kind)
    if column.null_count == len(column):  # whose type says nothing: frames call it text
        return pa.chunked_array([pa.nulls(len(column), target)])
    text = types.is_string(column.type) or types.is_large_string(column.type)
    # Text is never read as a number here: a 7 in quotes is another thing than a 7.
    if (kind == "string") != text and kind not in _TIMES:
        place = next(i for i, value in enumerate(column) if value.is_valid)
        raise _bad(view, place, name, column[place].as_py(), kind)
    try:
        return column.cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        place = _first_bad(lambda part: column[part].cast(target), len(column))
        raise _bad(view, place, name, column[place].as_py(), kind) from error


def _first_bad(convert: Callable[[slice], object], count: int) -> int:
    """Return the first row up to which values cannot be converted."""
    import pyarrow as pa

    def fails(last: int) -> bool:
        try:
            convert(slice(last + 1))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            return True
        return False

    return bisect_left(range(count), True, key=fails)


def _bad(view: FeatureView, place: int, name: str, value: object, kind: str) -> InvalidInput:
    return InvalidInput(
        f"row {place:,} of the column {name!r} pushed to {view.name!r} is not of type {kind}: "
        f"{value!r}",
        hint="cast it, or push the rows that are right",
    )
