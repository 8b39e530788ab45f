"""DuckDB as it is used here: in UTC, over Parquet files, on disk where memory is short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.data.columns import Column, columns_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def open_engine() -> DuckDBPyConnection:
    """Return a connection of its own; naive timestamps that it meets are UTC."""
    import duckdb

    spill = workspace.current().home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:", config={"temp_directory": str(spill)})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def quoted(name: str) -> str:
    """Return a name as SQL writes it.

    Examples
    --------
    >>> quoted('the "best" one')
    '"the ""best"" one"'
    """
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    """Return a name as DuckDB compares it: of the letters A to Z it does not see the case.

    Examples
    --------
    >>> folded("Été A")
    'Été a'
    """
    return "".join(each.lower() if each.isascii() else each for each in name)


def parquet(paths: Iterable[str]) -> str:
    """Return some Parquet files, in order, as they stand after FROM."""
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def described(connection: DuckDBPyConnection, relation: str) -> tuple[Column, ...]:
    """Return a relation's columns, with types named as datasets name them."""
    empty = connection.sql(f"SELECT * FROM {relation} LIMIT 0").to_arrow_table()
    return columns_of(empty.schema)
