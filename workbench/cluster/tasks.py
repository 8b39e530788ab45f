"""Many small pieces of work on the cluster's processors, whose results come back in order."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

from workbench.cluster.connection import connect
from workbench.core.errors import NotFound, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")


def in_order(
    function: Callable[[Shared, Item], Result], shared: Shared, items: Iterable[Item]
) -> Generator[Result]:
    """Yield ``function(shared, item)`` of each item, in their order, worked out by tasks of Ray.

    Twice as many tasks are under way as there are processors, so that what waits to be taken stays
    bounded; they are stopped when nobody takes any more.

    Parameters
    ----------
    function : callable
        Of a module, since workers import it by its name.
    shared : object
        Sent once, however many items there are.
    items : iterable
        Taken as they are needed.

    Raises
    ------
    Unavailable
        If a worker cannot read what it needs, or dies.
    Exception
        What the function raised.
    """
    connect()
    ray = _ray()
    task = ray.remote(function)
    sent = ray.put(shared)
    most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: deque[Any] = deque()
    try:
        for item in items:
            waiting.append(task.remote(sent, item))
            if len(waiting) >= most:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        for each in waiting:
            ray.cancel(each, force=True)


def _ray() -> Any:  # its functions carry no types
    return importlib.import_module("ray")


def _result(task: Any) -> Any:
    ray = _ray()
    try:
        return ray.get(task)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, NotFound):
            raise Unavailable(
                f"a worker cannot read the data: {cause.message}",
                hint="workers on other machines need an artifact_url that they reach, like s3://…",
            ) from error
        raise cause from error
    except ray.exceptions.WorkerCrashedError as error:
        raise Unavailable(
            "a worker died while it read the data",
            hint="it may have run out of memory; leave cluster=True out, or use larger workers",
        ) from error
