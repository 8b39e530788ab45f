"""What an analyst runs on the first host: `analyst.py <step>` prints one JSON object."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

import workbench as wb
from workbench import cluster
from workbench.core.errors import Unavailable
from workbench.tracking import runs


def fit(ctx, epochs=3, pause=0.0):
    """Full-batch steps, so that the averaged gradients of equal shares are those of all rows."""
    frame = ctx.data("train")
    inputs = torch.tensor(frame[["x"]].to_numpy("float32"))
    labels = torch.tensor(frame[["y"]].to_numpy("float32"))
    torch.manual_seed(0)
    net = torch.nn.Linear(1, 1)
    if ctx.restored:
        net.load_state_dict(ctx.restored["net"])
    first = ctx.restored["step"] + 1 if ctx.restored else 0
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    wrapped = ctx.wrap(net)
    for epoch in range(first, epochs):
        optimizer.zero_grad()
        loss = ((wrapped(inputs) - labels) ** 2).mean()
        loss.backward()
        optimizer.step()
        ctx.log(step=epoch, loss=loss, rows=len(frame), hosts=len(_networks(ctx)))
        ctx.checkpoint({"net": net}, step=epoch)
        time.sleep(pause)


def _networks(ctx):
    """Return the network namespaces that the workers live in."""
    mine = Path("/proc/self/ns/net").stat().st_ino
    if ctx.world_size == 1:
        return {mine}
    all_of_them = [None] * ctx.world_size
    torch.distributed.all_gather_object(all_of_them, mine)
    return set(all_of_them)


def line():
    """Ingest 1,000 points of a line."""
    x = np.linspace(0, 1, 1000)
    frame = pd.DataFrame({"x": x, "y": 3 * x + 1, "part": "train"})
    return wb.ingest(frame, name="line", split="part")


def told(run):
    """Return what a test compares."""
    state = run.restore()
    history = [point.value for point in run.metric_history("loss")]
    return {
        "state": run.state,
        "hosts": run.metrics["hosts"],
        "rows": run.metrics["rows"],
        "losses": history,
        "step": state["step"],
        "weights": [state["net"]["weight"].item(), state["net"]["bias"].item()],
    }


def compare():
    """Train by two workers on both hosts, then alone."""
    points = line()
    nodes = cluster.status()["nodes"]
    both = told(wb.train(fit, data=points, workers=2))
    return {"nodes": nodes, "both": both, "alone": told(wb.train(fit, data=points))}


def long():
    """Train until a host is lost, and say what became of the run."""
    try:
        wb.train(fit, data=line(), workers=2, params={"epochs": 200, "pause": 0.2}, name="long")
    except Unavailable as error:
        return {"error": str(error), **told(found("long"))}
    return {"error": None}


def wait_for_steps():
    """Return once that training has kept a few checkpoints."""
    for _ in range(600):
        ran = [run for run in runs() if run.name == "long"]
        if ran and (state := ran[0].restore()) and state["step"] >= 3:
            return True
        time.sleep(0.2)
    return False


def resume():
    """Go on from the run that lost its host."""
    before = found("long")
    step = before.restore()["step"]
    after = wb.train(
        fit, data="line", workers=2, params={"epochs": step + 3}, resume=before, name="again"
    )
    return {"from": step, **told(after)}


def found(name):
    """Return the newest run of that name."""
    return next(run for run in runs() if run.name == name)


def on_a_disk():
    """Train from a dataset that only this host has."""
    try:
        wb.train(fit, data=line(), workers=2)
    except Unavailable as error:
        return {"error": str(error)}
    return {"error": None}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
