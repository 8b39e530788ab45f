"""`workbench cluster`: what there is to compute with."""

from __future__ import annotations

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table


@click.group()
def cluster() -> None:
    """Look at, start and stop what the workspace computes on.

    Example: workbench cluster status
    """


@cluster.command()
@as_json
@in_workspace
def status(wants_json: bool) -> None:
    """Say what runs and what of it is free; starts nothing.

    Example: workbench cluster status --json
    """
    from workbench.cluster import status as ask

    facts = ask()
    if wants_json:
        print_json(facts)
        return
    rows = [(name, value) for name, value in facts.items() if not isinstance(value, dict | list)]
    print_table(("fact", "value"), [(name, str(value)) for name, value in rows], empty="")


@cluster.command()
@in_workspace
def start() -> None:
    """Start the workspace's own node if it does not run.

    Example: workbench cluster start
    """
    from workbench.cluster import start as begin

    click.echo(f"the node answers at {begin()}")


@cluster.command()
@in_workspace
def stop() -> None:
    """Stop the workspace's own node and all that runs on it, endpoints included.

    Example: workbench cluster stop
    """
    from workbench.cluster import stop as end

    click.echo("the node is stopped" if end() else "the node was not running")
