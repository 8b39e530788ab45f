"""The online store of one machine: an SQLite file in WAL mode, a connection a thread."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from workbench.core.errors import StorageFull, Unavailable
from workbench.core.files import file_lock
from workbench.core.sqlite import transaction, use_wal
from workbench.features.online.stores.encoding import ORDER_BYTES, event_of
from workbench.features.online.stores.sqlite_states import AT_ONCE, BEGIN, TOUCH, States
from workbench.features.online.stores.state import Marks, Writing, source_of
from workbench.features.online.stores.store import STATE_KEY, Change, Rows, Wanted

_VERSION = 4
# Counted as they are made: counting a table of millions of rows when asked would take seconds.
_CREATE = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS feature_rows (
    view TEXT NOT NULL, key BLOB NOT NULL, row BLOB NOT NULL, PRIMARY KEY (view, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feature_tables (
    name TEXT PRIMARY KEY, rows INTEGER NOT NULL DEFAULT 0,
    newest INTEGER, written_at INTEGER, source TEXT
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS feature_rows_counted AFTER INSERT ON feature_rows WHEN NEW.key != x''
BEGIN
    INSERT INTO feature_tables (name, rows) VALUES (NEW.view, 1)
    ON CONFLICT (name) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER IF NOT EXISTS feature_rows_removed AFTER DELETE ON feature_rows WHEN OLD.key != x''
BEGIN
    UPDATE feature_tables SET rows = rows - 1 WHERE name = OLD.view;
END;
INSERT OR IGNORE INTO feature_tables (name, rows)
SELECT view, count(*) FROM feature_rows WHERE key != x'' GROUP BY view;
{BEGIN}
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_MARK = """
INSERT INTO feature_tables (name, newest, written_at, source) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
    newest = coalesce(max(newest, excluded.newest), newest, excluded.newest),
    written_at = excluded.written_at, source = excluded.source
