import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.transforms import Transform
from workbench.tracking import runs
from workbench.training import TorchModel, train
from workbench.training.shares import shared_data


class Net(torch.nn.Module):
    def __init__(self, width, sizes):
        super().__init__()
        self.kinds = torch.nn.Embedding(sizes[0], 4)
        self.out = torch.nn.Linear(width + 4, 1)

    def forward(self, numeric, categorical):
        return self.out(torch.cat([numeric, self.kinds(categorical[:, 0])], 1)).squeeze(1)


def fit(ctx, transform, epochs=3, lr=0.05, die_at=None):
    frame = ctx.data("train")
    arrays = {name: torch.from_numpy(each) for name, each in transform.apply(frame).items()}
    label = torch.tensor(frame["late"].to_numpy(), dtype=torch.float32)
    torch.manual_seed(0)
    net = Net(transform.width, transform.sizes)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    first = 0
    if ctx.restored:
        net.load_state_dict(ctx.restored["net"])
        optimizer.load_state_dict(ctx.restored["optimizer"])
        first = ctx.restored["step"] + 1
    wrapped = ctx.wrap(net)
    for epoch in range(first, epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(wrapped(**arrays), label)
        loss.backward()
        optimizer.step()
        ctx.log(step=epoch, loss=loss)
        ctx.checkpoint({"net": net, "optimizer": optimizer}, step=epoch)
        ctx.progress(epoch + 1, epochs)
        if die_at == epoch:
            os.kill(os.getpid(), signal.SIGKILL)
    return TorchModel(net, transform)


@pytest.fixture
def transform(points):
    return Transform(["x"], ["kind"]).fit(points)


def test_a_training_is_a_run_with_curve_checkpoints_model_and_lineage(here, points, transform):
    run = train(fit, points, params={"transform": transform}, experiment="points", name="first")
    assert run.state == "complete"
    assert [each.step for each in run.metric_history("loss")] == [0, 1, 2]
    assert (run.params["epochs"], run.params["lr"]) == (3, 0.05)
    assert run.data == "points@1"
    assert "ctx.checkpoint" in (run.code or "")
    kinds = [each.kind for each in run.artifacts()]
    assert kinds == ["checkpoint"] * 3 + ["file"]
    assert run.properties["progress"]["done"] == 3
    edges = here.metadata.column_edges([run.properties["model_artifact"]])
    assert {(edge.source_id, edge.source_column, edge.target_column) for edge in edges} == {
        (points.id, "x", "x"),
        (points.id, "kind", "kind"),
    }
    probabilities = run.model.predict(points.to_pandas("validation"))
    assert probabilities.shape == (200,)
    assert run.properties["signature"]["inputs"][0] == {"name": "x", "type": "float64"}


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(points, transform):
    whole = train(fit, points, params={"transform": transform, "epochs": 6})
    half = train(fit, points, params={"transform": transform, "epochs": 3})
    rest = train(fit, points, params={"transform": transform, "epochs": 6}, resume=half)
    assert [each.step for each in rest.metric_history("loss")] == [3, 4, 5]
    frame = points.to_pandas("validation")
    assert np.array_equal(rest.model.predict(frame), whole.model.predict(frame))
    assert half.checkpoint in rest.inputs
    assert rest.properties["resumed_from"] == half.id
    again = train(fit, points, params={"transform": transform, "epochs": 6}, resume=half.id)
    assert again.metrics == rest.metrics


def test_an_error_fails_the_run_and_is_raised(points):
    def broken(ctx):
        ctx.log(loss=math.nan)
        raise ValueError("the label has one class")

    with pytest.raises(ValueError, match="one class"):
        train(broken, points, experiment="broken")
    run = runs("broken")[0]
    assert (run.state, run.error) == ("failed", "ValueError: the label has one class")
    assert math.isnan(run.metrics["loss"])
    with pytest.raises(NotFound, match="no checkpoint"):
        train(broken, points, resume=run)


def test_ctrl_c_cancels_the_run_and_keeps_its_checkpoint(points):
    def slow(ctx):
        ctx.checkpoint({"weight": torch.ones(2)}, step=7)
        time.sleep(60)

    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        train(slow, points, experiment="slow")
    run = runs("slow")[0]
    assert run.state == "canceled"
    assert (run.restore() or {})["step"] == 7


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"data": "pionts"}, "did you mean 'points'"),
        ({"data": [1, 2]}, "data cannot be a list"),
        ({"params": {"transfrom": 1}}, "did you mean 'transform'"),
        ({"params": {}}, "needs the param 'transform'"),
        ({"workers": 0}, "workers cannot be 0"),
        ({"workers": True}, "workers cannot be True"),
        ({"gpus_per_worker": -1}, "gpus_per_worker cannot be -1"),
    ],
)
def test_bad_input_is_named_before_anything_runs(points, transform, given, message):
    arguments = {"data": points, "params": {"transform": transform}} | given
    with pytest.raises((InvalidInput, NotFound), match=message):
        train(fit, **arguments)
    assert runs() == []


