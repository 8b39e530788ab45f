"""`workbench lab`: JupyterLab on this workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from workbench.cli.output import in_workspace


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@in_workspace
def lab(folder: Path | None, options: tuple[str, ...]) -> None:
    """Open JupyterLab on this workspace.

    Further options go to JupyterLab.

    Example: workbench lab notebooks --no-browser
    """
    from workbench.jobs.kernel import jupyter_path
    from workbench.workspace import current

    settings = current().settings
    environment = {**os.environ, **settings.environment(), "JUPYTER_PATH": jupyter_path()}
    command = [sys.executable, "-m", "jupyterlab", *options]
    # What begins with a dash was meant for JupyterLab, even where a folder might stand.
    if folder is not None:
        command.append(str(folder))
    # JupyterLab takes this process's place, so that Ctrl-C and signals are its own.
    os.execve(sys.executable, command, environment)  # noqa: S606  # no shell
