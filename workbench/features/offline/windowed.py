"""A view's events, and what windows over them held at each instant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.data.columns import Column, type_name
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.offline.keys import Numbers
from workbench.features.offline.known_files import KnownRows, Part
from workbench.features.windows.layout import Layout, layout_of
from workbench.features.windows.offline import Events, aggregated

if TYPE_CHECKING:
    import pyarrow as pa


class WindowedRows(KnownRows):
    """A file of all the events of a view that aggregates them; see `KnownRows`.

    Parameters
    ----------
    path : Path
    keys : int
        How many columns a key has.
    aggregations : sequence of Aggregation
    features : sequence of int
        The positions of the features wanted, among those that the aggregations give.
    """

    def __init__(
        self, path: Path, keys: int, aggregations: Sequence[Aggregation], features: Sequence[int]
    ) -> None:
        names = list(dict.fromkeys(each.column for each in aggregations if each.column))
        super().__init__(path, keys, range(len(names)), static=False)
        schema = self._file.schema_arrow
        types = [type_name(schema.field(each).type) for each in self._features]
        self._layout = layout_of(aggregations, list(map(Column, names, types)))
        self._positions = features

    @property
    def keys(self) -> int:
        """How many events there are: each answer goes over all of them, not over the keys alone."""
        return int(self._file.metadata.num_rows) if self.parts == 1 else 0

    def part(self, number: int) -> Part:
        """Return the events of one part."""
        times = ["first", "visible", "event", "created"]
        table = self._read(number, [*self._names, *times, *self._features])
        return WindowedPart(table, self._names, self._layout, self._positions)


class WindowedPart(Part):
    """Events in memory, by key and then by the instant from which they are visible."""

    def __init__(
        self, table: pa.Table, keys: Sequence[str], layout: Layout, positions: Sequence[int]
    ) -> None:
        names = [f"f{place}" for place in range(len(layout.inputs))]
        super().__init__(table, keys, names, None)
        self._events = Events(
            first=table.column("first").to_numpy(),
            visible=table.column("visible").to_numpy(),
            event=table.column("event").to_numpy(),
            created=table.column("created").to_numpy(),
            inputs=table.select(names),
        )
        self._layout = layout
        self._positions = positions

    def answer(self, keys: Sequence[pa.ChunkedArray], at: Numbers | None) -> pa.Table:
        """Return the features of each key at each instant; nulls where there is no key."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = self._index.find(keys)
        instants = np.zeros(len(found), np.int64) if at is None else at
        table = aggregated(self._events, self._layout, found, instants, self._positions)
        if not any(each.null_count for each in keys):
            return table
        missing = np.zeros(len(found), bool)
        for each in keys:
            missing |= np.asarray(pc.is_null(each).to_numpy(), bool)
        places = pa.array(np.arange(len(found)), mask=missing)
        return table.take(places)
