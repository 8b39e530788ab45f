"""`workbench jobs`: notebooks run once or on a schedule."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import (
    ago,
    as_json,
    in_workspace,
    parse_assignments,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from workbench.jobs.execution import Cell
    from workbench.jobs.runs import Job
    from workbench.jobs.schedules import Schedule

_PARAMETERS = click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter; a value that is JSON becomes what it says. Repeatable.",
)
_NOTEBOOK = click.argument("notebook", type=click.Path(path_type=Path))


@click.group()
def jobs() -> None:
    """Run notebooks, once or on a schedule.

    Example: workbench jobs run notebooks/jobs/retrain.ipynb -p epochs=1
    """


@jobs.command()
@_NOTEBOOK
@_PARAMETERS
@click.option("--name", help="The job's name; the file's name by default.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop it after this long.")
@as_json
@in_workspace
def run(
    notebook: Path,
    parameters: tuple[str, ...],
    name: str | None,
    timeout: float | None,
    wants_json: bool,
) -> None:
    """Run a notebook from top to bottom and keep its output.

    Example: workbench jobs run notebooks/jobs/retrain.ipynb -p epochs=1
    """
    from workbench.jobs import run_notebook

    def follow(cell: Cell) -> None:
        if cell.took is not None:
            first = next(iter(cell.source.strip().splitlines()), "")[:60]
            took = cell.took.total_seconds()
            click.echo(f"{cell.number:>3} of {cell.total}  {took:7.1f} s  {first}", err=True)

    job = run_notebook(
        notebook, parse_assignments(parameters), name, timeout=timeout, on_cell=follow
    )
    if wants_json:
        print_json(_job(job))
    else:
        click.echo(f"{job.name} is complete; its output is {job.output}")


@jobs.command("list")
@click.option("--name", help="Only jobs of this name.")
@click.option("--limit", type=int, default=20, show_default=True)
@as_json
@in_workspace
def list_(name: str | None, limit: int, wants_json: bool) -> None:
    """List the jobs, those begun last first.

    Example: workbench jobs list --name retrain
    """
    from workbench.jobs import jobs as every

    found = every(name, limit=limit)
    if wants_json:
        print_json([_job(job) for job in found])
        return
    rows = [
        (
            job.name,
            job.state,
            job.error or (job.progress.get("text") if job.state == "running" else ""),
            job.took,
            job.started_at,
            job.id,
        )
        for job in found
    ]
    titles = ("name", "state", "", "took", "started", "id")
    print_table(titles, rows, empty="No jobs yet. Run one: workbench jobs run NOTEBOOK")


@jobs.command()
@_NOTEBOOK
@click.option("--cron", required=True, help="Five fields as in crontab, or @daily and its like.")
@click.option("--timezone", default="UTC", show_default=True, help="An IANA name.")
@_PARAMETERS
@click.option("--name", help="The schedule's name; the file's name by default.")
@as_json
@in_workspace
def schedule(
    notebook: Path,
    cron: str,
    timezone: str,
    parameters: tuple[str, ...],
    name: str | None,
    wants_json: bool,
) -> None:
    """Run a notebook again and again; it is kept as it is now.

    Example: workbench jobs schedule notebooks/jobs/retrain.ipynb --cron "0 3 * * 1"
    """
    from workbench.jobs import schedule as add

    made = add(
        notebook,
        cron=cron,
        timezone=timezone,
        parameters=parse_assignments(parameters),
        name=name,
    )
    if wants_json:
        print_json(asdict(made))
    else:
        click.echo(_next(made))


@jobs.command()
@as_json
@in_workspace
def schedules(wants_json: bool) -> None:
    """List the schedules, the one due first in front.

    Example: workbench jobs schedules
    """
    from workbench.jobs import schedules as every

    found = every()
    if wants_json:
        print_json([asdict(each) for each in found])
        return
    rows = [
        (each.name, each.state, each.cron, each.timezone, each.next_run and ago(each.next_run))
        for each in found
    ]
    titles = ("name", "state", "cron", "time zone", "next run")
    print_table(titles, rows, empty="Nothing is scheduled. See workbench jobs schedule --help")


@jobs.command()
@click.argument("name")
@in_workspace
def pause(name: str) -> None:
    """Let a schedule rest.

    Example: workbench jobs pause retrain
    """
    from workbench.jobs.schedules import find_schedule

    find_schedule(name).pause()
    click.echo(f"{name} is paused; resume it with: workbench jobs resume {name}")


@jobs.command()
@click.argument("name")
@in_workspace
def resume(name: str) -> None:
    """Let a paused schedule run again.

    Example: workbench jobs resume retrain
    """
    from workbench.jobs.schedules import find_schedule

    click.echo(_next(find_schedule(name).resume()))


@jobs.command()
@click.argument("name")
@in_workspace
def unschedule(name: str) -> None:
    """Remove a schedule; its jobs stay.

    Example: workbench jobs unschedule retrain
    """
    from workbench.jobs.schedules import find_schedule

    find_schedule(name).delete()
    click.echo(f"{name} is no longer scheduled")


@jobs.command()
@in_workspace
def daemon() -> None:
    """Start the scheduler if it does not run.

    Example: workbench jobs daemon
    """
    from workbench.jobs.schedules import start_daemon

    click.echo(f"the scheduler runs as process {start_daemon().pid}")


@jobs.command()
@in_workspace
def stop() -> None:
    """Stop the scheduler; jobs that it runs end as canceled.

    Example: workbench jobs stop
    """
    from workbench.jobs.schedules import stop_daemon

    click.echo("the scheduler is stopped" if stop_daemon() else "the scheduler was not running")


def _next(made: Schedule) -> str:
    if made.next_run is None:
        return f"{made.name} is paused"
    return f"{made.name} runs next on {made.next_run:%a %d %b %Y at %H:%M} ({made.timezone})"


def _job(job: Job) -> dict[str, Any]:
    fields = ("id", "name", "state", "parameters", "started_at", "took", "output", "error")
    return {name: getattr(job, name) for name in fields}
