"""What callers see of the tables: frozen, typed, with aware UTC times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ExecutionState = Literal["running", "complete", "failed", "canceled"]


@dataclass(frozen=True)
class Artifact:
    """One version of something that was made.

    Attributes
    ----------
    id : str
    kind : str
        dataset, statistics, schema, anomalies, feature_view, model, evaluation, deployment, …
    name : str
    version : int
        1, 2, 3, … within (kind, name).
    digest : str or None
        SHA-256 of its bytes in the artifact store, when it has any.
    size : int or None
        Bytes.
    state : str
        ``live`` or ``deleted``.
    properties : dict
        Facts as JSON; what they are depends on the kind.
    created_at : datetime
        Aware, UTC.
    aliases : tuple of str
        Names that point at this version now.
    """

    id: str
    kind: str
    name: str
    version: int
    digest: str | None
    size: int | None
    state: str
    properties: dict[str, Any]
    created_at: datetime
    aliases: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Execution:
    """Something that was done: an ingest, a run, a job.

    Attributes
    ----------
    id : str
    kind : str
    name : str
    state : str
        running, complete, failed or canceled.
    started_at, ended_at : datetime
        Aware, UTC; `ended_at` is None while it runs.
    properties : dict
    error : str or None
        Why it failed.
    parent : str or None
        The execution (a job, for example) that this one ran under.
    context : str or None
        The experiment that it belongs to.
    """

    id: str
    kind: str
    name: str
    state: ExecutionState
    started_at: datetime
    ended_at: datetime | None
    properties: dict[str, Any]
    error: str | None = None
    parent: str | None = None
    context: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it runs."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class Event:
    """An execution read (``input``) or wrote (``output``) an artifact."""

    execution_id: str
    artifact_id: str
    direction: str
    role: str
    created_at: datetime


@dataclass(frozen=True)
class ColumnSource:
    """A column that another column was computed from.

    Attributes
    ----------
    artifact : Artifact
    column : str
    how : str
        In a few words, what was done to it; empty when it was taken as it is.
    """

    artifact: Artifact
    column: str
    how: str = ""


@dataclass(frozen=True)
class ColumnEdge:
    """A stored `ColumnSource` with its target; artifacts by id."""

    source_id: str
    source_column: str
    target_id: str
    target_column: str
    how: str
    execution_id: str


@dataclass(frozen=True)
class MetricPoint:
    """One point of a curve.

    Attributes
    ----------
    run_id, key : str
    step : int
    value : float
        May be NaN or infinite.
    time : int
        Microseconds since 1970, UTC.
    """

    run_id: str
    key: str
    step: int
    value: float
    time: int


@dataclass(frozen=True)
class Schedule:
    """A notebook that runs again and again.

    Attributes
    ----------
    name, id : str
    path : str
        Where the notebook was when it was scheduled.
    digest : str
        The notebook's bytes then; these are what runs.
    cron, timezone : str
        Five fields, read in an IANA time zone.
    parameters : dict
    next_at : datetime or None
        The next time it is due; None while paused.
    created_at : datetime
    state : str
        ``live`` or ``paused``.
    owner : str or None
        The daemon that is running it now.
    last_job : str or None
        The id of its latest job.
    """

    name: str
    id: str
    path: str
    digest: str
    cron: str
    timezone: str
    parameters: dict[str, Any]
    next_at: datetime | None
    created_at: datetime
    state: str = "live"
    owner: str | None = None
    last_job: str | None = field(default=None)
