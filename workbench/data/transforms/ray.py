"""Fitting where the workers of a Ray cluster are; merged here, in the same order as ever."""

from __future__ import annotations

import importlib
import json
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench import cluster, workspace
from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.data.columns import Column
from workbench.data.datasets.sources import Part, Source, parquet_source
from workbench.data.transforms import packing
from workbench.data.transforms.graph import Graph
from workbench.data.transforms.layers import Computer, Pass, part_states
from workbench.storage import BlobStore


def on_workers(source: Source) -> Computer:
    """Return what works out a dataset's files, each by one task of Ray.

    Twice as many tasks are under way as there are processors, so that what waits to be merged stays
    bounded.

    Raises
    ------
    InvalidInput
        If the rows are no dataset's: a frame lies in this process alone.
    """
    if source.artifact is None:
        raise InvalidInput(
            "a cluster can read a dataset, not a frame",
            hint="wb.ingest it first, or leave cluster=True out",
        )

    def compute(fitting: Pass, parts: Sequence[Part]) -> Iterator[list[bytes]]:
        if not parts:
            return
        cluster.connect()
        ray = _ray()
        told = ray.put(_told(fitting, source.columns))
        task = ray.remote(_file_states)
        most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting: deque[Any] = deque()
        try:
            for part in parts:
                waiting.append(task.remote(told, "" if part.file is None else part.file.digest))
                if len(waiting) >= most:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            for each in waiting:
                ray.cancel(each, force=True)

    return compute


def _told(fitting: Pass, columns: Sequence[Column]) -> str:
    """Return what a worker needs to know, as JSON."""
    place = workspace.current()
    return json.dumps(
        {
            "graph": fitting.graph.to_json(),
            "states": {str(each): state for each, state in fitting.states.items()},
            "places": fitting.places,
            "columns": {each.name: each.type for each in columns},
            "artifact_url": place.settings.artifact_url,
            "cache": str(place.home / "cache"),
        }
    )


def _file_states(told: str, digest: str) -> list[bytes]:
    """Return the states of a file; runs in a worker."""
    about = json.loads(told)
    states = {int(each): state for each, state in about["states"].items()}
    fitting = Pass(Graph.from_json(about["graph"]), states, tuple(about["places"]))
    path = BlobStore(about["artifact_url"], Path(about["cache"])).local_path(digest)
    stored = {Column(name, kind): name for name, kind in about["columns"].items()}
    part = parquet_source("file", path, stored).parts[0]
    return [packing.pack(each) for each in part_states(fitting, part)]


def _result(task: Any) -> list[bytes]:
    ray = _ray()
    try:
        states: list[bytes] = ray.get(task)
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
    return states


def _ray() -> Any:  # its functions carry no types
    return importlib.import_module("ray")
