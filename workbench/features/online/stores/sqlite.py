"""The online store of one machine: an SQLite file in WAL mode, a connection a thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.core.errors import StorageFull, Unavailable
from workbench.core.sqlite import use_wal
from workbench.features.online.stores.encoding import ORDER_BYTES
from workbench.features.online.stores.store import STATE_KEY

_CREATE = """
CREATE TABLE IF NOT EXISTS feature_rows (
    view TEXT NOT NULL, key BLOB NOT NULL, row BLOB NOT NULL, PRIMARY KEY (view, key)
) WITHOUT ROWID
"""
_READ = "(SELECT row FROM feature_rows WHERE view = ? AND key = ?)"
_READ_AT_ONCE = 64  # rows a statement; one of each length is kept ready
_PUT = f"""
INSERT INTO feature_rows (view, key, row) VALUES (?, ?, ?)
ON CONFLICT (view, key) DO UPDATE SET row = excluded.row
WHERE substr(excluded.row, 1, {ORDER_BYTES}) >= substr(row, 1, {ORDER_BYTES})
"""
_SET = "INSERT OR REPLACE INTO feature_rows (view, key, row) VALUES (?, ?, ?)"


class SqliteStore:
    """Rows in one SQLite file; see `OnlineStore`.

    Parameters
    ----------
    path : Path
        Made, with its folder, at first use.
    busy_seconds : float
        How long a writer waits for another one.
    """

    def __init__(self, path: Path, busy_seconds: float = 30.0) -> None:
        self.path = path
        self._busy = busy_seconds
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[sqlite3.Connection] = []

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        """Return the row of each (table, key), in order."""
        with self._errors():
            execute = self._connection().execute
            found: list[bytes | None] = []
            for first in range(0, len(wanted), _READ_AT_ONCE):
                part = wanted[first : first + _READ_AT_ONCE]
                query = f"SELECT {', '.join([_READ] * len(part))}"
                found += execute(query, [each for pair in part for each in pair]).fetchone()
            return found

    def put(
        self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes | None = None
    ) -> int:
        """Write rows that are not older than those there, in one transaction."""
        with self._transaction() as connection:
            given = _Counted(rows)
            connection.executemany(_PUT, ((table, key, row) for key, row in given))
            if state is not None:
                connection.execute(_SET, (table, STATE_KEY, state))
        return given.count

    def replace(self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes) -> int:
        """Make these rows the whole of a table, in one transaction."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM feature_rows WHERE view = ?", (table,))
            given = _Counted(rows)
            connection.executemany(_PUT, ((table, key, row) for key, row in given))
            connection.execute(_SET, (table, STATE_KEY, state))
        return given.count

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        with self._errors():
            (rows,) = (
                self._connection()
                .execute(
                    "SELECT count(*) FROM feature_rows WHERE view = ? AND key != ?",
                    (table, STATE_KEY),
                )
                .fetchone()
            )
        return int(rows)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Closed from whichever thread calls close().
            found = sqlite3.connect(
                self.path, timeout=self._busy, isolation_level=None, check_same_thread=False
            )
            use_wal(found, self._busy)
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute(_CREATE)
            with self._lock:
                self._opened.append(found)
            self._local.connection = found
        return found

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise StorageFull(
                    f"no room left in the online store {self.path}",
                    hint="free some space; nothing of this step was written",
                ) from error
            raise Unavailable(
                f"the online store {self.path} does not answer: {error}",
                hint="another writer may be holding it; try again",
            ) from error
        except sqlite3.DatabaseError as error:
            raise Unavailable(
                f"the online store {self.path} is damaged: {error}",
                hint="delete it and materialize again",
            ) from error


class _Counted:
    """Rows, and how many have passed."""

    def __init__(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        for pair in self._rows:
            self.count += 1
            yield pair
