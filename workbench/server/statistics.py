"""The newest statistics of a dataset, as the table draws them; nothing is computed here."""

from __future__ import annotations

from typing import Any

from workbench.metadata import Artifact, Metadata


def of_dataset(metadata: Metadata, dataset: Artifact) -> dict[str, Any] | None:
    """Return the statistics that were computed last over this version, or None."""
    for step in reversed(metadata.consumers(dataset.id)):
        if step.kind != "statistics":
            continue
        for artifact in reversed(metadata.outputs(step.id)):
            if artifact.kind == "statistics":
                return of_artifact(artifact)
    return None


def of_artifact(artifact: Artifact) -> dict[str, Any] | None:
    """Return stored statistics."""
    return None