"""
_READ = "(SELECT row FROM feature_rows WHERE view = ? AND key = ?)"
_MAPPED = 268435456  # bytes of the file that are read without a call for each page
_MARKS = "SELECT name, rows, newest, written_at, source FROM feature_tables"
_KEYS_AT_ONCE = 5000
_MARKS_AT_ONCE = 500
_LOOK_EVERY = 1.0  # seconds after which a reader looks whether its file is still the one there
_PUT = f"""
INSERT INTO feature_rows (view, key, row) VALUES (?, ?, ?)
ON CONFLICT (view, key) DO UPDATE SET row = excluded.row
WHERE substr(excluded.row, 1, {ORDER_BYTES}) >= substr(row, 1, {ORDER_BYTES})
"""
_SET = """
INSERT INTO feature_rows (view, key, row) VALUES (?, ?, ?)
ON CONFLICT (view, key) DO UPDATE SET row = excluded.row
"""
_REMOVE = "DELETE FROM feature_rows WHERE view = ? AND key = ?"


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
            for first in range(0, len(wanted), AT_ONCE):
                part = wanted[first : first + AT_ONCE]
                query = f"SELECT {', '.join([_READ] * len(part))}"
                found += execute(query, [each for pair in part for each in pair]).fetchone()
            return found

    def rows_of(
        self, wanted: Sequence[Wanted]
    ) -> list[tuple[bytes | None, Sequence[bytes | None]]]:
        """Return, for each table in order, its state and its rows of the keys."""
        with self._errors():
            connection = self._connection()
            states: States = self._local.states
            return states.rows_of(connection, wanted)

    def put(
        self, table: str, rows: Rows, state: bytes | None = None, *, writing: Writing | None = None
    ) -> int:
        """Write rows that are not older than those there, in one transaction."""
        with self._transaction() as connection:
            return _fill(connection, table, rows, state, writing)

    def update(
        self, table: str, keys: Sequence[bytes], change: Change, *, writing: Writing | None = None
    ) -> None:
        """Read, change and write the rows of some keys, in one transaction."""
        with self._transaction() as connection:
            found = self.read([(table, key) for key in keys])
            pairs = zip(keys, change(found), strict=True)
            changed = [(key, row) for key, row in pairs if row is not None]
            connection.executemany(_SET, ((table, key, row) for key, row in changed if row))
            connection.executemany(_REMOVE, ((table, key) for key, row in changed if not row))
            if changed:
                _mark(connection, table, max(row[:8] for _, row in changed), writing)

    def replace(
        self, table: str, rows: Rows, state: bytes, *, writing: Writing | None = None
    ) -> int:
        """Make these rows the whole of a table, in one transaction."""
        with self._transaction() as connection:
            _drop(connection, table)
            return _fill(connection, table, rows, state, writing)

    def drop(self, table: str) -> int | None:
        """Remove a table, in one transaction."""
        with self._transaction() as connection:
            (known,) = self.marks([table])
            _drop(connection, table)
        return 0 if known is None else known.rows

    def marks(self, tables: Sequence[str]) -> list[Marks | None]:
        """Return what was noted of tables, in order."""
        with self._errors():
            execute = self._connection().execute
            found: dict[str, Marks] = {}
            for first in range(0, len(tables), _MARKS_AT_ONCE):
                part = tables[first : first + _MARKS_AT_ONCE]
                query = f"{_MARKS} WHERE name IN ({', '.join('?' * len(part))})"
                found.update((name, _marks(*known)) for name, *known in execute(query, part))
        return [found.get(table) for table in tables]

    def tables(self) -> list[str]:
        """Return the tables that were ever written and not dropped, sorted."""
        with self._errors():
            query = "SELECT name FROM feature_tables ORDER BY name"
            return [name for (name,) in self._connection().execute(query)]

    def keys(self, table: str) -> Iterator[list[bytes]]:
        """Yield the keys of a table in their order, some thousands at a time."""
        query = "SELECT key FROM feature_rows WHERE view = ? AND key > ? ORDER BY key LIMIT ?"
        last = STATE_KEY
        while True:
            with self._errors():
                found = self._connection().execute(query, (table, last, _KEYS_AT_ONCE)).fetchall()
            if not found:
                return
            yield [key for (key,) in found]
            (last,) = found[-1]

    @contextmanager
    def lease(self, table: str, what: str) -> Iterator[Callable[[], None]]:
        """Hold a table by a file's lock, which ends with its process."""
        name = f"{self.path.name}.{sha256(table.encode()).hexdigest()[:16]}.lock"
        with file_lock(self.path.parent / "run" / name, wait=0, what=what):
            yield lambda: None

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._local = threading.local()

    def _connection(self, *, writes: bool = False) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None and not found.in_transaction:
            now = time.monotonic()
            if writes or now > self._local.look_at:
                self._local.look_at = now + _LOOK_EVERY
                # Somebody deleted it, as the error about a damaged one advises: what was written
                # to it from now on would be lost.
                if _identity(self.path) != self._local.file:
                    found = None
        if found is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Closed from whichever thread calls close().
            found = sqlite3.connect(
                self.path, timeout=self._busy, isolation_level=None, check_same_thread=False
            )
            use_wal(found, self._busy)
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute(f"PRAGMA mmap_size = {_MAPPED}")
            if found.execute("PRAGMA user_version").fetchone()[0] < _VERSION:
                found.executescript(_CREATE)
            with self._lock:
                self._opened.append(found)
            self._local.connection = found
            self._local.states = States()
            self._local.file = _identity(self.path)
            self._local.look_at = time.monotonic() + _LOOK_EVERY
        return found

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), transaction(self._connection(writes=True)) as connection:
            yield connection

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


def _fill(
    connection: sqlite3.Connection,
    table: str,
    rows: Rows,
    state: bytes | None,
    writing: Writing | None,
) -> int:
    given = _Noted(rows)
    connection.executemany(_PUT, ((table, key, row) for key, row in given))
    if state is not None:
        connection.execute(_SET, (table, STATE_KEY, state))
        connection.execute(TOUCH)
    _mark(connection, table, given.newest, writing)
    return given.count


def _mark(
    connection: sqlite3.Connection, table: str, newest: bytes, writing: Writing | None
) -> None:
    if writing is not None:
        event = event_of(newest) if newest else None
        connection.execute(_MARK, (table, event, writing.at, writing.source))


def _drop(connection: sqlite3.Connection, table: str) -> None:
    connection.execute("DELETE FROM feature_rows WHERE view = ?", (table,))
    connection.execute("DELETE FROM feature_tables WHERE name = ?", (table,))
    connection.execute(TOUCH)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        known = path.stat()
    except FileNotFoundError:
        return None
    return known.st_dev, known.st_ino


def _marks(rows: int, newest: int | None, written_at: int | None, source: str | None) -> Marks:
    return Marks(rows, newest, written_at, source_of(source))


class _Noted:
    """Rows, how many have passed, and the latest of their event times, in bytes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.count = 0
        self.newest = b""

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        for pair in self._rows:
            self.count += 1
            self.newest = max(self.newest, pair[1][:8])
            yield pair
