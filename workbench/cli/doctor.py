"""`workbench doctor`: what runs, what is missing, and how to mend it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from workbench.cli.output import as_json, print_json

_GLYPHS = {"ok": ("✓", "green"), "note": ("–", None), "problem": ("✗", "red")}


@click.command()
@click.option("--fix", is_flag=True, help="Mend what can be mended without asking.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="The workspace's folder; by default WORKBENCH_HOME, else ~/.workbench.",
)
@as_json
def doctor(fix: bool, home: Path | None, wants_json: bool) -> None:
    """Say what runs, what is missing and how to mend it.

    Exits with 0 when the workspace is healthy, with 1 when something needs mending.

    Example: workbench doctor --fix
    """
    from workbench.cli.checks import examine
    from workbench.core.clock import SystemClock
    from workbench.core.settings import load_settings
    from workbench.workspace import Workspace, use

    # Connecting would mark dead runs as failed before they can be shown.
    with use(Workspace(load_settings(home=home), SystemClock())) as workspace:
        findings = examine(workspace, fix=fix)
    problems = [each for each in findings if each.state == "problem"]
    if wants_json:
        print_json(
            {
                "healthy": not problems,
                "home": workspace.home,
                "checks": [asdict(each) for each in findings],
            }
        )
    else:
        for each in findings:
            glyph, colour = _GLYPHS[each.state]
            click.echo(f"{click.style(glyph, fg=colour)} {each.about:<14}{each.says}")
            if each.mend and each.state != "ok":
                click.echo(f"{'':<16}{each.mend}")
        count = len(problems)
        verdict = "healthy" if not count else f"{count} problem{'s' * (count > 1)}"
        click.echo(f"\n{workspace.home}: {verdict}")
    sys.exit(1 if problems else 0)
