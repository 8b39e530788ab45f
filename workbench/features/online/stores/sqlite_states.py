"""Rows of many tables in one SQLite file, with the states of the tables, which seldom change.

A row of its own has another value whenever a table's state is written. So a reader asks for that
row beside those it wants, and looks at all the states only when it has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache

from workbench.features.online.stores.store import STATE_KEY, Wanted

#: Rows a statement; one of each length is kept ready.
AT_ONCE = 64
# By chance and not by count: a value that was rolled back never comes again.
BEGIN = "INSERT OR IGNORE INTO feature_rows (view, key, row) VALUES ('', x'', randomblob(8));"
#: Says that a state is written, in the same transaction.
TOUCH = "UPDATE feature_rows SET row = randomblob(8) WHERE view = '' AND key = x''"
_VALUE = "(SELECT row FROM feature_rows WHERE view = '' AND key = x'')"

_Rows = list[list[bytes | None]]


class States:
    """The states of tables as one connection has last seen them."""

    def __init__(self) -> None:
        self._value = b""
        self._known: dict[str, bytes | None] = {}

    def rows_of(
        self, connection: sqlite3.Connection, wanted: Sequence[Wanted]
    ) -> list[tuple[bytes | None, Sequence[bytes | None]]]:
        """Return, for each table in order, its state and its rows of the keys."""
        while True:
            found: list[tuple[bytes | None, Sequence[bytes | None]]] = []
            for tables, keys in wanted:
                values, rows = _rows(connection, tables, keys)
                if values != {self._value} or not all(map(self._known.__contains__, tables)):
                    break
                found += zip(map(self._known.__getitem__, tables), rows, strict=True)
            else:
                return found
            self._look(connection, [table for tables, _ in wanted for table in tables])

    def _look(self, connection: sqlite3.Connection, tables: Iterable[str]) -> None:
        names = list(dict.fromkeys([*self._known, *tables]))
        values, found = _rows(connection, names, [STATE_KEY])
        if len(values) == 1:  # otherwise one was written meanwhile
            self._value = values.pop()
            self._known = {name: row for name, (row,) in zip(names, found, strict=True)}


def _rows(
    connection: sqlite3.Connection, tables: Sequence[str], keys: Sequence[bytes | None]
) -> tuple[set[bytes], _Rows]:
    """Return the values that `TOUCH` had given while rows were read, and the rows of each table."""
    values: set[bytes] = set()
    found: _Rows = [[] for _ in tables]
    for first in range(0, len(tables), AT_ONCE):
        names = tables[first : first + AT_ONCE]
        width = max(AT_ONCE // len(names), 1)
        for begin in range(0, len(keys) or 1, width):
            part = keys[begin : begin + width]
            count = len(part)
            given = (*names, *part) if part else ()
            read = connection.execute(_query(len(names), count), given).fetchone()
            values.add(read[0])
            for place in range(len(names)):
                found[first + place] += read[1 + place * count : 1 + (place + 1) * count]
    return values, found


@lru_cache(maxsize=512)
def _query(tables: int, keys: int) -> str:
    """Return the query for rows of tables; their names come first, then the keys."""
    rows = [
        f"(SELECT row FROM feature_rows WHERE view = ?{table + 1} AND key = ?{tables + key + 1})"
        for table in range(tables)
        for key in range(keys)
    ]
    return f"SELECT {', '.join([_VALUE, *rows])}"
