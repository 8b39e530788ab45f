"""Looking at rows by SQL, a batch at a time, where it can reach nothing but the batch.

The connection may open no file, load no extension and change no setting, so that a condition that
somebody wrote into a schema does no more than tell rows apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from workbench.core.errors import InvalidInput, near
from workbench.data.datasets.sources import Part, Source

if TYPE_CHECKING:
    import duckdb

BATCH = "batch"
ROW = "workbench_row_number"


@dataclass(frozen=True)
class Batch:
    """Rows that lie in the table ``batch`` of a connection.

    Attributes
    ----------
    part : Part
        Where they come from.
    first : int
        The number of the first among all rows.
    rows : int
    """

    part: Part
    first: int
    rows: int


@contextmanager
def sandbox(
    tables: Mapping[str, pa.Table] | None = None,
    functions: Mapping[str, Callable[[bytes], bool]] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that sees these tables and nothing else of this machine.

    Parameters
    ----------
    tables : mapping, optional
        By name.
    functions : mapping, optional
        Of bytes, by name.
    """
    import duckdb

    connection = duckdb.connect(config={"enable_external_access": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        for name, table in (tables or {}).items():
            connection.register(name, table)
        for name, function in (functions or {}).items():
            connection.create_function(name, function, ["BLOB"], "BOOLEAN")
        yield connection
    finally:
        connection.close()


def batches(
    source: Source,
    columns: Sequence[str] | Mapping[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[Batch]:
    """Yield all rows, each time as the table ``batch``: these columns and the row's number.

    A mapping has the columns by what SQL shall call them, which does not tell capitals from small
    letters.
    """
    called = columns if isinstance(columns, Mapping) else {name: name for name in columns}
    called = called or {source.names[0]: source.names[0]}
    wanted = list(dict.fromkeys(called.values()))
    first = 0
    for part in source.parts:
        for read in part.tables(wanted, 1 << 20):
            table = read.select(list(called.values())).rename_columns(list(called))
            numbers = np.arange(first, first + table.num_rows)
            connection.register(BATCH, table.append_column(ROW, pa.array(numbers)))
            yield Batch(part, first, table.num_rows)
            connection.unregister(BATCH)
            first += table.num_rows


def literal(value: object) -> str:
    """Return a text, a number or bytes as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def columns_in(sql: str, source: Source) -> tuple[str, ...]:
    """Return the columns that a condition looks at.

    Raises
    ------
    InvalidInput
        If it is no condition over the columns of one row.
    """
    with sandbox() as connection:
        asked = [f"SELECT (\n{sql}\n)"]
        ((said,),) = connection.execute("SELECT json_serialize_sql(?)", asked).fetchall()
    parsed = json.loads(said)
    if parsed["error"]:
        raise InvalidInput(
            f"the constraint {sql!r} cannot be read: {parsed['error_message']}",
            hint="write a condition over a row's columns, such as 'distance > 0'; a name that SQL "
            'takes for a word of its own stands in quotes, such as "at"',
        )
    nodes = [each["node"] for each in parsed["statements"]]
    alone = len(nodes) == 1 and len(nodes[0]["select_list"]) == 1
    if not alone or nodes[0]["from_table"]["type"] != "EMPTY":
        raise _not_of_one_row(sql)
    if {"SUBQUERY", "WINDOW"} & _classes(nodes):
        raise _not_of_one_row(sql)
    return _resolved(sql, set(_names(nodes)), source.names)


def _resolved(sql: str, named: set[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that names stand for; SQL does not tell capitals from small letters."""
    exact = {name for name in known if name in named}
    settled = {name.lower() for name in exact}
    wanted = {name.lower() for name in named} - settled
    found = tuple(name for name in known if name in exact or name.lower() in wanted)
    twice = [name for name in found if sum(name.lower() == each.lower() for each in found) > 1]
    if twice:
        raise InvalidInput(
            f"the constraint {sql!r} could mean any of the columns {', '.join(map(repr, twice))}",
            hint="SQL does not tell capitals from small letters: rename all but one of them",
        )
    return found


def count_breaking(sql: str, source: Source) -> tuple[int, int]:
    """Return how many rows break a condition, and how many there are.

    Raises
    ------
    InvalidInput
        If it is no condition over the columns of one row, with what DuckDB says.
    """
    import duckdb

    columns = columns_in(sql, source)
    broken = rows = 0
    with sandbox() as connection:
        try:
            for _ in batches(_without_rows(source, columns), columns, connection):
                _check_truth(sql, connection)
            for batch in batches(source, columns, connection):
                asked = f"SELECT count(*) FROM {BATCH} WHERE NOT (\n{sql}\n)"
                ((found,),) = connection.execute(asked).fetchall()
                broken += int(found)
                rows += batch.rows
        except duckdb.Error as error:
            raise _refused(sql, error, source) from error
    return broken, rows


def _check_truth(sql: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse what is neither true nor false, before any row is read."""
    connection.execute(f"SELECT 1 FROM {BATCH} WHERE NOT (\n{sql}\n)").fetchall()
    asked = connection.execute(f"DESCRIBE SELECT (\n{sql}\n) FROM {BATCH}").fetchall()
    kind = asked[0][1]
    if kind != "BOOLEAN":
        raise InvalidInput(
            f"the constraint {sql!r} is {kind}, neither true nor false",
            hint="compare it: 'distance > 0'",
        )


def _without_rows(source: Source, columns: Sequence[str]) -> Source:
    """Return a source of the same types with nothing in it."""
    wanted = list(dict.fromkeys(columns)) or [source.names[0]]
    table = next(source.tables(wanted), None)
    parts: tuple[Part, ...] = ()
    if table is not None:
        empty = table.slice(0, 0)
        parts = (Part(0, lambda names, rows: iter([empty.select(list(names))])),)
    return Source(source.name, source.columns, 0, parts, source.read)


def _refused(sql: str, error: Exception, source: Source) -> InvalidInput:
    said = str(error).splitlines()[0]
    words = said.split('"')
    hint = near(words[1], source.names) if "not found" in said and len(words) > 1 else None
    return InvalidInput(
        f"the constraint {sql!r} cannot be answered: {said}",
        hint=hint or "it is asked of one row of the data, in DuckDB's SQL",
    )


def _not_of_one_row(sql: str) -> InvalidInput:
    return InvalidInput(
        f"the constraint {sql!r} looks at more than one row",
        hint="write a condition over the columns of a row; rows are counted by RowCount, other "
        "data is asked by Reference",
    )


def _classes(node: Any) -> set[str]:
    """Return every class of expression in a parsed statement."""
    if isinstance(node, list):
        return set().union(*map(_classes, node)) if node else set()
    if isinstance(node, dict):
        inner = set().union(*map(_classes, node.values())) if node else set()
        return inner | {node["class"]} if "class" in node else inner
    return set()


def _names(node: Any) -> Iterator[str]:
    """Yield the names of columns in a parsed expression, and of what looks like one."""
    if isinstance(node, list):
        for each in node:
            yield from _names(each)
    elif isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            yield from node["column_names"]
        for each in node.values():
            yield from _names(each)
