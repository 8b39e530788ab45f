"""The root command: finding a command's module when it is called, and turning errors into lines."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import Any

import click

from workbench.core.errors import WorkbenchError, near

# name → the module that holds the click command of that name (with an underscore after a keyword)
_COMMANDS = {
    "demo": "workbench.cli.demo",
    "doctor": "workbench.cli.doctor",
    "lab": "workbench.cli.lab",
    "data": "workbench.cli.data",
    "features": "workbench.cli.features",
    "runs": "workbench.cli.runs",
    "models": "workbench.cli.models",
    "deploy": "workbench.cli.deploy",
    "jobs": "workbench.cli.jobs",
    "dashboards": "workbench.cli.dashboards",
    "alerts": "workbench.cli.alerts",
    "cluster": "workbench.cli.cluster",
    "db": "workbench.cli.db",
    "up": "workbench.cli.updown",
    "down": "workbench.cli.updown",
}


class Failure(click.ClickException):
    """An error of ours, shown as a line and a hint on standard error."""

    def __init__(self, error: WorkbenchError) -> None:
        super().__init__(error.message)
        self.hint = error.hint

    def show(self, file: Any = None) -> None:
        """Print the message, and the hint under it."""
        click.secho(f"error: {self.message}", fg="red", err=True, file=file)
        if self.hint:
            click.echo(f"  {self.hint}", err=True, file=file)


class Commands(click.Group):
    """Loads each command's module when it is first asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name."""
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(module), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for one that does not exist."""
        if args and args[0] not in _COMMANDS:
            hint = near(args[0], _COMMANDS, otherwise="see workbench --help")
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and show an error of ours without a traceback."""
        try:
            return super().invoke(ctx)
        except WorkbenchError as error:
            raise Failure(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jupyter-workbench", prog_name="workbench")
def commands() -> None:
    """From raw data to a monitored model, on this machine or a cluster.

    Every command works on one workspace: ~/.workbench, or the one that --home, WORKBENCH_HOME or
    workbench.toml names.

    Example: workbench demo
    """


def main() -> None:
    """Run the command line; the entry point of `workbench`."""
    # A service manager's stop ends a command as Ctrl-C does, which leaves no process behind; and a
    # shell that puts us in the background has interrupts ignored, which would take that away.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader, such as `head`, has gone; there is nobody to tell
        sys.exit(141)