def test_a_split_or_column_that_is_not_there_is_named(points):
    with pytest.raises(InvalidInput, match="did you mean 'train'"):
        train(lambda ctx: ctx.data("trian"), points)
    with pytest.raises(InvalidInput, match="did you mean 'kind'"):
        train(lambda ctx: ctx.data("train", columns=["knid"]), points)
    with pytest.raises(InvalidInput, match="no dataset"):
        train(lambda ctx: ctx.data("train"))


def test_shares_are_equal_and_disjoint_and_what_is_left_out_is_less_than_a_row_each(here, points):
    source = shared_data(points, here.settings.artifact_url, here.home / "cache")
    shares = [source.read("train", ["at"], rank=rank, world_size=4) for rank in range(4)]
    assert [len(each) for each in shares] == [250] * 4
    together = {at for each in shares for at in each["at"]}
    assert len(together) == 1000
    assert source.shared("train")
    assert not source.shared("validation")
    with pytest.raises(InvalidInput, match="cannot be shared by 2000"):
        source.read("train", None, rank=0, world_size=2000)


def test_a_frame_is_read_once_and_changing_it_changes_nothing(points):
    def twice(ctx):
        first = ctx.data("train")
        first["x"] = 0.0
        assert ctx.data("train")["x"].abs().sum() > 0

    train(twice, points)


def test_a_model_can_be_any_estimator_or_none(points):
    from sklearn.ensemble import HistGradientBoostingClassifier

    def boost(ctx):
        frame = ctx.data("train", columns=["x", "late"])
        return HistGradientBoostingClassifier(max_iter=5).fit(frame[["x"]], frame["late"])

    run = train(boost, points)
    assert run.properties["flavor"] == "sklearn"
    assert run.model.predict(points.to_pandas("validation")).shape == (200,)
    assert train(lambda ctx: None, points).model_digest is None


def test_a_training_killed_outright_is_failed_and_the_next_goes_on_from_its_checkpoint(
    here, points, transform, tmp_path
):
    script = f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from tests.unit.training.test_trainer import fit
from workbench.data.datasets import dataset
from workbench.data.transforms import Transform
from workbench.training import train
transform = Transform(["x"], ["kind"]).fit("points")
train(fit, "points", params={{"transform": transform, "epochs": 6, "die_at": 2}}, name="killed")
"""
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    killed = runs()[0]
    assert (killed.name, killed.state) == ("killed", "failed")
    assert [each.step for each in killed.metric_history("loss")] == [0, 1, 2]
    rest = train(fit, points, params={"transform": transform, "epochs": 6}, resume=killed)
    assert [each.step for each in rest.metric_history("loss")] == [3, 4, 5]
    whole = train(fit, points, params={"transform": transform, "epochs": 6})
    frame = points.to_pandas("validation")
    assert np.array_equal(rest.model.predict(frame), whole.model.predict(frame))
