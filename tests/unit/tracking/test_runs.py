import math
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.tracking import Run, runs, start_run


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    connected = workspace.connect()
    with workspace.use(connected):
        yield connected


def test_a_run_keeps_params_metrics_and_how_it_ended():
    with start_run("delay", name="first", params={"lr": 0.1, "net": {"width": 64}}) as run:
        for step in range(3):
            run.log_metric("loss", 1 / (step + 1), step)
        run.log_metrics({"auc": 0.7, "loss": math.nan}, step=3)
        assert run.state == "running"
    kept = runs("delay")[0]
    assert (kept.name, kept.state, kept.experiment) == ("first", "complete", "delay")
    assert kept.params == {"lr": 0.1, "net.width": 64}
    assert kept.metrics["auc"] == 0.7
    assert math.isnan(kept.metrics["loss"])
    assert [point.step for point in kept.metric_history("loss")] == [0, 1, 2, 3]


def test_infinite_values_are_kept():
    with start_run() as run:
        run.log_metric("grad", math.inf)
        run.log_metric("grad", -math.inf)
    assert [point.value for point in run.metric_history("grad")] == [math.inf, -math.inf]


def test_steps_count_by_themselves_and_two_values_of_a_step_are_both_kept():
    with start_run() as run:
        run.log_metric("loss", 3)
        run.log_metric("loss", 2)
        run.log_metric("loss", 1, step=1)
    assert [(each.step, each.value) for each in run.metric_history("loss")] == [
        (0, 3),
        (1, 2),
        (1, 1),
    ]


def test_metrics_reach_the_database_while_the_run_goes_on(here):
    with start_run() as run:
        run.log_metric("loss", 0.5)
        run.progress(1, 4, "epoch 1")
        until = time.monotonic() + 5
        while not here.metadata.latest_metrics([run.id]) and time.monotonic() < until:
            time.sleep(0.05)
        assert here.metadata.latest_metrics([run.id]) == {run.id: {"loss": 0.5}}
        while "progress" not in run.properties and time.monotonic() < until:
            time.sleep(0.05)
        assert run.properties["progress"] == {"done": 1, "total": 4, "text": "epoch 1"}


def test_an_error_fails_the_run_and_ctrl_c_cancels_it():
    with pytest.raises(ZeroDivisionError), start_run() as run:
        1 / 0  # noqa: B018
    assert run.state == "failed"
    assert "ZeroDivisionError" in (run.error or "")
    with pytest.raises(KeyboardInterrupt), start_run() as run:
        raise KeyboardInterrupt
    assert run.state == "canceled"


def test_a_finished_run_takes_no_more():
    run = start_run()
    run.finish()
    run.finish()
    with pytest.raises(Conflict, match="complete"):
        run.log_metric("loss", 1)


def test_a_param_cannot_change():
    with start_run(params={"lr": 0.1}) as run:
        run.log_param("lr", 0.1)
        with pytest.raises(Conflict, match="'lr'"):
            run.log_param("lr", 0.2)


def test_a_metric_must_be_a_number():
    with start_run() as run, pytest.raises(InvalidInput, match="'loss'"):
        run.log_metric("loss", "small")  # type: ignore[arg-type]


def test_runs_nest(here):
    with start_run("outer") as outer, start_run("inner") as inner:
        pass
    assert here.metadata.execution(inner.id).parent == outer.id
    assert here.metadata.execution(outer.id).parent is None


def test_a_run_within_a_job_is_its_child(here, monkeypatch):
    job = here.metadata.start_execution("job", "nightly")
    monkeypatch.setenv("WORKBENCH_PARENT", job.id)
    with start_run() as run:
        pass
    assert here.metadata.execution(run.id).parent == job.id


def test_artifacts_are_kept(tmp_path, here):
    (tmp_path / "notes.txt").write_text("good")
    with start_run(name="a") as run:
        kept = run.log_artifact(tmp_path / "notes.txt")
        table = run.log_artifact({"rows": 3}, name="table")
        with pytest.raises(NotFound):
            run.log_artifact("nothing.txt")
        with pytest.raises(InvalidInput, match="cannot name"):
            run.log_artifact(b"x", name="../x")
    assert here.blobs.read(kept.digest) == b"good"
    assert (kept.name, table.name) == ("a/notes.txt", "a/table.json")
    assert [each.id for each in run.artifacts()] == [kept.id, table.id]


def test_runs_are_found_by_what_they_measured():
    for rate in (0.01, 0.1, 1.0):
        with start_run("delay", params={"lr": rate}) as run:
            run.log_metric("auc", 0.6 + rate / 10)
    found = runs("delay", where="metrics.auc > 0.605 and params.lr < 0.5")
    assert [run.params["lr"] for run in found] == [0.1]
    frame = runs("delay").to_pandas()
    assert list(frame["params.lr"]) == [1.0, 0.1, 0.01]
    assert "metrics.auc" in frame
    shown = runs("delay")._repr_html_()
    assert "metrics.auc" in shown
    assert f"<td>{found[0].execution.started_at:%Y-%m-%d %H:%M:%S}</td>" in shown


def test_a_database_that_does_not_answer_delays_and_loses_nothing(here, monkeypatch):
    run = start_run()
    real = here.metadata.add_metrics

    def away(points):
        raise Unavailable("the database is away")

    object.__setattr__(here.metadata, "add_metrics", away)
    run.log_metric("loss", 1.0)
    time.sleep(0.7)
    object.__setattr__(here.metadata, "add_metrics", real)
    run.finish()
    assert run.metrics == {"loss": 1.0}


def test_many_threads_log_to_one_run():
    with start_run() as run:

        def work(number):
            for step in range(200):
                run.log_metric(f"m{number}", step, step)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(len(run.metric_history(f"m{number}")) == 200 for number in range(4))


def test_what_a_killed_process_logged_is_found_and_its_run_has_failed(here):
    script = """
import os, time
from workbench.tracking import start_run
run = start_run("killed", params={"lr": 0.1})
for step in range(1000):
    run.log_metric("loss", step)
    if step == 500:
        print(run.id, flush=True)
time.sleep(60)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=dict(os.environ), text=True
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    found = runs("killed")[0]
    assert (found.id, found.state) == (run_id, "failed")
    assert len(found.metric_history("loss")) >= 500
    assert list((here.home / "journal").iterdir()) == []
    assert isinstance(found.reopen(), Run)


def test_a_run_without_a_model_says_so():
    with start_run() as run:
        pass
    with pytest.raises(NotFound, match="no model"):
        _ = run.model
    assert run.restore() is None
