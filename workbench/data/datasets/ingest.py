"""Taking rows in: declare, read, split, store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as replace_fields
from typing import Any

import pyarrow as pa

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.columns import check_column, type_name
from workbench.data.datasets.dataset import Dataset, dataset
from workbench.data.datasets.declaration import Declaration, Split, names_of
from workbench.data.datasets.spans import PERIODS
from workbench.data.datasets.writing import write_dataset
from workbench.data.reading import TYPES, Policy, Rows, open_rows
from workbench.metadata import ColumnSource

EXECUTION = "ingest"


def ingest(
    source: Any,  # frames, relations and queries of several libraries, or paths
    *,
    name: str,
    time: str | None = None,
    created: str | None = None,
    label: str | None = None,
    key: str | Sequence[str] | None = None,
    split: Split = None,
    group: str | Sequence[str] | None = None,
    stratify: str | Sequence[str] | None = None,
    span: str | None = None,
    append: bool = False,
    replace: bool = False,
    description: str = "",
    types: Mapping[str, str] | None = None,
    bad_rows: Policy = "error",
    storage_options: Mapping[str, Any] | None = None,
    partitions: bool = False,
) -> Dataset:
    """Store a source's rows as the next version of a dataset.

    Times are kept in UTC, in microseconds; a time without a zone is taken as UTC (the dataset says
    which columns were). Null and a pandas NaN are both kept as null. Whether or not anything
    changed since, a new version is made; equal files are stored once. A source may be larger than
    memory.

    Parameters
    ----------
    source
        A pandas, polars or Arrow table or a DuckDB relation; the path or address of CSV, JSON
        lines, Parquet, TFRecord or text files, packed or not, a pattern, a list or a folder of
        them; ``wb.Query(sql, url)``; ``wb.Images(folder)``.
    name : str
        What the dataset is called.
    time : str, optional
        The column of the event's time; every row must have one.
    created : str, optional
        The column that says when the row became known; null where it has not yet.
    label : str, optional
        The column to be predicted.
    key : str or sequence of str, optional
        The columns that name a row: by them versions are told apart, and shares split.
    split : mapping or str, optional
        Bounds in time by split, in order, such as ``{"train": "2013-09-01", "test": None}``: a row
        goes to the first split whose bound lies after its time, and None takes the rest. Or shares,
        such as ``{"train": 0.8, "test": 0.2}``, by a stable hash of `key`, or of the whole row
        where there is none: the same row always lands in the same split. Or the name of a column
        that says each row's split.
    group : str or sequence of str, optional
        For shares: rows that are alike in these columns stay together.
    stratify : str or sequence of str, optional
        For shares: each split gets its share of every value of these columns. A row then keeps the
        split that it has in the newest version of this dataset; in another dataset it may lie in
        another one.
    span : str, optional
        ``hour``, ``day``, ``week``, ``month``, ``quarter`` or ``year``: rows are kept apart by
        their time. Anything else is what these rows are called, all together.
    append : bool
        Add these rows to the newest version, as spans of their own; its files are not written
        again, and what it declares holds for them too.
    replace : bool
        With `append`: a span that is there already is replaced, rather than an error.
    description : str
    types : mapping of str to str, optional
        Types of columns whose type should not be found out, one of `workbench.data.reading.TYPES`:
        string, int64, float64, bool, date, timestamp, …
    bad_rows : "error", "set_aside" or int
        What becomes of a row that cannot be read: an error that names it, or it is set aside
        (`Dataset.bad_rows` shows it); an int allows so many.
    storage_options : mapping, optional
        For fsspec, which opens addresses such as ``s3://``.
    partitions : bool
        Whether folders named like ``year=2013`` are columns.

    Returns
    -------
    Dataset

    Raises
    ------
    NotFound
        If a file is missing, or there is nothing to append to.
    InvalidInput
        If the source is empty or cannot be read, names are missing or double, a column mixes types
        or has one that cannot be kept, or what is declared does not fit the columns.
    Conflict
        If another writer wrote one of these spans meanwhile.
    StorageFull
        If the disk is full; nothing of the dataset is kept.

    Examples
    --------
    >>> import pyarrow as pa
    >>> ingest(pa.table({"carrier": ["UA", "AA"], "delay": [3, None]}), name="delays").rows
    2
    """
    check_name(name)
    declared = Declaration(
        time=time,
        created=created,
        label=label,
        key=names_of(key),
        group=names_of(group),
        stratify=names_of(stratify),
        split=split,
        span=span,
        description=description,
    )
    base = _base(name, append=append, replace=replace)
    if base is not None:
        declared = base.declared.over(declared)
        _check_span(base, span, declared)
    with workspace.current().metadata.record(
        EXECUTION,
        name,
        reads=[] if base is None else [base.artifact],
        properties={each: value for each, value in declared.facts().items() if value},
    ) as step:
        rows = open_rows(
            source,
            _types(declared, types, base),
            bad_rows=bad_rows,
            storage_options=storage_options,
            partitions=partitions,
        )
        step.update(source=rows.source, columns=rows.schema.names)
        if base is not None:
            rows = _fitted(rows, base)
        return write_dataset(
            step,
            rows,
            declared,
            name=name,
            base=base,
            replace=replace,
            columns=None if base is None else _same_columns(base),
        )


def _base(name: str, *, append: bool, replace: bool) -> Dataset | None:
    if not append:
        if replace:
            raise InvalidInput(
                "replace=True is for a span of a dataset, and append= is not given",
                hint="give append=True; without it the new version holds these rows alone anyway",
            )
        return None
    return dataset(name)


def _check_span(base: Dataset, span: str | None, declared: Declaration) -> None:
    if not base.spans:
        raise InvalidInput(
            f"{base.ref} has no spans, so none can be added to it",
            hint='ingest it in spans first, such as span="month" or span="first"',
        )
    if span is None and declared.span not in PERIODS:
        raise InvalidInput(
            f"the rows to add to {base.ref} are of no span",
            hint=f'name it: span="…"; there are {", ".join(list(base.spans)[-3:])}',
        )


def _types(
    declared: Declaration, types: Mapping[str, str] | None, base: Dataset | None
) -> dict[str, str]:
    """Return the types that columns are read as: times where declared, as before where added."""
    wanted: dict[str, str] = {}
    if base is not None:
        wanted = {each.name: each.type for each in base.columns if each.type in TYPES}
    wanted |= {name: "timestamp" for name in (declared.time, declared.created) if name is not None}
    return wanted | dict(types or {})


def _fitted(rows: Rows, base: Dataset) -> Rows:
    """Return rows with the columns, the order and the types of the version they are added to.

    Raises
    ------
    InvalidInput
        Naming the column that is missing, is new, or holds what the other's type cannot.
    """
    target = base.manifest.schema
    for name in target.names:
        check_column(name, rows.schema.names, "such")
    for name in rows.schema.names:
        if name not in target.names:
            raise InvalidInput(
                f"the rows to add have a column {name!r}, which {base.ref} has not",
                hint="drop it, or ingest all rows anew with it",
            )

    def tables() -> Iterator[pa.Table]:
        for table in rows.tables():
            columns = [_cast(table.column(each.name), each, base) for each in target]
            yield pa.table(columns, schema=target)

    return replace_fields(rows, schema=target, tables=tables)


def _cast(column: pa.ChunkedArray, wanted: pa.Field, base: Dataset) -> pa.ChunkedArray:
    if column.type == wanted.type:
        return column
    try:
        return column.cast(wanted.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(
            f"column {wanted.name!r} holds {type_name(column.type)} in the rows to add, and "
            f"{type_name(wanted.type)} in {base.ref}: {error}",
            hint="mend those rows, or ingest all of them anew",
        ) from error


def _same_columns(base: Dataset) -> dict[str, list[ColumnSource]]:
    return {each.name: [ColumnSource(base.artifact, each.name)] for each in base.columns}
