"""What is known of the values of a record, as the table draws it; only drift is computed here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench import workspace
from workbench.metadata import Artifact, Metadata


def of_dataset(metadata: Metadata, dataset: Artifact) -> dict[str, Any] | None:
    """Return the statistics of this version, or None where nobody has asked for any.

    Those of all rows if there are, else of its splits: the first one, and another laid over it.
    """
    newest: dict[str | None, str] = {}
    for step in reversed(metadata.consumers(dataset.id)):
        for each in metadata.outputs(step.id) if step.kind == "statistics" else ():
            if each.kind == "statistics" and each.digest is not None:
                newest.setdefault(each.properties.get("split"), each.digest)
    if None in newest:
        return _named(_read(newest[None]), dataset.ref)
    order = list(dataset.properties.get("splits") or {})
    splits = sorted(newest, key=lambda name: order.index(name) if name in order else len(order))
    return _read(*(newest[name] for name in splits[:2])) if splits else None


def of_view(metadata: Metadata, view: Artifact) -> dict[str, Any] | None:
    """Return the statistics of a view's values, or None before it is first materialized."""
    kept = metadata.find_artifact(str(view.properties.get("statistics")))
    return None if kept is None else of_artifact(kept)


def of_artifact(artifact: Artifact) -> dict[str, Any] | None:
    """Return stored statistics as the table draws them."""
    return None if artifact.digest is None else _read(artifact.digest)


def _named(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Give the figures of all rows the dataset's own name."""
    if not data["datasets"]:
        return data
    first, *others = data["datasets"]
    return {**data, "datasets": [{**first, "name": name}, *others]}


@lru_cache(maxsize=64)
def _read(digest: str, compared: str | None = None) -> dict[str, Any]:
    """Read what digests name once: the same bytes are the same statistics in any workspace."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    from workbench.data.statistics import Statistics

    def stored(digest: str) -> Statistics:
        content = workspace.current().blobs.read(digest)
        return Statistics.from_proto(
            statistics_pb2.DatasetFeatureStatisticsList.FromString(content)
        )

    return stored(digest).data(None if compared is None else stored(compared))
