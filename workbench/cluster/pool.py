"""Warm workers: processes kept between calls that run one function together."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import sys
import time
from collections.abc import Callable
from typing import Any

import cloudpickle

from workbench.cluster.connection import NAMESPACE, before_leaving, connect, own_node, reachable
from workbench.cluster.worker import Outcome, Worker
from workbench.core.errors import InvalidInput, Unavailable, WorkbenchError

OnEvent = Callable[[str, Any], None]

#: Seconds that workers get to end by themselves when they are asked to stop.
GRACE = 5.0
_START_WITHIN = 120.0
# On the workspace's own machine a warm pool must not keep an endpoint from starting, so it claims
# next to nothing; on a cluster its processors are its own.
_OWN_SHARE = 0.001


class WorkerPool:
    """Workers that run the same function at once, joined by torch.distributed; made by `pool`."""

    def __init__(self, workers: int, gpus_per_worker: float = 0) -> None:
        self.workers = workers
        self.gpus_per_worker = gpus_per_worker
        self._actors: list[Any] = []
        self._group: Any = None
        self._joined = False

    @property
    def open(self) -> bool:
        """Whether its processes are there."""
        return bool(self._actors)

    def run(
        self, function: Callable[..., Any], *arguments: object, on_event: OnEvent | None = None
    ) -> list[Any]:
        """Run ``function(*arguments)`` in every worker and return what each returned, by rank.

        Parameters
        ----------
        function : callable
            Shipped by cloudpickle, so it may be defined in a notebook.
        *arguments
        on_event : callable, optional
            Called here with (kind, content) for each thing that worker 0 emits, while it runs.

        Raises
        ------
        Exception
            What the function raised first in any worker, with that worker's traceback as a note.
        Unavailable
            If a worker died, or the workers cannot be started; the next call starts new ones.
        KeyboardInterrupt
            On Ctrl-C; workers are asked to stop, and are replaced if they do not.
        """
        return self.run_packed(cloudpickle.dumps((function, arguments)), on_event=on_event)

    def run_packed(self, packed: bytes, *, on_event: OnEvent | None = None) -> list[Any]:
        """Run a (function, arguments) that is pickled already; otherwise as `run`."""
        connect()
        ray = _ray()
        self._make_ready()
        shipped = ray.put(packed)
        ray.get([actor.prepare.remote() for actor in self._actors])
        running = _Call(self._actors, shipped, on_event or _print_only)
        try:
            outcomes = running.wait()
        except BaseException as error:
            self._joined = False
            if not reachable() or not running.stop():
                self.close()
            if isinstance(error, ray.exceptions.RayActorError):
                raise _died(error, self.workers) from error
            raise
        if any(each.value is None for each in outcomes):
            self._joined = False
            raise _first_error(outcomes)
        return [cloudpickle.loads(each.value) for each in outcomes if each.value is not None]

    def close(self) -> None:
        """End the workers and give back what they held; a later `run` starts new ones."""
        ray = _ray()
        if ray.is_initialized() and reachable():
            for actor in self._actors:
                ray.kill(actor)
            if self._group is not None:
                ray.util.remove_placement_group(self._group)
        self._actors, self._group, self._joined = [], None, False

    def _make_ready(self) -> None:
        """Start the workers that are not there, and join them."""
        ray = _ray()
        try:
            if not self._actors:
                self._start()
            if not self._joined:
                meeting_point = ray.get(self._actors[0].meeting_point.remote())
                ray.get(
                    [actor.join.remote(meeting_point) for actor in self._actors],
                    timeout=_START_WITHIN,
                )
                self._joined = True
        except ray.exceptions.GetTimeoutError as error:
            self.close()
            raise Unavailable(
                f"{self.workers} workers did not start within {_START_WITHIN:.0f} s",
                hint="ask for fewer workers, or see what holds the machine: %cluster",
            ) from error
        except ray.exceptions.RayActorError:
            # Idle workers can die with their machine; that is no reason to fail the next call.
            fresh, self._actors = not self._actors, []
            self.close()
            if fresh:
                raise
            self._make_ready()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        ray = _ray()
        total = ray.cluster_resources()
        _check_room(total, self.workers, self.gpus_per_worker)
        own = own_node()
        bundle: dict[str, float] = {"CPU": _OWN_SHARE if own else 1}
        if self.gpus_per_worker:
            bundle["GPU"] = self.gpus_per_worker
        self._group = ray.util.placement_group([bundle] * self.workers, strategy="PACK")
        if not self._group.wait(_START_WITHIN):
            self.close()
            raise Unavailable(
                f"there was no room for {self.workers} workers within {_START_WITHIN:.0f} s",
                hint="other work holds the cluster: ask for fewer workers, or wait",
            )
        strategy = ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy
        threads = max(1, int(total.get("CPU", 1)) // self.workers) if own else 1
        options = {
            "num_cpus": bundle["CPU"],
            "num_gpus": self.gpus_per_worker,
            "namespace": NAMESPACE,
        }
        remote = ray.remote(concurrency_groups={"control": 2})(Worker)
        self._actors = [
            remote.options(
                **options,
                scheduling_strategy=strategy(self._group, placement_group_bundle_index=rank),
            ).remote(rank, self.workers, threads, own)
            for rank in range(self.workers)
        ]


class _Call:
    """One function on its way through all workers."""

    def __init__(self, actors: list[Any], packed: Any, on_event: OnEvent) -> None:
        self._ray = _ray()
        self._actors = actors
        self._on_event = on_event
        self._running = [actor.run.remote(packed) for actor in actors]
        self._outcomes: dict[Any, Outcome] = {}
        self._next = 0
        self._deaf = False

    def wait(self) -> list[Outcome]:
        """Return every worker's outcome; one that fails makes the others stop."""
        poll = _control(self._actors[0].fetch).remote(0)
        deadline: float | None = None
        while left := [each for each in self._running if each not in self._outcomes]:
            done, _ = self._ray.wait([poll, *left], num_returns=1, timeout=1.0)
            if not done and not reachable():
                raise Unavailable(
                    "the Ray node ended while its workers ran", hint="run it again, with resume=run"
                )
            for each in done:
                if each is poll:
                    self._deliver(self._ray.get(poll))
                    poll = _control(self._actors[0].fetch).remote(self._next)
                else:
                    self._outcomes[each] = self._ray.get(each)
            if deadline is None and any(each.value is None for each in self._outcomes.values()):
                deadline = time.monotonic() + GRACE
                self._ask_to_stop()
            if deadline is not None and time.monotonic() > deadline:
                self._deaf = True
                raise _first_error(list(self._outcomes.values()))
        self._deliver(self._ray.get(poll))
        self._deliver(self._ray.get(_control(self._actors[0].fetch).remote(self._next)))
        return [self._outcomes[each] for each in self._running]

    def stop(self) -> bool:
        """Ask the workers to end; return whether all did, with what they emitted delivered."""
        if self._deaf:
            return False
        try:
            self._ask_to_stop()
            _, late = self._ray.wait(self._running, num_returns=len(self._running), timeout=GRACE)
            if late:
                return False
            self._ray.get(self._running)
            self._deliver(
                self._ray.get(_control(self._actors[0].fetch).remote(self._next), timeout=GRACE)
            )
        except (self._ray.exceptions.RayError, KeyboardInterrupt):
            return False
        return True

    def _ask_to_stop(self) -> None:
        self._ray.get([_control(actor.stop).remote() for actor in self._actors], timeout=GRACE)

    def _deliver(self, fetched: tuple[int, list[tuple[str, Any]]]) -> None:
        upto, events = fetched
        fresh = events[max(0, len(events) - (upto - self._next)) :] if upto > self._next else []
        self._next = max(self._next, upto)
        for kind, content in fresh:
            self._on_event(kind, content)


