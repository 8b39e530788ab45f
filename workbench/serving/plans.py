"""All that a serving process must know, as JSON, compiled where the metadata is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import workspace
from workbench.core.settings import Settings
from workbench.features.definitions.kinds import ON_DEMAND, SERVICE, VIEW
from workbench.features.definitions.views import service_from, view_from
from workbench.features.online.reading import plan_of
from workbench.metadata import Artifact, ColumnSource
from workbench.registry import ModelVersion
from workbench.serving.feature_service import compile_service

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Compiled:
    """A plan, and what went into it.

    Attributes
    ----------
    content : dict
        JSON for `workbench.serving.models.load`, but for its token.
    service : str
        The feature service's reference; empty where no features are looked up.
    reads : tuple of Artifact
        The feature service and its views.
    columns : mapping
        Of the deployment: its probability, and each input that it looks up.
    """

    content: Mapping[str, Any]
    service: str
    reads: tuple[Artifact, ...]
    columns: Mapping[str, Sequence[ColumnSource]]


def compile_plan(version: ModelVersion) -> Compiled:
    """Compile what serving a model version takes.

    Raises
    ------
    NotFound
        If the model's feature service or one of its views is gone.
    """
    space = workspace.current()
    model = {
        "ref": version.ref,
        "version": version.version,
        "digest": version.artifact.digest,
        "flavor": version.flavor,
        "signature": version.signature,
        "example": version.artifact.properties.get("example"),
    }
    content: dict[str, Any] = {
        "model": model,
        "artifacts": {"url": space.settings.artifact_url, "cache": str(space.home / "cache")},
        "retrieval": None,
        "features": None,
        "online_url": space.settings.online_url,
    }
    columns: dict[str, list[ColumnSource]] = {
        "probability": [ColumnSource(version.artifact, "probability")]
    }
    named = version.artifact.properties.get("feature_service")
    if not named:
        return Compiled(content, "", (), columns)
    service = space.metadata.artifact(SERVICE, named)
    content["retrieval"] = _retrieval(service, version)
    content["features"] = compile_service(service.ref)
    reads = [service]
    between = set(content["retrieval"]["between"])
    for step in content["retrieval"]["on_demand"]:
        computed = space.metadata.artifact(ON_DEMAND, step["ref"])
        reads.append(computed)
        for output in step["outputs"]:
            if output["name"] not in between:
                source = ColumnSource(computed, output["column"], "computed on demand")
                columns[output["name"]] = [source]
    for view in content["retrieval"]["views"]:
        known = view_from(space.metadata.artifact(VIEW, view["ref"]))
        reads.append(known.artifact)
        for column in view["columns"]:
            if column["name"] in between:
                continue
            original = known.columns[column["position"]].name
            source = ColumnSource(known.artifact, original, "looked up by key")
            columns[column["name"]] = [source]
    return Compiled(content, service.ref, tuple(reads), columns)


def _retrieval(service: Artifact, version: ModelVersion) -> dict[str, Any]:
    """Return the plan that looks up what the model takes, and nothing else."""
    features = service_from(service)
    inputs = {each["name"] for each in version.signature["inputs"]}
    return plan_of(features, [name for name in plan_of(features)["features"] if name in inputs])


def host_of(settings: Settings) -> str:
    """Return the host that callers on this machine, or of this cluster, use."""
    if settings.serving_host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return "127.0.0.1"
    return settings.serving_host
