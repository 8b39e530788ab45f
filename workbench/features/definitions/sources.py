"""From a definition to rows: a dataset, a view, a query, a transform, or a Python function."""

from __future__ import annotations

import inspect
import io
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column, columns_of
from workbench.data.datasets import Dataset, dataset
from workbench.data.engine import described, open_engine
from workbench.data.transforms.saving import transformed
from workbench.features.definitions.python_lineage import columns_read
from workbench.features.definitions.relations import Table, attach, look_up, readable
from workbench.features.definitions.sql_lineage import origins, tables_in
from workbench.features.definitions.views import FeatureView, Source
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.transforms import Transform


@dataclass(frozen=True)
class Rows:
    """What a definition yields, before it is known which column means what.

    Attributes
    ----------
    source : Source
    tables : mapping of str to Table
        What it reads, by the name that the definition uses.
    columns : tuple of Column
    lineage : mapping of str to list of ColumnSource
        By column: where its values come from.
    offered : tuple of str
        What is a feature unless features are named; empty for all but keys and times.
    reads : mapping of str to tuple of str
        By table: the columns that Python code or a transform reads. SQL says that itself.
    """

    source: Source
    tables: Mapping[str, Table]
    columns: tuple[Column, ...]
    lineage: Mapping[str, list[ColumnSource]]
    offered: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def only(self) -> Table | None:
        """The table whose rows these are, where the source is one table as it is."""
        whole = self.source.kind in ("dataset", "view", "transform")
        return next(iter(self.tables.values())) if whole else None


def from_source(given: Dataset | FeatureView | Transform | str) -> Rows:
    """Return the rows of a dataset, a view, or what a transform makes of the data it was fitted on.

    Raises
    ------
    NotFound
        If there is no such dataset or view.
    InvalidInput
        If a view has no rows, or it is something else.
    """
    if isinstance(given, str):
        table = look_up(given)
    elif isinstance(given, Dataset):
        table = Table(dataset(given))
    elif isinstance(given, FeatureView):
        table = Table(readable(given))
    elif hasattr(given, "fitted_on"):
        return from_transform(given)
    else:
        raise InvalidInput(
            f"source={given!r} is no source",
            hint="give a dataset, a view, a transform or a reference; SQL and Python are functions",
        )
    name = table.record.name
    if isinstance(table.record, Dataset):
        source, columns = Source("dataset", {name: table.ref}), table.record.columns
    else:
        source = Source("view", {}, {name: table.ref})
        with open_engine() as connection:
            columns = described(connection, table.relation())
    lineage = {each.name: [ColumnSource(table.artifact, each.name)] for each in columns}
    return Rows(source, {name: table}, columns, lineage)


def from_sql(sql: str) -> Rows:
    """Return the rows of a query over names (``flights``, ``"flights@3"``, ``"view:plane"``).

    Raises
    ------
    NotFound
        If it names a dataset or view that does not exist.
    InvalidInput
        If it is not one query, or DuckDB cannot run it.
    """
    sql = textwrap.dedent(sql).strip().rstrip(";")
    tables = {name: look_up(name) for name in tables_in(sql)}
    if not tables:
        raise InvalidInput("the SQL reads no dataset", hint="select from a dataset's name")
    with open_engine() as connection:
        attach(connection, tables)
        columns = _run(connection, sql)
    known = {name: each.columns for name, each in tables.items()}
    traced = origins(sql, known)
    lineage = {
        column.name: [
            ColumnSource(tables[origin.table].artifact, origin.column, origin.how)
            for origin in traced.get(
                column.name, traced.get(column.name.lower(), traced.get("*", []))
            )
            if origin.table in tables
        ]
        for column in columns
    }
    return Rows(_source("sql", tables, sql=sql), tables, columns, lineage)


def from_function(function: Callable[..., object]) -> Rows:
    """Return what a function gives: SQL, or a frame made of what its parameters name.

    A frame is stored, so that every later reader sees the same rows.

    Raises
    ------
    NotFound
        If a parameter names no dataset or view.
    InvalidInput
        If it returns neither text nor a table.
    """
    import pandas as pd
    import pyarrow as pa

    parameters = list(inspect.signature(function).parameters)
    try:
        tables = {name: look_up(name) for name in parameters}
    except NotFound as error:
        raise NotFound(
            f"{function.__name__} takes a parameter that names no dataset: {error.message}",
            hint=error.hint,
        ) from error
    result = function(*(each.to_pandas() for each in tables.values()))
    if isinstance(result, str):
        if parameters:
            raise InvalidInput(
                f"{function.__name__} takes datasets and returns SQL",
                hint="name the datasets in the SQL, and take no parameters",
            )
        return from_sql(result)
    if not isinstance(result, (pd.DataFrame, pa.Table)):
        raise InvalidInput(
            f"{function.__name__} returned {type(result).__name__}",
            hint="return SQL as text, or a table made of the datasets that its parameters name",
        )
    return _computed(function, tables, result)


