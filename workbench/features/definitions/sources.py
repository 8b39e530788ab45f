"""From a definition to rows: a dataset, a query over datasets, or a Python function."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column
from workbench.data.datasets import Dataset, dataset
from workbench.data.engine import described, open_engine, parquet, quoted
from workbench.features.definitions.sql_lineage import origins, tables_in
from workbench.features.definitions.views import Source
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from workbench.metadata import Artifact


@dataclass(frozen=True)
class Rows:
    """What a definition yields, before it is known which column means what.

    Attributes
    ----------
    source : Source
    datasets : mapping of str to Dataset
        By the name that the definition uses.
    columns : tuple of Column
    lineage : mapping of str to list of ColumnSource
        By column.
    """

    source: Source
    datasets: Mapping[str, Dataset]
    columns: tuple[Column, ...]
    lineage: Mapping[str, list[ColumnSource]]


def from_dataset(given: Dataset | str) -> Rows:
    """Return the rows of one dataset; raises NotFound."""
    found = dataset(given)
    return Rows(
        Source("dataset", {found.name: found.ref}),
        {found.name: found},
        found.columns,
        {each.name: [ColumnSource(found.artifact, each.name)] for each in found.columns},
    )


def from_sql(sql: str) -> Rows:
    """Return the rows of a query over dataset names (``flights``, ``"flights@3"``).

    Raises
    ------
    NotFound
        If it names a dataset that does not exist.
    InvalidInput
        If it is not one query, or DuckDB cannot run it.
    """
    sql = textwrap.dedent(sql).strip().rstrip(";")
    datasets = {name: dataset(name) for name in tables_in(sql)}
    if not datasets:
        raise InvalidInput("the SQL reads no dataset", hint="select from a dataset's name")
    with open_engine() as connection:
        attach(connection, datasets)
        columns = _run(connection, sql)
    known = {name: [column.name for column in each.columns] for name, each in datasets.items()}
    traced = origins(sql, known)
    lineage = {
        column.name: [
            ColumnSource(datasets[origin.table].artifact, origin.column, origin.how)
            for origin in traced.get(
                column.name, traced.get(column.name.lower(), traced.get("*", []))
            )
            if origin.table in datasets
        ]
        for column in columns
    }
    refs = {name: each.ref for name, each in datasets.items()}
    return Rows(Source("sql", refs, sql=sql), datasets, columns, lineage)


def from_function(function: Callable[..., object]) -> Rows:
    """Return what a function gives: SQL, or a frame made of datasets that its parameters name.

    A frame is stored, so that every later reader sees the same rows.

    Raises
    ------
    NotFound
        If a parameter names no dataset.
    InvalidInput
        If it returns neither text nor a table.
    """
    import pandas as pd
    import pyarrow as pa

    parameters = list(inspect.signature(function).parameters)
    try:
        datasets = {name: dataset(name) for name in parameters}
    except NotFound as error:
        raise NotFound(
            f"{function.__name__} takes a parameter that names no dataset: {error.message}",
            hint=error.hint,
        ) from error
    result = function(*(each.to_pandas() for each in datasets.values()))
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
    return _stored(function, datasets, result)


def relation_of(connection: DuckDBPyConnection, source: Source) -> str:
    """Make a source's rows readable on a connection; return what stands after FROM."""
    if source.kind == "function":
        return parquet([str(workspace.current().blobs.local_path(str(source.digest)))])
    datasets = {name: dataset(ref) for name, ref in source.datasets.items()}
    if source.kind == "dataset":
        (only,) = datasets.values()
        return parquet(only.paths())
    attach(connection, datasets)
    return f"({source.sql})"


def attach(connection: DuckDBPyConnection, datasets: Mapping[str, Dataset]) -> None:
    """Make datasets readable by the names that a query uses."""
    for name, each in datasets.items():
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {parquet(each.paths())}")


def _run(connection: DuckDBPyConnection, sql: str) -> tuple[Column, ...]:
    import duckdb

    try:
        return described(connection, f"({sql})")
    except duckdb.Error as error:
        raise InvalidInput(
            f"the SQL does not run: {str(error).strip()}",
            hint="DuckDB's dialect, over dataset names",
        ) from error


def _stored(
    function: Callable[..., object], datasets: Mapping[str, Dataset], result: object
) -> Rows:
    import io

    import pyarrow.parquet as pq

    from workbench.data.columns import columns_of
    from workbench.data.reading import read_source

    table = read_source(result).table
    if not table.num_rows:
        raise InvalidInput(f"{function.__name__} returned no rows", hint="check its filters")
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=1)
    blob = workspace.current().blobs.put_bytes(buffer.getvalue())
    try:
        code = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed into a console that keeps no source
        code = f"{function.__qualname__} {function.__code__.co_code.hex()}"
    refs = {name: each.ref for name, each in datasets.items()}
    columns = columns_of(table.schema)
    return Rows(
        Source("function", refs, code=code, digest=blob.digest),
        datasets,
        columns,
        _mentioned(function, [each.artifact for each in datasets.values()], columns),
    )


def _mentioned(
    function: Callable[..., object], artifacts: Iterable[Artifact], columns: Iterable[Column]
) -> dict[str, list[ColumnSource]]:
    """Trace Python coarsely: each result comes from every source column that the code mentions."""
    words = set(_words(function.__code__))
    how = f"python {function.__name__}"
    known = [(each, column["name"]) for each in artifacts for column in each.properties["columns"]]
    used = [pair for pair in known if pair[1] in words] or known
    return {each.name: [ColumnSource(a, name, how) for a, name in used] for each in columns}


def _words(code: CodeType) -> Iterable[str]:
    yield from code.co_names

    def inside(value: Any) -> Iterable[str]:  # a constant of any kind
        if isinstance(value, str):
            yield value
        elif isinstance(value, CodeType):
            yield from _words(value)
        elif isinstance(value, (tuple, frozenset)):
            for each in value:
                yield from inside(each)

    for constant in code.co_consts:
        yield from inside(constant)
