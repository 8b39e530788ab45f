"""`workbench alerts`: what monitors found."""

from __future__ import annotations

from typing import BinaryIO

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table


@click.group()
def alerts() -> None:
    """List alerts and save one's picture.

    Example: workbench alerts list
    """


@alerts.command("list")
@click.option("--limit", type=int, default=20, show_default=True)
@as_json
@in_workspace
def list_(limit: int, wants_json: bool) -> None:
    """List the alerts, newest first.

    Example: workbench alerts list --json
    """
    from workbench.workspace import current

    found = current().metadata.artifacts("alert", limit=limit)
    if wants_json:
        print_json(
            [
                {
                    "ref": each.ref,
                    "message": each.properties.get("message", ""),
                    "raised_at": each.created_at,
                }
                for each in found
            ]
        )
        return
    rows = [(each.ref, each.properties.get("message", ""), each.created_at) for each in found]
    print_table(("alert", "message", "raised"), rows, empty="No alerts.")


@alerts.command()
@click.argument("reference")
@click.argument("file", type=click.File("wb"))
@in_workspace
def picture(reference: str, file: BinaryIO) -> None:
    """Save an alert's picture as a PNG.

    Example: workbench alerts picture delay@1 alert.png
    """
    from workbench.core.errors import NotFound
    from workbench.workspace import current

    alert = current().metadata.artifact("alert", reference)
    if alert.digest is None:
        raise NotFound(f"the alert {alert.ref} has no picture")
    file.write(current().blobs.read(alert.digest))
