"""Magics parse, call and render; an error is one line; names complete."""

from __future__ import annotations

import json
import shlex

import pytest
from IPython.core.interactiveshell import InteractiveShell

import workbench
from workbench import workspace as workspaces
from workbench.core.errors import InvalidInput, NotFound
from workbench.magics import MAGICS, load_ipython_extension
from workbench.magics.models import gate_of
from workbench.magics.training import function_in

NAMES = """%stats %schema %validate %features %%train %track %runs %evaluate %register %deploy
    %promote %rollback %lineage %schedule %publish %cluster"""


@pytest.fixture
def workspace(tmp_path):
    before = workspaces._current
    yield workspaces.connect(home=tmp_path / "home")
    workspaces._current = before


@pytest.fixture
def shell(workspace):
    shell = InteractiveShell()
    load_ipython_extension(shell)
    yield shell
    if shell.history_manager is not None:
        shell.history_manager.end_session()


@pytest.fixture
def flights(workspace):
    import pandas as pd

    frame = pd.DataFrame({"carrier": ["UA", "AA"] * 50, "delay": range(100)})
    return workbench.ingest(frame, name="flights")


def run(shell, cell):
    result = shell.run_cell(cell)
    result.raise_error()
    return result.result


def test_every_promised_magic_is_there():
    assert sorted(magic.name for magic in MAGICS) == sorted(NAMES.split())


@pytest.mark.parametrize("magic", MAGICS, ids=[magic.name for magic in MAGICS])
def test_help_explains_every_argument_and_its_example_parses(magic, shell, capsys):
    line = f"{magic.name} --help" + ("\npass" if magic.is_cell else "")
    run(shell, line)
    printed = capsys.readouterr().out
    assert magic.parser.description in printed
    assert magic.parser.example in printed
    name, *words = shlex.split(magic.parser.example)
    assert name == magic.name
    magic.parser.parse_args(words)


@pytest.mark.parametrize("magic", MAGICS, ids=[magic.name for magic in MAGICS])
def test_an_unknown_option_is_one_line_with_the_usage(magic, shell, capsys):
    with pytest.raises(InvalidInput):
        run(shell, f"{magic.name} --colour red" + ("\npass" if magic.is_cell else ""))
    shown = capsys.readouterr()
    assert "InvalidInput" in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err


def test_a_missing_dataset_names_the_nearest_without_a_traceback(shell, flights, capsys):
    with pytest.raises(NotFound):
        run(shell, "%stats flihgts")
    shown = capsys.readouterr()
    assert "did you mean 'flights'?" in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err


def test_an_error_of_plain_python_keeps_its_traceback(shell, capsys):
    with pytest.raises(NotFound):
        run(shell, "wb.dataset('nothing')")
    shown = capsys.readouterr()
    assert "dataset.py" in shown.out + shown.err


def test_stats_takes_a_reference_a_variable_and_a_second_set(shell, flights):
    assert run(shell, "%stats flights").data["datasets"][0]["rows"] == 100
    shell.user_ns["few"] = flights.to_pandas().head(10)
    assert run(shell, "%stats few").data["datasets"][0]["rows"] == 10
    both = run(shell, "%stats flights --compare few")
    assert [each["rows"] for each in both.data["datasets"]] == [100, 10]


def test_stats_slices_and_shows_spans_points_and_anomalies(shell, flights):
    sliced = run(shell, "%stats flights --by carrier")
    assert sliced.data["datasets"][1]["name"].startswith("carrier=")
    run(shell, "schema = %schema flights")
    shell.user_ns["odd"] = flights.to_pandas().assign(carrier="??")
    shown = run(shell, "%stats odd --schema schema")
    (carrier,) = [each for each in shown.data["features"] if each["name"] == "carrier"]
    assert carrier["anomalies"][0]["kind"] == "ENUM_TYPE_UNEXPECTED_STRING_VALUES"
    assert run(shell, "%stats flights --points").text().startswith("Points of flights@")
    assert "through" in run(shell, "%stats flights --spans --by carrier").text()


def test_a_constraint_in_sql_is_checked(shell, flights):
    run(shell, "schema = %schema flights")
    found = run(shell, "%validate flights schema --constraint 'length(carrier) > 5'")
    assert found[0].kind == "CUSTOM_VALIDATION"


def test_a_schema_is_inferred_and_damage_is_found(shell, flights):
    run(shell, "schema = %schema flights")
    assert run(shell, "%schema flights --edit").schema == shell.user_ns["schema"]
    shell.user_ns["damaged"] = flights.to_pandas().drop(columns="carrier")
    assert "carrier" in run(shell, "%validate damaged schema").columns


def test_train_defines_trains_and_names_its_run(shell, flights):
    cell = "def fit(ctx, epochs=1):\n    for step in range(epochs): ctx.log(loss=1 / (step + 1))"
    run(shell, f"%%train --data flights --param epochs=4 --experiment delay --into mine\n{cell}")
    mine = shell.user_ns["mine"]
    assert (mine.state, mine.experiment, mine.metrics["loss"]) == ("complete", "delay", 0.25)
    assert [each.id for each in run(shell, "%runs delay")] == [mine.id]
    assert run(shell, "%track mine").state == "complete"


def test_an_error_within_the_trained_function_is_shown_in_full(shell, flights):
    with pytest.raises(ZeroDivisionError):
        run(shell, "%%train --data flights\ndef fit(ctx):\n    1 / 0")


def test_lineage_shows_one_direction(shell, flights):
    workbench.statistics(flights)
    whole = run(shell, "%lineage flights").data["nodes"]
    up = run(shell, "%lineage flights --upstream").data["nodes"]
    assert len(up) < len(whole)


def test_a_cluster_that_does_not_run_is_not_started(shell):
    assert run(shell, "%cluster")["running"] is False


def test_names_and_options_complete(shell, flights):
    assert shell.complete("fl", "%stats fl")[1] == ["flights"]
    assert "--split" in shell.complete("--s", "%stats flights --s")[1]
    assert shell.complete("fl", "%%train --data fl")[1] == ["flights"]


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("auc >= 0.65", {"at_least": 0.65}),
        ("log_loss<=0.5", {"at_most": 0.5}),
        ("auc > baseline", {"better_than_baseline": True}),
    ],
)
def test_gates(text, gate):
    found = gate_of(text)
    assert {name: getattr(found, name) for name in gate} == gate


@pytest.mark.parametrize("text", ["auc", "auc >= high", "auc = 1", ">= 1"])
def test_a_gate_that_is_none_says_how_to_write_one(text):
    with pytest.raises(InvalidInput, match=r"write 'auc >= 0\.65'"):
        gate_of(text)


def test_the_last_function_of_the_cell_trains():
    assert function_in("import os\ndef a(ctx): pass\nx = 1\ndef fit(ctx): pass") == "fit"
    with pytest.raises(InvalidInput, match="not Python"):
        function_in("def fit(ctx:")


def test_the_kernelspec_loads_the_magics():
    from workbench.jobs.kernel import KERNEL_NAME, jupyter_data

    folder = jupyter_data()
    assert folder is not None
    spec = json.loads((folder / "kernels" / KERNEL_NAME / "kernel.json").read_text())
    assert spec["argv"][-2:] == ["--ext", "workbench.magics"]


def test_a_blocked_tag_is_allowed_by_name(shell, monkeypatch):
    from workbench.serving import deployments

    asked = {}
    monkeypatch.setattr(deployments, "deploy", lambda *given, **named: asked.update(named))
    run(shell, "%deploy delay --allow-tag pii --allow-tag internal")
    assert asked["allow_tags"] == ["pii", "internal"]
