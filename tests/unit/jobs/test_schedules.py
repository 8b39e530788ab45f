"""Schedules keep the notebook as it was; of several schedulers one runs each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbench import workspace as workspaces
from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.settings import load_settings
from workbench.jobs.daemon import Scheduler
from workbench.jobs.schedules import (
    find_schedule,
    kept_notebook,
    owner_name,
    release_dead_claims,
    schedule,
    schedules,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(START)


@pytest.fixture
def workspace(tmp_path, clock):
    place = workspaces.Workspace(load_settings(home=tmp_path / "home"), clock)
    place.home.mkdir()
    with workspaces.use(place):
        yield place


@pytest.fixture
def notebook(tmp_path):
    path = tmp_path / "retrain.ipynb"
    cell = new_code_cell("epochs = 3", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[cell]), path)
    return path


def test_a_schedule_knows_its_next_run(workspace, notebook):
    made = schedule(notebook, cron="0 3 * * *", timezone="Asia/Shanghai", daemon=False)
    assert made.name == "retrain"
    assert made.next_run is not None
    assert made.next_run.isoformat() == "2026-01-02T03:00:00+08:00"


def test_the_file_may_change_and_vanish(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False)
    before = notebook.read_bytes()
    assert find_schedule("retrain").changed is False
    notebook.unlink()
    assert find_schedule("retrain").changed is True
    assert kept_notebook(workspace.metadata.schedule("retrain")).content == before


def test_the_same_name_replaces(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False)
    schedule(notebook, cron="@weekly", parameters={"epochs": 1}, daemon=False)
    (only,) = schedules()
    assert (only.cron, only.parameters) == ("@weekly", {"epochs": 1})


def test_a_wrong_parameter_is_found_when_scheduling(workspace, notebook):
    with pytest.raises(InvalidInput, match="epoch"):
        schedule(notebook, cron="@daily", parameters={"epoch": 1}, daemon=False)
    assert schedules() == []


def test_pause_and_resume(workspace, notebook, clock):
    made = schedule(notebook, cron="0 3 * * *", daemon=False)
    assert made.pause().next_run is None
    clock.advance(timedelta(days=10))
    resumed = made.resume().next_run
    assert resumed is not None
    assert resumed.isoformat() == "2026-01-11T03:00:00+00:00"


def test_delete(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False).delete()
    with pytest.raises(NotFound, match="retrain"):
        find_schedule("retrain")


def test_one_of_two_schedulers_claims_what_is_due(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False)
    later = START + timedelta(days=1)
    first = workspace.metadata.claim_due(later, "a:1:1")
    second = workspace.metadata.claim_due(later, "b:2:2")
    assert ([each.name for each in first], second) == (["retrain"], [])


def test_a_dead_schedulers_claim_is_freed_and_a_living_ones_is_not(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False)
    workspace.metadata.update_schedule("retrain", owner=owner_name())
    assert release_dead_claims() == []
    host = owner_name().partition(":")[0]
    workspace.metadata.update_schedule("retrain", owner=f"{host}:999999:1.00")
    assert release_dead_claims() == ["retrain"]


def test_nothing_is_started_before_it_is_due(workspace, notebook):
    schedule(notebook, cron="@daily", daemon=False)
    scheduler = Scheduler()
    assert scheduler.tick(START + timedelta(hours=23)) == []
    assert scheduler.running == {}
