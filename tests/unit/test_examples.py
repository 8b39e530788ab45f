"""The examples in docstrings run, and give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import workbench
from workbench import workspace

# Alembic runs this module itself, with a connection.
LEFT_OUT = ("workbench.metadata.migrations.env",)


def modules():
    for found in pkgutil.walk_packages(workbench.__path__, "workbench."):
        if not found.name.startswith(LEFT_OUT) and not found.name.endswith((".ray", "__main__")):
            yield found.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_examples(name, tmp_path, monkeypatch):
    module = importlib.import_module(name)
    examples = [each for each in doctest.DocTestFinder().find(module) if each.examples]
    if not examples:
        return
    monkeypatch.setattr(workspace, "_current", None)
    workspace.connect(home=tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    failed = sum(runner.run(each).failed for each in examples)
    assert failed == 0
