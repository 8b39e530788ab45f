"""The workspace's one Voila server: found or started, always at the same address."""

from __future__ import annotations

import json
import secrets
import socket
import sys
from pathlib import Path
from urllib.parse import quote

from workbench import workspace as _workspace
from workbench.core.daemons import Daemon
from workbench.core.files import atomic_write
from workbench.jobs.kernel import jupyter_path

#: The server, by the name under which `Daemons` knows it.
DAEMON = "voila"
_HOST = "127.0.0.1"


def folder() -> Path:
    """Return the folder whose notebooks the server shows."""
    return _workspace.current().home / "dashboards"


def running() -> Daemon | None:
    """Return the server if it runs."""
    return _workspace.current().daemons.get(DAEMON)


def start() -> Daemon:
    """Start the server, or return the one that runs.

    Raises
    ------
    Unavailable
        If it does not come up; the message holds the last line of its log.
    """
    workspace = _workspace.current()
    found = workspace.daemons.get(DAEMON)
    if found is not None:
        return found
    folder().mkdir(parents=True, exist_ok=True)
    port, token = _address()
    marker = workspace.home / "run" / "voila.ready"
    marker.unlink(missing_ok=True)

    def ready() -> dict[str, str] | None:
        try:
            listening = marker.read_text()
        except FileNotFoundError:
            return None
        return {"url": f"http://{_HOST}:{listening}", "port": listening, "token": token}

    daemon = workspace.daemons.start(
        DAEMON,
        [sys.executable, "-m", "workbench.dashboards.server"],
        environment={
            **workspace.settings.environment(),
            "JUPYTER_PATH": jupyter_path(Path(__file__).parent / "share"),
            "WORKBENCH_VOILA": json.dumps(
                {
                    "host": _HOST,
                    "port": port,
                    "token": token,
                    "folder": str(folder()),
                    "marker": str(marker),
                }
            ),
        },
        ready=ready,
    )
    _remember(int(daemon.facts["port"]), token)
    return daemon


def stop() -> bool:
    """Stop the server and the kernels of its pages; return whether it was running."""
    return _workspace.current().daemons.stop(DAEMON)


def page_url(daemon: Daemon, name: str) -> str:
    """Return the address of a dashboard's page, with the token that opens it."""
    facts = daemon.facts
    return f"{facts['url']}/voila/render/{quote(name)}.ipynb?token={facts['token']}"


def _address() -> tuple[int, str]:
    """Return the port and token of last time, so that an address given to somebody stays good."""
    try:
        kept = json.loads(_memory().read_text())
        return int(kept["port"]), str(kept["token"])
    except (FileNotFoundError, ValueError, KeyError):
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            return int(probe.getsockname()[1]), secrets.token_urlsafe(24)


def _remember(port: int, token: str) -> None:
    # Written by a temporary file that only its owner may read.
    atomic_write(_memory(), json.dumps({"port": port, "token": token}).encode())


def _memory() -> Path:
    return _workspace.current().home / "run" / "voila.address"
