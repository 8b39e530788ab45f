"""`workbench deploy`: models behind addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table

if TYPE_CHECKING:
    from workbench.serving.deployments import Deployment


@click.group()
def deploy() -> None:
    """Serve models over HTTP.

    Example: workbench deploy start delay@champion
    """


@deploy.command()
@click.argument("reference")
@click.option("--name", help="The deployment's name; the model's by default.")
@click.option("--port", type=click.IntRange(1, 65535), help="A free one by default.")
@click.option("--allow-tag", multiple=True, help="A tag that it may carry although it is blocked.")
@as_json
@in_workspace
def start(
    reference: str, name: str | None, port: int | None, allow_tag: tuple[str, ...], wants_json: bool
) -> None:
    """Serve a model version, in place of what the name served before.

    Example: workbench deploy start delay@champion --name delay
    """
    from workbench.serving.deployments import deploy as serve

    _show(serve(reference, name, port=port, allow_tags=allow_tag), wants_json)


@deploy.command("list")
@as_json
@in_workspace
def list_(wants_json: bool) -> None:
    """List the newest revision of each deployment.

    Example: workbench deploy list
    """
    from workbench.serving.deployments import deployments

    found = deployments()
    if wants_json:
        print_json([_facts(each) for each in found])
        return
    rows = [
        (each.ref, each.state, each.model, each.url, each.artifact.created_at) for each in found
    ]
    titles = ("deployment", "state", "model", "address", "deployed")
    print_table(titles, rows, empty="Nothing is deployed. See workbench deploy start --help")


@deploy.command()
@click.argument("name")
@click.argument("instance", metavar="JSON")
@in_workspace
def predict(name: str, instance: str) -> None:
    """Ask an endpoint for a prediction, over HTTP as anyone would.

    Example: workbench deploy predict delay '{"carrier": "UA", "origin": "JFK"}'
    """
    from workbench.serving.deployments import deployment

    try:
        rows = json.loads(instance)
    except ValueError as error:
        raise click.BadParameter(f"{instance!r} is not JSON: {error}") from error
    print_json(deployment(name).predict(rows))


@deploy.command()
@click.argument("name")
@as_json
@in_workspace
def rollback(name: str, wants_json: bool) -> None:
    """Serve again what the revision before served.

    Example: workbench deploy rollback delay
    """
    from workbench.serving.deployments import rollback as back

    _show(back(name), wants_json)


@deploy.command()
@click.argument("name")
@in_workspace
def stop(name: str) -> None:
    """Take a deployment down; its records and its log stay.

    Example: workbench deploy stop delay
    """
    from workbench.serving.deployments import deployment

    deployment(name).stop()
    click.echo(f"{name} is stopped")


def _show(made: Deployment, wants_json: bool) -> None:
    if wants_json:
        print_json(_facts(made))
    else:
        click.echo(f"{made.ref} serves {made.model} at {made.url}")


def _facts(each: Deployment) -> dict[str, Any]:
    return {
        "ref": each.ref,
        "name": each.name,
        "state": each.state,
        "model": each.model,
        "url": each.url,
    }
