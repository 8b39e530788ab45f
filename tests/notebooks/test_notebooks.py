"""Every notebook that comes with the package runs from top to bottom, as a job.

They share a workspace: the quickstart goes first, for the others use what it makes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from workbench import workspace
from workbench.jobs import run_notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST = NOTEBOOKS / "quickstart.ipynb"
FOUND = {path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
EVERY = [FIRST, *sorted(FOUND - {FIRST})]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home = tmp_path_factory.mktemp("notebooks")
    connected = workspace.connect(home=home)
    try:
        with workspace.use(connected):
            yield connected
    finally:
        command = [str(Path(sys.executable).with_name("workbench")), "down"]
        environment = {**os.environ, "WORKBENCH_HOME": str(home)}
        subprocess.run(command, env=environment, check=True)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(NOTEBOOKS)))
def test_a_notebook_runs(place, path):
    assert run_notebook(path).state == "complete"


@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(NOTEBOOKS)))
def test_a_notebook_runs_in_our_kernel(path):
    kernel = nbformat.read(path, as_version=4).metadata.kernelspec
    assert kernel.name == "workbench"
