"""`workbench db`: the metadata database."""

from __future__ import annotations

import click

from workbench.cli.output import in_workspace


@click.group()
def db() -> None:
    """Find the metadata database and bring it up to date.

    Example: workbench db where
    """


@db.command()
@in_workspace
def where() -> None:
    """Print where the workspace's records, artifacts and online features lie.

    Example: workbench db where
    """
    from sqlalchemy.engine import make_url

    from workbench.workspace import current

    settings = current().settings
    database = make_url(settings.database_url).render_as_string(hide_password=True)
    click.echo(f"home       {settings.home}")
    click.echo(f"database   {database}")
    click.echo(f"artifacts  {settings.artifact_url}")
    click.echo(f"online     {settings.online_url}")


@db.command()
@in_workspace
def upgrade() -> None:
    """Bring the database up to date with this version of the package.

    Example: workbench db upgrade
    """
    from workbench.workspace import current

    # Opening the database migrates it.
    count = len(current().metadata.executions(limit=1))
    click.echo(f"the database is up to date{'' if count else ', and empty'}")
