"""The `workbench` command: parse, call, print. One module a group of commands.

Nothing is computed here. A command calls what a notebook calls, and heavy libraries load only in
the command that needs them, so that `workbench --help` answers at once.
"""

from workbench.cli.app import commands, main

__all__ = ["commands", "main"]
