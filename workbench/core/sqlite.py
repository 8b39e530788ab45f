"""SQLite: its write-ahead log, switched on by several processes at once, and whole writes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.01


def use_wal(connection: sqlite3.Connection, wait: float = 30.0) -> None:
    """Let readers and one writer of a database go on side by side, from now on and for good.

    While another connection does the same to a new database, SQLite fails at once, whatever the
    connection's timeout; this waits.

    Parameters
    ----------
    connection : sqlite3.Connection
        Not in a transaction.
    wait : float
        Seconds.

    Raises
    ------
    sqlite3.OperationalError
        If it is still locked then.
    """
    until = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Write all that is done inside, or nothing of it; the write lock is taken at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
