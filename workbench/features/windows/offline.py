"""What windows held at many instants of many keys at once, as training sets ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.features.windows.columns import Held
from workbench.features.windows.layout import Feature, Layout
from workbench.features.windows.lives import by_value, decayed, distinct, ends, latest, top
from workbench.features.windows.passes import Asked, Pass, Passes
from workbench.features.windows.ranges import Floats, Whole, extremes, moments, sums

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Events:
    """Events in memory, sorted by key and then by when they are visible.

    Attributes
    ----------
    first : numpy.ndarray of bool
        Whether an event is the first of its key.
    visible, event, created : numpy.ndarray of int64
        In microseconds.
    inputs : pyarrow.Table
        The columns that features are made of, in the order of the layout's inputs.
    """

    first: Any
    visible: Whole
    event: Whole
    created: Whole
    inputs: pa.Table


def aggregated(
    events: Events, layout: Layout, keys: Whole, at: Whole, positions: Sequence[int] | None = None
) -> pa.Table:
    """Return features of keys at instants, in the order in which they were asked for.

    Parameters
    ----------
    events : Events
    layout : Layout
    keys : numpy.ndarray of int64
        Each question's key: which of the events' keys it is, from 0; -1 for a key without events.
    at : numpy.ndarray of int64
        Each question's instant, in microseconds.
    positions : sequence of int, optional
        The features wanted, among the layout's; all by default.

    Raises
    ------
    InvalidInput
        If values of a column's type cannot be aggregated, or whole numbers sum past 64 bits.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.columns import Column
    >>> from workbench.features.definitions.aggregations import Aggregation
    >>> from workbench.features.windows.layout import layout_of
    >>> layout = layout_of([Aggregation("sum", "x", windows=["1m"])], [Column("x", "int64")])
    >>> times = np.array([5_000_000, 9_000_000])
    >>> events = Events(np.array([True, False]), times, times, times, pa.table({"x": [2, 3]}))
    >>> asked = np.array([4, 9, 65, 66]) * 1_000_000
    >>> aggregated(events, layout, np.zeros(4, np.int64), asked)["x_sum_1m"].to_pylist()
    [None, 5, 5, 3]
    """
    import pyarrow as pa

    wanted = layout.features if positions is None else [layout.features[each] for each in positions]
    answers = _Answers(events, layout, keys, at)
    # What passes what a double holds is null.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return pa.table({each.name: answers.feature(each) for each in wanted})


class _Answers:
    """The answers to some questions; what several features need is worked out once."""

    def __init__(self, events: Events, layout: Layout, keys: Whole, at: Whole) -> None:
        self._layout = layout
        self._count = len(keys)
        code = np.cumsum(events.first) - 1
        used = np.zeros(int(code[-1]) + 1 if len(code) else 0, bool)
        known = keys >= 0
        used[keys[known]] = True
        #: Places of the events that matter.
        self._kept = np.flatnonzero(used[code])
        number = np.cumsum(used) - 1
        places = np.flatnonzero(known)
        #: The questions about known keys, sorted by key and instant.
        self._order = places[np.lexsort((at[places], keys[places]))]
        whole = len(self._kept) == len(code)
        take = slice(None) if whole else self._kept
        self._asked = Asked(
            number[code[take]],
            events.visible[take],
            events.event[take],
            events.created[take],
            number[keys[self._order]],
            at[self._order],
        )
        self._inputs = events.inputs
        self._whole = whole
        self._held: dict[int, Held] = {}
        self._passes: dict[int, Passes] = {}
        self._ranges: dict[tuple[int | None, int, int], list[Pass]] = {}
        self._by_value: dict[int, tuple[Whole, Whole]] = {}
        self._latest: dict[int, Whole] = {}
        self._ends: dict[tuple[int, int], Whole] = {}
        self._sums: dict[tuple[int | None, int, int], Floats] = {}

    def feature(self, feature: Feature) -> pa.Array:
        import pyarrow as pa

        count = self._counts(feature)
        function = feature.function
        if feature.column is None or function == "count":
            return pa.array(self._spread(count))
        held = self._column(feature.column)
        if function == "distinct":
            if feature.column not in self._by_value:
                self._by_value[feature.column] = by_value(self._asked, held.valid, held.rank)
            rows, group = self._by_value[feature.column]
            found = distinct(self._asked, rows, group, self._until(feature), feature.tile)
            return pa.array(self._spread(found))
        if function in ("last", "top_k"):
            return self._chosen(feature, feature.column, held)
        some = count > 0
        if function in ("min", "max"):
            return self._arrow(held.given(self._extreme(feature, held)), some)
        if function == "std":
            squares = self._moments(feature, held)
            return self._arrow(np.sqrt(squares / (count - 1)), count > 1)
        if function == "decayed":
            half = feature.tile
            return self._arrow(decayed(self._asked, held.valid, held.floats, half), some)
        if function == "sum" and held.is_whole:
            return self._arrow(self._whole_sum(feature, held), some)
        total = self._sum(feature, held)
        if function == "mean":
            total = total / np.maximum(count, 1)
        return self._arrow(total, some)

    def _column(self, column: int) -> Held:
        if column not in self._held:
            values = self._inputs.column(column)
            if not self._whole:
                import pyarrow as pa

                values = values.take(pa.array(self._kept))
            self._held[column] = Held.of(values, self._layout.inputs[column].type)
        return self._held[column]

    def _of(self, feature: Feature) -> list[Pass]:
        """Return the passes over the events that have a value."""
        place = (feature.column, feature.tile, feature.window)
        if place not in self._ranges:
            if feature.tile not in self._passes:
                self._passes[feature.tile] = Passes(self._asked, feature.tile)
            every = (None, feature.tile, feature.window)
            if every not in self._ranges:
                self._ranges[every] = list(self._passes[feature.tile].of(feature.window))
            if feature.column is not None:
                valid = self._column(feature.column).valid
                self._ranges[place] = [each.present(valid) for each in self._ranges[every]]
        return self._ranges[place]

    def _until(self, feature: Feature) -> Whole:
        place = (feature.tile, feature.window)
        if place not in self._ends:
            self._ends[place] = ends(self._asked, feature.tile, feature.window)
        return self._ends[place]

    def _counts(self, feature: Feature) -> Whole:
        if feature.function in ("last", "top_k", "distinct"):
            return np.zeros(0, np.int64)
        count = np.zeros(len(self._order), np.int64)
        for each in self._of(feature):
            count[each.questions] += each.high - each.low
        return count

    def _sum(self, feature: Feature, held: Held) -> Floats:
        place = (feature.column, feature.tile, feature.window)
        if place not in self._sums:
            total = self._sums[place] = np.zeros(len(self._order))
            for each in self._of(feature):
                total[each.questions] += sums(held.floats[each.rows], each.low, each.high)
        return self._sums[place]

    def _whole_sum(self, feature: Feature, held: Held) -> Whole:
        """Return exact sums: of the upper and lower 32 bits apart, where 64 could overflow."""
        small = held.most * max(len(held.whole), 1) < 1 << 62
        parts = [held.whole] if small else [held.whole >> 32, held.whole & 0xFFFFFFFF]
        totals = []
        for part in parts:
            total = np.zeros(len(self._order), np.int64)
            for each in self._of(feature):
                running = np.append(0, np.cumsum(part[each.rows]))
                total[each.questions] += running[each.high] - running[each.low]
            totals.append(total)
        if small:
            return totals[0]
        upper = totals[0] + (totals[1] >> 32)
        if ((upper < -(1 << 31)) | (upper >= 1 << 31)).any():
            raise InvalidInput(
                f"a sum of whole numbers in {feature.name!r} passes 64 bits",
                hint="cast the column to float64",
            )
        return (upper << 32) | (totals[1] & 0xFFFFFFFF)

    def _moments(self, feature: Feature, held: Held) -> Any:
        """Return the sums of squared distances from the mean, put together pass by pass."""
        count, mean, squares = (np.zeros(len(self._order)) for _ in range(3))
        for each in self._of(feature):
            place = each.questions
            other = (each.high - each.low).astype(np.float64)
            centre, more = moments(held.floats[each.rows], each.low, each.high)
            both = count[place] + other
            away = centre - mean[place]
            squares[place] += more + away * away * (count[place] * other / both)
            mean[place] += away * (other / both)
            count[place] = both
        return squares

    def _extreme(self, feature: Feature, held: Held) -> Any:
        least = feature.function == "min"
        values = held.ordered
        best = np.zeros(len(self._order), values.dtype)
        seen = np.zeros(len(self._order), bool)
        choose = np.minimum if least else np.maximum
        for each in self._of(feature):
            place = each.questions
            found = extremes(values[each.rows], each.low, each.high, least=least)
            best[place] = np.where(seen[place], choose(best[place], found), found)
            seen[place] = True
        return best

    def _chosen(self, feature: Feature, column: int, held: Held) -> pa.Array:
        import pyarrow as pa

        asked, until = self._asked, self._until(feature)
        if feature.function == "last":
            if column not in self._latest:
                self._latest[column] = latest(asked, held.valid, held.rank)
            place = self._latest[column]
            if not len(until):
                return self._arrow(held.named(np.maximum(place, 0)), place >= 0)
            counts = (place >= 0) & (asked.at < until[place])
            return self._arrow(held.named(np.where(counts, held.rank[place], 0)), counts)
        best = np.full((self._count, feature.k), -1)
        best[self._order] = top(asked, held.valid, held.rank, until, feature.k)
        flat = best.reshape(-1)
        lengths = (best >= 0).sum(axis=1)
        offsets = np.append(0, np.cumsum(lengths)).astype(np.int32)
        values = held.named(flat[flat >= 0])
        return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(lengths == 0))

    def _arrow(self, values: Any, some: Any) -> pa.Array:
        """Return values by question in the order asked, null where there are none."""
        import pyarrow as pa

        if not isinstance(values, pa.Array):
            some = some & np.isfinite(values)
        array = values if isinstance(values, pa.Array) else pa.array(values)
        places = np.full(self._count, -1)
        places[self._order[some]] = np.flatnonzero(some)
        return array.take(pa.array(places, mask=places < 0))

    def _spread(self, counts: Whole) -> Whole:
        found = np.zeros(self._count, np.int64)
        found[self._order] = counts
        return found
