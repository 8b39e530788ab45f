"""Whether a port can be listened on, and if not, who holds it."""

from __future__ import annotations

import errno
import socket

from workbench.core.errors import InvalidInput, Unavailable


def check_free(host: str, port: int) -> None:
    """See that `port` can be listened on.

    Raises
    ------
    Unavailable
        If it is in use, or this user may not use it.
    InvalidInput
        If there is no such address.
    """
    try:
        _bind(host, port)
    except PermissionError as error:
        raise Unavailable(f"port {port} is reserved", hint="choose one from 1024 on") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise InvalidInput(f"{host}:{port} cannot be listened on: {error.strerror}") from error
        raise Unavailable(
            f"port {port} on {host} is in use{_holder(port)}",
            hint="give another port=, or leave it out for a free one",
        ) from error


def free_port(host: str) -> int:
    """Return a port of `host` that is free now."""
    return _bind(host, 0)


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server itself does: a port whose last connections are only ebbing away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def _holder(port: int) -> str:
    import psutil

    try:
        found = [
            each for each in psutil.net_connections("tcp") if each.laddr and each.laddr[1] == port
        ]
    except psutil.AccessDenied:  # only root may look at others' connections on some systems
        return ""
    holder = next((each.pid for each in found if each.status == psutil.CONN_LISTEN and each.pid), 0)
    if not holder:
        return ""
    try:
        return f" by process {holder} ({psutil.Process(holder).name()})"
    except psutil.NoSuchProcess:
        return ""
