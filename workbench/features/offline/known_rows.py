"""From when a row counts, and which row is the best known at each instant.

A row with event time *e*, created at *c*, is visible from ``v = greatest(e, c)``. At an instant *s*
the row that answers for a key is, among those with ``v <= s``, the one with the greatest
``(e, c)``; a tie goes to the row that stands last in its source. A row that arrives after a
fresher one is therefore never the answer, and dropping it here leaves, for each key, rows whose
event time grows with `v`: an ASOF join on `v` then gives the answer for every instant at once.

Rows without a key, an event time or (where the source has one) a creation time are never visible.
Times are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.data.engine import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Layout:
    """Which of a relation's columns mean what; see `prepare` for the columns that result.

    Attributes
    ----------
    keys, features : sequence of str
    time, created : str or None
        Both None for static rows; `created` alone is never given.
    ordered : bool
        Whether the relation's own order means something: then a tie goes to its last row, else
        to the row with the greatest values, so that a query gives the same answer every time.
    """

    keys: Sequence[str]
    features: Sequence[str]
    time: str | None = None
    created: str | None = None
    ordered: bool = True


def prepare(connection: DuckDBPyConnection, relation: str, layout: Layout, target: Path) -> int:
    """Write the rows that are ever the best known to a Parquet file, and return their number.

    Its columns are ``k0…`` (the keys), ``f0…`` (the features), and, unless the rows are static,
    ``visible`` and ``event`` (BIGINT) and ``created`` (BIGINT).

    Parameters
    ----------
    connection : DuckDBPyConnection
    relation : str
        A table's name or a query in parentheses, as it stands after FROM.
    layout : Layout
    target : Path
    """
    connection.execute(
        f"COPY ({known_rows_sql(relation, layout)}) TO '{_text(target)}' "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )
    counted = connection.execute(f"SELECT count(*) FROM read_parquet('{_text(target)}')").fetchall()
    return int(counted[0][0])


def known_rows_sql(relation: str, layout: Layout) -> str:
    """Return the query behind `prepare`."""
    keys = [f"{quoted(name)} AS k{index}" for index, name in enumerate(layout.keys)]
    features = [f"{quoted(name)} AS f{index}" for index, name in enumerate(layout.features)]
    key_names = [f"k{index}" for index in range(len(keys))]
    feature_names = [f"f{index}" for index in range(len(features))]
    present = [f"k{index} IS NOT NULL" for index in range(len(keys))]
    order = ["n"] if layout.ordered else [f"{name} NULLS FIRST" for name in feature_names]
    number = ["row_number() OVER () AS n"] if layout.ordered else []
    if layout.time is None:
        inner = ", ".join([*keys, *features, *number])
        return (
            f"SELECT {', '.join(key_names + feature_names)} FROM (SELECT {inner} FROM {relation}) "
            f"WHERE {' AND '.join(present)} QUALIFY lead(true, 1, false) OVER "
            f"(PARTITION BY {', '.join(key_names)} ORDER BY {', '.join(order)}) = false"
        )
    event = f"epoch_us({quoted(layout.time)})"
    created = event if layout.created is None else f"epoch_us({quoted(layout.created)})"
    inner = ", ".join([*keys, *features, f"{event} AS event", f"{created} AS created", *number])
    window = (
        f"(PARTITION BY {', '.join(key_names)} "
        f"ORDER BY {', '.join(['visible', 'event', 'created', *order])})"
    )
    kept = f"lead(visible) OVER {window} IS DISTINCT FROM visible"
    if layout.created is not None:
        kept += f" AND event >= max(event) OVER {window}"
    present += ["event IS NOT NULL", "created IS NOT NULL"]
    return (
        f"SELECT {', '.join([*key_names, 'visible', 'event', 'created', *feature_names])} FROM "
        f"(SELECT *, greatest(event, created) AS visible FROM (SELECT {inner} FROM {relation}) "
        f"WHERE {' AND '.join(present)}) QUALIFY {kept}"
    )


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
