"""Every command explains itself with a true example, and shows an error as a line with a hint."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from workbench import workspace as workspaces
from workbench.cli import commands


def leaves(command, path=()):
    """Yield every command, with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from leaves(command.get_command(context, name), (*path, name))


EVERY = list(leaves(commands))
IDS = [" ".join(path) or "workbench" for path, _ in EVERY]


@pytest.fixture
def call(tmp_path):
    before = workspaces._current
    runner = CliRunner(env={"WORKBENCH_HOME": str(tmp_path / "home")})
    workspaces._current = None
    yield lambda *words: runner.invoke(commands, [str(word) for word in words])
    workspaces._current = before


@pytest.mark.parametrize(("path", "command"), EVERY, ids=IDS)
def test_help_has_a_sentence_and_an_example(path, command):
    assert command.help
    first = command.help.strip().splitlines()[0]
    assert first.endswith(".")
    assert len(first) < 100
    examples = [line.strip() for line in command.help.splitlines() if "Example: " in line]
    assert len(examples) == 1


@pytest.mark.parametrize(("path", "command"), EVERY, ids=IDS)
def test_the_example_parses(path, command):
    (example,) = [line.strip() for line in command.help.splitlines() if "Example: " in line]
    program, *words = shlex.split(example.removeprefix("Example: "))
    assert program == "workbench"
    assert tuple(words[: len(path)]) == path
    context = click.Context(commands)
    found: click.Command = commands
    while isinstance(found, click.Group):
        name = words.pop(0)
        child = found.get_command(context, name)
        assert child is not None, name
        found = child
    words = [word for word in words if word not in ("--no-browser", "notebooks")]
    with found.make_context("x", words, resilient_parsing=True):
        pass
    # Required arguments and choices are checked only without resilient parsing.
    parser_context = click.Context(found)
    _, rest, _ = found.make_parser(parser_context).parse_args(list(words))
    assert rest == []


@pytest.mark.parametrize(("path", "command"), EVERY, ids=IDS)
def test_every_option_is_explained(path, command):
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help or option.show_default, option.name


def test_help_loads_nothing_heavy(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from workbench.cli import commands; commands.main(['--help'], "
        "standalone_mode=False); print([m for m in ('ray', 'torch', 'pandas', 'duckdb', 'altair', "
        "'papermill', 'IPython', 'sqlalchemy') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("data", "list"),
        ("features", "list"),
        ("runs", "list"),
        ("models", "list"),
        ("deploy", "list"),
        ("jobs", "list"),
        ("jobs", "schedules"),
        ("dashboards", "list"),
        ("alerts", "list"),
    ],
    ids=" ".join,
)
def test_an_empty_workspace_says_what_would_be_here_and_is_an_empty_list_in_json(call, words):
    shown = call(*words)
    assert shown.exit_code == 0, shown.output
    assert shown.output.strip()
    assert json.loads(call(*words, "--json").output) == []


def test_an_error_is_one_line_with_its_hint(call, tmp_path):
    nbformat.write(new_notebook(), tmp_path / "retrain.ipynb")
    done = call("jobs", "run", tmp_path / "retrian.ipynb")
    assert done.exit_code == 1
    assert "error: no notebook at" in done.stderr
    assert "did you mean 'retrain.ipynb'?" in done.stderr
    assert "Traceback" not in done.output


def test_an_unknown_command_names_the_nearest(call):
    done = call("dashbord")
    assert done.exit_code == 2
    assert "did you mean 'dashboards'?" in done.stderr


def test_home_names_the_workspace(call, tmp_path):
    done = call("db", "where", "--home", tmp_path / "other")
    assert str(tmp_path / "other") in done.output


