"""`train`: a function becomes a run with figures, checkpoints and a model."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.metadata import ColumnSource
from workbench.tracking import Run, start_run
from workbench.training.engine import RunSink, Task, run_here, run_on_workers, store_files
from workbench.training.functions import bind_params, name_of, pack, source_of
from workbench.training.shares import shared_data

if TYPE_CHECKING:
    from workbench.data.datasets import Dataset
    from workbench.metadata import Artifact
    from workbench.storage import BlobStore


def train(
    fn: Callable[..., Any],
    data: Dataset | str | None = None,
    *,
    params: Mapping[str, object] | None = None,
    workers: int = 1,
    gpus_per_worker: float = 0,
    experiment: str = "default",
    name: str | None = None,
    resume: Run | str | None = None,
) -> Run:
    """Run a training function and keep everything about it.

    With one worker it runs in this process; with more, on warm worker processes joined by
    torch.distributed, on this machine or on the cluster at `ray_address`. The function is the same.

    Parameters
    ----------
    fn : callable
        ``fn(ctx, **params)``, with a `Context`; returns a model (`TorchModel`, a scikit-learn
        estimator, any callable) or None.
    data : Dataset or str, optional
        What ``ctx.data(split)`` reads; a string is a reference.
    params : mapping, optional
        Keyword arguments of `fn`, recorded with their defaults.
    workers : int
    gpus_per_worker : float
        When there are any, ``ctx.device`` is ``cuda:0`` and the workers talk by NCCL.
    experiment, name : str, optional
        Where the run belongs and what it is called.
    resume : Run or str, optional
        A run (or its id) from whose last checkpoint this one goes on, as ``ctx.restored``.

    Returns
    -------
    Run
        Complete; ``run.model`` is what the function returned, opened from what was saved.

    Raises
    ------
    InvalidInput
        If the params do not fit the function, or there is not so much to compute with.
    NotFound
        If the dataset does not exist, or the run to resume has no checkpoint.
    Exception
        What `fn` raised; the run has failed then, and keeps its metrics and checkpoints.
    KeyboardInterrupt
        On Ctrl-C; the run is canceled and keeps its last checkpoint.

    Examples
    --------
    >>> def fit(ctx, lr=0.1):
    ...     for epoch in range(3):
    ...         ctx.log(loss=1 / (epoch + 1))
    >>> run = train(fit, params={"lr": 0.5}, experiment="docs")
    >>> run.state, run.params["lr"], round(run.metrics["loss"], 2)
    ('complete', 0.5, 0.33)
    """
    bound = bind_params(fn, params or {})
    _check_resources(workers, gpus_per_worker)
    place = workspace.current()
    dataset = _dataset(data)
    reads = [] if dataset is None else [dataset.artifact]
    before = None if resume is None else _resumed(resume)
    if before is not None:
        reads.append(before[1])
    facts: dict[str, object] = {
        "function": name_of(fn),
        "code": source_of(fn),
        **_kept(fn, place.blobs),
        "workers": workers,
        "gpus_per_worker": gpus_per_worker,
        "data": None if dataset is None else dataset.ref,
        "resumed_from": None if before is None else before[0].id,
    }
    task = Task(
        function=fn,
        params=bound,
        source=None
        if dataset is None
        else shared_data(dataset, place.settings.artifact_url, place.home / "cache"),
        restored=None if before is None else _files(before[1]),
        types={} if dataset is None else {each.name: each.type for each in dataset.columns},
    )
    with start_run(experiment, name=name, params=bound, reads=reads, properties=facts) as run:
        sink = RunSink(run, place.blobs)
        if workers == 1 and not gpus_per_worker:
            model = run_here(task, sink)
        else:
            model = run_on_workers(task, sink, workers=workers, gpus_per_worker=gpus_per_worker)
        if model is not None:
            _keep_model(run, model, dataset)
    return run


def _kept(fn: Callable[..., Any], blobs: BlobStore) -> dict[str, str]:
    """Keep the function itself, so that the run can be repeated; say why where that cannot be."""
    try:
        return {"function_digest": blobs.put_bytes(pack(fn)).digest}
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return {"function_error": str(error)}


def _keep_model(run: Run, files: dict[str, bytes], dataset: Dataset | None) -> None:
    place = workspace.current()
    about = json.loads(files["flavor.json"])
    blob = store_files(place.blobs, files)
    known = set() if dataset is None else {column.name for column in dataset.columns}
    columns = {
        each["name"]: [ColumnSource(dataset.artifact, each["name"])]
        for each in about["signature"]["inputs"]
        if dataset is not None and each["name"] in known
    }
    artifact = run.recording.write(
        "file",
        f"{run.name}/model",
        digest=blob.digest,
        size=blob.size,
        properties={"format": "model", "flavor": about["flavor"], "signature": about["signature"]},
        columns=columns,
        role="model",
    )
    run.recording.update(
        model_digest=blob.digest,
        model_artifact=artifact.id,
        flavor=about["flavor"],
        signature=about["signature"],
    )


def _check_resources(workers: object, gpus_per_worker: object) -> None:
    if type(workers) is not int or workers < 1:
        raise InvalidInput(f"workers cannot be {workers!r}", hint="give a whole number from 1 on")
    if not isinstance(gpus_per_worker, (int, float)) or gpus_per_worker < 0:
        raise InvalidInput(f"gpus_per_worker cannot be {gpus_per_worker!r}", hint="give 0 or more")


def _dataset(data: Dataset | str | None) -> Dataset | None:
    from workbench.data.datasets import Dataset, dataset

    if data is None or isinstance(data, (Dataset, str)):
        return None if data is None else dataset(data)
    raise InvalidInput(
        f"data cannot be a {type(data).__name__}",
        hint="give a dataset or its name; wb.ingest(frame, name='…') makes one of a frame",
    )


def _resumed(resume: Run | str) -> tuple[Run, Artifact]:
    run = resume if isinstance(resume, Run) else Run(_execution(resume))
    kept = run.checkpoint
    if kept is None:
        raise NotFound(
            f"the run {run.name!r} ({run.state}) has no checkpoint to go on from",
            hint="call ctx.checkpoint(…) in the function, or train anew without resume=",
        )
    return run, kept


def _execution(run_id: str) -> Any:
    found = workspace.current().metadata.execution(run_id)
    if found.kind != "run":
        raise NotFound(f"{run_id!r} is a {found.kind} and no run", hint="see wb.runs()")
    return found


def _files(checkpoint: Artifact) -> dict[str, bytes]:
    folder = workspace.current().blobs.local_tree(str(checkpoint.digest))
    return {path.name: path.read_bytes() for path in folder.iterdir()}
