"""Telling other processes that something was committed, without any of them asking in a loop.

On SQLite a file in the workspace's home is touched and watched through the operating system; on
PostgreSQL it is NOTIFY and LISTEN, so that servers on other machines hear of it too.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, text

_CHANNEL = "workbench_changed"


class Changes(Protocol):
    """A bell that any process of the workspace can ring or wait for."""

    def notify(self) -> None:
        """Say that something changed."""
        ...

    def watch(self) -> AsyncIterator[None]:
        """Yield once for each burst of changes, from now on, until the caller stops."""
        ...


class FileChanges:
    """Changes on one machine.

    Parameters
    ----------
    path : Path
        The file to touch.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def notify(self) -> None:
        """Touch the file; costs some microseconds."""
        try:
            os.utime(self._path)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()

    async def watch(self) -> AsyncIterator[None]:
        """Yield when the file was touched; bursts within 100 ms come as one."""
        from watchfiles import awatch

        if not self._path.exists():
            self.notify()
        async for _ in awatch(self._path, debounce=100, step=50, rust_timeout=5_000):
            yield None


class PostgresChanges:
    """Changes on any machine that reaches the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def notify(self) -> None:
        """Send NOTIFY in a transaction of its own."""
        with self._engine.begin() as connection:
            connection.execute(text(f"NOTIFY {_CHANNEL}"))

    async def watch(self) -> AsyncIterator[None]:
        """Yield when a notification arrives."""
        import psycopg

        url = self._engine.url.set(drivername="postgresql")
        connection = await psycopg.AsyncConnection.connect(
            url.render_as_string(hide_password=False), autocommit=True
        )
        async with connection:
            await connection.execute(f"LISTEN {_CHANNEL}".encode())
            async for _ in connection.notifies():
                yield None
