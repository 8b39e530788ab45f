"""`workbench dashboards`: notebooks published as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table

if TYPE_CHECKING:
    from workbench.dashboards import Dashboard


@click.group()
def dashboards() -> None:
    """Publish notebooks as pages.

    Example: workbench dashboards publish notebooks/dashboards/delays.ipynb
    """


@dashboards.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--name", help="The page's name; the file's name by default.")
@as_json
@in_workspace
def publish(notebook: Path, name: str | None, wants_json: bool) -> None:
    """Run a notebook once and serve it as a page.

    Example: workbench dashboards publish notebooks/dashboards/delays.ipynb --name delays
    """
    from workbench.dashboards import publish as make

    made = make(notebook, name)
    if wants_json:
        print_json(_facts(made))
    else:
        click.echo(f"{made.ref} is published: {made.url}")


@dashboards.command("list")
@as_json
@in_workspace
def list_(wants_json: bool) -> None:
    """List the dashboards, and where those that are served can be opened.

    Example: workbench dashboards list
    """
    from workbench.dashboards import dashboards as every

    found = every()
    if wants_json:
        print_json([_facts(each) for each in found])
        return
    rows = [
        (each.ref, each.title, each.artifact.created_at, each.url or "not served") for each in found
    ]
    titles = ("dashboard", "title", "published", "address")
    print_table(titles, rows, empty="No dashboards yet. See workbench dashboards publish --help")


@dashboards.command()
@in_workspace
def serve() -> None:
    """Start the server of the published pages if it does not run.

    Example: workbench dashboards serve
    """
    from workbench.dashboards import serve as start

    for each in start():
        click.echo(f"{each.ref}  {each.url}")


@dashboards.command()
@click.argument("name", required=False)
@in_workspace
def stop(name: str | None) -> None:
    """Take one page down, or stop the server of all of them.

    Example: workbench dashboards stop delays
    """
    from workbench.dashboards import dashboard, stop_serving

    if name is not None:
        dashboard(name).stop()
        click.echo(f"{name} is taken down")
    else:
        stopped = stop_serving()
        click.echo("the server is stopped" if stopped else "the server was not running")


def _facts(each: Dashboard) -> dict[str, Any]:
    return {"name": each.name, "ref": each.ref, "title": each.title, "url": each.url}
