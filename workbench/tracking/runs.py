"""A run: params, metrics by step, artifacts, and how it ended."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.core.ids import new_id
from workbench.core.references import check_name
from workbench.metadata import PARENT_VARIABLE, Artifact, Execution, MetricPoint, Recording
from workbench.metadata.records import ExecutionState
from workbench.tracking.artifacts import store_object
from workbench.tracking.folding import Fold, fold_left_behind, folder, folder_of
from workbench.tracking.journal import SUFFIX, Journal
from workbench.tracking.openers import open_with
from workbench.tracking.params import decode, encode, flatten

_enclosing: ContextVar[str | None] = ContextVar("enclosing_run", default=None)


class Run:
    """A run, open for logging when `start_run` made it, otherwise as it is kept.

    As a context manager it ends with the block: complete, failed on an error, canceled on Ctrl-C.
    Any thread may log.
    """

    def __init__(self, execution: Execution, *, live: bool = False) -> None:
        self._workspace = workspace.current()
        self._execution = execution
        self._progress: dict[str, object] | None = None
        self._journal: Journal | None = None
        self._token: Token[str | None] | None = None
        self._steps: dict[str, int] = {}
        self._last_time = 0
        self._lock = threading.Lock()
        if live:
            path = folder_of(self._workspace.metadata) / f"{execution.id}{SUFFIX}"
            self._journal = Journal(path)
            self._fold = Fold(self._workspace.metadata, path, self._save_progress)
            folder.add(self._fold)

    @property
    def id(self) -> str:
        """The run's id, which sorts by its start."""
        return self._execution.id

    @property
    def name(self) -> str:
        """What it is called."""
        return self._execution.name

    @property
    def experiment(self) -> str:
        """The group of runs that it belongs to."""
        return self._execution.context or "default"

    @property
    def execution(self) -> Execution:
        """Its record, as it is now."""
        if self._execution.state == "running":
            self._execution = self._workspace.metadata.execution(self.id)
        return self._execution

    @property
    def state(self) -> str:
        """running, complete, failed or canceled."""
        return self.execution.state

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return self.execution.error

    @property
    def properties(self) -> dict[str, Any]:
        """Facts recorded with it: function, workers, progress, the model's digest."""
        return self._workspace.metadata.execution(self.id).properties

    @property
    def params(self) -> dict[str, object]:
        """What it started with; nested params have keys joined by dots."""
        kept = self._workspace.metadata.params(self.id)
        return {key: decode(text) for key, text in kept.items()}

    @property
    def metrics(self) -> dict[str, float]:
        """The latest value of each metric: of the highest step, then of the latest time."""
        self._fold_now()
        return self._workspace.metadata.latest_metrics([self.id]).get(self.id, {})

    @property
    def inputs(self) -> list[Artifact]:
        """The datasets and other artifacts that it read."""
        return self._workspace.metadata.inputs(self.id)

    @property
    def data(self) -> str | None:
        """The reference of the dataset that it trained on."""
        return next((each.ref for each in self.inputs if each.kind == "dataset"), None)

    @property
    def code(self) -> str | None:
        """The source of the function that it ran, when it was known."""
        text = self.properties.get("code")
        return None if text is None else str(text)

    @property
    def function(self) -> Any:  # whatever was trained with
        """The function that it ran, opened anew: ``wb.train(run.function, data=…)`` repeats it.

        It was pickled with what it refers to, so opening it runs what its maker put in it: open
        only runs of people you trust.

        Raises
        ------
        NotFound
            If it was not kept.
        """
        digest = self.properties.get("function_digest")
        if digest is None:
            raise NotFound(
                f"the run {self.name!r} kept no function",
                hint=str(self.properties.get("function_error", "only wb.train keeps it")),
            )
        return open_with("function", self._workspace.blobs.local_path(str(digest)))

    @property
    def checkpoint(self) -> Artifact | None:
        """Its last checkpoint."""
        return next(
            (each for each in reversed(self.artifacts()) if each.kind == "checkpoint"), None
        )

    @property
    def model_digest(self) -> str | None:
        """The digest of the model's tree of files, once it was saved."""
        digest = self.properties.get("model_digest")
        return None if digest is None else str(digest)

    @property
    def model(self) -> Any:  # a model of any flavor
        """What it trained, opened anew.

        Raises
        ------
        NotFound
            If it saved no model.
        """
        digest = self.model_digest
        if digest is None:
            raise NotFound(
                f"the run {self.name!r} ({self.state}) has no model",
                hint="only a complete wb.train(…) whose function returned a model has one",
            )
        return open_with("model", self._workspace.blobs.local_tree(digest))

    def restore(self) -> dict[str, Any] | None:
        """Return the state kept by the last checkpoint (with its ``step``), or None without one."""
        kept = self.checkpoint
        if kept is None or kept.digest is None:
            return None
        state: dict[str, Any] = open_with(
            "checkpoint", self._workspace.blobs.local_tree(kept.digest)
        )
        return state

    def artifacts(self) -> list[Artifact]:
        """Return what it wrote, in that order."""
        return self._workspace.metadata.outputs(self.id)

    def metric_history(self, key: str) -> list[MetricPoint]:
        """Return every point of a metric, by step; `pandas.DataFrame` takes the list as it is."""
        self._fold_now()
        return self._workspace.metadata.metrics(self.id, key)

    def log_param(self, key: str, value: object) -> None:
        """Record what the run started with; see `log_params`."""
        self.log_params({key: value})

    def log_params(self, params: Mapping[str, object]) -> None:
        """Record several params; nested mappings are joined by dots.

        Raises
        ------
        Conflict
            If one has another value already.
        """
        self._live()
        named = {check_name(key): encode(value) for key, value in flatten(params).items()}
        if named:
            self._workspace.metadata.add_params(self.id, named)

    def log_metric(self, key: str, value: float, step: int | None = None) -> None:
        """Record a value; when this returns, a kill of the process does not lose it.

        Parameters
        ----------
        key : str
        value : float
            May be NaN or infinite. Anything that `float` takes: an int, a NumPy or torch scalar.
        step : int, optional
            One more than this metric's last step when not given, from 0.
        """
        self.log_metrics({key: value}, step)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Record several values of one step in one write; see `log_metric`."""
        journal = self._live()
        with self._lock:
            # Two values of one key and step differ in their time, or one would hide the other.
            self._last_time = now = max(time.time_ns() // 1000, self._last_time + 1)
            points = []
            for key, value in metrics.items():
                at = self._steps.get(key, -1) + 1 if step is None else int(step)
                self._steps[check_name(key) if key not in self._steps else key] = at
                points.append((key, at, as_number(key, value), now))
            if points:
                journal.append(points)

    def log_artifact(self, thing: object, name: str | None = None) -> Artifact:
        """Keep a file, a folder, bytes, text, JSON or a figure with the run.

        Parameters
        ----------
        thing : path, bytes, dict, list, matplotlib figure or Altair chart
            A string is a path.
        name : str, optional
            The file's own name when not given.

        Raises
        ------
        NotFound
            If there is no such file.
        InvalidInput
            If it is nothing that can be kept, or has no name.
        """
        self._live()
        blob, called, facts = store_object(self._workspace.blobs, thing, name)
        return self.recording.write(
            "file", f"{self.name}/{called}", digest=blob.digest, size=blob.size, properties=facts
        )

    def progress(self, done: int, total: int | None = None, text: str = "") -> None:
        """Say how far it is; pages see it renewed twice a second, however often it is called."""
        self._progress = {"done": done, "total": total, "text": text}

    @property
    def recording(self) -> Recording:
        """For stages that add reads, writes and facts of their own to the run."""
        return Recording(self._workspace.metadata, self._execution)

    def finish(self, state: ExecutionState = "complete", error: str | None = None) -> None:
        """End the run; ending it again does nothing.

        Raises
        ------
        Unavailable, StorageFull
            If the database does not take its metrics; they stay in the journal.
        """
        journal, self._journal = self._journal, None
        if journal is None:
            return
        journal.close()
        folder.remove(self._fold)
        self._fold()
        self._execution = self._workspace.metadata.end_execution(self.id, state, error)
        journal.path.unlink(missing_ok=True)

    def reopen(self) -> Run:
        """Return the run as it is kept now: params, data, code, checkpoint, model."""
        fold_left_behind(self._workspace.metadata)
        return Run(self._workspace.metadata.execution(self.id))

    def __enter__(self) -> Run:
        self._live()
        self._token = _enclosing.set(self.id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _enclosing.reset(self._token)
            self._token = None
        if error is None:
            self.finish()
        elif isinstance(error, KeyboardInterrupt):
            self.finish("canceled", "stopped by the user")
        else:
            self.finish("failed", f"{type(error).__name__}: {error}"[:2000])

    def __repr__(self) -> str:
        shown = ", ".join(f"{key} {value:.4g}" for key, value in list(self.metrics.items())[:6])
        return f"<Run {self.name} ({self.state}){': ' + shown if shown else ''}>"

    def _live(self) -> Journal:
        if self._journal is None:
            raise Conflict(
                f"the run {self.name!r} is {self.state} and takes no more records here",
                hint="start another with wb.start_run()",
            )
        return self._journal

    def _fold_now(self) -> None:
        if self._journal is not None:
            self._fold()
        else:
            fold_left_behind(self._workspace.metadata)

    def _save_progress(self) -> None:
        if (progress := self._progress) is not None:
            self._progress = None
            self._workspace.metadata.update_execution(self.id, progress=progress)


def start_run(
    experiment: str = "default",
    *,
    name: str | None = None,
    params: Mapping[str, object] | None = None,
    reads: Sequence[Artifact] = (),
    properties: Mapping[str, object] | None = None,
) -> Run:
    """Start a run; use it as a context manager, or call `finish`.

    Within another run's block, or within a job, it is that one's child.

    Parameters
    ----------
    experiment : str
        The group of runs that it belongs to.
    name : str, optional
        Made from the experiment's when not given.
    params : mapping, optional
    reads : sequence of Artifact
        What it reads, for its lineage.
    properties : mapping, optional
        Further facts, as JSON.

    Examples
    --------
    >>> with start_run("docs", params={"lr": 0.1}) as run:
    ...     run.log_metric("loss", 0.5)
    >>> run.state, run.metrics
    ('complete', {'loss': 0.5})
    """
    check_name(experiment)
    metadata = workspace.current().metadata
    fold_left_behind(metadata)
    execution = metadata.start_execution(
        "run",
        check_name(name) if name is not None else f"{experiment}-{new_id()[-4:]}",
        reads=reads,
        properties={**(properties or {}), "experiment": experiment},
        context=("experiment", experiment),
        parent=_enclosing.get() or os.environ.get(PARENT_VARIABLE),
    )
    run = Run(execution, live=True)
    if params:
        run.log_params(params)
    return run


def as_number(key: str, value: object) -> float:
    """Return a metric's value: of anything that `float` takes, a tensor with a gradient among it.

    Raises
    ------
    InvalidInput
        If it is no number.
    """
    try:
        detach = getattr(value, "detach", None)
        return float(detach() if detach is not None else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(
            f"the metric {key!r} cannot be {value!r}", hint="log a number; a param may be any text"
        ) from None
