"""Real servers for tests: PostgreSQL, Redis, and S3 over HTTP (moto's), on free ports.

Each starts when a test first asks for it and serves the whole session; what a test gets is its
own: a fresh database, an emptied Redis, a new bucket.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

START_LIMIT = 60  # seconds; two busy cores start PostgreSQL in about two


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[object],
    ready: Callable[[], bool],
    log: Path,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[None]:
    """Run a server from when it is ready until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd=cwd,
            env=env,
        )
    try:
        limit = time.monotonic() + START_LIMIT
        while not ready():
            if process.poll() is not None or time.monotonic() > limit:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def program(name: str, *folders: Path) -> Path:
    """Return the path of an installed server."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders)])
    if (found := shutil.which(name, path=path)) is None:
        pytest.fail(f"{name} is not installed. `make system-packages` installs it.")
    return Path(found)


def accepts(port: int) -> bool:
    """Tell whether something listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the URL of a PostgreSQL server, without a database name."""
    import psycopg

    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, postgres = program("initdb", *debian), program("postgres", *debian)
    # PostgreSQL refuses to be root; Debian's package brings a user for it.
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="workbench-postgres-") as name:
        home, port = Path(name), free_port()
        if user:
            shutil.chown(home, user)
        subprocess.run(
            [initdb, "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
            check=True,
            capture_output=True,
            cwd=home,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        url = f"postgresql://postgres@127.0.0.1:{port}"

        def ready() -> bool:
            try:
                psycopg.connect(f"{url}/postgres").close()
            except psycopg.OperationalError:
                return False
            return True

        # The data is thrown away: what makes it safe against a power cut only takes time here.
        unsafe = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes")]
        command = [postgres, "-D", home / "data", "-p", str(port), "-k", home, *unsafe]
        with running(command, ready, home / "log", user, signal.SIGINT):
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the URL of an empty PostgreSQL database, dropped after the test."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgres_server}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Redis server that keeps nothing on disk."""
    home, port = tmp_path_factory.mktemp("redis"), free_port()
    command = [
        program("redis-server"),
        *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", home),
    ]
    with running(command, lambda: accepts(port), home / "log"):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Return the URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of moto's S3 server."""
    home, port = tmp_path_factory.mktemp("s3"), free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, lambda: accepts(port), home / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the `s3://` URL of a folder in a new bucket; `AWS_*` lead to the server."""
    import httpx

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"test-{secrets.token_hex(6)}"
    httpx.put(f"{s3_server}/{bucket}").raise_for_status()
    return f"s3://{bucket}/artifacts"
