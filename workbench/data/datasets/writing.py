"""Storing a table as a dataset's next version: a temporary file, the blobs, then the record."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import storage_errors
from workbench.data.columns import check_column, columns_of
from workbench.data.datasets import KIND, Dataset
from workbench.data.datasets.splits import split_table
from workbench.data.reading import SourceTable
from workbench.data.times import parse_times

if TYPE_CHECKING:
    from workbench.metadata import ColumnSource
    from workbench.metadata.recording import Recording

ROW_GROUP = 1 << 17


def write_dataset(
    recording: Recording,
    table: SourceTable,
    *,
    name: str,
    time: str | None = None,
    created: str | None = None,
    label: str | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
    columns: Mapping[str, Sequence[ColumnSource]] | None = None,
    properties: Mapping[str, object] | None = None,
) -> Dataset:
    """Write a table as a new version of the dataset `name`, as an output of a recorded step.

    Either all of it is there afterwards, or nothing is.

    Parameters
    ----------
    recording : Recording
        The step that made the table.
    table : SourceTable
        As `read_source` returns it.
    name, time, created, label, split, description
        As for `ingest`.
    columns : mapping of str to sequence of ColumnSource, optional
        Where each column came from.
    properties : mapping, optional
        Further facts of the artifact.

    Raises
    ------
    InvalidInput
        If the table is empty, a named column is missing, or the splits do not fit.
    StorageFull
        If there is no room.
    """
    rows, assumed = _declared(table, name, time=time, created=created, label=label)
    facts: dict[str, Any] = {
        "rows": rows.num_rows,
        "columns": [{"name": each.name, "type": each.type} for each in columns_of(rows.schema)],
        "time": time,
        "created": created,
        "label": label,
        "splits": {},
        "files": [],
        "description": description,
        "source": table.source,
        "assumed_utc": assumed,
        **(properties or {}),
    }
    place = workspace.current()
    folder = place.home / "tmp"
    with storage_errors(f"the dataset {name!r}"):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as building:
            for part, kept in split_table(rows, split, time):
                path = Path(building) / f"{len(facts['files'])}.parquet"
                # Level 1 writes as fast as Snappy and takes a third less room.
                pq.write_table(
                    kept, path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP
                )
                blob = place.blobs.put_file(path)
                path.unlink()
                facts["splits"][part] = kept.num_rows
                facts["files"].append(
                    {"digest": blob.digest, "rows": kept.num_rows, "size": blob.size, "split": part}
                )
    size = sum(file["size"] for file in facts["files"])
    return Dataset(recording.write(KIND, name, size=size, properties=facts, columns=columns))


def _declared(
    table: SourceTable, name: str, *, time: str | None, created: str | None, label: str | None
) -> tuple[pa.Table, list[str]]:
    rows = table.table
    if not rows.num_columns or not rows.num_rows:
        raise InvalidInput(
            f"{name!r} would have no {'rows' if rows.num_columns else 'columns'}",
            hint="check the source, or the filter before it",
        )
    assumed = dict.fromkeys(table.assumed_utc)
    for column, role in ((time, "time"), (created, "created"), (label, "label")):
        if column is None:
            continue
        check_column(column, rows.column_names, role)
        if role != "label":
            position = rows.column_names.index(column)
            times, naive = parse_times(rows.column(column), column)
            rows = rows.set_column(position, column, times)
            if naive:
                assumed[column] = None
    if time is not None and (missing := rows.column(time).null_count):
        row = int(np.flatnonzero(pc.is_null(rows.column(time)).to_numpy())[0]) + 1
        raise InvalidInput(
            f"{missing:,} of {rows.num_rows:,} rows have no time in {time!r}, first row {row}",
            hint="drop those rows, or name another column as time=",
        )
    return rows, list(assumed)
