"""Where each feature of a view is read in a row, and its value with the events that wait there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.features.windows.layout import Layout
from workbench.features.windows.results import Result, length, value_at
from workbench.features.windows.values import given
from workbench.features.windows.waiting import Late


@dataclass(frozen=True)
class Reader:
    """Where a feature is read."""

    function: str
    column: int | None
    start: int  # position among the starts; -1 for last
    result: int
    count: int  # the result that says how many values there are; -1 if it is not needed
    centre: int  # the result that `std` is taken from; -1 for all else
    counted: int  # which of the columns of values it counts; -1 for none
    k: int
    window: int
    tile: int
    convert: Callable[[Any], Any] | None


@dataclass(frozen=True)
class Readers:
    """Where all features of a view are read, and what is kept for that."""

    features: tuple[Reader, ...]
    results: tuple[Result, ...]
    starts: tuple[tuple[int, int, int], ...]  # the series, its tile and a window's length
    wanted: tuple[tuple[int, ...], ...]  # for each series its results
    counting: tuple[tuple[int, ...], ...]  # for each series where its tiles hold counted values


@lru_cache(maxsize=256)
def readers_of(layout: Layout) -> Readers:
    """Return where the features of a layout are read; the same for the same layout."""
    places = {series.tile: position for position, series in enumerate(layout.series)}
    counting = [
        tuple(at for at, (part, _) in enumerate(each.parts, start=2) if part == "values")
        for each in layout.series
    ]
    columns = [(series, at) for series, places in enumerate(counting) for at in places]
    results: dict[Result, int] = {}
    starts: dict[tuple[int, int, int], int] = {}
    readers = []
    for each in layout.features:
        convert = None
        if each.function in ("min", "max", "last", "top_k"):
            convert = given(each.kind)
            if convert is not None and each.function == "top_k":
                convert = _each(convert)
        start, count, centre, counted = -1, -1, -1, -1
        if each.function == "last":
            place = layout.latest.index(each.column) if each.column is not None else 0
        else:
            series = places[each.tile]
            start = starts.setdefault((series, each.tile, each.window), len(starts))
            result = Result(series, each.function, each.column, each.k)
            place = results.setdefault(result, len(results))
            if each.function in ("distinct", "top_k") and each.column is not None:
                at = 2 + layout.series[series].parts.index(("values", each.column))
                counted = columns.index((series, at))
            elif each.column is not None:
                also = Result(series, "count", each.column, 1)
                count = results.setdefault(also, len(results))
            if each.function == "std":
                also = Result(series, "centre", each.column, 1)
                centre = results.setdefault(also, len(results))
        readers.append(
            Reader(
                each.function,
                each.column,
                start,
                place,
                count,
                centre,
                counted,
                each.k if each.function == "top_k" else 0,
                each.window,
                each.tile,
                convert,
            )
        )
    wanted = [
        tuple(place for place, each in enumerate(results) if each.series == series)
        for series in range(len(layout.series))
    ]
    return Readers(tuple(readers), tuple(results), tuple(starts), tuple(wanted), tuple(counting))


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: [convert(value) for value in values]


def with_late(
    reader: Reader,
    value: Any,
    late: Late,
    at: int,
    first: int,
    results: Sequence[Any],
    values: Sequence[Any],
) -> Any:
    """Return a feature's value with that of the waiting events in its window.

    Parameters
    ----------
    reader : Reader
    value
        Its value of the tiles alone.
    late : Late
    at : int
        The instant, in microseconds.
    first : int
        The place of the window's first tile.
    results : sequence
    values : sequence of dict
        Of each column whose values are counted, how often each of them occurs.
    """
    function, column = reader.function, reader.column
    if column is None:
        return (value or 0) + len(late.events)
    more = late.column(column)
    if not more.values:
        return value
    if reader.counted >= 0:
        return more.counted(value or 0, values[reader.counted], first, reader.k)
    if function == "count":
        return (value or 0) + len(more.values)
    count = _from(results[reader.count], first, 0)
    if value is None and count > (1 if function == "std" else 0):
        return None  # it passed what a double holds
    if function == "decayed":
        return (value or 0.0) + more.decayed(reader.tile, at)
    centre = _from(results[reader.centre], first, 0.0) if function == "std" else 0.0
    return more.with_tiles(function, value, count, centre)


def _from(result: list[Any], first: int, nothing: Any) -> Any:
    """Return a result from a tile on; there may be no such tile."""
    return value_at(result, first) if first < length(result) else nothing
