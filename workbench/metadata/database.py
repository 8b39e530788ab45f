"""One database: connections, transactions, and the migrations that bring it up to date."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from workbench.core.clock import Clock
from workbench.core.errors import InvalidInput, StorageFull, Unavailable
from workbench.core.files import file_lock
from workbench.core.sqlite import use_wal
from workbench.metadata.changes import Changes, FileChanges, PostgresChanges

REVISION = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Transactions on SQLite (in WAL mode) or PostgreSQL.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://user:password@host/name``.
    home : Path
        The workspace's home, for locks and the file that announces changes.
    clock : Clock
    """

    def __init__(self, url: str, home: Path, clock: Clock) -> None:
        self.url = url
        self.home = home
        self.clock = clock
        self._engine = _engine(url)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._watching: sqlite3.Connection | None = None
        self._watch_lock = threading.Lock()
        self.migrate()

    @cached_property
    def changes(self) -> Changes:
        """The bell that each commit rings."""
        if self._is_sqlite:
            return FileChanges(self.home / "run" / "changed")
        return PostgresChanges(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the database and writes nothing."""
        with _database_errors(self.url), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction: committed whole and announced at the end, undone on an error."""
        options = {"workbench_write": True}
        with (
            _database_errors(self.url),
            self._engine.connect().execution_options(**options) as connection,
            Session(connection) as session,
        ):
            yield session
            session.commit()
            connection.commit()
        self.changes.notify()

    def commits(self) -> tuple[object, int] | None:
        """Return what stays equal for as long as nobody commits anything; costs microseconds.

        None on PostgreSQL, where to know is as dear as to look.

        Raises
        ------
        Unavailable
            If the database cannot be read.
        """
        if not self._is_sqlite:
            return None
        with self._watch_lock:
            try:
                # Its own connection: SQLite counts the commits of all others.
                if self._watching is None:
                    self._watching = sqlite3.connect(
                        str(self._engine.url.database), timeout=30, check_same_thread=False
                    )
                (count,) = self._watching.execute("PRAGMA data_version").fetchone()
            except sqlite3.OperationalError as error:
                raise Unavailable(
                    f"the metadata database {self.url} does not answer: {error}"
                ) from error
            return self._watching, count

    def revision(self) -> str | None:
        """Return the migration that the database stands at, or None when it is empty."""
        with self._engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def migrate(self) -> None:
        """Bring the tables up to date; does nothing, quickly, when they are.

        Raises
        ------
        Unavailable
            If the database cannot be reached.
        """
        with _database_errors(self.url):
            if self.revision() == REVISION:
                return
            with file_lock(
                self.home / "run" / "migrate.lock", what="the migration of the database"
            ):
                self._upgrade()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        with self._watch_lock:
            if self._watching is not None:
                self._watching.close()
            self._watching = None

    def _upgrade(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._engine.connect().execution_options(workbench_write=True) as connection:
            if not self._is_sqlite:  # processes on other machines do not see the file lock
                connection.execute(text("SELECT pg_advisory_xact_lock(727207)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


def _engine(url: str) -> Engine:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith(("postgresql://", "postgres://")):
        _, rest = url.split("://", 1)
        return create_engine(f"postgresql+psycopg://{rest}", pool_pre_ping=True)
    raise InvalidInput(
        f"{url!r} is not a database address",
        hint="use sqlite:///path or postgresql://user@host/name",
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:  # a DBAPI connection
    connection.isolation_level = None  # transactions begin where we say, in `_begin_sqlite`
    use_wal(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:  # an SQLAlchemy connection
    # A transaction that will write takes the write lock at once: two that read first and then both
    # want to write would otherwise fail instead of waiting.
    write = connection.get_execution_options().get("workbench_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _database_errors(url: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        message = str(error.orig or error)
        if "full" in message:
            raise StorageFull(
                "no room left in the metadata database",
                hint="free some space; nothing of this step was kept",
            ) from error
        raise Unavailable(
            f"the metadata database {_without_password(url)} does not answer: "
            f"{message.splitlines()[0]}",
            hint="check database_url, and that the server runs",
        ) from error
    except DBAPIError as error:
        if "No space left" in str(error):
            raise StorageFull(
                "no room left in the metadata database", hint="free some space"
            ) from error
        raise


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
