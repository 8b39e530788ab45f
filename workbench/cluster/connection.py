"""Reaching Ray: the workspace's own node, started when first needed, or a cluster by address."""

from __future__ import annotations

import importlib
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench import workspace
from workbench.cluster.environment import (
    apply_environment,
    node_environment,
    own_environment,
    visitor_environment,
)
from workbench.core.errors import Unavailable
from workbench.core.ids import new_id

DAEMON = "ray"
NAMESPACE = "workbench"
_ANSWER_WITHIN = 5.0
_LEAVE_WITHIN = 30.0

_connected: str | None = None
_lock = threading.RLock()
_before_leaving: list[Callable[[], None]] = []


def connect() -> None:
    """Connect this process to Ray; does nothing when it is connected already.

    To `ray_address` when the workspace has one, else to the workspace's own node, which is started
    once and shared by every process of the workspace. A connection that the process had made by
    itself with ``ray.init`` is used as it is.

    Raises
    ------
    Unavailable
        If nothing answers at the address, or the node does not start.
    """
    global _connected  # noqa: PLW0603  # a process has one connection to Ray
    with _lock:
        settings = workspace.current().settings
        here = _ray() if "ray" in sys.modules else None
        if here is not None and here.is_initialized() and _connected is None:
            return
        target = settings.ray_address or start()
        if here is not None and here.is_initialized():
            if _connected == target:
                return
            disconnect()
        _join(target, own=not settings.ray_address)
        _connected = target


def disconnect() -> None:
    """Leave Ray; this process's pools end, the node goes on.

    Raises
    ------
    Unavailable
        If the cluster is gone and Ray does not let go of it.
    """
    global _connected  # noqa: PLW0603
    with _lock:
        for tidy in _before_leaving:
            tidy()
        if "ray" in sys.modules:
            # Where the cluster is gone, Ray may wait for it without end.
            leaving = threading.Thread(target=_ray().shutdown, daemon=True)
            leaving.start()
            leaving.join(_LEAVE_WITHIN)
            if leaving.is_alive():
                raise Unavailable(
                    f"Ray at {_connected} is gone, and this process cannot leave it",
                    hint="restart the kernel",
                )
        _connected = None


def before_leaving(tidy: Callable[[], None]) -> None:
    """Call this before each disconnection."""
    _before_leaving.append(tidy)


def reachable() -> bool:
    """Return whether the Ray that this process is connected to is there, as far as we know."""
    if _connected is None or _connected != address():
        return _connected is None or not own_node()
    return True


def own_node() -> bool:
    """Return whether the current workspace computes on a node of its own, on this machine."""
    return not workspace.current().settings.ray_address


def start() -> str:
    """Start the workspace's own node if it does not run, and return its address.

    Raises
    ------
    Unavailable
        If it does not start; the hint names its log.
    """
    place = workspace.current()
    running = place.daemons.get(DAEMON)
    if running is not None and "address" in running.facts:
        return running.facts["address"]
    try:
        return _launch(place)
    except Unavailable as error:
        # Ray gives its own processes half a minute, which a very busy machine can exceed.
        if "timed out during startup" not in error.message:
            raise
        return _launch(place)


def _launch(place: workspace.Workspace) -> str:
    ready = place.home / "run" / f"ray-{new_id()}.ready"
    try:
        daemon = place.daemons.start(
            DAEMON,
            [sys.executable, "-m", "workbench.cluster.node", str(ready)],
            environment={**place.settings.environment(), **node_environment(place.home)},
            ready=lambda: _facts(ready),
            wait=120.0,
        )
    finally:
        ready.unlink(missing_ok=True)
    return daemon.facts["address"]


def stop() -> bool:
    """Stop the workspace's own node and every process on it; return whether it was running."""
    if _connected is not None and own_node():
        disconnect()
    return workspace.current().daemons.stop(DAEMON)


def address() -> str | None:
    """Return the address of Ray as the workspace knows it, or None when its node is not running."""
    place = workspace.current()
    if place.settings.ray_address:
        return place.settings.ray_address
    running = place.daemons.get(DAEMON)
    return None if running is None else running.facts.get("address")


def status() -> dict[str, Any]:
    """Return what there is to compute with; starts nothing.

    Returns
    -------
    dict
        ``running``, ``address``, ``cpus``, ``gpus``, ``memory`` (bytes), ``nodes``, and what of
        them is ``free``.

    Raises
    ------
    Unavailable
        If a cluster's address does not answer.
    """
    where = address()
    if where is None:
        return {
            "running": False,
            "address": None,
            **dict.fromkeys(("cpus", "gpus", "memory", "nodes"), 0),
        }
    connect()
    ray = _ray()
    total, free = ray.cluster_resources(), ray.available_resources()
    return {
        "running": True,
        "address": where,
        "cpus": total.get("CPU", 0.0),
        "gpus": total.get("GPU", 0.0),
        "memory": int(total.get("memory", 0)),
        "nodes": sum(bool(node["Alive"]) for node in ray.nodes()),
        "free": {"cpus": free.get("CPU", 0.0), "gpus": free.get("GPU", 0.0)},
    }


def _join(target: str, *, own: bool) -> None:
    home = workspace.current().home
    apply_environment((own_environment(home) if own else {}) | visitor_environment())
    _knock(target)
    ray = _ray()
    main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=target, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
        raise Unavailable(
            f"Ray at {target} does not let us in: {error}",
            hint="check ray_address, the cluster's version of Ray, and RAY_AUTH_TOKEN_PATH",
        ) from error
    finally:
        if main and handler is not None:
            # Ray's own handler prints a stack of C++ frames where a process is merely told to end.
            signal.signal(signal.SIGTERM, handler)


def _knock(target: str) -> None:
    """Fail within seconds where Ray would try for minutes."""
    host, _, port = target.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_WITHIN).close()
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"Ray does not answer at {target} ({error})",
            hint="check ray_address (host:port, usually 6379), or leave it empty to compute here",
        ) from error


def _facts(ready: Path) -> dict[str, str] | None:
    return {"address": ready.read_text()} if ready.exists() else None


def _ray() -> Any:
    return importlib.import_module("ray")
