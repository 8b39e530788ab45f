"""What changed from one version of a dataset to another: rows by key, columns, distributions.

Files that both versions share hold the same rows, so only the others are read. DuckDB joins them,
on disk where memory does not do. It takes ``a`` and ``A`` for one column, so columns have numbers
in its queries, and their names again in what is returned.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column, check_column
from workbench.data.datasets.dataset import Dataset
from workbench.data.datasets.declaration import names_of
from workbench.data.engine import open_engine, parquet

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

        query = _changed_sql(self._codes(self.key), self._codes(self._values), limit)
        with _compared(self.a, self.b) as connection:
            frame = connection.sql(query).df()
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

    def _codes(self, names: Sequence[str]) -> list[str]:
        codes = _coded(self.a, self.b)
        return [codes[name] for name in names]

    def _rows(self, without: str, of: str, limit: int) -> pd.DataFrame:
        if self.key:
            names = [each.name for each in (self.a if of == "a" else self.b).columns]
            alike = _alike(self._codes(self.key))
            query = f"SELECT {of}.* FROM {of} ANTI JOIN {without} ON {alike}"
        else:
            names = _shared(self.a, self.b)
            query = _except(self._codes(names), of, without)
        with _compared(self.a, self.b) as connection:
            frame: pd.DataFrame = connection.sql(f"{query} LIMIT {int(limit)}").df()
        frame.columns = names
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
    codes = _coded(a, b)
    key_codes = {name: codes[name] for name in named}
    value_codes = {name: codes[name] for name in columns if name not in named}
    with _compared(a, b) as connection:
        if named:
            _check_key(connection, key_codes, "a", a)
            _check_key(connection, key_codes, "b", b)
            counts = _by_key(connection, key_codes, value_codes)
        else:
            counts = _by_row(connection, list(value_codes.values()))
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


def _coded(a: Dataset, b: Dataset) -> dict[str, str]:
    """Return what each column of either is called in the views a and b."""
    names = dict.fromkeys(each.name for version in (a, b) for each in version.columns)
    return {name: f"c{place}" for place, name in enumerate(names)}


def _common(a: Dataset, b: Dataset) -> set[str]:
    """Return the digests of the files that both versions hold, as often as the other."""
    here, there = (Counter(file.digest for file in version.files) for version in (a, b))
    return {digest for digest, times in here.items() if times == there[digest]}


@contextmanager
def _compared(a: Dataset, b: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the rows that only one version's files hold, as the views a and b."""
    blobs = workspace.current().blobs
    common, codes = _common(a, b), _coded(a, b)
    own_a, own_b = (
        [str(blobs.local_path(each.digest)) for each in version.files if each.digest not in common]
        for version in (a, b)
    )
    with open_engine() as connection:
        for view, version, own, others in (("a", a, own_a, own_b), ("b", b, own_b, own_a)):
            # A version without files of its own is part of the other, and has its columns.
            files = parquet(own or others or version.paths()[:1])
            named = ", ".join(codes[each.name] for each in version.columns)
            connection.execute(
                f"CREATE VIEW {view} AS SELECT * FROM {files} AS files({named}) WHERE {bool(own)}"
            )
        yield connection


def _by_key(
    connection: duckdb.DuckDBPyConnection, key: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, Any]:
    differs = "".join(f", a.{c} IS DISTINCT FROM b.{c} AS {c}" for c in values.values())
    any_of = " OR ".join(values.values()) or "false"
    counted = "".join(f", count(*) FILTER (WHERE here AND there AND {c})" for c in values.values())
    added, removed, changed, both, *columns = connection.sql(
        "SELECT count(*) FILTER (WHERE NOT here), count(*) FILTER (WHERE NOT there), "
        f"count(*) FILTER (WHERE here AND there AND ({any_of})), "
        f"count(*) FILTER (WHERE here AND there){counted} "
        "FROM (SELECT a.present IS NOT NULL AS here, b.present IS NOT NULL AS there"
        f"{differs} FROM (SELECT *, true AS present FROM a) a "
        f"FULL JOIN (SELECT *, true AS present FROM b) b ON {_alike(list(key.values()))})"
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
    connection: duckdb.DuckDBPyConnection, key: Mapping[str, str], view: str, version: Dataset
) -> None:
    double = connection.sql(
        f"SELECT {', '.join(key.values())}, count(*) FROM {view} "
        "GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
    ).fetchall()
    if double:
        *named, count = double[0]
        shown = ", ".join(f"{n}={v!r}" for n, v in zip(key, named, strict=True))
        raise InvalidInput(
            f"{shown} names {count:,} rows of {version.ref}",
            hint="give more columns as key=, enough to name one row",
        )


def _changed_sql(key: Sequence[str], values: Sequence[str], limit: int) -> str:
    differs = " OR ".join(f"a.{each} IS DISTINCT FROM b.{each}" for each in values)
    listed = [f"b.{each} AS k{each}" for each in key]
    listed += [f"{side}.{each} AS {side}{each}" for side in ("a", "b") for each in values]
    return (
        f"SELECT {', '.join(listed)} FROM a JOIN b ON {_alike(key)} "
        f"WHERE {differs or 'false'} LIMIT {int(limit)}"
    )


def _except(columns: Sequence[str], of: str, without: str) -> str:
    listed = ", ".join(columns)
    return f"SELECT {listed} FROM {of} EXCEPT ALL SELECT {listed} FROM {without}"


def _alike(key: Sequence[str]) -> str:
    return " AND ".join(f"a.{each} IS NOT DISTINCT FROM b.{each}" for each in key)
