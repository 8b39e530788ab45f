"""What lives in each worker process of a pool: it runs a function in step with its peers.

The function reaches its surroundings by `link`: which worker it is, how to send something to the
process that waits for it, and whether it was asked to stop. Nothing here needs a shared disk.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cloudpickle

# What was emitted and not fetched yet; beyond this the function waits, so memory stays bounded.
_MOST_WAITING = 10_000
_POLL_WAITS = 0.5


@dataclass
class Link:
    """A running function's connection to the process that started it.

    Attributes
    ----------
    rank : int
        Which worker this is, from 0.
    world_size : int
    device : str
        ``cpu`` or ``cuda:0``.
    stopping : threading.Event
        Set when the function should end soon.
    """

    rank: int
    world_size: int
    device: str
    stopping: threading.Event = field(default_factory=threading.Event)
    _events: list[tuple[str, Any]] = field(default_factory=list)
    _first: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _over: bool = False

    def emit(self, kind: str, content: object, *, wait: bool = False) -> None:
        """Send something to whoever called `WorkerPool.run`.

        Waits while too much is under way; with `wait`, until this one has been dealt with there.
        """
        with self._changed:
            while len(self._events) >= _MOST_WAITING and not self.stopping.is_set():
                self._changed.wait(1.0)
            self._events.append((kind, content))
            number = self._first + len(self._events)
            self._changed.notify_all()
            while wait and self._first < number and not self.stopping.is_set():
                self._changed.wait(1.0)

    def fetch(self, after: int) -> tuple[int, list[tuple[str, Any]]]:
        """Return what came from number `after` on, and the number that comes next; waits a little.

        What lies before `after` has arrived, and is forgotten.
        """
        with self._changed:
            del self._events[: max(0, after - self._first)]
            self._first = max(self._first, after)
            self._changed.notify_all()
            if not self._events and not self._over:
                self._changed.wait(_POLL_WAITS)
            return self._first + len(self._events), list(self._events)

    def end(self) -> None:
        """Nothing more will be emitted."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


_link: Link | None = None


def link() -> Link:
    """Return the link of the function that runs in this worker."""
    assert _link is not None  # noqa: S101  # only functions that a worker runs call this
    return _link


@dataclass(frozen=True)
class Outcome:
    """How a function ended in one worker.

    Attributes
    ----------
    value : bytes or None
        What it returned, by cloudpickle.
    error : bytes or None
        What it raised, by cloudpickle; None too when that cannot be pickled.
    summary, trace : str
        The error as text.
    at : float
        When it ended, in seconds since 1970: the first error is the one that matters.
    """

    value: bytes | None
    error: bytes | None
    summary: str
    trace: str
    at: float


class Worker:
    """The actor: one a rank."""

    def __init__(self, rank: int, world_size: int, threads: int, loopback: bool) -> None:
        import torch

        torch.set_num_threads(threads)
        self._rank = rank
        self._world_size = world_size
        ray: Any = importlib.import_module("ray")
        self._host = "127.0.0.1" if loopback else str(ray.util.get_node_ip_address())
        # By itself gloo takes the address that the host's name has here, which is often a loopback.
        if (interface := _interface(self._host)) is not None:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", interface)
        self._joined = False
        self._link: Link | None = None

    def meeting_point(self) -> str:
        """Return an address, on this worker's machine, at which the workers can meet."""
        with socket.socket() as probe:
            probe.bind((self._host, 0))
            return f"tcp://{self._host}:{probe.getsockname()[1]}"

    def join(self, meeting_point: str) -> int:
        """Form the process group with the other workers; return this process's id."""
        import torch

        self.leave()
        torch.distributed.init_process_group(
            "nccl" if torch.cuda.is_available() else "gloo",
            init_method=meeting_point,
            rank=self._rank,
            world_size=self._world_size,
            timeout=timedelta(minutes=10),
        )
        self._joined = True
        return os.getpid()

    def leave(self) -> None:
        """Leave the process group; peers that wait for this worker get an error, not silence."""
        if self._joined:
            import torch

            self._joined = False
            torch.distributed.destroy_process_group()

    def prepare(self) -> None:
        """Make the link of the next function, so that it can be polled and stopped."""
        global _link  # noqa: PLW0603  # a worker runs one function at a time
        import torch

        device = "cuda:0" if torch.cuda.is_available() else "cpu"
        self._link = _link = Link(self._rank, self._world_size, device)

    def run(self, packed: bytes) -> Outcome:
        """Run a pickled (function, arguments)."""
        mine = link()
        try:
            function, arguments = cloudpickle.loads(packed)
            with _printing_to(mine) if self._rank == 0 else contextlib.nullcontext():
                value = function(*arguments)
            return Outcome(cloudpickle.dumps(value), None, "", "", time.time())
        except BaseException as error:  # noqa: BLE001  # the border of the process: sent on, raised there
            at = time.time()
            self.leave()
            return Outcome(None, _pickled(error), *_described(error), at)
        finally:
            mine.end()

    def fetch(self, after: int) -> tuple[int, list[tuple[str, Any]]]:
        """Return what the function emitted; see `Link.fetch`."""
        return (after, []) if self._link is None else self._link.fetch(after)

    def stop(self) -> None:
        """Ask the function to end soon."""
        if self._link is not None:
            self._link.stopping.set()


def _interface(address: str) -> str | None:
    """Return the network interface that has an address, or None if it is none of this machine's."""
    import psutil

    for name, addresses in psutil.net_if_addrs().items():
        if any(each.address == address for each in addresses):
            return name
    return None


class _Printed(io.TextIOBase):
    def __init__(self, to: Link) -> None:
        self._to = to

    def write(self, text: str) -> int:
        self._to.emit("print", text)
        return len(text)


@contextlib.contextmanager
def _printing_to(to: Link) -> Iterator[None]:
    with contextlib.redirect_stdout(_Printed(to)):
        yield


def _pickled(error: BaseException) -> bytes | None:
    try:
        packed: bytes = cloudpickle.dumps(error)
        cloudpickle.loads(packed)  # some errors can be written and not read
    except Exception:  # noqa: BLE001  # an error of any kind; its text is sent in any case
        return None
    return packed


def _described(error: BaseException) -> tuple[str, str]:
    return f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error))
