"""Opening a source: which reader reads it, and as which types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from workbench.data.reading.bad_rows import BadRows, Policy
from workbench.data.reading.conversion import read_source
from workbench.data.reading.rows import Rows

#: Rows of a table that readers give.
MOST = 1 << 20


def open_rows(
    source: object, types: Mapping[str, str] | None = None, *, bad_rows: Policy = "error"
) -> Rows:
    """Open a source whose rows are read table by table."""
    read = read_source(source, types)
    return rows_of(
        read.table, source=read.source, assumed_utc=read.assumed_utc, bad=BadRows(bad_rows)
    )


def rows_of(
    table: pa.Table,
    *,
    source: dict[str, Any] | None = None,
    assumed_utc: Iterable[str] = (),
    bad: BadRows | None = None,
) -> Rows:
    """Return the rows of a table whose types datasets keep.

    Examples
    --------
    >>> rows = rows_of(pa.table({"delay": [1, 2]}))
    >>> rows.rows, [each.num_rows for each in rows.tables()]
    (2, [2])
    """

    def tables() -> Iterator[pa.Table]:
        for start in range(0, table.num_rows, MOST):
            yield table.slice(start, MOST)

    return Rows(
        table.schema,
        tables,
        {"type": "arrow"} if source is None else source,
        table.num_rows,
        set(assumed_utc),
        bad or BadRows(),
    )
