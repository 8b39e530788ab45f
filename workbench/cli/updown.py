"""`workbench up` and `workbench down`: the workspace's processes."""

from __future__ import annotations

import click

from workbench.cli.output import in_workspace


@click.command()
@in_workspace
def up() -> None:
    """Start the scheduler and the server of pages.

    Each only if the workspace has something for it: a schedule, a published dashboard.

    Example: workbench up
    """
    from workbench.dashboards import voila
    from workbench.jobs import schedules
    from workbench.jobs.schedules import start_daemon

    started = False
    if schedules():
        click.echo(f"the scheduler runs as process {start_daemon().pid}")
        started = True
    if any(voila.folder().glob("*.ipynb")):
        click.echo(f"dashboards are served at {voila.start().facts['url']}")
        started = True
    if not started:
        click.echo("nothing is scheduled and nothing is published, so nothing needs to run")


@click.command()
@in_workspace
def down() -> None:
    """Stop every process of the workspace.

    The scheduler, the pages, the computing node and the endpoints on it.

    Example: workbench down
    """
    from workbench.cli.stopping import Running, stop_all_but
    from workbench.workspace import current

    stopped = stop_all_but(current(), Running())
    for name in stopped:
        click.echo(f"{name} is stopped")
    if not stopped:
        click.echo("nothing was running")
