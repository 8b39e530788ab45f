"""The workspace's own Ray node: a daemon, started by `connection` and stopped by a signal.

``python -m workbench.cluster.node <ready file>`` starts Ray, writes its address to the file and
waits. When it ends, however it ends, every process of the node ends: those that Ray itself would
leave behind after a SIGKILL (its agents) are killed by a watcher that sees a pipe close.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import psutil

from workbench.cluster.environment import (
    apply_environment,
    make_private,
    node_environment,
    session_folder,
)
from workbench.core.files import atomic_write
from workbench.core.settings import load_settings

_LOOK_EVERY = 2.0


def main(ready: str) -> int:
    """Run the node until SIGTERM, or until one of its vital processes dies."""
    settings = load_settings()
    folder = session_folder(settings.home)
    # Outside home nobody would ever clear it away; its sockets and logs end with the node.
    passing = None if folder.is_relative_to(settings.home) else folder.parent
    _watch_over_session(passing)
    apply_environment(node_environment(settings.home))
    make_private(folder.parent)
    _remove_old_sessions(folder)
    ray: Any = importlib.import_module("ray")
    context = ray.init(
        address="local",
        include_dashboard=False,
        num_cpus=settings.num_cpus,
        namespace="workbench",
        log_to_driver=False,
        logging_level="ERROR",
        _temp_dir=str(folder),
    )
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    atomic_write(Path(ready), str(context.address_info["gcs_address"]).encode())
    node = ray._private.worker._global_node
    while not ended.wait(_LOOK_EVERY):
        if dead := [name for name, _ in node.dead_processes() if name in _VITAL]:
            print(f"Ray's {', '.join(dead)} ended", file=sys.stderr)  # noqa: T201  # its log
            return 1
    ray.shutdown()
    _remove(passing)
    return 0


_VITAL = ("gcs_server", "raylet")


def _watch_over_session(passing: Path | None) -> None:
    """Fork a process that, once this one is gone, kills what is left of its session.

    Then it removes `passing`.
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        # Never closed by us: the kernel closes it when the process ends. It is not inherited by
        # the programs that Ray starts.
        return
    os.close(writing)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.read(reading, 1)
    for _ in range(2):  # the second time for what was being started the first time
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and os.getsid(process.pid) == os.getsid(0):
                    process.kill()
            except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
                continue
    _remove(passing)
    os._exit(0)


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_old_sessions(folder: Path) -> None:
    """Keep the logs of the last session only; nobody else uses the folder."""
    sessions = sorted(each for each in folder.glob("session_2*") if not each.is_symlink())
    for old in sessions[:-1]:
        shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
