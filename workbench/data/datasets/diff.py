"""What changed from one version of a dataset to another: rows by key, columns, distributions.

Files that both versions share hold the same rows, so only the others are read. DuckDB joins them,
on disk where memory does not do.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column, check_column
from workbench.data.datasets.dataset import Dataset
from workbench.data.datasets.declaration import names_of
from workbench.data.engine import open_engine, quoted

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from workbench.data.drift import Drift


@dataclass(frozen=True)
class DatasetDiff:
    """The difference between two versions.

    Attributes
    ----------
    a, b : Dataset
        Before and after.
    key : tuple of str
        The columns by which rows were told apart. Without a key whole rows are, and one that
        changed counts as removed and added.
    added, removed, changed, unchanged : int
        Rows.
    changed_columns : dict of str to int
        In how many rows each column changed, most first.
    columns_added, columns_removed : tuple of Column
    columns_retyped : tuple of (Column, Column)
        Before and after.
    """

    a: Dataset
    b: Dataset
    key: tuple[str, ...]
    added: int
    removed: int
    changed: int
    unchanged: int
    changed_columns: dict[str, int] = field(default_factory=dict)
    columns_added: tuple[Column, ...] = ()
    columns_removed: tuple[Column, ...] = ()
    columns_retyped: tuple[tuple[Column, Column], ...] = ()

    def added_rows(self, limit: int = 1000) -> pd.DataFrame:
        """Return rows that only the later version has, at most `limit`."""
        return self._rows("a", "b", limit)

    def removed_rows(self, limit: int = 1000) -> pd.DataFrame:
        """Return rows that only the earlier version has, at most `limit`."""
        return self._rows("b", "a", limit)

    def changed_rows(self, limit: int = 1000) -> pd.DataFrame:
        """Return changed rows: the key, then each column that changed, before and after.

        The columns of the frame have two levels: the column, and ``before`` or ``after``.
        """
        import pandas as pd

        with _compared(self.a, self.b) as connection:
            frame = connection.sql(_changed_sql(self.key, self._values, limit)).df()
        before = [(name, "before") for name in self._values]
        after = [(name, "after") for name in self._values]
        frame.columns = pd.MultiIndex.from_tuples(
            [*((n, "key") for n in self.key), *before, *after]
        )
        pairs = [pair for name in self._values for pair in ((name, "before"), (name, "after"))]
        result: pd.DataFrame = frame[[*((name, "key") for name in self.key), *pairs]]
        return result

    def drift(self) -> Drift:
        """Return how far each shared column's values moved."""
        from workbench.data.drift import drift

        return drift(self.a, self.b)

    @property
    def _values(self) -> list[str]:
        return [name for name in _shared(self.a, self.b) if name in self.changed_columns]

    def _rows(self, without: str, of: str, limit: int) -> pd.DataFrame:
        with _compared(self.a, self.b) as connection:
            if self.key:
                query = f"SELECT {of}.* FROM {of} ANTI JOIN {without} ON {_alike(self.key)}"
            else:
                query = _except(_shared(self.a, self.b), of, without)
            frame: pd.DataFrame = connection.sql(f"{query} LIMIT {int(limit)}").df()
        return frame

    def __repr__(self) -> str:
        said = f"+{self.added:,} −{self.removed:,} ~{self.changed:,} ={self.unchanged:,} rows"
        return f"<DatasetDiff {self.a.ref} → {self.b.ref}: {said}>"

    def _repr_html_(self) -> str:
        facts = (
            ("added", self.added),
            ("removed", self.removed),
            ("changed", self.changed),
            ("unchanged", self.unchanged),
        )
        rows = "".join(
            f"<tr><td style='text-align:left'>rows {name}</td><td>{count:,}</td></tr>"
            for name, count in facts
        )
        rows += "".join(
            f"<tr><td style='text-align:left'>changed in {html.escape(name)}</td>"
            f"<td>{count:,}</td></tr>"
            for name, count in self.changed_columns.items()
        )
        rows += "".join(
            f"<tr><td style='text-align:left'>column {word}</td>"
            f"<td style='text-align:left'>{html.escape(f'{each.name} ({each.type})')}</td></tr>"
            for word, columns in (("added", self.columns_added), ("removed", self.columns_removed))
            for each in columns
        )
        rows += "".join(
            f"<tr><td style='text-align:left'>column {html.escape(before.name)}</td>"
            f"<td style='text-align:left'>{html.escape(f'{before.type} → {after.type}')}</td></tr>"
            for before, after in self.columns_retyped
        )
        title = html.escape(f"{self.a.ref} → {self.b.ref}")
        return f"<div><strong>{title}</strong></div><table><tbody>{rows}</tbody></table>"


def diff(a: Dataset, b: Dataset, key: str | Sequence[str] | None = None) -> DatasetDiff:
    """Return what changed from `a` to `b`.

    Parameters
    ----------
    a, b : Dataset
    key : str or sequence of str, optional
        The columns that name a row; those that `b` declares when not given.

    Raises
    ------
    InvalidInput
        If a key column is not in both, or the key names several rows of a version.
    """
    columns = tuple(_shared(a, b))
    named = names_of(key) or b.key
    for name in named:
        check_column(name, columns, "shared")
    if not columns:
        raise InvalidInput(f"{a.ref} and {b.ref} share no columns", hint="compare like with like")
    with _compared(a, b) as connection:
        if named:
            _check_key(connection, named, "a", a)
            _check_key(connection, named, "b", b)
            counts = _by_key(connection, named, [each for each in columns if each not in named])
        else:
            counts = _by_row(connection, columns)
    common = _common(a, b)
    kept = sum(file.rows for file in a.files if file.digest in common)
    before, after = ({each.name: each for each in version.columns} for version in (a, b))
    return DatasetDiff(
        a,
        b,
        named,
        counts["added"],
        counts["removed"],
        counts["changed"],
        counts["unchanged"] + kept,
        counts["columns"],
        tuple(each for name, each in after.items() if name not in before),
        tuple(each for name, each in before.items() if name not in after),
        tuple((before[n], after[n]) for n in before if n in after and before[n] != after[n]),
    )


