"""Notebooks run by papermill in real kernels, and a real scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import workbench.workspace as workspaces
from workbench.jobs import JobFailed, jobs, run_notebook, schedule
from workbench.jobs.schedules import find_schedule, stop_daemon

pytestmark = pytest.mark.integration


@pytest.fixture
def workspace(tmp_path):
    before = workspaces._current  # `connect` has no undo
    place = workspaces.connect(home=tmp_path / "home")
    yield place
    stop_daemon()
    workspaces._current = before


@pytest.fixture
def save(tmp_path):
    def write(*sources: str, name: str = "job", parameters: str = ""):
        cells = [new_code_cell(source) for source in sources]
        if parameters:
            cells.insert(0, new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def printed(job):
    outputs = [
        output
        for cell in nbformat.read(job.output, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    return "".join(output["text"] for output in outputs if "text" in output)


def test_parameters_reach_the_cells_and_the_output_is_kept(workspace, save):
    seen = []
    job = run_notebook(
        save("print(name, rows)", parameters="name = 'a'\nrows: int | None = None"),
        {"rows": 3},
        on_cell=lambda cell: seen.append((cell.number, cell.total, cell.state)),
    )
    assert (job.state, printed(job)) == ("complete", "a 3\n")
    assert seen[0] == (1, 3, "running")
    assert seen[-1] == (3, 3, "complete")
    assert job.artifact is not None
    assert job.artifact.digest is not None
    assert job.output is not None
    assert workspace.blobs.read(job.artifact.digest) == job.output.read_bytes()


def test_a_failed_cell_is_named_and_the_notebook_kept(workspace, save):
    path = save("print('so far')", "raise ValueError('no column late')", "print('never')")
    with pytest.raises(JobFailed, match="cell 2 failed with ValueError: no column late") as caught:
        run_notebook(path)
    job = caught.value.job
    assert job is not None
    assert job.state == "failed"
    assert "no column late" in (job.error or "")
    assert printed(job) == "so far\n"
    assert run_notebook(path, check=False).state == "failed"


def test_cells_run_in_the_notebooks_folder_in_the_same_workspace(workspace, save, tmp_path):
    job = run_notebook(
        save("import os, workbench as wb\nprint(os.getcwd())\nprint(wb.connect().home)")
    )
    assert printed(job) == f"{tmp_path}\n{workspace.home}\n"


def test_what_a_notebook_looks_up_and_makes_belongs_to_its_job(workspace, save):
    with workspace.metadata.record("ingest", "flights") as step:
        flights = step.write("dataset", "flights")
    lines = [
        "import workbench.workspace as w",
        "metadata = w.connect().metadata",
        "metadata.artifact('dataset', 'flights')",
        "with metadata.record('statistics', 'flights'): pass",
    ]
    job = run_notebook(save("\n".join(lines)))
    assert [each.id for each in workspace.metadata.inputs(job.id)] == [flights.id]
    (child,) = workspace.metadata.executions(parent=job.id)
    assert child.kind == "statistics"


def test_a_widgets_state_is_in_the_output(workspace, save):
    job = run_notebook(save("import ipywidgets\nipywidgets.IntSlider(7)"))
    metadata = nbformat.read(job.output, as_version=4).metadata
    state = metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert 7 in [each["state"].get("value") for each in state.values()]


def test_a_notebook_that_takes_too_long_is_stopped(workspace, save):
    started = time.monotonic()
    with pytest.raises(JobFailed, match="stopped after 3 s"):
        run_notebook(save("while True: pass"), timeout=timedelta(seconds=3))
    assert time.monotonic() - started < 20
    assert kernels() == []


def test_a_kernel_that_dies_fails_the_job(workspace, save):
    with pytest.raises(JobFailed, match="dead kernel"):
        run_notebook(save("import os; os._exit(3)"))


def test_ctrl_c_cancels_and_leaves_no_process(workspace, save):
    started = "import subprocess; subprocess.Popen(['sleep', '300'])"
    path = save(started, "import time; time.sleep(300)")
    threading.Timer(4, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        run_notebook(path)
    (job,) = jobs()
    assert job.state == "canceled"
    assert job.output is not None
    assert kernels() == []


def test_the_runner_killed_takes_its_kernel_with_it(workspace, save):
    path = save("open('started', 'w').close()", "import time; time.sleep(300)")
    code = f"import workbench.jobs as j; j.run_notebook({str(path)!r})"
    environment = {**os.environ, **workspace.settings.environment()}
    runner = subprocess.Popen([sys.executable, "-c", code], env=environment)
    until((path.parent / "started").exists, 30)
    (kernel,) = psutil.Process(runner.pid).children(recursive=True)
    runner.kill()
    runner.wait()
    until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, 10)
    workspace.metadata.reap()
    assert [job.state for job in jobs()] == ["failed"]


def test_a_scheduler_runs_what_is_due_as_it_was(workspace, save):
    path = save("print(greeting)", parameters="greeting = 'hello'")
    schedule(path, cron="0 3 * * *", parameters={"greeting": "good night"}, name="nightly")
    path.unlink()
    workspace.metadata.update_schedule("nightly", next_at=workspace.clock.now())
    until(lambda: bool(jobs("nightly")) and jobs("nightly")[0].state != "running", 40)
    (job,) = jobs("nightly")
    assert (job.state, printed(job)) == ("complete", "good night\n")
    until(lambda: find_schedule("nightly").last_job == job.id, 5)
    following = find_schedule("nightly").next_run
    assert following is not None
    assert following > workspace.clock.now()


def test_stopping_the_scheduler_cancels_its_job(workspace, save, tmp_path):
    path = save("open('started', 'w').close()", "import time; time.sleep(300)")
    schedule(path, cron="0 3 * * *", name="long")
    workspace.metadata.update_schedule("long", next_at=workspace.clock.now())
    until((tmp_path / "started").exists, 40)
    assert stop_daemon()
    assert [job.state for job in jobs("long")] == ["canceled"]
    assert workspace.metadata.schedule("long").owner is None
    assert kernels() == []


def kernels():
    """Return the kernels that this process started and that live."""
    found = psutil.Process().children(recursive=True)
    return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]


def until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def test_progress_is_in_the_record_while_it_runs(workspace, save):
    seen = []

    def look(cell):
        (record,) = workspace.metadata.executions("job")
        seen.append((record.state, json.dumps(record.properties["progress"]["text"])))

    run_notebook(save("1", "2"), on_cell=look)
    assert seen[0] == ("running", '"cell 1 of 2"')
