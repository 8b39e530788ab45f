"""Fitting on the cluster: each worker reads some of a dataset's files, and returns their states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench import workspace
from workbench.cluster.pool import pool
from workbench.cluster.worker import link
from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.data.columns import Column
from workbench.data.datasets.sources import Part, Source, parquet_source
from workbench.data.transforms.graph import Graph, State
from workbench.data.transforms.layers import Advance, Computer, Pass, part_states
from workbench.data.transforms.packing import pack
from workbench.storage import BlobStore


@dataclass(frozen=True)
class _Task:
    """A pass as it is told to workers: its graph as JSON, and where the files are."""

    graph: dict[str, Any]
    states: dict[int, State]
    places: tuple[int, ...]
    files: dict[int, str]
    columns: tuple[Column, ...]
    artifact_url: str
    cache: str


def on_workers(workers: int, source: Source) -> Computer:
    """Return what works out a dataset's files on so many workers.

    Raises
    ------
    InvalidInput
        If the rows are no dataset's: a frame lies in this process alone.
    """
    if source.artifact is None:
        raise InvalidInput(
            "workers can read a dataset, not a frame", hint="ingest it first, or leave workers out"
        )

    def compute(
        fitting: Pass, parts: Mapping[int, Part], advance: Advance
    ) -> Mapping[int, list[bytes]]:
        if not parts:
            return {}
        place = workspace.current()
        task = _Task(
            fitting.graph.to_json(),
            fitting.states,
            fitting.places,
            {number: part.file.digest for number, part in parts.items() if part.file},
            source.columns,
            place.settings.artifact_url,
            str(place.home / "cache"),
        )

        def moved(kind: str, content: Any) -> None:
            if kind == "rows":
                advance(content)

        done = pool(workers).run(_work, task, on_event=moved)
        return {number: states for found in done for number, states in found.items()}

    return compute


def _work(task: _Task) -> dict[int, list[bytes]]:
    """Return the states of this worker's share of the files."""
    here = link()
    fitting = Pass(Graph.from_json(task.graph), task.states, task.places)
    store = BlobStore(task.artifact_url, Path(task.cache))
    stored = {column: column.name for column in task.columns}
    found: dict[int, list[bytes]] = {}
    for number in sorted(task.files)[here.rank :: here.world_size]:
        try:
            path = store.local_path(task.files[number])
        except NotFound as error:
            raise Unavailable(
                f"a worker cannot read at {task.artifact_url}: {error.message}",
                hint="workers on other machines need an artifact_url that they reach, like s3://…",
            ) from error
        part = parquet_source("file", path, stored).parts[0]
        found[number] = [pack(each) for each in part_states(fitting, part)]
        # Worker 0 speaks for all: they read about as fast.
        here.emit("rows", part.rows * here.world_size)
    return found