def _shared(a: Dataset, b: Dataset) -> list[str]:
    there = {each.name for each in b.columns}
    return [each.name for each in a.columns if each.name in there]


def _common(a: Dataset, b: Dataset) -> set[str]:
    """Return the digests of the files that both versions hold, as often as the other."""
    here, there = (Counter(file.digest for file in version.files) for version in (a, b))
    return {digest for digest, times in here.items() if times == there[digest]}


@contextmanager
def _compared(a: Dataset, b: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the rows that only one version's files hold, as the views a and b."""
    blobs = workspace.current().blobs
    common = _common(a, b)
    with open_engine() as connection:
        for view, version in (("a", a), ("b", b)):
            paths = [
                str(blobs.local_path(file.digest))
                for file in version.files
                if file.digest not in common
            ]
            if paths:
                connection.read_parquet(paths).create_view(view)
            else:
                empty = version.manifest.schema.empty_table()
                connection.register(view, empty)
        yield connection


def _by_key(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], values: Sequence[str]
) -> dict[str, Any]:
    places = range(len(values))
    differs = ", ".join(f"a.v{each} IS DISTINCT FROM b.v{each} AS d{each}" for each in places)
    any_of = " OR ".join(f"d{each}" for each in places) or "false"
    counted = "".join(f", count(*) FILTER (WHERE here AND there AND d{each})" for each in places)
    added, removed, changed, both, *columns = connection.sql(
        "SELECT count(*) FILTER (WHERE NOT here), count(*) FILTER (WHERE NOT there), "
        f"count(*) FILTER (WHERE here AND there AND ({any_of})), "
        f"count(*) FILTER (WHERE here AND there){counted} "
        "FROM (SELECT a.present IS NOT NULL AS here, b.present IS NOT NULL AS there"
        f"{', ' * bool(values)}{differs} "
        f"FROM ({_numbered(key, values, 'a')}) a FULL JOIN ({_numbered(key, values, 'b')}) b "
        f"ON {' AND '.join(f'a.k{n} IS NOT DISTINCT FROM b.k{n}' for n in range(len(key)))})"
    ).fetchall()[0]
    by_column = {name: n for name, n in zip(values, columns, strict=True) if n}
    return {
        "added": added,
        "removed": removed,
        "changed": changed,
        "unchanged": both - changed,
        "columns": dict(sorted(by_column.items(), key=lambda each: -each[1])),
    }


def _by_row(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, Any]:
    added, removed, before = connection.sql(
        f"SELECT (SELECT count(*) FROM ({_except(columns, 'b', 'a')})), "
        f"(SELECT count(*) FROM ({_except(columns, 'a', 'b')})), (SELECT count(*) FROM a)"
    ).fetchall()[0]
    return {
        "added": added,
        "removed": removed,
        "changed": 0,
        "unchanged": before - removed,
        "columns": {},
    }


def _check_key(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], view: str, version: Dataset
) -> None:
    double = connection.sql(
        f"SELECT {', '.join(map(quoted, key))}, count(*) FROM {view} "
        "GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
    ).fetchall()
    if double:
        *named, count = double[0]
        shown = ", ".join(f"{n}={v!r}" for n, v in zip(key, named, strict=True))
        raise InvalidInput(
            f"{shown} names {count:,} rows of {version.ref}",
            hint="give more columns as key=, enough to name one row",
        )


def _numbered(key: Sequence[str], values: Sequence[str], view: str) -> str:
    """Return a query whose columns are numbered, so that no name of theirs can be in the way."""
    keys = [f"{quoted(name)} AS k{place}" for place, name in enumerate(key)]
    others = [f"{quoted(name)} AS v{place}" for place, name in enumerate(values)]
    return f"SELECT {', '.join([*keys, *others, 'true AS present'])} FROM {view}"


def _changed_sql(key: Sequence[str], values: Sequence[str], limit: int) -> str:
    differs = " OR ".join(f"a.{quoted(n)} IS DISTINCT FROM b.{quoted(n)}" for n in values)
    listed = [f"b.{quoted(name)} AS k{place}" for place, name in enumerate(key)]
    listed += [f"a.{quoted(name)} AS a{place}" for place, name in enumerate(values)]
    listed += [f"b.{quoted(name)} AS b{place}" for place, name in enumerate(values)]
    return (
        f"SELECT {', '.join(listed)} FROM a JOIN b ON {_alike(key)} "
        f"WHERE {differs or 'false'} LIMIT {int(limit)}"
    )


def _except(columns: Sequence[str], of: str, without: str) -> str:
    listed = ", ".join(map(quoted, columns))
    return f"SELECT {listed} FROM {of} EXCEPT ALL SELECT {listed} FROM {without}"


def _alike(key: Sequence[str]) -> str:
    return " AND ".join(f"a.{quoted(n)} IS NOT DISTINCT FROM b.{quoted(n)}" for n in key)
