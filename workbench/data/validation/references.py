"""Whether the values of a column occur in a column of another dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column
from workbench.data.datasets.sources import Source, open_source
from workbench.data.engine import quoted
from workbench.data.schemas import Reference
from workbench.data.validation.evidence import Broken
from workbench.data.validation.scanning import BATCH, batches, sandbox

OTHER = "other"
_NAMED = 10


def count_orphans(source: Source, constraint: Reference, references: Mapping[str, Any]) -> Broken:
    """Return how many rows have a value that the other dataset lacks; missing ones pass.

    Raises
    ------
    InvalidInput
        If a column is missing, or the two cannot be compared.
    NotFound
        If there is no such dataset.
    """
    import duckdb

    check_column(constraint.column, source.names, "such")
    counted: Counter[str] = Counter()
    orphans = rows = 0
    with sandbox({OTHER: keys_of(constraint, references)}) as connection:
        for batch in batches(source, [constraint.column], connection):
            sql = (
                f"SELECT CAST({quoted(constraint.column)} AS VARCHAR) AS value, count(*) "
                f"FROM {BATCH} WHERE {orphan_condition(constraint)} GROUP BY value"
            )
            try:
                found = connection.execute(sql).fetchall()
            except duckdb.Error as error:
                raise InvalidInput(
                    f"{constraint.title!r} cannot be compared: {str(error).splitlines()[0]}",
                    hint="both columns hold values of one type",
                ) from error
            counted.update(dict(found))
            rows += batch.rows
    orphans = counted.total()
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return Broken(orphans, rows, tuple(value for value, _ in ordered[:_NAMED]))


def orphan_condition(constraint: Reference) -> str:
    """Return the SQL of a row whose value the table ``other`` lacks."""
    name = quoted(constraint.column)
    return f"{name} IS NOT NULL AND {name} NOT IN (SELECT key FROM {OTHER})"


def keys_of(constraint: Reference, references: Mapping[str, Any]) -> pa.Table:
    """Return the distinct values of the other dataset's column, as ``key``."""
    other = open_source(references.get(constraint.dataset, constraint.dataset))
    key = check_column(constraint.key or constraint.column, other.names, "referenced")
    values = other.read(key).unique().drop_null()
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return pa.table({"key": values})
