"""`import workbench as wb`: the public names are complete, sorted, documented and cheap."""

from __future__ import annotations

import inspect
import subprocess
import sys

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


@pytest.mark.parametrize("name", wb.__all__)
def test_a_public_name_resolves_and_is_documented(name):
    assert inspect.getdoc(getattr(wb, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = wb.no_such_name


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, workbench; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)
