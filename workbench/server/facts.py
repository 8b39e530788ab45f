"""The one fact that matters for a record of each kind, with the raw figures behind it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.core import formats
from workbench.metadata import Artifact, Execution, Schedule
from workbench.server.metric_names import main_metric, short_metric


@dataclass(frozen=True)
class Facts:
    """What a row says of a record.

    Attributes
    ----------
    text : str
        Short, in English; the lab words it anew from `values` in the reader's language.
    values : dict
        Raw figures: plain numbers, times as ISO 8601, durations in seconds, sizes in bytes.
    chips : tuple of str
        Aliases and the like.
    state : str
        ``live``, ``running``, ``complete``, ``failed``, ``canceled``, ``stopped`` …
    title : str or None
        Shown instead of the name.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    chips: tuple[str, ...] = ()
    state: str = "live"
    title: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What facts are read against: the time, and figures of other records, read once a list.

    Attributes
    ----------
    now : datetime
    metrics : mapping
        The latest metrics of each run, by the run's id.
    materialized : mapping
        When each feature view was last materialised, by its name.
    latency : mapping
        The newest p99 of each deployment in milliseconds, by its name.
    serving : frozenset of str
        The kinds whose server runs; what belongs to another is down, whatever its record says.
    """

    now: datetime
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    materialized: Mapping[str, datetime] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)
    serving: frozenset[str] = frozenset()


def of_artifact(artifact: Artifact, around: Surroundings) -> Facts:
    """Return the facts of an artifact."""
    return _BY_KIND.get(artifact.kind, _anything)(artifact, around)


def of_run(run: Execution, around: Surroundings) -> Facts:
    """Return the facts of a run: why it failed, else its best known metric, else how far it is."""
    metrics = around.metrics.get(run.id, {})
    values: dict[str, Any] = {
        "experiment": run.context or run.properties.get("experiment") or "default",
        "metrics": {key: value for key, value in metrics.items() if math.isfinite(value)},
    }
    if run.seconds is not None:
        values["took"] = run.seconds
    if (key := main_metric(metrics)) is not None:
        values |= {"metric": key, "value": metrics[key] if math.isfinite(metrics[key]) else None}
    if run.error:
        values["error"] = first_line(run.error)
    if progress := run.properties.get("progress"):
        values["progress"] = progress
    return Facts(_run_text(run, values, metrics), values, state=run.state)


def of_job(
    name: str, job: Execution | None, schedule: Schedule | None, around: Surroundings
) -> Facts:
    """Return the facts of a job: why it failed, else when it is due, else when it last ran."""
    values: dict[str, Any] = {}
    if schedule is not None:
        values |= {"cron": schedule.cron, "timezone": schedule.timezone, "schedule": schedule.name}
        if schedule.next_at is not None:
            values["next_run"] = schedule.next_at.isoformat()
    if job is not None:
        values["last_run"] = job.started_at.isoformat()
        if job.seconds is not None:
            values["took"] = job.seconds
        if job.error:
            values["error"] = first_line(job.error)
    state: str = "scheduled" if job is None or (schedule and job.state == "complete") else job.state
    if schedule is not None and schedule.next_at is None and state == "scheduled":
        state = "paused"
    if job is not None and job.state == "failed":
        text = values.get("error", "failed")
    elif job is not None and job.state == "running":
        text = "running"
    elif schedule is not None and schedule.next_at is not None:
        text = formats.day_and_time(schedule.next_at, around.now)
    else:
        text = "paused" if job is None else formats.day_and_time(job.started_at, around.now)
    return Facts(text, values, state=state)


def first_line(error: str) -> str:
    """Return the line of an error that says what happened: the first, or a traceback's last."""
    lines = [line.strip() for line in error.strip().splitlines() if line.strip()]
    if not lines:
        return "failed"
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


def moment(value: object) -> datetime | None:
    """Return a time that a property keeps as ISO 8601, or None."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else None


def _run_text(run: Execution, values: dict[str, Any], metrics: Mapping[str, float]) -> str:
    if run.state == "failed":
        return str(values.get("error", "failed"))
    if "metric" in values:
        return f"{short_metric(values['metric'])} {formats.number(metrics[values['metric']])}"
    return run.state


def _anything(artifact: Artifact, around: Surroundings) -> Facts:
    values: dict[str, Any] = {} if artifact.size is None else {"size": artifact.size}
    text = f"{formats.span(around.now - artifact.created_at)} ago"
    return Facts(text, values, artifact.aliases, artifact.state)


def _dataset(artifact: Artifact, around: Surroundings) -> Facts:
    properties = artifact.properties
    rows = int(properties.get("rows") or 0)
    columns = properties.get("columns") or []
    values = {
        "rows": rows,
        "columns": len(columns),
        "size": artifact.size or 0,
        "splits": properties.get("splits") or {},
        "spans": properties.get("spans") or 0,
        "bad_rows": properties.get("bad_rows") or 0,
    }
    if properties.get("first") and properties.get("last"):
        values |= {"first": properties["first"], "last": properties["last"]}
    if source := _source(properties.get("source")):
        values["source"] = source
    return Facts(formats.counted(rows, "row"), values, artifact.aliases, artifact.state)


def _source(source: object) -> str:
    """Return in a few words what rows came from: a file's name, or a kind of source."""
    if not isinstance(source, Mapping):
        return str(source or "")
    paths = source.get("paths") or [source.get("path") or source.get("url") or ""]
    named = re.split(r"[/\\]", str(paths[0]).rstrip("/"))[-1].partition("?")[0]
    kind = str(source.get("type") or "")
    if len(paths) > 1:
        return f"{formats.count(len(paths))} {kind} files"
    return named if named and kind != "query" else kind


