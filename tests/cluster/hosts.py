"""Two hosts on one machine: network namespaces joined by a cable, each for a Ray node of its own.

The second host sees the disk without the first one's home, as another machine would.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PYTHON = Path(sys.executable)
_READY_WITHIN = 90.0
_ENDS_WITHIN = 300.0


@dataclass
class Host:
    """A network namespace with an address.

    Attributes
    ----------
    name, address : str
    environment : dict
        Of what runs on it.
    folder : Path
        Where its logs go.
    hidden : Path or None
        A folder that what runs on it does not see.
    """

    name: str
    address: str
    environment: dict[str, str]
    folder: Path
    hidden: Path | None = None

    def start(self, *command: object, log: Path) -> subprocess.Popen[bytes]:
        """Start a program on this host."""
        inside = [str(part) for part in command]
        if self.hidden is not None:
            # What is mounted here is mounted for this program alone.
            inside = ["sh", "-c", f'mount -t tmpfs none {self.hidden} && exec "$@"', "-", *inside]
        with log.open("ab") as output:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.name, *inside],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_node(self, head: Host) -> None:
        """Start this host's Ray node; it has joined, with one processor, when this returns."""
        role = (
            ["--head", "--port=6379", f"--temp-dir={self.folder}/ray", "--include-dashboard=false"]
            if head is self
            else [f"--address={head.address}:6379"]
        )
        log = self.folder / f"node-{secrets.token_hex(2)}.log"
        process = self.start(
            *(PYTHON.with_name("ray"), "start", *role, f"--node-ip-address={self.address}"),
            *("--num-cpus=1", "--object-store-memory=150000000", "--block"),
            log=log,
        )
        until = time.monotonic() + _READY_WITHIN
        while "Ray runtime started" not in (said := log.read_text(errors="replace")):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"no Ray on {self.name}:\n{said[-4000:]}")
            time.sleep(0.1)

    def run(self, script: Path, *arguments: object) -> Any:
        """Run a script as a notebook's kernel would, and return the JSON of its last line."""
        return self.ended(*self.begin(script, *arguments))

    def begin(self, script: Path, *arguments: object) -> tuple[subprocess.Popen[bytes], Path]:
        """Start a script; `ended` waits for it."""
        log = self.folder / f"{script.stem}-{secrets.token_hex(2)}.log"
        return self.start(PYTHON, script, *arguments, log=log), log

    def ended(self, process: subprocess.Popen[bytes], log: Path) -> Any:
        """Wait for a script that was begun, and return the JSON of its last line."""
        try:
            code = process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            code = None
        said = log.read_text(errors="replace")
        if code != 0:
            pytest.fail(f"a script ended with {code} on {self.name}:\n{said[-6000:]}")
        return json.loads(said.strip().splitlines()[-1])

    def crash(self) -> None:
        """End everything on this host at once, as a cut of its power would."""
        found = subprocess.run(
            ["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True
        )
        for pid in found.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


@contextlib.contextmanager
def two_hosts(folder: Path, hidden: Path) -> Iterator[tuple[Host, Host]]:
    """Make two hosts and a cable between them; all that runs on them ends with the block.

    Parameters
    ----------
    folder : Path
        For logs, and for Ray's sockets, so its path must be short.
    hidden : Path
        What the second host does not see.
    """
    if os.geteuid() != 0:
        pytest.fail("Only root makes network namespaces: run `sudo make test-cluster`.")
    mark = secrets.token_hex(2)
    net = f"10.{20 + secrets.randbelow(200)}.{secrets.randbelow(250)}"
    hosts = (
        Host(f"wb{mark}-one", f"{net}.1", dict(os.environ), folder),
        Host(f"wb{mark}-two", f"{net}.2", dict(os.environ), folder, hidden),
    )
    ends = f"wb{mark}a", f"wb{mark}b"
    try:
        for host in hosts:
            _ip("netns", "add", host.name)
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for host, end in zip(hosts, ends, strict=True):
            _ip("link", "set", end, "netns", host.name)
            _ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", end)
            _ip("-n", host.name, "link", "set", end, "up")
            _ip("-n", host.name, "link", "set", "lo", "up")
        yield hosts
    finally:
        for host in hosts:
            with contextlib.suppress(subprocess.CalledProcessError):
                host.crash()
                _ip("netns", "delete", host.name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
