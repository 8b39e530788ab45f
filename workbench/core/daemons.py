"""Processes that outlive the one that started them: the Ray node, the scheduler, Voila.

A daemon is known by its name within a workspace. Its record is a file under `home/run`; a record
whose process is gone counts as nothing, so a machine that lost power needs no cleaning.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from workbench.core.errors import Unavailable
from workbench.core.files import atomic_write, file_lock

# A process's start is read from the kernel's clock ticks; two readings agree to a hundredth of a
# second.
_SAME_START = 0.05


@dataclass(frozen=True)
class Daemon:
    """A running process of the workspace.

    Attributes
    ----------
    name : str
    pid : int
    born : float
        The process's start, in seconds since 1970; with `pid` it names one process for good.
    command : tuple of str
    started_at : str
        ISO 8601, UTC.
    facts : dict
        What it told of itself once it was ready: url, port, token, address.
    """

    name: str
    pid: int
    born: float
    command: tuple[str, ...]
    started_at: str
    facts: dict[str, str]


class Daemons:
    """Starts, finds and stops a workspace's daemons.

    Parameters
    ----------
    home : Path
        The workspace's home; records go to `home/run`, output to `home/logs`.
    """

    def __init__(self, home: Path) -> None:
        self._run = home / "run"
        self._logs = home / "logs"

    def log(self, name: str) -> Path:
        """Return the file that a daemon's output goes to."""
        return self._logs / f"{name}.log"

    def get(self, name: str) -> Daemon | None:
        """Return the daemon if its process lives."""
        record = self._run / f"{name}.json"
        try:
            content = json.loads(record.read_text())
        except FileNotFoundError:
            return None
        daemon = Daemon(**{**content, "command": tuple(content["command"])})
        return daemon if alive(daemon.pid, daemon.born) else None

    def all(self) -> list[Daemon]:
        """Return the living daemons, by name."""
        found = (self.get(path.stem) for path in sorted(self._run.glob("*.json")))
        return [daemon for daemon in found if daemon is not None]

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        ready: Callable[[], dict[str, str] | None],
        wait: float = 60.0,
    ) -> Daemon:
        """Return the daemon of that name, started if it is not running.

        Parameters
        ----------
        name : str
        command : sequence of str
        environment : mapping, optional
            Variables added to this process's own.
        ready : callable
            Asked again and again; returns the daemon's facts once it is ready, and None before.
        wait : float
            Seconds to wait for `ready`.

        Raises
        ------
        Unavailable
            If the process ends or is not ready in time; the end of its log is in the message, and
            it is stopped.
        """
        with file_lock(self._run / f"{name}.lock", wait=wait, what=f"the start of {name!r}"):
            running = self.get(name)
            if running is not None:
                return running
            return self._launch(name, command, environment or {}, ready, wait)

    def stop(self, name: str, *, wait: float = 20.0) -> bool:
        """Stop a daemon and every process under it; return whether it was running."""
        daemon = self.get(name)
        if daemon is not None:
            end_process_tree(daemon.pid, wait=wait)
        (self._run / f"{name}.json").unlink(missing_ok=True)
        return daemon is not None

    def _launch(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        ready: Callable[[], dict[str, str] | None],
        wait: float,
    ) -> Daemon:
        self._logs.mkdir(parents=True, exist_ok=True)
        # A daemon outlives the job that happens to start it, and is not a part of it.
        inherited = {k: v for k, v in os.environ.items() if k != "WORKBENCH_PARENT"}
        with self.log(name).open("ab") as output:
            process = subprocess.Popen(  # our own commands, never a shell
                list(command),
                env={**inherited, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        daemon = Daemon(
            name=name,
            pid=process.pid,
            born=psutil.Process(process.pid).create_time(),
            command=tuple(command),
            started_at=datetime.now(UTC).isoformat(),
            facts={},
        )
        # Recorded before it is ready: whoever stops the workspace meanwhile must find it.
        self._save(daemon)
        try:
            facts = self._await(name, process, ready, wait)
        except BaseException:
            self.stop(name)
            raise
        daemon = replace(daemon, facts=facts)
        self._save(daemon)
        return daemon

    def _await(
        self,
        name: str,
        process: subprocess.Popen[bytes],
        ready: Callable[[], dict[str, str] | None],
        wait: float,
    ) -> dict[str, str]:
        until = time.monotonic() + wait
        while True:
            ended = process.poll() is not None
            facts = ready()
            if facts is not None and not ended:
                return facts
            if ended or time.monotonic() > until:
                why = (
                    f"ended with {process.returncode}"
                    if ended
                    else f"was not ready in {wait:.0f} s"
                )
                raise Unavailable(
                    f"{name!r} {why}: {self._tail(name)}", hint=f"see {self.log(name)}"
                )
            time.sleep(0.05)

    def _tail(self, name: str) -> str:
        lines = self.log(name).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing"

    def _save(self, daemon: Daemon) -> None:
        atomic_write(self._run / f"{daemon.name}.json", json.dumps(asdict(daemon)).encode())


def alive(pid: int, born: float) -> bool:
    """Return whether the process born then under `pid` still runs (a zombie does not)."""
    try:
        process = psutil.Process(pid)
        return (
            abs(process.create_time() - born) < _SAME_START
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False


def end_process_tree(pid: int, *, wait: float) -> None:
    """Ask a process to end, then kill what is left of it and its children after `wait` seconds."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        parent.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return
    _, left = psutil.wait_procs([parent], timeout=wait)
    # Children started meanwhile are found too; those that ended with their parent are skipped.
    for process in {*family, *left}:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=5)
