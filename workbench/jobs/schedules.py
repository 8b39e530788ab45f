"""Schedules: a notebook, kept as it was, and when it runs."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace as _workspace
from workbench.core.daemons import Daemon, alive
from workbench.core.errors import NotFound
from workbench.core.ids import new_id
from workbench.core.references import check_name
from workbench.jobs.cron import Cron
from workbench.jobs.notebooks import Notebook, bind_parameters, notebook_of, read_notebook
from workbench.metadata import Schedule as Record

if TYPE_CHECKING:
    from workbench.jobs.runs import Job

#: The daemon that runs what is due, by the name under which `Daemons` knows it.
DAEMON = "jobs"


@dataclass(frozen=True)
class Schedule:
    """A notebook that runs again and again.

    Attributes
    ----------
    name : str
    path : str
        Where the notebook was when it was scheduled; what runs is the copy kept then.
    cron, timezone : str
    parameters : dict
    next_run : datetime or None
        Aware, in the schedule's time zone; None while it is paused.
    state : str
        ``live`` or ``paused``.
    last_job : str or None
        The id of its latest job.
    """

    name: str
    path: str
    cron: str
    timezone: str
    parameters: dict[str, Any]
    next_run: datetime | None
    state: str
    last_job: str | None

    @property
    def changed(self) -> bool:
        """Whether the file was edited, moved or removed since; what was kept runs."""
        record = _workspace.current().metadata.schedule(self.name)
        try:
            content = Path(self.path).read_bytes()
        except OSError:
            return True
        return content != _workspace.current().blobs.read(record.digest)

    def run(self) -> Job:
        """Run it now, as it would run when due; its next time stays as it is."""
        return run_scheduled(self.name)

    def pause(self) -> Schedule:
        """Let it rest until `resume`."""
        return _change(self.name, state="paused", next_at=None)

    def resume(self) -> Schedule:
        """Let it run again, first at its next time from now on."""
        return _change(self.name, state="live", next_at=_next(self.cron, self.timezone))

    def delete(self) -> None:
        """Remove it; its jobs stay."""
        _workspace.current().metadata.delete_schedule(self.name)

    def _repr_html_(self) -> str:
        from html import escape

        if self.next_run is None:
            when = "paused"
        else:
            when = f"next on {self.next_run:%a %d %b %Y at %H:%M} ({escape(self.timezone)})"
        return f"<div><b>{escape(self.name)}</b> <code>{escape(self.cron)}</code>, {when}</div>"


def schedule(
    path: str | Path,
    *,
    cron: str,
    timezone: str = "UTC",
    parameters: Mapping[str, object] | None = None,
    name: str | None = None,
    daemon: bool = True,
) -> Schedule:
    """Run a notebook again and again.

    The notebook is kept as it is now: editing, moving or deleting the file changes nothing until it
    is scheduled again under the same name. The scheduler, one small process of the workspace, is
    started if it is not running.

    Parameters
    ----------
    path : path
    cron : str
        Minute, hour, day of the month, month, day of the week, as in crontab; or ``@daily`` and its
        like.
    timezone : str
        An IANA name, such as ``Europe/Berlin``.
    parameters : mapping, optional
        As for `run_notebook`.
    name : str, optional
        The file's name by default. A schedule of the same name is replaced.
    daemon : bool
        Whether to start the scheduler.

    Raises
    ------
    NotFound
        If there is no such notebook.
    InvalidInput
        If the cron expression, the time zone or a parameter cannot be used.

    Examples
    --------
    >>> schedule("notebooks/jobs/retrain.ipynb", cron="0 3 * * 1").next_run  # doctest: +SKIP
    datetime.datetime(2026, 11, 30, 3, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))
    """
    notebook = read_notebook(path)
    values = bind_parameters(notebook, parameters or {})
    workspace = _workspace.current()
    due = Cron(cron, timezone).after(workspace.clock.now())
    label = check_name(name or notebook.name)
    workspace.metadata.add_schedule(
        Record(
            name=label,
            id=new_id(),
            path=str(Path(path).expanduser().resolve()),
            digest=workspace.blobs.put_bytes(notebook.content).digest,
            cron=cron,
            timezone=timezone,
            parameters=values,
            next_at=due,
            created_at=workspace.clock.now(),
        )
    )
    if daemon:
        start_daemon()
    return find_schedule(label)


def schedules() -> list[Schedule]:
    """Return every schedule, the one due first in front and paused ones last."""
    found = [_public(record) for record in _workspace.current().metadata.schedules()]
    return sorted(
        found,
        key=lambda each: (each.next_run is None, str(each.next_run and each.next_run.timestamp())),
    )


def find_schedule(name: str) -> Schedule:
    """Return the schedule of that name; NotFound, with near names, if there is none."""
    return _public(_workspace.current().metadata.schedule(name))


def run_scheduled(name: str) -> Job:
    """Run a schedule's notebook now, as it was kept, and note the job on the schedule.

    Raises
    ------
    NotFound
        If there is no such schedule.
    JobFailed
        If the notebook fails.
    """
    from workbench.jobs.runs import JobFailed, run

    workspace = _workspace.current()
    record = workspace.metadata.schedule(name)
    try:
        job = run(
            kept_notebook(record),
            record.parameters,
            name=name,
            origin=record.path,
            schedule=name,
        )
    except JobFailed as error:
        if error.job is not None:
            _note_job(name, error.job.id)
        raise
    _note_job(name, job.id)
    return job


def kept_notebook(record: Record) -> Notebook:
    """Return the notebook as it was when it was scheduled."""
    content = _workspace.current().blobs.read(record.digest)
    path = Path(record.path)
    return notebook_of(content, path.stem, path.parent)


def start_daemon() -> Daemon:
    """Start the workspace's scheduler, or return the one that runs."""
    workspace = _workspace.current()
    workspace.home.mkdir(parents=True, exist_ok=True)
    marker = workspace.home / "run" / "jobs.ready"

    def ready() -> dict[str, str] | None:
        return {} if marker.exists() else None

    if workspace.daemons.get(DAEMON) is None:
        marker.unlink(missing_ok=True)
    return workspace.daemons.start(
        DAEMON,
        [sys.executable, "-m", "workbench.jobs.daemon"],
        environment=workspace.settings.environment(),
        ready=ready,
    )


