"""What the README names exists: commands, magics, public names, files."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import click
import pandas as pd
import pytest

import workbench
from workbench import workspace
from workbench.cli import commands
from workbench.data.samples import nycflights13
from workbench.magics import MAGICS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()


def test_commands():
    context = click.Context(commands)
    named = re.findall(r"(?:^|`)workbench ([a-z]+)(?: ([a-z]+))?", _code(TEXT), re.MULTILINE)
    assert named
    for name, second in named:
        command = commands.get_command(context, name)
        assert command is not None, f"workbench {name}"
        if isinstance(command, click.Group) and second:
            assert second in command.commands, f"workbench {name} {second}"


def test_magics():
    known = {magic.name for magic in MAGICS}
    named = re.findall(r"(?<![\w%])%{1,2}[a-z]+\b", _code(TEXT))
    assert set(named) <= known


def test_public_names():
    for name in re.findall(r"\bwb\.([A-Za-z_]+)", TEXT):
        assert name in workbench.__all__, f"wb.{name}"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?!https?:|#)[^)]+)\)", TEXT))))
def test_linked_files(path):
    assert (ROOT / path).exists()


def _code(text):
    """Return what stands in code blocks and between backticks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


def test_the_features_run(tmp_path):
    """What needs no server: from the entity to the online store."""
    section = TEXT.partition("## Features, correct in time")[2]
    code = section.partition("```python\n")[2].partition("wb.stream(")[0]
    raw = nycflights13("flights").dropna(subset="arr_delay").head(6000)
    raw = raw.assign(landed=raw.time_hour + pd.Timedelta(hours=8), late=raw.arr_delay > 15)
    with workspace.use(workspace.connect(home=tmp_path)):
        workbench.ingest(raw, name="flights", time="time_hour", created="landed", label="late")
        (tmp_path / "readme.py").write_text("import workbench as wb\n" + code)
        known = runpy.run_path(str(tmp_path / "readme.py"))
        assert known["examples"].rows == len(raw)
        assert workbench.online(known["service"], [{"carrier": "UA", "distance": 719.0}])
