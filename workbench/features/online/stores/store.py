"""What an online store does, and opening one by its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from workbench.core.errors import InvalidInput
from workbench.core.settings import Settings

STATE_KEY = b""


class OnlineStore(Protocol):
    """Rows by table and key, both opaque bytes made by `encoding`.

    A row's first 16 bytes are its order. A store may be shared by threads and processes; what was
    written is seen by the next read of anyone. Every method raises `Unavailable` when the store
    cannot be reached.
    """

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        """Return the row of each (table, key), in order; None where there is none.

        The key `STATE_KEY` stands for the table's state. Readers never wait for writers.
        """
        ...

    def put(
        self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes | None = None
    ) -> int:
        """Write rows, and return how many were given.

        A row stays where its order is greater than that of the row given for its key, so writing
        again, or late, changes nothing. `state` is written with the last of the rows.
        """
        ...

    def replace(self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes) -> int:
        """Make these rows and this state the whole of a table, at once for every reader.

        Returns the number of rows. When it fails, the table is as it was.
        """
        ...

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        ...

    def close(self) -> None:
        """Let go of files and connections; the store can be used again and reopens them."""
        ...


def open_store(target: str | Path | Settings) -> OnlineStore:
    """Open the online store at an address.

    Parameters
    ----------
    target : str, Path or Settings
        ``redis://host:port/0`` (``?namespace=team`` keeps workspaces apart), ``sqlite:///path``, a
        path, or the settings of a workspace.

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
    scheme, colon, _ = target.partition("://")
    if colon and scheme in ("redis", "rediss", "unix"):
        from workbench.features.online.stores.redis import RedisStore

        return RedisStore(target)
    if colon and scheme != "sqlite":
        raise InvalidInput(
            f"{target!r} is no online store", hint="give redis://host:port/0, or a path for SQLite"
        )
    from workbench.features.online.stores.sqlite import SqliteStore

    return SqliteStore(Path(target.removeprefix("sqlite:///")))
