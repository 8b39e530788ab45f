"""One record's page: its row, with tables, pictures, statistics, curves and its code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.dashboards import dashboard
from workbench.metadata import Artifact, Execution, Metadata
from workbench.server import (
    artifact_tables,
    curves,
    facts,
    listing,
    media,
    snippets,
    statistics,
    tables,
)
from workbench.server.datasets import schemas
from workbench.server.datasets.page import dataset_page
from workbench.server.datasets.parts import part as dataset_part
from workbench.server.features import parts as view_parts
from workbench.server.features.page import view_page


def page(identifier: str) -> dict[str, Any]:
    """Return the page of an artifact, a run, a job or a schedule.

    Raises
    ------
    NotFound
        If nothing has this id.
    """
    metadata = workspace.current().metadata
    if identifier.startswith(listing.SCHEDULE):
        return _job_page(metadata, identifier.removeprefix(listing.SCHEDULE), None)
    if (artifact := metadata.find_artifact(identifier)) is not None:
        return _artifact_page(metadata, artifact)
    try:
        execution = metadata.execution(identifier)
    except NotFound:
        raise NotFound(
            f"no record has the id {identifier!r}", hint="it may belong to another workspace"
        ) from None
    if execution.kind == "run":
        return _run_page(metadata, execution)
    return _job_page(metadata, execution.name, execution)


def part(identifier: str, name: str) -> dict[str, Any]:
    """Return one part of the page of a dataset, a view or a service.

    Raises
    ------
    NotFound
        If nothing has this id, or its page has no such part.
    """
    artifact = workspace.current().metadata.find_artifact(identifier)
    if artifact is not None and artifact.kind in view_parts.KINDS:
        return view_parts.part(artifact, name)
    return dataset_part(identifier, name)


@dataclass(frozen=True)
class _Around:
    """What an artifact's page tells of its neighbours, read when it is needed."""

    metadata: Metadata
    artifact: Artifact

    @cached_property
    def producer(self) -> Execution | None:
        return next(iter(self.metadata.producers(self.artifact.id)), None)

    @cached_property
    def inputs(self) -> list[Artifact]:
        return [] if self.producer is None else self.metadata.inputs(self.producer.id)

    @cached_property
    def siblings(self) -> list[Artifact]:
        """What the same step wrote besides."""
        if self.producer is None:
            return []
        return [
            each for each in self.metadata.outputs(self.producer.id) if each.id != self.artifact.id
        ]

    @cached_property
    def related(self) -> list[Artifact]:
        if self.artifact.kind == "dashboard":  # the job that ran it once kept what it drew
            return self.metadata.outputs(str(self.artifact.properties.get("job")))
        found = artifact_tables.related(self.metadata, self.artifact)
        return [] if found is None else [found]


def _artifact_page(metadata: Metadata, artifact: Artifact) -> dict[str, Any]:
    around = _Around(metadata, artifact)
    described = artifact_tables.BY_KIND.get(artifact.kind)
    versions = metadata.versions(artifact.kind, artifact.name)
    record = listing.artifact_record(artifact, listing.surroundings(metadata, [artifact]))
    if artifact.kind == "dashboard" and record["facts"].get("url"):
        # Its record keeps the address without the token that opens it.
        record["facts"]["url"] = dashboard(artifact.ref).url
    made_by = around.producer
    return _page(
        record,
        description=_described(artifact),
        tables=[]
        if artifact.kind == "dataset" or artifact.kind in view_parts.KINDS
        else [
            *(described(metadata, artifact) if described else ()),
            *(tables.versions(versions, artifact) if artifact.kind != "schema" else ()),
        ],
        pictures=_pictures([artifact, *around.siblings, *around.related]),
        made_by=snippets.making(artifact, made_by, around.inputs),
        run=made_by.id if made_by is not None and made_by.kind == "run" else None,
        properties=artifact.properties,
        **(view_page(artifact, versions) if artifact.kind in view_parts.KINDS else {}),
        **(
            dataset_page(metadata, artifact, versions, made_by)
            if artifact.kind == "dataset"
            else _figures(metadata, artifact)
        ),
    )


