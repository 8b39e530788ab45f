"""The same training function on one process and on two Ray workers."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from workbench import cluster
from workbench.core.errors import InvalidInput, Unavailable
from workbench.data.datasets.ingest import ingest
from workbench.data.transforms import Transform
from workbench.tracking import runs
from workbench.training import TorchModel, train

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


class Net(torch.nn.Module):
    def __init__(self, width, sizes):
        super().__init__()
        self.kinds = torch.nn.Embedding(sizes[0], 4)
        self.out = torch.nn.Linear(width + 4, 1)

    def forward(self, numeric, categorical):
        return self.out(torch.cat([numeric, self.kinds(categorical[:, 0])], 1)).squeeze(1)


def fit(ctx, transform, epochs=5, die_at=None):
    """Full-batch steps, so that averaged gradients of equal shares are those of all rows."""
    ctx.log(entered=time.time())
    frame = ctx.data("train")
    arrays = {name: torch.from_numpy(each) for name, each in transform.apply(frame).items()}
    label = torch.tensor(frame["late"].to_numpy(), dtype=torch.float32)
    torch.manual_seed(0)
    net = Net(transform.width, transform.sizes)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    first = 0
    if ctx.restored:
        net.load_state_dict(ctx.restored["net"])
        first = ctx.restored["step"] + 1
    wrapped = ctx.wrap(net)
    for epoch in range(first, epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(wrapped(**arrays), label)
        loss.backward()
        optimizer.step()
        ctx.log(step=epoch, loss=loss)
        ctx.checkpoint({"net": net}, step=epoch)
        ctx.progress(epoch + 1, epochs)
        if die_at == epoch and ctx.rank == ctx.world_size - 1:
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)
    print(f"trained on {len(frame)} rows")
    return TorchModel(net, transform)


@pytest.fixture(scope="module")
def points(here):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=1200),
            "kind": rng.choice(["a", "b", "c"], 1200),
            "at": pd.date_range("2013-01-01", periods=1200, freq="h", tz="UTC"),
        }
    )
    frame["late"] = (frame["x"] + (frame["kind"] == "a") > 0.3).astype(int)
    bound = str(frame["at"][1000])
    return ingest(
        frame, name="points", time="at", label="late", split={"train": bound, "validation": None}
    )


@pytest.fixture(scope="module")
def transform(points):
    return Transform(["x"], ["kind"]).fit(points)


def test_two_workers_learn_what_one_process_learns(points, transform, capsys):
    params = {"transform": transform}
    one = train(fit, points, params=params)
    two = train(fit, points, params=params, workers=2)
    assert "trained on 500 rows" in capsys.readouterr().out
    assert two.state == "complete"
    assert [point.step for point in two.metric_history("loss")] == [0, 1, 2, 3, 4]
    assert len([each for each in two.artifacts() if each.kind == "checkpoint"]) == 5
    assert two.properties["progress"] == {"done": 5, "total": 5, "text": ""}
    frame = points.to_pandas("validation")
    np.testing.assert_allclose(two.model.predict(frame), one.model.predict(frame), atol=1e-5)


def test_a_warm_pool_reaches_the_function_within_a_second(points, transform):
    params = {"transform": transform, "epochs": 1}
    train(fit, points, params=params, workers=2)
    begin = time.time()
    run = train(fit, points, params=params, workers=2)
    assert run.metrics["entered"] - begin < 1


def test_metrics_of_workers_are_seen_while_they_train(here, points):
    def slow(ctx):
        for step in range(6):
            ctx.log(step=step, loss=1 / (step + 1))
            time.sleep(0.5)

    seen = []
    over = threading.Event()

    def look():
        while not over.wait(0.2):
            running = here.metadata.executions("run", state="running")
            seen.append([len(here.metadata.metrics(each.id, "loss")) for each in running])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        train(slow, points, workers=2)
    finally:
        over.set()
        watcher.join()
    counts = {count for each in seen for count in each}
    assert len(counts & {1, 2, 3, 4, 5}) >= 2


def test_a_failure_in_one_worker_fails_the_run_with_its_reason(points):
    def broken(ctx):
        ctx.log(loss=0.5)
        if ctx.rank == 1:
            raise ValueError("the label has one class")
        torch.distributed.barrier()

    with pytest.raises(ValueError, match="one class"):
        train(broken, points, workers=2, experiment="broken")
    run = runs("broken")[0]
    assert (run.state, run.error) == ("failed", "ValueError: the label has one class")
    assert run.metrics == {"loss": 0.5}


def test_ctrl_c_cancels_keeps_the_checkpoint_and_leaves_the_pool_usable(here, points, transform):
    def endless(ctx):
        step = 0
        while True:
            ctx.log(loss=1.0)
            ctx.checkpoint({"weight": torch.full((2,), float(step))}, step=step)
            torch.distributed.barrier()
            step += 1
            time.sleep(0.1)

    def interrupt():
        until = time.monotonic() + 60
        while time.monotonic() < until:
            running = here.metadata.executions("run", state="running")
            if running and here.metadata.outputs(running[0].id):
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.1)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        train(endless, points, workers=2, experiment="endless")
    run = runs("endless")[0]
    assert run.state == "canceled"
    kept = run.restore() or {}
    assert kept["weight"].tolist() == [kept["step"]] * 2
    params = {"transform": transform}
    assert train(fit, points, params=params, workers=2).state == "complete"


def test_a_worker_killed_outright_fails_the_run_and_another_goes_on(points, transform):
    params = {"transform": transform, "epochs": 6}
    with pytest.raises(Unavailable, match="died"):
        train(fit, points, params={**params, "die_at": 2}, workers=2, experiment="killed")
    killed = runs("killed")[0]
    assert killed.state == "failed"
    rest = train(fit, points, params=params, workers=2, resume=killed)
    assert [point.step for point in rest.metric_history("loss")] == [3, 4, 5]
    whole = train(fit, points, params=params)
    frame = points.to_pandas("validation")
    np.testing.assert_allclose(rest.model.predict(frame), whole.model.predict(frame), atol=1e-5)


def test_a_function_of_a_file_that_workers_do_not_have(points, tmp_path, monkeypatch):
    cluster.connect()
    (tmp_path / "beside_the_notebook.py").write_text(
        "FACTOR = 2.0\n"
        "def scaled(value):\n    return FACTOR * value\n"
        "def fit(ctx):\n    ctx.log(rows=scaled(len(ctx.data('train'))))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("beside_the_notebook")
    assert train(module.fit, points, workers=2).metrics == {"rows": 1000.0}


def test_too_many_workers_are_refused_with_a_way_out(points, transform):
    count = int(cluster.status()["cpus"])
    with pytest.raises(InvalidInput, match=f"use workers={count}"):
        train(fit, points, params={"transform": transform}, workers=count + 1)


def test_the_process_that_trains_is_killed_and_the_next_goes_on(here, points, transform):
    script = f"""
import os, sys
sys.path.insert(0, {str(Path.cwd())!r})
from tests.integration.test_training import fit
from workbench.data.transforms import Transform
from workbench.training import train

def hold(ctx, transform):
    fit(ctx, transform, epochs=3)
    import time
    time.sleep(600)

transform = Transform(["x"], ["kind"]).fit("points")
train(hold, "points", params={{"transform": transform}}, workers=2, name="orphan")
"""
    cluster.close_pools()
    child = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, **here.settings.environment()}
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = [each for each in runs(limit=1) if each.name == "orphan"]
        if found and len(found[0].artifacts()) == 3:
            break
        time.sleep(0.2)
    child.kill()
    child.wait()
    orphan = runs(limit=1)[0]
    assert (orphan.name, orphan.state) == ("orphan", "failed")
    rest = train(
        fit, points, params={"transform": transform, "epochs": 5}, workers=2, resume=orphan
    )
    assert [point.step for point in rest.metric_history("loss")] == [3, 4]
