"""The workspace: where settings, metadata, artifacts and daemons of one place come together.

There is one current workspace a process. Stages ask for it with `current()`; nobody passes it
around.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workbench.core.clock import Clock, SystemClock
from workbench.core.daemons import Daemons
from workbench.core.settings import Settings, load_settings
from workbench.metadata import Metadata
from workbench.storage import BlobStore


@dataclass(frozen=True)
class Workspace:
    """One place where a team's records and artifacts live.

    Attributes
    ----------
    settings : Settings
    clock : Clock
    """

    settings: Settings
    clock: Clock

    @property
    def home(self) -> Path:
        """The folder of everything that this machine keeps."""
        return self.settings.home

    @cached_property
    def metadata(self) -> Metadata:
        """The records; opened, and brought up to date, at first use."""
        return Metadata(self.settings.database_url, self.home, self.clock)

    @cached_property
    def blobs(self) -> BlobStore:
        """The artifact store."""
        return BlobStore(self.settings.artifact_url, self.home / "cache")

    @cached_property
    def daemons(self) -> Daemons:
        """The processes that outlive this one."""
        return Daemons(self.home)

    def _repr_html_(self) -> str:
        import html

        from sqlalchemy.engine import make_url

        rows = {
            "home": str(self.home),
            "database": make_url(self.settings.database_url).render_as_string(hide_password=True),
            "artifacts": self.settings.artifact_url,
            "ray": self.settings.ray_address or "a node of this workspace's own",
        }
        cells = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        return f"<table>{cells}</table>"


_current: Workspace | None = None


def connect(
    *,
    home: str | Path | None = None,
    database_url: str | None = None,
    artifact_url: str | None = None,
    online_url: str | None = None,
    ray_address: str | None = None,
    clock: Clock | None = None,
) -> Workspace:
    """Make a workspace the current one of this process, and return it.

    What is not given comes from `WORKBENCH_*` variables, then from `workbench.toml`, then lies
    under `home`.

    Parameters
    ----------
    home : path, optional
        The folder of everything that this machine keeps; `~/.workbench` by default.
    database_url : str, optional
        ``postgresql://…`` for a team; SQLite in `home` by default.
    artifact_url : str, optional
        ``s3://bucket/prefix`` or a folder; a folder in `home` by default.
    online_url : str, optional
        ``redis://…``; SQLite in `home` by default.
    ray_address : str, optional
        A Ray cluster; by default a node of the workspace's own, started when it is first needed.
    clock : Clock, optional
        For tests.

    Raises
    ------
    InvalidInput
        If a setting cannot be what it is.
    Unavailable
        If the database does not answer.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> connect(home=mkdtemp()).metadata.artifacts()
    []
    """
    global _current  # noqa: PLW0603  # the one current workspace
    settings = load_settings(
        home=home,
        database_url=database_url,
        artifact_url=artifact_url,
        online_url=online_url,
        ray_address=ray_address,
    )
    workspace = Workspace(settings, clock or SystemClock())
    workspace.home.mkdir(parents=True, exist_ok=True)
    workspace.metadata.reap()
    _current = workspace
    return workspace


def current() -> Workspace:
    """Return the current workspace; the first call connects to the one that the settings name."""
    return _current if _current is not None else connect()


@contextmanager
def use(workspace: Workspace) -> Iterator[Workspace]:
    """Make a workspace the current one within a block."""
    global _current  # noqa: PLW0603  # the one current workspace
    before, _current = _current, workspace
    try:
        yield workspace
    finally:
        _current = before