def _run_page(metadata: Metadata, run: Execution) -> dict[str, Any]:
    params = metadata.params(run.id)
    drawn = curves.curves_of(metadata, run)
    inputs, outputs = metadata.inputs(run.id), metadata.outputs(run.id)
    return _page(
        listing.run_record(run, listing.surroundings(metadata, runs=[run])),
        description=str(run.properties.get("description") or ""),
        tables=[
            *tables.pairs("Params", ("param", "value"), params),
            *tables.pairs("Metrics", ("metric", "latest"), drawn["run"]["metrics"]),
            *tables.artifacts("Read", inputs),
            *tables.artifacts("Made", outputs),
        ],
        pictures=_pictures(outputs),
        curves=drawn,
        error=run.error,
        made_by=snippets.making_run(run, params, inputs),
        properties=run.properties,
    )


def _job_page(metadata: Metadata, name: str, execution: Execution | None) -> dict[str, Any]:
    schedule = next((each for each in metadata.schedules() if each.name == name), None)
    runs = metadata.executions("job", name, limit=50)
    latest = execution or (runs[0] if runs else None)
    if schedule is None and latest is None:
        raise NotFound(f"no job is named {name!r}", hint="wb.run_notebook(path) makes one")
    properties = dict(latest.properties) if latest else {}
    path = str(
        schedule.path if schedule else properties.get("path") or properties.get("notebook") or name
    )
    parameters = schedule.parameters if schedule else properties.get("parameters") or {}
    record = listing.job_record(name, latest, schedule, listing.surroundings(metadata))
    if execution is not None and execution.kind != "job":
        record |= {"kind": execution.kind, "id": execution.id}
    outputs = metadata.outputs(latest.id) if latest else []
    planned = {"cron": schedule.cron, "timezone": schedule.timezone} if schedule else None
    return _page(
        record,
        description=path,
        tables=[
            *tables.pairs("Parameters", ("parameter", "value"), parameters),
            *tables.executions("Runs", runs),
            *tables.artifacts("Made by the latest run", outputs),
        ],
        pictures=_pictures(outputs),
        error=latest.error if latest else None,
        made_by=snippets.making_job(path, parameters, planned, name),
        properties=properties,
    )


def _page(record: dict[str, Any], **parts: Any) -> dict[str, Any]:
    empty = ("statistics", "statistics_code", "curves", "error", "run")
    return {**record, **dict.fromkeys(empty), **parts}


def _described(artifact: Artifact) -> str:
    said = artifact.properties.get("description") or artifact.properties.get("message")
    return str(said or "")


def _figures(metadata: Metadata, artifact: Artifact) -> dict[str, Any]:
    if artifact.kind == "statistics":
        code = statistics.code_of(artifact)
        return {"statistics": statistics.draw(artifact), "statistics_code": code}
    if artifact.kind == "schema":
        return {"schema": schemas.drawn(artifact)}
    return {}


def _pictures(artifacts: list[Artifact]) -> list[dict[str, Any]]:
    """Return the pictures among artifacts, and those that artifacts name in their properties."""
    found: dict[str, tuple[str, str, float]] = {}
    for each in artifacts:
        if each.kind in ("alert", "file", "evaluation", "monitor") and each.digest:
            found.setdefault(
                each.digest,
                (
                    each.name,
                    facts.first_line(str(each.properties.get("message", ""))),
                    # Our own are drawn with two pixels to one of the page.
                    1.0 if each.kind == "file" else 2.0,
                ),
            )
        for picture in each.properties.get("pictures") or []:
            found.setdefault(
                picture["digest"],
                (
                    picture.get("title") or each.name,
                    picture.get("alt", ""),
                    float(picture.get("scale", 2)),
                ),
            )
    return [
        {
            "title": title,
            "url": f"blobs/{digest}",
            "alt": alt if alt and alt != "failed" else title,
            "scale": scale,
        }
        for digest, (title, alt, scale) in found.items()
        if _shown(digest)
    ]


def _shown(digest: str) -> bool:
    try:
        return media.is_picture(digest)
    except NotFound:
        return False
