"""Training sets: a spine and, for each of its rows, the features known at its time."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.core.references import check_name
from workbench.data.columns import check_column
from workbench.data.datasets import Dataset, dataset
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.splits import in_order
from workbench.data.datasets.writing import write_dataset
from workbench.data.reading import SourceTable, read_source, rows_of
from workbench.data.times import parse_times
from workbench.features.definitions.selections import Asked, Selection, output_names, resolve
from workbench.features.offline.cache import known_rows
from workbench.features.offline.point_in_time import Lookup, join
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

EXECUTION = "training_set"
_MOST_LABELS = 50


def training_set(
    spine: Dataset | str | pd.DataFrame | pa.Table,
    features: Asked | Sequence[Asked],
    *,
    name: str,
    columns: Sequence[str] | None = None,
    label: str | None = None,
    time: str | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
) -> Dataset:
    """Join features to a spine as they were known at the time of each of its rows, and store it.

    Every row of the spine comes back once and in order, with one more column a feature. A feature
    whose name the spine has already is called ``view__column``.

    Parameters
    ----------
    spine : Dataset, reference, pandas.DataFrame or pyarrow.Table
        The rows to learn from: keys, a time, usually the label.
    features : views, services, ``"view"`` or ``"view:column"``
    name : str
        What the dataset that results is called.
    columns : sequence of str, optional
        The spine's columns to keep, all by default; leave out what is known only afterwards.
    label, time : str, optional
        Columns of the spine; a dataset's own by default.
    split : mapping or str, optional
        As for `ingest`; by default the spine's own splits.
    description : str

    Returns
    -------
    Dataset
        Its record's property ``label_counts`` says how often each of the label's values occurs,
        where they are few.

    Raises
    ------
    NotFound
        If a dataset, view or feature does not exist.
    InvalidInput
        If the spine is empty, has no time (and not all views are static), lacks a key or the label,
        or has a key in another type than the view.

    Warns
    -----
    UserWarning
        If the label has one value only, from which nothing can be learned.
    """
    check_name(name)
    selections = resolve(features)
    origin = dataset(spine) if isinstance(spine, (str, Dataset)) else None
    reads = [each.view.artifact for each in selections]
    if origin is not None:
        reads.insert(0, origin.artifact)
        time, label = time or origin.time, label or origin.label
    with workspace.current().metadata.record(EXECUTION, name, reads=reads) as step:
        source = _read(spine if origin is None else origin)
        table = _with_times(_kept(source.table, columns), time)
        counts = _label_counts(table, label)
        kept = table.column_names
        names = output_names(selections, kept)
        features_found = join(table, time, [_lookup(each, names) for each in selections])
        for column, values in zip(features_found.column_names, features_found.columns, strict=True):
            table = table.append_column(column, values)
        made = write_dataset(
            step,
            rows_of(table, source=source.source, assumed_utc=source.assumed_utc),
            Declaration(time=time, label=label, split=split, description=description),
            name=name,
            part=in_order(origin.splits) if origin is not None and split is None else None,
            columns=_lineage(origin, kept, selections, names),
            properties={
                "spine": None if origin is None else origin.ref,
                "features": [f"{each.view.ref}:{c}" for each in selections for c in each.columns],
                "label_counts": counts,
            },
        )
        step.update(rows=made.rows, label_counts=counts)
    return made


def _read(spine: Dataset | pd.DataFrame | pa.Table) -> SourceTable:
    if isinstance(spine, Dataset):
        return SourceTable(spine.to_arrow(), {"type": "dataset", "ref": spine.ref})
    source = read_source(spine)
    if not source.table.num_rows:
        raise InvalidInput("the spine has no rows", hint="check the filter before it")
    return source


def _kept(table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    if columns is None:
        return table
    for column in columns:
        check_column(column, table.column_names, "spine")
    return table.select(list(columns))


def _with_times(table: pa.Table, time: str | None) -> pa.Table:
    """Return the table with its time as UTC, so that text and days do as well."""
    if time is None:
        return table
    check_column(time, table.column_names, "time")
    times, _ = parse_times(table.column(time), time)
    return table.set_column(table.column_names.index(time), time, times)


def _label_counts(table: pa.Table, label: str | None) -> dict[str, int] | None:
    import pyarrow.compute as pc

    if label is None:
        return None
    if label not in table.column_names:
        raise InvalidInput(
            f"the spine has no label {label!r}", hint=near(label, table.column_names)
        )
    counted = pc.value_counts(table.column(label).combine_chunks()).to_pylist()
    present = [each for each in counted if each["values"] is not None]
    if len(present) < 2:
        only = f"only the value {present[0]['values']!r}" if present else "no value"
        warnings.warn(
            f"the label {label!r} has {only} in {table.num_rows:,} rows; nothing can be learned "
            "from it",
            stacklevel=3,
        )
    if len(counted) > _MOST_LABELS:
        return None
    return {str(each["values"]): each["counts"] for each in counted}


def _lookup(selection: Selection, names: Mapping[tuple[str, str], str]) -> Lookup:
    view = selection.view
    positions = {column.name: position for position, column in enumerate(view.columns)}
    return Lookup(
        view=view.name,
        rows=known_rows(view),
        keys=view.keys,
        columns={positions[each]: names[view.name, each] for each in selection.columns},
        static=view.time is None,
        ttl=view.ttl,
    )


def _lineage(
    origin: Dataset | None,
    kept: Sequence[str],
    selections: Sequence[Selection],
    names: Mapping[tuple[str, str], str],
) -> dict[str, list[ColumnSource]]:
    columns: dict[str, list[ColumnSource]] = {}
    if origin is not None:
        columns = {each: [ColumnSource(origin.artifact, each)] for each in kept}
    for each in selections:
        how = "static" if each.view.time is None else "as known at the row's time"
        for column in each.columns:
            source = ColumnSource(each.view.artifact, column, how)
            columns[names[each.view.name, column]] = [source]
    return columns
