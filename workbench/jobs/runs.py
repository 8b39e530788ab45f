"""Jobs: a notebook run with parameters, recorded, its output kept whatever happens."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace as _workspace
from workbench.core.errors import NotFound, WorkbenchError
from workbench.core.files import atomic_write
from workbench.core.references import check_name
from workbench.jobs.notebooks import Notebook, bind_parameters, read_notebook
from workbench.jobs.pictures import keep_pictures
from workbench.metadata import PARENT_VARIABLE

if TYPE_CHECKING:
    from workbench.jobs.execution import Cell, Execution
    from workbench.metadata import Artifact, Recording
    from workbench.metadata import Execution as Record


class JobFailed(WorkbenchError):
    """A notebook that did not reach its end; `job` holds what there is of it."""

    job: Job | None = None


@dataclass(frozen=True)
class Job:
    """One run of a notebook.

    Attributes
    ----------
    id : str
    name : str
    state : str
        running, complete, failed or canceled.
    parameters : dict
        What was set in the notebook's `parameters` cell.
    started_at : datetime
        Aware, UTC.
    took : timedelta or None
        None while it runs.
    output : Path or None
        The executed notebook, up to the cell that failed if one did.
    artifact : Artifact or None
        The executed notebook as a record.
    error : str or None
        The cell that failed, and its message.
    progress : dict
        ``{"done", "total", "text"}`` in code cells.
    """

    id: str
    name: str
    state: str
    parameters: dict[str, Any]
    started_at: datetime
    took: timedelta | None
    output: Path | None
    artifact: Artifact | None
    error: str | None
    progress: dict[str, Any]

    def _repr_html_(self) -> str:
        from html import escape

        took = "" if self.took is None else f" in {self.took.total_seconds():,.1f} s"
        why = f"<div>{escape(self.error)}</div>" if self.error else ""
        where = f"<div><code>{escape(str(self.output))}</code></div>" if self.output else ""
        return f"<div><b>{escape(self.name)}</b> {escape(self.state)}{took}</div>{why}{where}"


def run_notebook(
    path: str | Path,
    parameters: Mapping[str, object] | None = None,
    name: str | None = None,
    *,
    timeout: timedelta | float | None = None,
    check: bool = True,
    on_cell: Callable[[Cell], None] | None = None,
) -> Job:
    """Run a notebook from top to bottom in a fresh kernel, and record it as a job.

    What the notebook does in the workspace is recorded under the job; what it reads there becomes
    the job's input.

    Parameters
    ----------
    path : path
        The notebook. Its cells run in its own folder.
    parameters : mapping, optional
        New values for what the cell tagged `parameters` assigns: numbers, text, dates, lists,
        dicts.
    name : str, optional
        The job's name; the file's name by default.
    timeout : timedelta or seconds, optional
        How long the whole notebook may take; no limit by default.
    check : bool
        Whether a failed notebook raises; if not, look at the job's `state`.
    on_cell : callable, optional
        Told when a cell starts and ends (`workbench.jobs.Cell`).

    Raises
    ------
    NotFound
        If there is no such notebook.
    InvalidInput
        If it is no notebook, or declares no such parameter.
    JobFailed
        If a cell failed or time ran out; the executed notebook is kept, see the error's `job`.

    Examples
    --------
    >>> job = run_notebook("notebooks/jobs/retrain.ipynb", {"epochs": 1})  # doctest: +SKIP
    >>> job.state, job.output.name  # doctest: +SKIP
    ('complete', 'retrain-01kb….ipynb')
    """
    return run(
        read_notebook(path),
        parameters or {},
        name=name,
        origin=str(Path(path).expanduser().resolve()),
        timeout=timeout,
        check=check,
        on_cell=on_cell,
    )


def run(
    notebook: Notebook,
    parameters: Mapping[str, object],
    *,
    name: str | None = None,
    origin: str,
    schedule: str | None = None,
    timeout: timedelta | float | None = None,
    check: bool = True,
    on_cell: Callable[[Cell], None] | None = None,
) -> Job:
    """Run a notebook that is already read; `run_notebook` says the rest.

    Parameters
    ----------
    notebook : Notebook
    parameters : mapping
    name : str, optional
    origin : str
        Where the notebook came from, for the record.
    schedule : str, optional
        The schedule that this run is for.
    """
    workspace = _workspace.current()
    values = bind_parameters(notebook, parameters)
    source = workspace.blobs.put_bytes(notebook.content)
    facts: dict[str, Any] = {
        "path": origin,
        "source_digest": source.digest,
        "parameters": values,
        "schedule": schedule,
        "progress": {"done": 0, "total": 0, "text": "starting the kernel"},
    }
    label = check_name(name or notebook.name)
    limit = timedelta(seconds=timeout) if isinstance(timeout, int | float) else timeout
    job_id: str | None = None
    try:
        with workspace.metadata.record("job", label, properties=facts) as recording:
            job_id = recording.id
            _carry_out(recording, notebook, values, label, limit, on_cell)
    except JobFailed as error:
        error.job = job(recording.id)
        if check:
            raise
        return error.job
    return job(job_id)


def _carry_out(
    recording: Recording,
    notebook: Notebook,
    values: dict[str, Any],
    name: str,
    timeout: timedelta | None,
    on_cell: Callable[[Cell], None] | None,
) -> None:
    from workbench.jobs.execution import execute

    workspace = _workspace.current()

    def follow(cell: Cell) -> None:
        running = cell.state == "running"
        text = f"cell {cell.number} of {cell.total}"
        done = cell.number - 1 if running else cell.number
        recording.update(progress={"done": done, "total": cell.total, "text": text})
        if on_cell is not None:
            on_cell(cell)

    running = workspace.home / "run"
    running.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="job-", dir=running) as scratch:
        output = Path(scratch, "output.ipynb")
        try:
            ended = execute(
                notebook.node(),
                values,
                output=output,
                folder=notebook.folder if notebook.folder.is_dir() else workspace.home,
                environment={**workspace.settings.environment(), PARENT_VARIABLE: recording.id},
                timeout=timeout,
                on_cell=follow,
            )
        finally:
            if output.is_file():
                _keep(recording, output, name)
    if ended.error is not None or ended.timed_out:
        raise JobFailed(f"{name!r}: {_why(ended, timeout)}", hint=_remedy(ended))


def _why(ended: Execution, timeout: timedelta | None) -> str:
    if ended.timed_out:
        limit = timeout.total_seconds() if timeout else 0.0
        at = f" (cell {ended.error.number} of {ended.cells})" if ended.error else ""
        return f"it was stopped after {limit:g} s{at}"
    return str(ended.error)


def _remedy(ended: Execution) -> str:
    if ended.timed_out:
        return "allow it more time with timeout="
    if ended.error is not None and ended.error.line:
        return f"the cell begins with: {ended.error.line[:120]}"
    return "open the executed notebook to see how far it came"


def _keep(recording: Recording, output: Path, name: str) -> None:
    """Store the executed notebook, and lay a copy where people and JupyterLab can open it."""
    workspace = _workspace.current()
    blob = workspace.blobs.put_file(output)
    short = re.sub(r"[^\w.-]+", "-", name)[:80]
    copy = workspace.home / "jobs" / f"{short}-{recording.id}.ipynb"
    atomic_write(copy, output.read_bytes())
    artifact = recording.write(
        "file",
        name,
        digest=blob.digest,
        size=blob.size,
        properties={
            "media_type": "application/x-ipynb+json",
            "path": str(copy),
            "pictures": keep_pictures(output, workspace.blobs),
        },
        role="notebook",
    )
    recording.update(output=str(copy), output_digest=blob.digest, output_artifact=artifact.id)


def job(job_id: str) -> Job:
    """Return a job by its id.

    Raises
    ------
    NotFound
        If there is none.
    """
    record = _workspace.current().metadata.execution(job_id)
    if record.kind != "job":
        raise NotFound(
            f"{job_id!r} is not a job but a {record.kind}",
            hint="`workbench jobs list` shows the jobs",
        )
    return _job_of(record)


def jobs(name: str | None = None, *, limit: int | None = 100) -> list[Job]:
    """Return the jobs, those begun last first."""
    records = _workspace.current().metadata.executions("job", name, limit=limit)
    return [_job_of(record) for record in records]


def _job_of(record: Record) -> Job:
    facts = record.properties
    artifact = facts.get("output_artifact")
    seconds = record.seconds
    return Job(
        id=record.id,
        name=record.name,
        state=record.state,
        parameters=facts.get("parameters", {}),
        started_at=record.started_at,
        took=None if seconds is None else timedelta(seconds=seconds),
        output=Path(facts["output"]) if facts.get("output") else None,
        artifact=_workspace.current().metadata.find_artifact(artifact) if artifact else None,
        error=record.error,
        progress=facts.get("progress", {}),
    )
