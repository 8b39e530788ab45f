"""Taking rows in: read, check, split, store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.references import check_name
from workbench.data.datasets import Dataset
from workbench.data.datasets.writing import write_dataset
from workbench.data.reading import read_source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

EXECUTION = "ingest"


def ingest(
    source: pd.DataFrame | pa.Table | str | Path | Sequence[str | Path],
    *,
    name: str,
    time: str | None = None,
    created: str | None = None,
    label: str | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
    types: Mapping[str, str] | None = None,
) -> Dataset:
    """Store a source's rows as the next version of a dataset.

    Times are kept in UTC, in microseconds; a time without a zone is taken as UTC (the dataset says
    which columns were). Null and a pandas NaN are both kept as null. Whether or not anything
    changed since, a new version is made; equal bytes are stored once.

    Parameters
    ----------
    source : pandas.DataFrame, pyarrow.Table, path or list of paths
        CSV (also .gz and .zip), Parquet or JSON lines files, or a folder of them.
    name : str
        What the dataset is called.
    time : str, optional
        The column of the event's time; every row must have one.
    created : str, optional
        The column that says when the row became known; null where it has not yet.
    label : str, optional
        The column to be predicted.
    split : mapping or str, optional
        Bounds in time by split, in order, such as ``{"train": "2013-09-01", "test": None}``: a row
        goes to the first split whose bound lies after its time, and None takes the rest. Or the
        name of a column that says each row's split.
    description : str
    types : mapping of str to str, optional
        Types of columns whose type should not be found out: string, int64, float64, bool, date or
        timestamp.

    Returns
    -------
    Dataset

    Raises
    ------
    NotFound
        If a file is missing.
    InvalidInput
        If the source is empty or cannot be read, names are missing or double, a column mixes types
        or has one that cannot be kept, or `time`, `created`, `label` or `split` do not fit the
        columns.
    StorageFull
        If the disk is full; nothing of the dataset is kept.

    Examples
    --------
    >>> import pyarrow as pa
    >>> ingest(pa.table({"carrier": ["UA", "AA"], "delay": [3, None]}), name="delays").rows
    2
    """
    check_name(name)
    declared = {"time": time, "created": created, "label": label, "split": _plain(split)}
    with workspace.current().metadata.record(
        EXECUTION,
        name,
        properties={each: value for each, value in declared.items() if value is not None},
    ) as step:
        table = read_source(source, types)
        step.update(source=table.source, columns=table.table.column_names)
        return write_dataset(
            step,
            table,
            name=name,
            time=time,
            created=created,
            label=label,
            split=split,
            description=description,
        )


def _plain(split: Mapping[str, Any] | str | None) -> object:
    if not isinstance(split, Mapping):
        return split
    return {str(name): None if bound is None else str(bound) for name, bound in split.items()}
