"""Partials made where the workers of a Ray cluster are; merged here, in the same order as ever."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Generator, Sequence
from typing import Any

import cloudpickle

from workbench import cluster
from workbench.core.errors import NotFound, Unavailable
from workbench.data.statistics.blocks import Block
from workbench.data.statistics.keeping import Slices, pack, unpack
from workbench.data.statistics.scanning import Asked, block_partials


def on_workers(blocks: Sequence[Block], asked: Asked) -> Generator[Slices]:
    """Yield the blocks' partials in order, each made by one task of Ray.

    A worker reads a block's files from the artifact store. Twice as many tasks are under way as
    there are processors, so that what waits to be merged stays bounded.

    Raises
    ------
    Unavailable
        If a worker cannot read the files, or dies.
    """
    if not blocks:
        return
    cluster.connect()
    ray = _ray()
    task = ray.remote(_packed_partials)
    most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: deque[Any] = deque()
    try:
        for block in blocks:
            # Plain pickle cannot carry how a block is read; Ray's own would name our code twice.
            waiting.append(task.remote(cloudpickle.dumps((block, asked))))
            if len(waiting) >= most:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        for each in waiting:
            ray.cancel(each, force=True)


def _ray() -> Any:  # its functions carry no types
    return importlib.import_module("ray")


def _packed_partials(packed: bytes) -> bytes:
    block, asked = cloudpickle.loads(packed)
    return pack(block_partials(block, asked, asked.columns))


def _result(task: Any) -> Slices:
    ray = _ray()
    try:
        return unpack(ray.get(task))
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
