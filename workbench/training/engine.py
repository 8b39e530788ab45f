"""Running a training function: here, or on a pool of workers; the outcome is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.storage import Blob, BlobStore
from workbench.tracking import Run
from workbench.training.checkpoints import unpack_checkpoint
from workbench.training.context import Context
from workbench.training.functions import pack
from workbench.training.models import as_model, pack_model
from workbench.training.shares import SharedData


@dataclass(frozen=True)
class Task:
    """What is to be run.

    Attributes
    ----------
    function : callable
    params : dict
    source : SharedData or None
    restored : mapping of str to bytes, or None
        The files of the checkpoint that it resumes.
    types : dict of str to str
        The dataset's columns, for the model's signature.
    """

    function: Callable[..., Any]
    params: dict[str, object]
    source: SharedData | None
    restored: Mapping[str, bytes] | None
    types: dict[str, str]


class RunSink:
    """Keeps what a function says in its run; used where the run is."""

    stopping = False

    def __init__(self, run: Run, blobs: BlobStore) -> None:
        self._run = run
        self._blobs = blobs

    def check(self) -> None:
        """Nothing stops a function here but Ctrl-C itself."""

    def log(self, metrics: Mapping[str, float], step: int | None) -> None:
        """Record metrics."""
        self._run.log_metrics(metrics, step)

    def checkpoint(self, files: Mapping[str, bytes], step: int) -> None:
        """Store a checkpoint and record it."""
        blob = store_files(self._blobs, files)
        self._run.recording.write(
            "checkpoint",
            self._run.name,
            digest=blob.digest,
            size=blob.size,
            properties={"step": step, "run": self._run.id},
            role="checkpoint",
        )

    def progress(self, done: int, total: int | None, text: str) -> None:
        """Record how far it is."""
        self._run.progress(done, total, text)


def run_here(task: Task, sink: RunSink, *, device: str = "cpu") -> dict[str, bytes] | None:
    """Run in this process; return the files of the model that the function returned, if any."""
    context = Context(
        rank=0,
        world_size=1,
        device=device,
        params=task.params,
        restored=None if task.restored is None else unpack_checkpoint(task.restored),
        sink=sink,
        source=task.source,
    )
    return _train(task, context)


def run_on_workers(
    task: Task, sink: RunSink, *, workers: int, gpus_per_worker: float
) -> dict[str, bytes] | None:
    """Run on this process's warm pool; return the files of worker 0's model, if any."""
    from workbench.cluster import pool

    def deliver(kind: str, content: Any) -> None:
        if kind == "print":
            print(content, end="")  # noqa: T201  # what the function printed
        else:
            getattr(sink, kind)(*content)

    packed = pack(work, task, written=task.function)
    results = pool(workers, gpus_per_worker).run_packed(packed, on_event=deliver)
    model: dict[str, bytes] | None = results[0]
    return model


def work(task: Task) -> dict[str, bytes] | None:
    """Run a task in a worker of a pool."""
    from workbench.cluster.worker import link
    from workbench.training.remote import WorkerSink

    here = link()
    context = Context(
        rank=here.rank,
        world_size=here.world_size,
        device=here.device,
        params=task.params,
        restored=None if task.restored is None else unpack_checkpoint(task.restored),
        sink=WorkerSink(here),
        source=task.source,
    )
    return _train(task, context)


def store_files(blobs: BlobStore, files: Mapping[str, bytes]) -> Blob:
    """Store files given as bytes as one tree."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return blobs.put_tree(Path(folder))


def _train(task: Task, context: Context) -> dict[str, bytes] | None:
    returned = task.function(context, **task.params)
    if context.rank != 0 or returned is None:
        return None
    return pack_model(as_model(returned), task.types)
