"""Whatever holds rows, read one column at a time: a dataset's files, a frame, an Arrow table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset, dataset
from workbench.data.reading import read_source

if TYPE_CHECKING:
    from workbench.metadata import Artifact


@dataclass(frozen=True)
class Source:
    """Rows that can be read by column.

    Attributes
    ----------
    name : str
        ``flights@3``, with ``/train`` for a split; ``data`` for what has no record.
    names : tuple of str
        Columns, in order.
    rows : int
    read : callable
        Returns one column, by name, as a pyarrow.ChunkedArray; safe to call from several threads.
    roles : dict
        What a column is to the dataset (time, created, label), by column.
    artifact : Artifact or None
        The record, of a dataset.
    """

    name: str
    names: tuple[str, ...]
    rows: int
    read: Callable[[str], pa.ChunkedArray]
    roles: dict[str, str] = field(default_factory=dict)
    artifact: Artifact | None = None


def open_source(
    data: Any, *, split: str | None = None, columns: Sequence[str] | None = None
) -> Source:  # frames of several libraries
    """Return `data` as a source.

    Parameters
    ----------
    data : Dataset, str, pandas.DataFrame or pyarrow.Table
        A string is a dataset's reference.
    split : str, optional
        Only this split of a dataset.
    columns : sequence of str, optional
        The columns that will be read; a frame's others are then not looked at.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If `data` holds no rows to read, or has no such split.
    """
    if isinstance(data, (str, Dataset)):
        return _of_dataset(dataset(data), split)
    if split is not None:
        raise InvalidInput(
            f"split={split!r} is asked of a {type(data).__name__}, which has no splits",
            hint="only a dataset has splits; filter the frame",
        )
    table = read_source(data if columns is None else _narrowed(data, columns)).table
    names = table.column_names if columns is None else map(str, getattr(data, "columns", ()))
    if isinstance(data, pa.Table):
        names = data.column_names
    return Source("data", tuple(names), table.num_rows, table.column)


def _narrowed(data: Any, columns: Sequence[str]) -> Any:
    if isinstance(data, pa.Table):
        return data.select([name for name in columns if name in data.column_names])
    if hasattr(data, "columns"):
        return data[[name for name in columns if name in data.columns]]
    return data


def _of_dataset(data: Dataset, split: str | None) -> Source:
    import pyarrow.parquet as pq

    paths = data.paths(split)
    types = {column.name: column.type for column in data.columns}

    def read(name: str) -> pa.ChunkedArray:
        # Parquet keeps text as a dictionary already; counting its codes beats counting the text.
        coded = [name] if types[name] == "string" else None
        pieces = [
            pq.read_table(
                path, columns=[name], partitioning=None, read_dictionary=coded, use_threads=False
            ).column(0)
            for path in paths
        ]
        chunks = [chunk for piece in pieces for chunk in piece.chunks]
        return pa.chunked_array(chunks, pieces[0].type).unify_dictionaries()

    rows = data.rows if split is None else data.splits[split]
    name = data.ref if split is None else f"{data.ref}/{split}"
    return Source(name, tuple(types), rows, read, data.roles, data.artifact)