def stop_daemon() -> bool:
    """Stop the scheduler and its jobs, which end as canceled; return whether it ran."""
    return _workspace.current().daemons.stop(DAEMON)


def owner_name() -> str:
    """Return what a scheduler signs its claims with: its host, process and the process's start."""
    import psutil

    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


def release_dead_claims() -> list[str]:
    """Free what a scheduler of this machine held when it died; return the names."""
    metadata = _workspace.current().metadata
    freed = []
    for record in metadata.schedules():
        host, _, process = (record.owner or "").partition(":")
        pid, _, born = process.partition(":")
        if host == socket.gethostname() and not alive(int(pid), float(born)):
            metadata.update_schedule(record.name, owner=None)
            freed.append(record.name)
    return freed


def _next(cron: str, timezone: str) -> datetime | None:
    return Cron(cron, timezone).after(_workspace.current().clock.now())


def _change(name: str, **fields: object) -> Schedule:
    _workspace.current().metadata.update_schedule(name, **fields)
    return find_schedule(name)


def _note_job(name: str, job_id: str) -> None:
    try:
        _workspace.current().metadata.update_schedule(name, last_job=job_id)
    except NotFound:
        return  # deleted while it ran; the job is recorded all the same


def _public(record: Record) -> Schedule:
    from zoneinfo import ZoneInfo

    due = record.next_at
    return Schedule(
        name=record.name,
        path=record.path,
        cron=record.cron,
        timezone=record.timezone,
        parameters=dict(record.parameters),
        next_run=None if due is None else due.astimezone(ZoneInfo(record.timezone)),
        state=record.state,
        last_job=record.last_job,
    )
