"""The rows of a training set, made while they are written: the spine, features, labels counted."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench import workspace
from workbench.data.reading import Rows
from workbench.features.definitions.selections import Selection
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.features.offline.ray import beside_on_cluster
from workbench.features.offline.spines import Spine
from workbench.features.offline.streamed import ahead, beside

if TYPE_CHECKING:
    import pyarrow as pa

    Beside: TypeAlias = Callable[[], Iterator[tuple[pa.Table, pa.Table]]]

_MOST_LABELS = 50
Progress = Callable[[int, int | None], None]


def lookup_of(selection: Selection, rows: Path, names: Mapping[tuple[str, str], str]) -> Lookup:
    """Return what to take of a view's known rows, which lie in the file `rows`."""
    view = selection.view
    positions = {column.name: position for position, column in enumerate(view.columns)}
    return Lookup(
        view=view.name,
        rows=rows,
        keys=view.keys,
        columns={positions[each]: names[view.name, each] for each in selection.columns},
        static=view.time is None,
        ttl=view.ttl,
        aggregations=view.aggregations,
    )


def beside_of(spine: Spine, lookups: Sequence[Lookup], *, cluster: bool | None) -> Beside:
    """Return what yields the spine's rows and their features, joined here or by a cluster."""
    place = workspace.current()
    spread = bool(place.settings.ray_address) if cluster is None else cluster
    if spread and lookups:
        return lambda: beside_on_cluster(spine.tables, spine.time, lookups)
    joiner = Joiner(spine.time, lookups)
    return lambda: beside(spine.tables, joiner, place.home)


def joined_rows(
    spine: Spine,
    beside: Beside,
    computing: Computing,
    counts: LabelCounts,
    progress: Progress | None,
) -> Rows:
    """Return the spine's rows with their features, joined as they are read.

    Parameters
    ----------
    spine : Spine
    beside : callable
        Yields the spine's rows, piece by piece, with the features that were joined to each.
    computing : Computing
        What adds on-demand features.
    counts : LabelCounts
        Complete once all rows were taken.
    progress : callable, optional
        Called with the rows done and all rows.
    """
    import pyarrow as pa

    def joined() -> Iterator[pa.Table]:
        done = 0
        for table, found in beside():
            made = computing.add(table, found, done)
            columns = [*table.columns, *made.columns]
            yield pa.table(columns, names=[*table.column_names, *made.column_names])
            counts.add(table)
            done += table.num_rows
            if progress is not None:
                progress(done, spine.rows)

    waiting = joined()
    first = next(waiting)  # made here: what takes long before it can be interrupted
    begun = [chain([first], ahead(waiting))]

    def tables() -> Iterator[pa.Table]:
        return begun.pop() if begun else ahead(joined())

    return Rows(first.schema, tables, spine.source, spine.rows, spine.assumed_utc)


class LabelCounts:
    """Counts a label's values while rows pass, as long as they are few.

    Parameters
    ----------
    label : str or None
    facts : dict
        Where ``label_counts`` is said.
    """

    def __init__(self, label: str | None, facts: dict[str, Any]) -> None:
        self._label = label
        self._facts = facts
        self._counts: Counter[Any] = Counter()

    def add(self, table: pa.Table) -> None:
        """Count the labels of some rows."""
        import pyarrow.compute as pc

        if self._label is None or len(self._counts) > _MOST_LABELS:
            return
        counted = pc.value_counts(table.column(self._label).combine_chunks())
        for each in counted.slice(0, _MOST_LABELS + 1).to_pylist():
            self._counts[each["values"]] += each["counts"]
        if len(self._counts) <= _MOST_LABELS:
            self._facts["label_counts"] = {str(each): n for each, n in self._counts.items()}
        else:
            self._facts["label_counts"] = None

    def warn(self, rows: int, stacklevel: int) -> None:
        """Say so where the label has one value only."""
        present = [each for each in self._counts if each is not None]
        if self._label is not None and len(present) < 2:
            only = f"only the value {present[0]!r}" if present else "no value"
            warnings.warn(
                f"the label {self._label!r} has {only} in {rows:,} rows; nothing can be learned "
                "from it",
                stacklevel=stacklevel,
            )
