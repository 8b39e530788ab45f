"""The demo's stages, its summary, and what it stops at the end."""

from __future__ import annotations

import json
import sys
import time

import pytest

from workbench import workspace as workspaces
from workbench.cli.demo import Stages, _line, _tidy
from workbench.core.clock import SystemClock
from workbench.core.settings import load_settings
from workbench.jobs.execution import Cell


@pytest.fixture
def workspace(tmp_path):
    place = workspaces.Workspace(load_settings(home=tmp_path / "home"), SystemClock())
    (place.home / "run").mkdir(parents=True)
    with workspaces.use(place):
        yield place
        for daemon in place.daemons.all():
            place.daemons.stop(daemon.name)


def start(place, name):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    return place.daemons.start(name, command, ready=dict)


def names(place):
    return [daemon.name for daemon in place.daemons.all()]


def test_a_stage_ends_where_the_next_begins_and_may_come_back(capsys):
    stages = Stages(to_stderr=True)
    for tags in ((), ("stage:ingest",), (), ("stage:train", "other"), ("stage:ingest",)):
        stages.follow(Cell(1, 5, "running", tags, ""))
        time.sleep(0.01)
    stages.finish()
    assert list(stages.seconds) == ["start", "ingest", "train"]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split()[0] for line in captured.err.splitlines()] == [
        "start",
        "ingest",
        "train",
        "ingest",
    ]


def test_what_the_demo_started_stops_and_what_ran_before_stays(workspace):
    start(workspace, "jobs")
    with _tidy(workspace, keep=False):
        start(workspace, "voila")
    assert names(workspace) == ["jobs"]


def test_keep_leaves_everything_up_unless_it_failed(workspace):
    with _tidy(workspace, keep=True):
        start(workspace, "voila")
    assert names(workspace) == ["voila"]
    workspace.daemons.stop("voila")

    def interrupted():
        with _tidy(workspace, keep=True):
            start(workspace, "voila")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(workspace) == []


def test_what_a_killed_demo_left_is_stopped_by_the_next(workspace):
    memory = workspace.home / "run" / "demo.before"
    memory.write_text(json.dumps({"daemons": ["jobs"], "deployments": []}))
    start(workspace, "jobs")
    start(workspace, "voila")
    with _tidy(workspace, keep=False):
        pass
    assert names(workspace) == ["jobs"]
    assert not memory.exists()


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (0.2134, "0.213"),
        (
            {"ref": "flights@1", "rows": 336776, "columns": ["a"]},
            "flights@1, rows 336,776, columns a",
        ),
        ({"auc": 0.71, "log_loss": 0.5}, "auc 0.71, log loss 0.5"),
        ({"base_rate": {"auc": 0.5}, "alert": None}, "base rate (auc 0.5)"),
        (["flights", "planes"], "flights, planes"),
    ],
)
def test_an_entry_of_the_summary_is_one_line(value, line):
    assert _line(value) == line
