"""Tables of precomputed services follow the tables that they are made of.

A service's table has one row an entity: a section a view, with the view's event and creation time
and the features that the service takes, or the view's whole row where it holds tiles. Whoever
writes rows of a view, the sections made of them are written anew just after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from workbench.core.errors import Conflict
from workbench.features.online.stores.encoding import pack_row, unpack_order, unpack_values
from workbench.features.online.stores.state import Marks, Section, TableState, Writing, read_state
from workbench.features.online.stores.store import (
    REMOVED,
    STATE_KEY,
    Change,
    OnlineStore,
    Rows,
    Wanted,
)

_CHUNK = 2000


class FollowingStore:
    """A store in which tables follow others; see `OnlineStore`.

    Parameters
    ----------
    store : OnlineStore
        The one that keeps the rows.
    """

    def __init__(self, store: OnlineStore) -> None:
        self.kept = store
        self.read: Callable[[Sequence[tuple[str, bytes]]], list[bytes | None]] = store.read
        self.rows_of: Callable[
            [Sequence[Wanted]], list[tuple[bytes | None, Sequence[bytes | None]]]
        ] = store.rows_of

    def put(
        self, table: str, rows: Rows, state: bytes | None = None, *, writing: Writing | None = None
    ) -> int:
        """Write rows, then what is made of them."""
        keys: list[bytes] = []
        count = self.kept.put(table, _noting(rows, keys), state, writing=writing)
        self._follow(table, keys, writing)
        return count

    def update(
        self, table: str, keys: Sequence[bytes], change: Change, *, writing: Writing | None = None
    ) -> None:
        """Change rows, then what is made of them."""
        self.kept.update(table, keys, change, writing=writing)
        self._follow(table, keys, writing)

    def replace(
        self, table: str, rows: Rows, state: bytes, *, writing: Writing | None = None
    ) -> int:
        """Replace a table that no other one follows; raises Conflict if one does."""
        self._check_alone(table, "replaced")
        return self.kept.replace(table, rows, state, writing=writing)

    def drop(self, table: str) -> int | None:
        """Remove a table that no other one follows; raises Conflict if one does."""
        self._check_alone(table, "dropped")
        return self.kept.drop(table)

    def marks(self, tables: Sequence[str]) -> list[Marks | None]:
        """Return what was noted of tables, in order."""
        return self.kept.marks(tables)

    def tables(self) -> list[str]:
        """Return the tables that were ever written and not dropped, sorted."""
        return self.kept.tables()

    def keys(self, table: str) -> Iterator[list[bytes]]:
        """Yield the keys of a table, some thousands at a time."""
        return self.kept.keys(table)

    def lease(self, table: str, what: str) -> AbstractContextManager[Callable[[], None]]:
        """Hold a table for a long piece of writing."""
        return self.kept.lease(table, what)

    def close(self) -> None:
        """Let go of files and connections."""
        self.kept.close()

    def _check_alone(self, table: str, what: str) -> None:
        if followers := self._state(table).followers:
            raise Conflict(
                f"{table!r} cannot be {what}: the precomputed {', '.join(followers)} follow it",
                hint="wb.materialize(service, precompute=False) ends that",
            )

    def _state(self, table: str) -> TableState:
        (stored,) = self.kept.read([(table, STATE_KEY)])
        return read_state(stored) or TableState(None, 0, None)

    def _follow(self, table: str, keys: Sequence[bytes], writing: Writing | None) -> None:
        if keys:
            # Read only now: a follower that appears after this reads the rows just written.
            for follower in self._state(table).followers:
                follow(self.kept, table, follower, list(dict.fromkeys(keys)), writing)


def follow(
    store: OnlineStore,
    table: str,
    follower: str,
    keys: Sequence[bytes],
    writing: Writing | None = None,
) -> None:
    """Write the sections of a service's table that are made of some rows of another one.

    Rows are read while the follower is changed, so whichever of two writers is last, its sections
    are of the newest rows.
    """
    (stored,) = store.read([(follower, STATE_KEY)])
    state = read_state(stored)
    if state is None or state.sections is None:
        return  # dropped meanwhile
    begins = [0]
    for section in state.sections:
        begins.append(begins[-1] + section.width)
    place = next((i for i, each in enumerate(state.sections) if each.table == table), None)
    if place is None:
        return
    section = state.sections[place]
    kept = None if writing is None else Writing(writing.source, writing.at, state.kept_for)
    for first in range(0, len(keys), _CHUNK):
        part = keys[first : first + _CHUNK]

        def change(there: list[bytes | None], part: Sequence[bytes] = part) -> list[bytes | None]:
            rows = store.read([(table, key) for key in part])
            return [
                _changed(old, _section(row, section), begins, place)
                for old, row in zip(there, rows, strict=True)
            ]

        store.update(follower, part, change, writing=kept)


def _section(row: bytes | None, section: Section) -> list[Any]:
    if row is None:
        return [None] * section.width
    if section.positions is None:
        return [*unpack_order(row), row]
    values = unpack_values(row)
    return [*unpack_order(row), *(values[each] for each in section.positions)]


def _changed(
    old: bytes | None, section: list[Any], begins: Sequence[int], place: int
) -> bytes | None:
    """Return a row with one section anew; None if that changes nothing."""
    values: list[Any] = [None] * begins[-1] if old is None else unpack_values(old)
    end = begins[place] + len(section)
    if values[begins[place] : end] == section:
        return None
    values[begins[place] : end] = section
    orders = [
        (values[begin], values[begin + 1]) for begin in begins[:-1] if values[begin] is not None
    ]
    return pack_row(*max(orders), values) if orders else REMOVED


def _noting(rows: Rows, keys: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for pair in rows:
        keys.append(pair[0])
        yield pair
