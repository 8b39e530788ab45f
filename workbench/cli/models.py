"""`workbench models`: registered versions and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, cell, in_workspace, print_json, print_table

if TYPE_CHECKING:
    from workbench.registry import ModelVersion


@click.group()
def models() -> None:
    """List model versions, show one, move an alias.

    Example: workbench models show delay@champion
    """


@models.command("list")
@click.option("--name", help="Every version of this model.")
@as_json
@in_workspace
def list_(name: str | None, wants_json: bool) -> None:
    """List the newest version of each model, or with --name every version of one.

    Example: workbench models list --name delay
    """
    from workbench.registry import models as find

    found = find(name)
    if wants_json:
        print_json([_facts(each) for each in found])
        return
    rows = [
        (
            each.ref,
            ", ".join(each.aliases),
            each.flavor,
            "  ".join(f"{key} {cell(value)}" for key, value in sorted(each.metrics.items())[:4]),
            each.artifact.created_at,
        )
        for each in found
    ]
    titles = ("model", "aliases", "flavor", "metrics", "registered")
    print_table(titles, rows, empty="No models yet. Register one with wb.register or %register")


@models.command()
@click.argument("reference")
@in_workspace
def show(reference: str) -> None:
    """Print a version's signature, metrics and run as JSON.

    Example: workbench models show delay@champion
    """
    from workbench.registry import model

    print_json(_facts(model(reference)))


@models.command()
@click.argument("reference")
@click.option("--alias", default="champion", show_default=True)
@in_workspace
def promote(reference: str, alias: str) -> None:
    """Point an alias at a version, and serve it where that alias is served.

    Example: workbench models promote delay@3 --alias champion
    """
    from workbench.serving.deployments import promote as move

    version = move(reference, alias)
    click.echo(f"{version.name}@{alias} is now {version.ref}")


def _facts(each: ModelVersion) -> dict[str, Any]:
    run = each.run
    return {
        "ref": each.ref,
        "aliases": list(each.aliases),
        "flavor": each.flavor,
        "signature": each.signature,
        "metrics": each.metrics,
        "run": None if run is None else run.id,
        "registered_at": each.artifact.created_at,
    }
