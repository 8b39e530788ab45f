"""Some rows of a dataset, spread over all of it, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.data.datasets import Dataset

if TYPE_CHECKING:
    import pyarrow as pa

#: The most groups of rows that are read.
_GROUPS = 8
#: The column that says which row of the dataset each one is, from 0.
ROW = "__row"


def sample(dataset: Dataset, columns: Sequence[str], most: int) -> pa.Table:
    """Return at most about `most` rows of a dataset, in order, with their numbers.

    Of a large dataset only a few groups of rows are read, evenly spread over it.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    groups: list[tuple[str, int, int, int]] = []
    before = 0
    for path in dataset.paths():
        metadata = pq.read_metadata(path)
        for number in range(metadata.num_row_groups):
            rows = metadata.row_group(number).num_rows
            groups.append((path, number, before, rows))
            before += rows
    taken = groups
    if before > most and len(groups) > _GROUPS:
        places = np.linspace(0, len(groups) - 1, _GROUPS).round().astype(int).tolist()
        taken = [groups[place] for place in places]
    step = max(1, -(-sum(rows for *_, rows in taken) // most))
    found: list[pa.Table] = []
    for path, number, start, rows in taken:
        with pq.ParquetFile(path) as file:
            table = file.read_row_group(number, columns=list(columns))
        kept = np.arange(0, rows, step)
        found.append(table.take(pa.array(kept)).append_column(ROW, pa.array(kept + start)))
    if not found:
        return dataset.to_arrow(columns=list(columns)).append_column(ROW, pa.array([], pa.int64()))
    return pa.concat_tables(found, promote_options="permissive")
