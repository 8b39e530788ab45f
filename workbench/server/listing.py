"""What exists: one row a record, newest use first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench import workspace
from workbench.metadata import Artifact, Execution, Metadata, Schedule
from workbench.server import facts, snippets

#: The kinds that people look for, in the order of the panel; the rest is reached by lineage.
KINDS = (
    "dataset",
    "feature_view",
    "on_demand_view",
    "feature_service",
    "run",
    "model",
    "deployment",
    "job",
    "dashboard",
    "alert",
)
_ARTIFACTS = tuple(kind for kind in KINDS if kind not in ("run", "job"))

#: A schedule's id, for a job that is known by its schedule.
SCHEDULE = "schedule:"


def records(kind: str | None = None, query: str = "", limit: int = 10_000) -> dict[str, Any]:
    """Return the records that match, newest use first, and how many there are of each kind.

    Parameters
    ----------
    kind : str, optional
    query : str
        Words that must all occur in a record's name, title, fact or chips.
    limit : int
        The most of each kind, so that many of one do not hide the others.
    """
    metadata = workspace.current().metadata
    wanted = KINDS if kind is None else (kind,)
    found = [
        *_artifact_records(
            metadata, [each for each in wanted if each not in ("run", "job")], limit
        ),
        *(_run_records(metadata, limit) if "run" in wanted else ()),
        *(_job_records(metadata, limit) if "job" in wanted else ()),
    ]
    words = query.casefold().split()
    matching = [record for record in found if _matches(record, words)]
    counts = dict.fromkeys(wanted, 0)
    for record in matching:
        counts[record["kind"]] = counts.get(record["kind"], 0) + 1
    matching.sort(key=lambda record: record["used_at"], reverse=True)
    return {"records": matching, "counts": counts}


def artifact_record(
    artifact: Artifact, around: facts.Surroundings, used: str | None = None
) -> dict[str, Any]:
    """Return an artifact's row."""
    created = artifact.created_at.isoformat()
    return _record(
        id=artifact.id,
        kind=artifact.kind,
        name=artifact.name,
        version=artifact.version,
        ref=artifact.ref,
        known=facts.of_artifact(artifact, around),
        created_at=created,
        used_at=max(used or created, created),
        code=snippets.fetching(artifact),
    )


def run_record(run: Execution, around: facts.Surroundings) -> dict[str, Any]:
    """Return a run's row."""
    return _record(
        id=run.id,
        kind="run",
        name=run.name,
        version=None,
        ref=run.id,
        known=facts.of_run(run, around),
        created_at=run.started_at.isoformat(),
        used_at=(
            around.now if run.state == "running" else run.ended_at or run.started_at
        ).isoformat(),
        code=snippets.fetching_run(run),
    )


def job_record(
    name: str, job: Execution | None, schedule: Schedule | None, around: facts.Surroundings
) -> dict[str, Any]:
    """Return the row of a job: a schedule with its latest run, or a run that stands alone."""
    created = job.started_at if job else schedule.created_at if schedule else around.now
    identifier = SCHEDULE + name if schedule is not None else job.id if job is not None else ""
    return _record(
        id=identifier,
        kind="job",
        name=name,
        version=None,
        ref=name,
        known=facts.of_job(name, job, schedule, around),
        created_at=created.isoformat(),
        used_at=created.isoformat(),
        code=snippets.fetching_job(name),
    )


def serving() -> frozenset[str]:
    """Return the kinds whose server runs: deployments on Ray, dashboards on Voila."""
    place = workspace.current()
    alive = {
        "deployment": bool(place.settings.ray_address) or place.daemons.get("ray") is not None,
        "dashboard": place.daemons.get("voila") is not None,
    }
    return frozenset(kind for kind, runs in alive.items() if runs)


def surroundings(
    metadata: Metadata, artifacts: Sequence[Artifact] = (), runs: Sequence[Execution] = ()
) -> facts.Surroundings:
    """Read, once for all of them, what the facts of these records depend on."""
    return facts.Surroundings(
        now=metadata.clock.now(),
        metrics=metadata.latest_metrics([run.id for run in runs]) if runs else {},
        materialized=_materialized(
            metadata, [each for each in artifacts if each.kind == "feature_view"]
        ),
        latency=_latency(metadata) if any(each.kind == "deployment" for each in artifacts) else {},
        serving=serving(),
    )


def _record(*, known: facts.Facts, **fields: Any) -> dict[str, Any]:
    return {
        **fields,
        "title": known.title or fields["name"],
        "fact": known.text,
        "facts": known.values,
        "state": known.state,
        "chips": list(known.chips),
    }


def _matches(record: Mapping[str, Any], words: Iterable[str]) -> bool:
    chips = " ".join(record["chips"])
    text = f"{record['ref']} {record['name']} {record['title']} {record['fact']} {chips}".casefold()
    return all(word in text for word in words)


def _artifact_records(metadata: Metadata, kinds: Sequence[str], limit: int) -> list[dict[str, Any]]:
    if not kinds:
        return []
    artifacts = [
        each
        for kind in kinds
        # Every alert is news of its own; of the rest, the newest version stands for all.
        for each in metadata.artifacts(kind, latest_only=kind != "alert", limit=limit)
    ]
    used = metadata.last_used([each.id for each in artifacts])
    around = surroundings(metadata, artifacts)
    return [artifact_record(each, around, used.get(each.id)) for each in artifacts]


def _run_records(metadata: Metadata, limit: int) -> list[dict[str, Any]]:
    runs = metadata.executions("run", limit=limit)
    around = surroundings(metadata, runs=runs)
    return [run_record(run, around) for run in runs]


def _job_records(metadata: Metadata, limit: int) -> list[dict[str, Any]]:
    latest: dict[str, Execution] = {}
    for job in metadata.executions("job", limit=limit):
        latest.setdefault(job.name, job)
    schedules = {schedule.name: schedule for schedule in metadata.schedules()}
    around = surroundings(metadata)
    names = dict.fromkeys([*schedules, *latest])
    return [job_record(name, latest.get(name), schedules.get(name), around) for name in names]


def _materialized(metadata: Metadata, views: Sequence[Artifact]) -> dict[str, datetime]:
    if not views:
        return {}
    done = {
        each.id: each.ended_at
        for each in metadata.executions("materialize", state="complete", limit=500)
    }
    names = {view.id: view.name for view in views}
    newest: dict[str, datetime] = {}
    # By what was done and not by views: there are thousands of those.
    for event in metadata.events_of(list(done)):
        ended, name = done[event.execution_id], names.get(event.artifact_id)
        if ended is not None and name is not None and (name not in newest or ended > newest[name]):
            newest[name] = ended
    return newest


def _latency(metadata: Metadata) -> dict[str, float]:
    """Return each deployment's newest p99 in milliseconds, as its monitors saw it."""
    newest: dict[str, float] = {}
    for monitor in metadata.artifacts("monitor", latest_only=True):
        properties = monitor.properties
        latency = properties.get("latency_ms") or properties.get("latency") or {}
        p99 = latency.get("p99") if isinstance(latency, dict) else None
        if isinstance(p99, int | float):
            newest.setdefault(str(properties.get("deployment", "")).partition("@")[0], float(p99))
    return newest
