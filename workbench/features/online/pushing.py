"""Pushing rows of a view straight into the online store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.features.definitions.selections import resolve
from workbench.features.definitions.views import FeatureView
from workbench.features.online.materialization import encoded
from workbench.features.online.stores.encoding import micros
from workbench.features.online.stores.store import open_store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_TIMES = ("timestamp", "date")


def push(
    view: FeatureView | str, rows: pd.DataFrame | pa.Table | Sequence[Mapping[str, Any]]
) -> int:
    """Write rows of a view straight into the online store, readable at once.

    A row older than the one there changes nothing, so pushing again is harmless. The offline side
    is not written: ingest the same events to train on them.

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
        If a column is missing, a key is null, or a value is not of its feature's type. Nothing is
        written then.
    """
    (selection,) = resolve([view])
    target = selection.view
    table = _typed(target, rows)
    columns = [column.to_pylist() for column in table.columns]
    ready = list(encoded(target, zip(*columns, strict=True)))
    place = workspace.current()
    store = open_store(place.settings)
    try:
        return store.put(target.table, ready)
    finally:
        store.close()


def _typed(
    view: FeatureView, rows: pd.DataFrame | pa.Table | Sequence[Mapping[str, Any]]
) -> pa.Table:
    """Return pushed rows as keys, event, created, features, in the view's types."""
    import pyarrow as pa

    from workbench.data.reading import read_source
    from workbench.data.times import parse_times

    if isinstance(rows, (list, tuple)):
        if not rows:
            raise InvalidInput(f"no rows were pushed to {view.name!r}")
        given = {name: None for row in rows for name in row}
        try:
            table = pa.table({name: [row.get(name) for row in rows] for name in given})
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise InvalidInput(f"the rows pushed to {view.name!r} mix types: {error}") from error
    else:
        table = read_source(rows).table
    now = micros(workspace.current().clock.now())
    event = pa.array([0 if view.time is None else now] * table.num_rows, pa.int64())
    if view.time is not None and view.time in table.column_names:
        event = parse_times(table.column(view.time), view.time)[0].cast(pa.int64())
    created = event
    if view.time is None or view.created is not None:
        created = pa.array([now] * table.num_rows, pa.int64())
    if view.created is not None and view.created in table.column_names:
        created = parse_times(table.column(view.created), view.created)[0].cast(pa.int64())
    for column, name in ((event, view.time), (created, view.created)):
        if column.null_count:
            raise InvalidInput(f"{column.null_count:,} rows pushed have no time in {name!r}")
    columns = [
        *(_cast(view, table, each.name, each.type) for each in view.keys),
        event,
        created,
        *(_cast(view, table, each.name, each.type) for each in view.columns),
    ]
    return pa.table(columns, names=[str(index) for index in range(len(columns))])


def _cast(view: FeatureView, table: pa.Table, name: str, kind: str) -> pa.ChunkedArray:
    import pyarrow as pa
    from pyarrow import types

    if name not in table.column_names:
        raise InvalidInput(
            f"the rows pushed to {view.name!r} have no column {name!r}",
            hint=near(name, table.column_names),
        )
    column = table.column(name)
    target = {
        "timestamp": pa.timestamp("us", tz="UTC"),
        "date": pa.date32(),
        "bool": pa.bool_(),
    }.get(kind) or pa.type_for_alias(kind)
    text = types.is_string(column.type) or types.is_large_string(column.type)
    try:
        # Text is never read as a number here: a 7 in quotes is another thing than a 7.
        if (kind == "string") != text and not types.is_null(column.type) and kind not in _TIMES:
            raise pa.ArrowInvalid(f"it holds {column.type}")
        return column.cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(
            f"the column {name!r} pushed to {view.name!r} is not of type {kind}: {error}",
            hint="cast it, or push the rows that are right",
        ) from error