_pools: dict[tuple[int, float], WorkerPool] = {}


def pool(workers: int, gpus_per_worker: float = 0) -> WorkerPool:
    """Return this process's pool of that shape; its workers start with the first `run`.

    Parameters
    ----------
    workers : int
    gpus_per_worker : float

    Raises
    ------
    InvalidInput
        If there cannot be so many.
    """
    if not (type(workers) is int and workers >= 1):
        raise InvalidInput(f"workers cannot be {workers!r}", hint="give a whole number from 1 on")
    if gpus_per_worker < 0:
        raise InvalidInput(f"gpus_per_worker cannot be {gpus_per_worker!r}", hint="give 0 or more")
    shape = (workers, gpus_per_worker)
    if shape not in _pools:
        close_pools()  # one shape at a time: two warm pools would share the same processors
        _pools[shape] = WorkerPool(workers, gpus_per_worker)
    return _pools[shape]


def close_pools() -> None:
    """End every pool of this process."""
    for each in _pools.values():
        if each.open:
            each.close()
    _pools.clear()


before_leaving(close_pools)
atexit.register(close_pools)


def _control(method: Any) -> Any:
    # Answered while a function runs, by threads of their own.
    return method.options(concurrency_group="control")


def _check_room(total: dict[str, float], workers: int, gpus_per_worker: float) -> None:
    cpus, gpus = int(total.get("CPU", 0)), total.get("GPU", 0)
    if workers > cpus:
        raise InvalidInput(
            f"workers={workers} is more than the {cpus} processors there are",
            hint=f"use workers={max(cpus, 1)}, or connect to a cluster by ray_address",
        )
    if workers * gpus_per_worker > gpus:
        raise InvalidInput(
            f"{workers} workers with gpus_per_worker={gpus_per_worker} need "
            f"{workers * gpus_per_worker:g} GPUs, and there are {gpus:g}",
            hint="use gpus_per_worker=0, or connect to a cluster by ray_address",
        )


def _first_error(outcomes: list[Outcome]) -> BaseException:
    failed = min((each for each in outcomes if each.value is None), key=lambda each: each.at)
    error: BaseException
    if failed.error is not None:
        error = cloudpickle.loads(failed.error)
    else:
        error = WorkbenchError(failed.summary)
    rank = outcomes.index(failed)
    error.add_note(f"In worker {rank} of {len(outcomes)}:\n{failed.trace}")
    return error


def _died(error: BaseException, workers: int) -> Unavailable:
    lines = str(error).strip().splitlines() or [repr(error)]
    # Ray goes on with a page of guesses.
    why = lines[-1].partition("Some common causes")[0].strip()
    return Unavailable(
        f"one of the {workers} workers died: {why}",
        hint="it may have run out of memory; use fewer workers or smaller batches, or resume=run",
    )


def _print_only(kind: str, content: object) -> None:
    if kind == "print":
        with contextlib.suppress(ValueError):  # a closed stdout
            sys.stdout.write(str(content))


def _ray() -> Any:
    return importlib.import_module("ray")
