"""Fitting where the workers of a Ray cluster are; merged here, in the same order as ever."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench import cluster, workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import Column
from workbench.data.datasets.sources import Part, Source, parquet_source
from workbench.data.transforms import packing
from workbench.data.transforms.graph import Graph
from workbench.data.transforms.layers import Computer, Pass, part_states
from workbench.storage import BlobStore


def on_workers(source: Source) -> Computer:
    """Return what works out a dataset's files, each by one task.

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
        if parts:
            digests = ("" if part.file is None else part.file.digest for part in parts)
            yield from cluster.in_order(_file_states, _told(fitting, source.columns), digests)

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
