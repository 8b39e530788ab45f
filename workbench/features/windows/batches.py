"""The tiles of many keys, worked out of a table of events by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from workbench.features.windows.layout import Layout, Series
from workbench.features.windows.tiles import Tiles
from workbench.features.windows.values import held_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 10_000
_PARTS = {
    "count": "count({v})",
    "sum": "sum({v})",
    "min": "min({v})",
    "max": "max({v})",
    # The mean, and the sum of squared distances from it.
    "moments": "CASE WHEN count({v}) > 0 THEN [avg({v}), var_pop({v}) * count({v})] END",
    "values": "CASE WHEN count({v}) > 0 THEN histogram({v}) END",
    "decayed": "sum({v} * pow(2.0, -(({n} + 1) * {t} - event)::DOUBLE / {t}))",
}


def tiles_by_key(
    connection: DuckDBPyConnection, events: str, layout: Layout, now: int
) -> Iterator[tuple[int, Tiles]]:
    """Yield each key's number and tiles, in the order of the numbers.

    Parameters
    ----------
    connection : DuckDBPyConnection
    events : str
        A table, not a temporary one, with ``number`` (the key's), ``event``, ``visible``,
        ``created`` (microseconds) and ``f0…`` (the layout's inputs). Every event in it is visible
        by `now`.
    layout : Layout
    now : int
        In microseconds; tiles that count nowhere from then on are left out.
    """
    keys = _rows(connection, _keys_sql(events, layout))
    tiled = [
        _Ahead(_rows(connection, _tiles_sql(events, layout, series, now)))
        for series in layout.series
    ]
    for number, newest, visible, *latest in keys:
        tiles = Tiles(layout)
        tiles.newest = newest
        tiles.floor = max(visible, now)
        for known, rows in zip(tiles.series, tiled, strict=True):
            for _, place, *tile in rows.of(number):
                known[place] = tile
        for column, event in zip(layout.latest, latest, strict=True):
            if event is not None:
                tiles.keep_latest(column, event)
        yield number, tiles


class _Ahead:
    """Rows sorted by their first value, taken by that value."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, number: int) -> Iterator[tuple[Any, ...]]:
        if self._next is not None and self._next[0] == number:
            yield from self._next[1]
            self._next = next(self._groups, None)


def _rows(connection: DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    found = connection.cursor().execute(query)
    while rows := found.fetchmany(_BATCH):
        yield from rows


def _keys_sql(events: str, layout: Layout) -> str:
    latest = [
        f", max(row(event, created, {_value(layout, column)})) "
        f"FILTER ({_value(layout, column)} IS NOT NULL)"
        for column in layout.latest
    ]
    return (
        f"SELECT number, max(event), max(visible){''.join(latest)} FROM {events} "
        "GROUP BY number ORDER BY number"
    )


def _tiles_sql(events: str, layout: Layout, series: Series, now: int) -> str:
    tile = series.tile
    # DuckDB's division of whole numbers is towards 0.
    place = f"((event - ((event % {tile}) + {tile}) % {tile}) // {tile})"
    parts = [
        ", " + _PARTS[part].format(v=_value(layout, column), n="place", t=tile)
        for part, column in series.parts
    ]
    return (
        f"SELECT number, place, count(*), max(visible){''.join(parts)} "
        f"FROM (SELECT *, {place} AS place FROM {events}) "
        f"WHERE place >= {(now - series.kept) // tile} GROUP BY number, place ORDER BY number"
    )


def _value(layout: Layout, column: int) -> str:
    return f"({held_sql(f'f{column}', layout.inputs[column].type)})"
