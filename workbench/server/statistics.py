"""The newest statistics of a dataset, as the table draws them; nothing is computed here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench import workspace
from workbench.metadata import Artifact, Metadata


def of_dataset(metadata: Metadata, dataset: Artifact) -> dict[str, Any] | None:
    """Return the statistics that were computed last over this version, or None."""
    for step in reversed(metadata.consumers(dataset.id)):
        if step.kind != "statistics":
            continue
        for artifact in reversed(metadata.outputs(step.id)):
            if artifact.kind == "statistics":
                return _named(of_artifact(artifact), dataset.ref)
    return None


def of_artifact(artifact: Artifact) -> dict[str, Any] | None:
    """Return stored statistics as the table draws them."""
    return None if artifact.digest is None else _read(artifact.digest)


def _named(data: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    """Give the figures of all rows the dataset's own name."""
    if data is None or not data["datasets"]:
        return data
    first, *others = data["datasets"]
    return {**data, "datasets": [{**first, "name": name}, *others]}


@lru_cache(maxsize=64)
def _read(digest: str) -> dict[str, Any]:
    """Read what a digest names once: the same bytes are the same statistics in any workspace."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    from workbench.data.statistics import Statistics

    content = workspace.current().blobs.read(digest)
    proto = statistics_pb2.DatasetFeatureStatisticsList.FromString(content)
    return Statistics.from_proto(proto).data()
