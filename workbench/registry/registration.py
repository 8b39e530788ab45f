"""Giving a trained model a name, a version and a signature, with its lineage down to the column."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.references import check_name, parse_reference
from workbench.metadata import Artifact, ColumnSource, Recording
from workbench.registry.versions import KIND, ModelVersion
from workbench.tracking import Run

if TYPE_CHECKING:
    from workbench.features.definitions.views import FeatureService


@dataclass(frozen=True)
class _Saved:
    """A model's bytes and what is known of them."""

    digest: str
    size: int | None
    flavor: str
    signature: Mapping[str, Any]
    facts: Mapping[str, Any]
    file: Artifact | None = None
    data: Artifact | None = None


def register(
    source: Any,
    name: str,
    *,
    alias: str | None = None,
    features: FeatureService | str | None = None,
    description: str = "",
) -> ModelVersion:
    """Make a trained model the next version of a name.

    Parameters
    ----------
    source : Run or model
        A run whose function returned a model, or a model of any flavour that training can save.
    name : str
    alias : str, optional
        From now on points at this version.
    features : FeatureService or str, optional
        Where a deployment looks up the inputs that a request does not give.
    description : str

    Returns
    -------
    ModelVersion
        Its signature is what the model takes; its metrics are the run's last ones, and those of the
        evaluations that judged the run. The columns it learned from are its lineage.

    Raises
    ------
    NotFound
        If the run has no model, or there is no such feature service.
    InvalidInput
        If the model cannot be saved, or none of its inputs is a feature of the service.
    """
    check_name(name)
    if alias is not None:
        parse_reference(f"{name}@{alias}")
    service = None if features is None else _service(features)
    found = _of_run(source) if isinstance(source, Run) else _of_model(source)
    if service is not None:
        _check_service(service, found.signature)
    metadata = workspace.current().metadata
    reads = [each for each in (found.file, service) if each is not None]
    with metadata.record("register", name, reads=reads) as step:
        artifact = step.write(
            KIND,
            name,
            digest=found.digest,
            size=found.size,
            properties={
                **found.facts,
                "flavor": found.flavor,
                "signature": found.signature,
                "example": None if found.data is None else _example(found.data, found.signature),
                "feature_service": None if service is None else service.ref,
                "description": description,
            },
            columns=_columns(found),
            aliases=[] if alias is None else [alias],
        )
    if isinstance(source, Run):
        _adopt_evaluations(source, artifact)
    return ModelVersion(metadata.find_artifact(artifact.id) or artifact)


def _of_run(run: Run) -> _Saved:
    facts = run.properties
    if run.model_digest is None:
        raise NotFound(
            f"the run {run.name!r} ({run.state}) has no model",
            hint="only a complete wb.train(…) whose function returned a model has one",
        )
    file = workspace.current().metadata.find_artifact(facts["model_artifact"])
    return _Saved(
        digest=run.model_digest,
        size=None if file is None else file.size,
        flavor=facts["flavor"],
        signature=facts["signature"],
        facts={"run": run.id, "metrics": {**run.metrics, **_judged(run)}},
        file=file,
        data=next((each for each in run.inputs if each.kind == "dataset"), None),
    )


def _of_model(model: Any) -> _Saved:
    from workbench.training.models import save_model

    with tempfile.TemporaryDirectory() as folder:
        about = save_model(model, Path(folder))
        blob = workspace.current().blobs.put_tree(Path(folder))
    return _Saved(
        blob.digest, blob.size, about["flavor"], about["signature"], {"run": None, "metrics": {}}
    )


def _evaluations(run: Run) -> list[Artifact]:
    metadata = workspace.current().metadata
    return [
        each
        for each in metadata.artifacts("evaluation", run.name)
        if each.properties.get("run") == run.id
    ]


def _judged(run: Run) -> dict[str, float]:
    """Return what evaluations found for a run's model, such as ``test/auc``; the newest last."""
    return {
        f"{each.properties['split']}/{metric}": value
        for each in reversed(_evaluations(run))
        for metric, value in each.properties["overall"].items()
    }


def _adopt_evaluations(run: Run, version: Artifact) -> None:
    """Say that the evaluations of a run's model read this version of it."""
    metadata = workspace.current().metadata
    for evaluation in _evaluations(run):
        for step in metadata.producers(evaluation.id):
            Recording(metadata, step).read(version, role="model")


def _service(features: FeatureService | str) -> Artifact:
    if isinstance(features, str):
        return workspace.current().metadata.artifact("feature_service", features)
    return features.artifact


def _check_service(service: Artifact, signature: Mapping[str, Any]) -> None:
    inputs = [each["name"] for each in signature["inputs"]]
    offered = [each.partition(":")[2] for each in service.properties["features"]]
    views = [each.partition("@")[0] for each in service.properties["features"]]
    longer = [f"{view}__{column}" for view, column in zip(views, offered, strict=True)]
    if not set(inputs) & {*offered, *longer}:
        raise InvalidInput(
            f"the model takes none of the features of {service.ref}",
            hint=f"it takes {', '.join(inputs[:8])}; leave features= out, or name another service",
        )


def _example(data: Artifact, signature: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the model's inputs in one real row, as JSON."""
    from workbench.data.datasets import Dataset

    names = [each["name"] for each in signature["inputs"]]
    dataset = Dataset(data)
    known = {column.name for column in dataset.columns}
    if not set(names) <= known or not dataset.rows:
        return None
    rows = dataset.to_arrow(columns=names).slice(0, 200).to_pylist()
    fullest = min(rows, key=lambda row: sum(value is None for value in row.values()))
    return {name: _plain(value) for name, value in fullest.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _columns(found: _Saved) -> dict[str, Sequence[ColumnSource]]:
    """Return where the model's output comes from: the columns of the run's file, or the data."""
    if found.file is None:
        return {}
    names = [each["name"] for each in found.signature["inputs"]]
    return {"probability": [ColumnSource(found.file, name, "learned from") for name in names]}