def from_transform(transform: Transform, data: str = "", stored: str = "") -> Rows:
    """Return what a fitted transform makes of the newest version of a dataset.

    Keys and times are the dataset's columns; features are the transform's outputs. What it learned
    of all the rows that it was fitted on is in each of them.

    Parameters
    ----------
    transform : Transform
    data : str
        The dataset's name; by default of the one that it was fitted on.
    stored : str
        The digest of its JSON, if that is stored.

    Raises
    ------
    InvalidInput
        If it was not fitted on a dataset.
    """
    fitted_on = transform.fitted_on
    if not data and fitted_on is None:
        raise InvalidInput(
            "the transform was fitted on no dataset, so it says no keys and times",
            hint="fit it on a dataset: wb.Transform(…).fit(wb.dataset(…))",
        )
    found = dataset(data or fitted_on.name)  # type: ignore[union-attr]  # checked above
    code = stored or workspace.current().blobs.put_bytes(transform.to_json().encode()).digest
    kept = [each.name for each in found.columns if each.name not in transform.outputs]
    schema, digest = _written(transformed(transform, found, kept), found.ref)
    source = Source("transform", {found.name: found.ref}, code=code, digest=digest)
    lineage = {each: [ColumnSource(found.artifact, each)] for each in kept}
    made = tuple(each for each in transform.outputs if each in schema.names)
    for output in made:
        behind = transform.graph.lineage(output).items()
        lineage[output] = [ColumnSource(found.artifact, name, how) for name, how in behind]
    return Rows(
        source,
        {found.name: Table(found)},
        columns_of(schema),
        lineage,
        offered=made,
        reads={found.name: tuple(transform.columns)},
    )


def _source(kind: Any, tables: Mapping[str, Table], **given: Any) -> Source:
    datasets = {n: each.ref for n, each in tables.items() if isinstance(each.record, Dataset)}
    views = {n: each.ref for n, each in tables.items() if n not in datasets}
    return Source(kind, datasets, views, **given)


def _run(connection: Any, sql: str) -> tuple[Column, ...]:
    import duckdb

    try:
        return described(connection, f"({sql})")
    except duckdb.Error as error:
        raise InvalidInput(
            f"the SQL does not run: {str(error).strip()}",
            hint="DuckDB's dialect, over dataset names",
        ) from error


def _computed(function: Callable[..., object], tables: Mapping[str, Table], result: object) -> Rows:
    from workbench.data.reading import read_source

    table = read_source(result).table
    schema, digest = _written([table], f"what {function.__name__}() returned")
    try:
        code = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed into a console that keeps no source
        code = f"{function.__qualname__} {function.__code__.co_code.hex()}"
    read = columns_read(function, {name: each.columns for name, each in tables.items()})
    how = f"python {function.__name__}"
    sources = [ColumnSource(tables[name].artifact, c, how) for name in tables for c in read[name]]
    lineage = {}
    for each in schema.names:
        # A column that comes back under its name may have passed through without being named.
        passed = [
            ColumnSource(table.artifact, each, how)
            for name, table in tables.items()
            if each in table.columns and each not in read[name]
        ]
        lineage[each] = sources + passed
    return Rows(
        _source("function", tables, code=code, digest=digest),
        tables,
        columns_of(schema),
        lineage,
        reads=read,
    )


def _written(tables: Iterable[pa.Table], what: str) -> tuple[pa.Schema, str]:
    """Store rows as Parquet; return their schema and digest."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    writer = None
    rows = 0
    for table in tables:
        writer = writer or pq.ParquetWriter(
            buffer, table.schema, compression="zstd", compression_level=1
        )
        writer.write_table(table)
        rows += table.num_rows
    if writer is None or not rows:
        raise InvalidInput(f"{what} has no rows", hint="check its filters")
    writer.close()
    return writer.schema, workspace.current().blobs.put_bytes(buffer.getvalue()).digest
