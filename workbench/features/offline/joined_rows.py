"""The rows of a training set, made while they are written: the spine, features, labels counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from workbench import workspace
from workbench.data.reading import Rows
from workbench.features.offline.label_counts import LabelCounts
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.features.offline.ray import beside_on_cluster
from workbench.features.offline.spines import Spine
from workbench.features.offline.streamed import ahead, beside

if TYPE_CHECKING:
    import pyarrow as pa

    Beside: TypeAlias = Callable[[], Iterator[tuple[pa.Table, pa.Table]]]

Progress = Callable[[int, int | None], None]


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
