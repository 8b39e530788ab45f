"""What Ray must find in the environment before it is loaded: the token, the loopback, and quiet."""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

from workbench.core.errors import Unavailable

# Ray appends `/session_<date>_<time>_<pid>/sockets/<name>`, and a socket's path has 107 bytes.
_LONGEST_FOLDER = 40
_PATIENCE = "RAY_gcs_rpc_server_reconnect_timeout_s"


def own_environment(home: Path) -> dict[str, str]:
    """Return the variables with which Ray serves, or reaches, the workspace's own node.

    Every port listens on the loopback only, and every call carries the workspace's token, which
    lies in a file that only its owner can read.
    """
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token_file(home)),
        # Despite its name it is read on Linux too: off, Ray uses 127.0.0.1 and no network.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        **quiet_environment(),
    }


def node_environment(home: Path) -> dict[str, str]:
    """Return the variables of the node itself, whose parts end soon after one of them is gone."""
    return {**own_environment(home), _PATIENCE: "60"}


def visitor_environment() -> dict[str, str]:
    """Return the variables of a process that only visits Ray.

    Ray ends a process whose cluster has been gone for a minute; a notebook's kernel must live on.
    """
    return {**quiet_environment(), _PATIENCE: str(30 * 24 * 3600)}


def quiet_environment() -> dict[str, str]:
    """Return the variables that keep Ray from reporting home and from advising on its own."""
    return {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def token_file(home: Path) -> Path:
    """Return the file with the token that Ray's processes show each other, made at first use."""
    path = home / "run" / "ray.token"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".ray.token.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(part, path)  # fails where another process was as quick; its token stands
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path


def session_folder(home: Path) -> Path:
    """Return where the node keeps sockets and logs: in `home`, or in /tmp if that is too long."""
    # Ray opens its folder to every user of the machine; the one above it is ours alone.
    folder = home / "ray" / "s"
    if len(str(folder)) <= _LONGEST_FOLDER:
        return folder
    named = hashlib.sha256(f"{os.getuid()}:{home}".encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"workbench-{named}" / "s"


def make_private(folder: Path) -> None:
    """Make a folder that only this user can enter.

    Raises
    ------
    Unavailable
        If it is there and belongs to somebody else.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise Unavailable(f"{folder} belongs to another user", hint="use another home")
    folder.chmod(0o700)


def apply_environment(variables: dict[str, str]) -> None:
    """Set variables for this process, also when Ray was imported before."""
    if all(os.environ.get(name) == value for name, value in variables.items()):
        return
    os.environ.update(variables)
    if "ray" not in sys.modules:
        return
    core: Any = importlib.import_module("ray._raylet")
    constants: Any = importlib.import_module("ray._private.ray_constants")
    core.Config.initialize("")
    core.AuthenticationTokenLoader.instance().reset_cache()
    constants.ENABLE_RAY_CLUSTER = variables.get("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "1") != "0"