def _feature_view(artifact: Artifact, around: Surroundings) -> Facts:
    properties = artifact.properties
    values: dict[str, Any] = {"features": len(properties.get("columns") or [])}
    fresh = moment(properties.get("materialized_at")) or around.materialized.get(artifact.name)
    if fresh is not None:
        values["materialized_at"] = fresh.isoformat()
    values["static"] = bool(properties.get("static"))
    if isinstance(properties.get("entities"), list):
        values["entities"] = [str(each["name"]) for each in properties["entities"]]
    if properties.get("owner"):
        values["owner"] = str(properties["owner"])
    if properties.get("ttl_seconds") is not None:
        values["ttl"] = float(properties["ttl_seconds"])
    if values["static"]:
        text = "static"
    elif fresh is None:
        text = "not materialized"
    else:
        text = f"fresh {formats.span(around.now - fresh)}"
    chips = (*artifact.aliases, *(str(each) for each in properties.get("tags") or ()))
    return Facts(text, values, chips, artifact.state)


def _on_demand_view(artifact: Artifact, around: Surroundings) -> Facts:
    properties = artifact.properties
    values: dict[str, Any] = {
        "features": len(properties.get("columns") or []),
        "entities": [str(each["name"]) for each in properties.get("entities") or []],
    }
    if properties.get("owner"):
        values["owner"] = str(properties["owner"])
    chips = (*artifact.aliases, *(str(each) for each in properties.get("tags") or ()))
    return Facts("on demand", values, chips, artifact.state)


def _feature_service(artifact: Artifact, around: Surroundings) -> Facts:
    count = len(artifact.properties.get("features") or [])
    text = formats.counted(count, "feature")
    return Facts(text, {"features": count}, artifact.aliases, artifact.state)


def _model(artifact: Artifact, around: Surroundings) -> Facts:
    metrics = {
        key: float(value)
        for key, value in (artifact.properties.get("metrics") or {}).items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
    values: dict[str, Any] = {
        "metrics": metrics,
        "flavor": artifact.properties.get("flavor"),
        "size": artifact.size,
    }
    if (key := main_metric(metrics)) is not None:
        values |= {"metric": key, "value": metrics[key]}
        measured = f"{short_metric(key)} {formats.number(metrics[key])}"
    else:
        measured = str(values["flavor"] or "model")
    return Facts(", ".join(artifact.aliases) or measured, values, artifact.aliases, artifact.state)


def _served_state(artifact: Artifact, around: Surroundings) -> str:
    state = str(artifact.properties.get("state") or "live")
    return "down" if state == "live" and artifact.kind not in around.serving else state


def _deployment(artifact: Artifact, around: Surroundings) -> Facts:
    properties = artifact.properties
    state = _served_state(artifact, around)
    values: dict[str, Any] = {"url": properties.get("url"), "model": properties.get("model")}
    p99 = around.latency.get(artifact.name)
    if p99 is not None:
        values["p99"] = p99
    text = f"p99 {formats.number(p99)} ms" if state == "live" and p99 is not None else state
    return Facts(text, values, artifact.aliases, state)


def _dashboard(artifact: Artifact, around: Surroundings) -> Facts:
    state = _served_state(artifact, around)
    values: dict[str, Any] = {"url": artifact.properties.get("url") if state == "live" else None}
    if state != "live":
        return Facts(state, values, artifact.aliases, state)
    return Facts(
        f"{formats.span(around.now - artifact.created_at)} ago", values, artifact.aliases, "live"
    )


def _alert(artifact: Artifact, around: Surroundings) -> Facts:
    message = str(artifact.properties.get("message") or artifact.name)
    return Facts(
        formats.span(around.now - artifact.created_at),
        {"message": message, "when": artifact.properties.get("when")},
        state="alert",
        title=first_line(str(artifact.properties.get("reason") or message)),
    )


def _evaluation(artifact: Artifact, around: Surroundings) -> Facts:
    passed = artifact.properties.get("passed")
    if not artifact.properties.get("gates"):
        return _anything(artifact, around)
    return Facts(
        "gate passed" if passed else "gate failed",
        {"passed": bool(passed)},
        state="complete" if passed else "failed",
    )


def verdict(anomalies: Artifact) -> str:
    """Return how a validation ended: passed, warning or failed."""
    found = anomalies.properties.get("found") or []
    if any(each.get("severity", "ERROR") == "ERROR" for each in found):
        return "failed"
    return "warning" if found else "passed"


def _anomalies(artifact: Artifact, around: Surroundings) -> Facts:
    count = len(artifact.properties.get("found") or [])
    text = formats.counted(count, "anomaly", "anomalies")
    return Facts(text, {"anomalies": count}, artifact.aliases, verdict(artifact))


def _figures(artifact: Artifact, around: Surroundings) -> Facts:
    """Return the facts of a schema, or of statistics."""
    facts = artifact.properties
    columns = facts.get("columns") or 0
    values: dict[str, Any] = {"columns": columns if isinstance(columns, int) else len(columns)}
    if isinstance(facts.get("rows"), int):
        values["rows"] = facts["rows"]
    text = formats.counted(values["columns"], "column")
    return Facts(text, values, artifact.aliases, artifact.state)


_BY_KIND: dict[str, Callable[[Artifact, Surroundings], Facts]] = {
    "dataset": _dataset,
    "feature_view": _feature_view,
    "on_demand_view": _on_demand_view,
    "feature_service": _feature_service,
    "model": _model,
    "deployment": _deployment,
    "dashboard": _dashboard,
    "alert": _alert,
    "evaluation": _evaluation,
    "anomalies": _anomalies,
    "schema": _figures,
    "statistics": _figures,
}
