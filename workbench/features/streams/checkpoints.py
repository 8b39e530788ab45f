"""What a stream knows, on disk: how far it read, what it made of the events, what it refused.

All that follows from some events is written in one transaction, before their rows go to the online
store; so a process killed anywhere goes on from there, writes the rows that may not have reached
the store once more, and no event counts twice or is lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.core.errors import InvalidInput, StorageFull, Unavailable
from workbench.core.sqlite import transaction, use_wal

_FORMAT = 1
_AT_ONCE = 500
_CREATE = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    key BLOB PRIMARY KEY, row BLOB NOT NULL, waiting INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rows_waiting ON rows (waiting) WHERE waiting = 1;
CREATE TABLE IF NOT EXISTS seen (identity BLOB PRIMARY KEY, event INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_event ON seen (event);
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, place TEXT NOT NULL,
    value BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL);
"""


@dataclass(frozen=True)
class DeadLetter:
    """A message that counts nowhere.

    Attributes
    ----------
    at : int
        When it was refused, in microseconds since 1970.
    reason : str
    place : str
        Where it stood in its source.
    value : bytes
        As it came; fields as JSON.
    """

    at: int
    reason: str
    place: str
    value: bytes


@dataclass
class Step:
    """What follows from some messages.

    Attributes
    ----------
    facts : dict
        JSON by name: how far it was read, the watermark, the counts.
    rows : list of (bytes, bytes)
        The rows that the online store is to have, by key.
    seen : list of (bytes, int)
        The identity and time of each event that counts.
    dead : list of DeadLetter
    kept : list of bytes
        Events for a dataset.
    forget : int or None
        Events older than this need not be known again: they would be too late.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[bytes, bytes]] = field(default_factory=list)
    seen: list[tuple[bytes, int]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    forget: int | None = None


class Checkpoint:
    """The file of one stream; used by one thread at a time.

    Parameters
    ----------
    path : Path
        Made at first use.
    keeps : bool
        Whether rows stay after they were written: those of an aggregated view are what its next
        events are added to.
    """

    def __init__(self, path: Path, *, keeps: bool) -> None:
        self.path = path
        self._keeps = keeps
        self._opened: sqlite3.Connection | None = None

    def facts(self) -> dict[str, Any]:
        """Return what the last step said; empty before the first one."""
        if not self.path.exists():
            return {}
        with self._errors():
            found = self._connection().execute("SELECT name, value FROM facts")
            return {name: json.loads(value) for name, value in found}

    def commit(self, step: Step) -> None:
        """Keep a step, all of it or nothing; the rows of the one before have been written.

        Raises
        ------
        StorageFull
            If there is no room.
        """
        with self._transaction() as connection:
            self._written(connection)
            _note(connection, step.facts)
            connection.executemany(
                "INSERT INTO rows VALUES (?, ?, 1) "
                "ON CONFLICT (key) DO UPDATE SET row = excluded.row, waiting = 1",
                step.rows,
            )
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", step.seen)
            if step.forget is not None:
                connection.execute("DELETE FROM seen WHERE event < ?", (step.forget,))
            connection.executemany(
                "INSERT INTO dead (at, reason, place, value) VALUES (?, ?, ?, ?)",
                [(each.at, each.reason, each.place, each.value) for each in step.dead],
            )
            connection.executemany(
                "INSERT INTO kept (event) VALUES (?)", [(each,) for each in step.kept]
            )

    def written(self, facts: Mapping[str, Any] | None = None) -> None:
        """Note that all rows have reached the online store, and some facts."""
        with self._transaction() as connection:
            self._written(connection)
            _note(connection, facts or {})

    def waiting(self) -> list[tuple[bytes, bytes]]:
        """Return the rows that may not have reached the online store."""
        with self._errors():
            found = self._connection().execute("SELECT key, row FROM rows WHERE waiting = 1")
            return found.fetchall()

    def rows(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the rows that there are of some keys."""
        return self._by_key("SELECT key, row FROM rows WHERE key IN", keys)

    def all_rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every row that is kept."""
        with self._errors():
            yield from self._connection().execute("SELECT key, row FROM rows")

    def seen(self, identities: Sequence[bytes]) -> set[bytes]:
        """Return those of some identities that counted before."""
        return set(self._by_key("SELECT identity, event FROM seen WHERE identity IN", identities))

    def dead(self, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters, the newest first."""
        if not self.path.exists():
            return []
        with self._errors():
            found = self._connection().execute(
                "SELECT at, reason, place, value FROM dead ORDER BY id DESC LIMIT ?", (limit,)
            )
            return [DeadLetter(*each) for each in found]

    def kept(self, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest events that wait for their dataset, with their numbers."""
        with self._errors():
            query = "SELECT id, event FROM kept ORDER BY id LIMIT ?"
            return self._connection().execute(query, (limit,)).fetchall()

    def count_kept(self) -> int:
        """Return how many events wait for their dataset."""
        with self._errors():
            (count,) = self._connection().execute("SELECT count(*) FROM kept").fetchone()
            return int(count)

    def drop_kept(self, last: int) -> None:
        """Drop the events up to a number: their dataset has them."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM kept WHERE id <= ?", (last,))

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def remove(self) -> None:
        """Forget everything."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _written(self, connection: sqlite3.Connection) -> None:
        if self._keeps:
            connection.execute("UPDATE rows SET waiting = 0 WHERE waiting = 1")
        else:
            connection.execute("DELETE FROM rows")

    def _by_key(self, query: str, keys: Sequence[bytes]) -> dict[bytes, Any]:
        found: dict[bytes, Any] = {}
        with self._errors():
            for first in range(0, len(keys), _AT_ONCE):
                part = keys[first : first + _AT_ONCE]
                marks = ", ".join("?" * len(part))
                found.update(self._connection().execute(f"{query} ({marks})", part))
        return found

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # A stream is made in one thread and runs in another.
            made = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            use_wal(made)
            made.execute("PRAGMA synchronous = NORMAL")
            known = made.execute("PRAGMA user_version").fetchone()[0]
            if known not in (0, _FORMAT):
                made.close()
                raise InvalidInput(
                    f"the checkpoint {self.path} has format {known}, not {_FORMAT}",
                    hint="start the stream anew: restart=True",
                )
            made.executescript(_CREATE)
            made.execute(f"PRAGMA user_version = {_FORMAT}")
            self._opened = made
        return self._opened

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), transaction(self._connection()) as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise StorageFull(
                    f"no room left for the checkpoint {self.path}",
                    hint="free some space; nothing of this step was kept",
                ) from error
            raise Unavailable(f"the checkpoint {self.path} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise Unavailable(
                f"the checkpoint {self.path} is damaged: {error}",
                hint="start the stream anew: restart=True",
            ) from error


def _note(connection: sqlite3.Connection, facts: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, json.dumps(value)) for name, value in facts.items()],
    )
