"""`workbench runs`: what was tried, and how well it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, cell, in_workspace, print_json, print_table

if TYPE_CHECKING:
    from workbench.tracking import Run


@click.group()
def runs() -> None:
    """List runs and show one.

    Example: workbench runs list --where "metrics.auc > 0.7"
    """


@runs.command("list")
@click.option("--experiment", help="Only runs of this experiment.")
@click.option("--where", help='A condition, such as "metrics.auc > 0.7".')
@click.option("--limit", type=int, default=20, show_default=True)
@as_json
@in_workspace
def list_(experiment: str | None, where: str | None, limit: int, wants_json: bool) -> None:
    """List the runs, those begun last first, with their latest metrics.

    Example: workbench runs list --experiment delay
    """
    from workbench.tracking import runs as find

    found = list(find(experiment, where=where, limit=limit))
    if wants_json:
        print_json([_facts(run) for run in found])
        return
    rows = [
        (
            run.name,
            run.experiment,
            run.state,
            "  ".join(f"{key} {cell(value)}" for key, value in sorted(run.metrics.items())[:4]),
            run.execution.seconds,
            run.execution.started_at,
            run.id,
        )
        for run in found
    ]
    titles = ("name", "experiment", "state", "metrics", "seconds", "started", "id")
    print_table(titles, rows, empty="No runs yet. Train a model with wb.train or %%train")


@runs.command()
@click.argument("run_id", metavar="ID")
@as_json
@in_workspace
def show(run_id: str, wants_json: bool) -> None:
    """Show a run's params, metrics and artifacts.

    Example: workbench runs show 01kb2m8z6q3v5x7y9a1c3e5g7j
    """
    from workbench.core.errors import NotFound
    from workbench.tracking import Run
    from workbench.workspace import current

    execution = current().metadata.execution(run_id)
    if execution.kind != "run":
        raise NotFound(
            f"{run_id!r} is not a run but a {execution.kind}",
            hint="workbench runs list shows the runs",
        )
    run = Run(execution)
    if wants_json:
        print_json(_facts(run))
        return
    click.echo(f"{run.name} ({run.experiment}): {run.state}{f', {run.error}' if run.error else ''}")
    print_table(("param", "value"), [(k, str(v)) for k, v in run.params.items()], empty="no params")
    print_table(("metric", "latest"), list(run.metrics.items()), empty="no metrics")
    for artifact in run.artifacts():
        click.echo(f"{artifact.kind} {artifact.ref}")


def _facts(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "experiment": run.experiment,
        "state": run.state,
        "error": run.error,
        "started_at": run.execution.started_at,
        "seconds": run.execution.seconds,
        "params": run.params,
        "metrics": run.metrics,
    }
