"""What an online store does, and opening one by its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from workbench.core.errors import InvalidInput
from workbench.core.settings import Settings
from workbench.features.online.stores.state import Marks, Writing

STATE_KEY = b""
Rows = Iterable[tuple[bytes, bytes]]
#: Given the rows of all keys, in order (None where there is none), returns what they become: None
#: leaves one as it is, `REMOVED` removes it. When another writer came in between it is called again
#: with the rows of then, and what it returns counts for the keys that are not yet written.
Change = Callable[[list[bytes | None]], Sequence[bytes | None]]
REMOVED = b""
#: Tables, and the keys whose rows are wanted of each; None is a key of which there is none.
Wanted = tuple[Sequence[str], Sequence[bytes | None]]


class OnlineStore(Protocol):
    """Rows by table and key, both opaque bytes made by `encoding`.

    A row's first 16 bytes are its order. A store may be shared by threads and processes; what was
    written is seen by the next read of anyone. Every method raises `Unavailable` when the store
    cannot be reached, and works again once it can; those that write raise `StorageFull` when there
    is no room. `writing` says who writes; without it rows are kept for good and `marks` stay.
    """

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        """Return the row of each (table, key), in order; None where there is none.

        The key `STATE_KEY` stands for the table's state. Readers never wait for writers.
        """
        ...

    def rows_of(
        self, wanted: Sequence[Wanted]
    ) -> list[tuple[bytes | None, Sequence[bytes | None]]]:
        """Return, for each table in order, its state and its rows of the keys.

        It is `read` for many tables that share keys, none of them given twice; a state is of the
        moment of its table's rows.
        """
        ...

    def put(
        self, table: str, rows: Rows, state: bytes | None = None, *, writing: Writing | None = None
    ) -> int:
        """Write rows, and return how many were given.

        A row stays where its order is greater than that of the row given for its key, so writing
        again, or late, changes nothing. `state` is written with the last of the rows.
        """
        ...

    def update(
        self, table: str, keys: Sequence[bytes], change: Change, *, writing: Writing | None = None
    ) -> None:
        """Read the rows of some keys, change them and write them; no other write comes between.

        The order of rows is not compared. No key is given twice.
        """
        ...

    def replace(
        self, table: str, rows: Rows, state: bytes, *, writing: Writing | None = None
    ) -> int:
        """Make these rows and this state the whole of a table, at once for every reader.

        Returns the number of rows. When it fails, the table is as it was.
        """
        ...

    def drop(self, table: str) -> int | None:
        """Remove a table; return how many rows it had, as `Marks.rows` counts them."""
        ...

    def marks(self, tables: Sequence[str]) -> list[Marks | None]:
        """Return what was noted of tables, in order; None for one that was never written."""
        ...

    def tables(self) -> list[str]:
        """Return the tables that were ever written and not dropped, sorted."""
        ...

    def keys(self, table: str) -> Iterator[list[bytes]]:
        """Yield the keys of a table, some thousands at a time and none twice in a row.

        Those written meanwhile may be among them. In Redis all names are gone through.
        """
        ...

    def lease(self, table: str, what: str) -> AbstractContextManager[Callable[[], None]]:
        """Hold a table for a long piece of writing, which one process may do at a time.

        Yields a function that raises Conflict when the lease was lost: call it before each write.
        A lease of a process that died ends by itself: at once in SQLite and where the process ran
        on this machine, otherwise within seconds.

        Raises
        ------
        Conflict
            If another one holds it; the message names `what` and who that is.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; the store can be used again and reopens them."""
        ...


def open_store(target: str | Path | Settings) -> OnlineStore:
    """Open the online store at an address.

    Parameters
    ----------
    target : str, Path or Settings
        ``redis://host:port/0`` (``?namespace=team`` keeps workspaces apart, ``?cluster=true`` says
        that it is a Redis Cluster), ``sqlite:///path``, a path, or the settings of a workspace.

    Raises
    ------
    InvalidInput
        If the address has another scheme.
    Unavailable
        If the package that speaks to it is not installed.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> store = open_store(Path(mkdtemp()) / "online.db")
    >>> store.put("carrier#1", [(b"UA", bytes(16))])
    1
    """
    if isinstance(target, Settings):
        target = target.online_url
    if isinstance(target, Path):
        target = f"sqlite:///{target}"
    from workbench.features.online.stores.following import FollowingStore

    scheme, colon, _ = target.partition("://")
    if colon and scheme in ("redis", "rediss", "unix"):
        from workbench.features.online.stores.redis import RedisStore

        return FollowingStore(RedisStore(target))
    if colon and scheme != "sqlite":
        raise InvalidInput(
            f"{target!r} is no online store", hint="give redis://host:port/0, or a path for SQLite"
        )
    from workbench.features.online.stores.sqlite import SqliteStore

    return FollowingStore(SqliteStore(Path(target.removeprefix("sqlite:///"))))


@lru_cache(maxsize=4)
def kept_open(url: str) -> OnlineStore:
    """Return the store at an address, open for as long as this process uses it."""
    return open_store(url)
