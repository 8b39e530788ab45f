"""`import workbench as wb`: the public names are complete, sorted, documented and cheap."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb

# The names that DESIGN fixes and this version has.
PROMISED = {
    "Entity",
    "Gate",
    "TorchModel",
    "Transform",
    "alert",
    "connect",
    "dataset",
    "deploy",
    "drift",
    "evaluate",
    "feature_service",
    "feature_view",
    "infer_schema",
    "ingest",
    "lineage",
    "materialize",
    "model",
    "monitor",
    "online",
    "promote",
    "publish",
    "push",
    "register",
    "rollback",
    "run_notebook",
    "runs",
    "schedule",
    "start_run",
    "statistics",
    "train",
    "training_set",
    "validate",
}

HEAVY = ("ray", "torch", "pandas", "duckdb")


def test_every_promised_name_is_there():
    assert set(wb.__all__) >= PROMISED


def test_the_list_is_sorted_and_has_no_name_twice():
    assert list(wb.__all__) == sorted(set(wb.__all__))


def test_completion_shows_the_list():
    assert set(wb.__all__) <= set(dir(wb))


def test_type_checkers_see_the_same_names_from_the_same_places():
    tree = ast.parse(Path(wb.__file__).with_suffix(".pyi").read_text())
    seen = {
        (each.name, node.module)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }
    assert seen == {(name, vars(wb)["_HOMES"][name]) for name in wb.__all__}
    listed = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(listed) == wb.__all__


@pytest.mark.parametrize("name", wb.__all__)
def test_a_public_name_resolves_and_is_documented(name):
    assert inspect.getdoc(getattr(wb, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = wb.no_such_name  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, workbench; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)