def test_data_comes_in_and_is_listed(call, tmp_path):
    Path(tmp_path, "planes.csv").write_text("tailnum,seats\nN1,55\nN2,\n")
    made = call("data", "ingest", tmp_path / "planes.csv", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["ref"] == "planes@1"
    assert "planes@1" in call("data", "list").output
    shown = call("data", "stats", "planes")
    assert shown.exit_code == 0, shown.output
    assert "seats" in shown.output
    sliced = call("data", "stats", "planes", "--by", "tailnum", "--sample", "2")
    assert "tailnum=N1: 1 rows" in sliced.output, sliced.output


def test_data_comes_from_a_query_from_images_and_from_folders_that_name_a_value(call, tmp_path):
    def columns(*words):
        made = call("data", "ingest", *words, "--name", "x", "--json")
        assert made.exit_code == 0, made.output
        return call("data", "show", "x").output

    address = f"sqlite:///{tmp_path}/air.db"
    with closing(sqlite3.connect(tmp_path / "air.db")) as database:
        database.execute("CREATE TABLE planes AS SELECT 'N1' AS tailnum")
        database.commit()
    assert "tailnum" in columns(address, "--query", "SELECT tailnum FROM planes")
    for year in (2013, 2014):
        folder = tmp_path / "planes" / f"year={year}"
        folder.mkdir(parents=True)
        (folder / "p.csv").write_text("zip\n00501\n")
    shown = columns(tmp_path / "planes", "--partitions", "--type", "zip=string")
    assert re.search(r"zip +string", shown)
    assert re.search(r"year +int64", shown)
    Image.new("RGB", (3, 2)).save(tmp_path / "1.png")
    (tmp_path / "labels.csv").write_text("file,label\n1.png,cat\n")
    shown = columns(tmp_path, "--images", "--manifest", tmp_path / "labels.csv")
    assert re.search(r"label +string", shown)
    assert re.search(r"width +int", shown)


def test_versions_are_told_apart_tagged_carried_and_let_go(call, tmp_path):
    def ingest(text, *words):
        (tmp_path / "planes.csv").write_text(text)
        done = call("data", "ingest", tmp_path / "planes.csv", "--key", "id", *words)
        assert done.exit_code == 0, done.output

    ingest("id,at,seats\n1,2013-01-05,55\n2,2013-01-06,20\n", "--time", "at", "--span", "month")
    ingest("id,at,seats\n3,2013-02-05,\n", "--append")
    assert "2 spans, 2013-01 to 2013-02" in call("data", "show", "planes").output
    told = json.loads(call("data", "diff", "planes@1", "planes@2", "--json").output)
    assert (told["rows added"], told["rows unchanged"]) == (1, 2)
    assert call("data", "tag", "planes@1", "gold").output == "planes@1: gold\n"
    listed = json.loads(call("data", "versions", "planes", "--json").output)
    assert [(each["version"], each["tags"]) for each in listed] == [
        ("planes@2", ""),
        ("planes@1", "gold"),
    ]
    assert call("data", "export", "planes@1", tmp_path / "out").exit_code == 0
    assert "copy@1: 2 rows" in call("data", "import", tmp_path / "out", "--name", "copy").output
    kept = json.loads(call("data", "expire", "planes", "--keep", "1", "--json").output)["kept"]
    assert kept["planes@1"] == "tagged gold"
    assert "0 files of 0 bytes would be removed" in call("data", "collect", "--dry-run").output


def test_bad_rows_are_set_aside_and_shown(call, tmp_path):
    (tmp_path / "planes.csv").write_text("id,at\n1,2013-01-05\n2,soon\n")
    words = ("data", "ingest", tmp_path / "planes.csv", "--time", "at")
    assert "bad_rows" in call(*words).stderr
    assert "1 bad row set aside" in call(*words, "--bad-rows", "set_aside").output
    (bad,) = json.loads(call("data", "bad-rows", "planes", "--json").output)
    assert (bad["row"], bad["column"], bad["value"]) == (2, "at", "soon")


def test_a_schema_is_inferred_and_data_held_against_it(call, tmp_path):
    (tmp_path / "a.csv").write_text("origin\nJFK\nEWR\n")
    (tmp_path / "b.csv").write_text("origin\nJFK\nLAX\n")
    for name in ("a", "b"):
        assert call("data", "ingest", tmp_path / f"{name}.csv").exit_code == 0
    assert "schema a@1" in call("data", "schema", "a").output
    assert call("data", "validate", "a", "a").exit_code == 0
    wrong = call("data", "validate", "b", "a")
    assert wrong.exit_code == 1
    assert "ENUM_TYPE_UNEXPECTED_STRING_VALUES" in wrong.output
    assert json.loads(call("data", "drift", "a", "b", "--json").output)[0]["column"] == "origin"


def test_a_schedule_is_listed_paused_and_removed(call, tmp_path):
    from workbench.jobs.schedules import schedule

    path = tmp_path / "retrain.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), path)
    call("db", "upgrade")
    schedule(path, cron="@daily", daemon=False)
    (only,) = json.loads(call("jobs", "schedules", "--json").output)
    assert (only["name"], only["state"]) == ("retrain", "live")
    assert "paused" in call("jobs", "pause", "retrain").output
    assert "runs next on" in call("jobs", "resume", "retrain").output
    assert call("jobs", "unschedule", "retrain").exit_code == 0
    assert "no schedule is named" in call("jobs", "pause", "retrain").stderr
