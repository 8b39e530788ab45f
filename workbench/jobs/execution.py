"""Executing a notebook's cells with papermill, in a kernel that never outlives the call."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.core.errors import Unavailable
from workbench.jobs.kernel import kernel_for, spec_manager

if TYPE_CHECKING:
    from nbformat import NotebookNode

# How long an interrupted kernel may take to leave its cell before it is killed.
_GRACE = 10.0


@dataclass(frozen=True)
class Cell:
    """One step of a running notebook.

    Attributes
    ----------
    number, total : int
        The cell's place among the code cells, from 1, and how many there are.
    state : "running", "complete" or "failed"
    tags : tuple of str
        The cell's tags in the notebook.
    source : str
    took : timedelta or None
        None while the cell runs.
    """

    number: int
    total: int
    state: Literal["running", "complete", "failed"]
    tags: tuple[str, ...]
    source: str
    took: timedelta | None = None


@dataclass(frozen=True)
class CellError:
    """The cell that ended a notebook, and why.

    Attributes
    ----------
    number : int
        The cell's place among the code cells, from 1; 0 if no cell was to blame.
    line : str
        The first line of its code.
    kind, message : str
        The exception's class and text.
    """

    number: int
    line: str
    kind: str
    message: str

    def __str__(self) -> str:
        """Return one line that names the cell and its error."""
        what = f"{self.kind}: {self.message}" if self.message else self.kind
        return f"cell {self.number} failed with {what}" if self.number else what


@dataclass(frozen=True)
class Execution:
    """How a notebook's execution ended: without an error, with one, or out of time."""

    cells: int
    error: CellError | None = None
    timed_out: bool = False


def execute(
    node: NotebookNode,
    parameters: Mapping[str, Any],
    *,
    output: Path,
    folder: Path,
    environment: Mapping[str, str],
    timeout: timedelta | None = None,
    on_cell: Callable[[Cell], None] | None = None,
) -> Execution:
    """Run a notebook's cells in a fresh kernel, and write them to `output` as they end.

    The cells run from another thread and `on_cell` is called in this one, so an interrupt (Ctrl-C)
    reaches this call at any moment: it interrupts the kernel, waits for the cell to end, stops the
    kernel, and is raised again.

    Parameters
    ----------
    node : NotebookNode
    parameters : mapping
        JSON values, already checked.
    output : Path
        The executed notebook; complete up to the cell that failed.
    folder : Path
        The kernel's working folder.
    environment : mapping
        Variables added to this process's own.
    timeout : timedelta, optional
        How long the whole notebook may take.
    on_cell : callable, optional
        Told when a cell starts and ends.

    Raises
    ------
    KeyboardInterrupt
        After the kernel has been stopped.
    Unavailable
        If the kernel cannot be started.
    """
    work = _Work(
        node, dict(parameters), kernel_for(node), output, folder, {**os.environ, **environment}
    )
    thread = threading.Thread(target=work.run, name=f"notebook-{output.stem}", daemon=True)
    until = None if timeout is None else time.monotonic() + timeout.total_seconds()
    thread.start()
    try:
        for cell in work.events(until):
            if on_cell is not None:
                on_cell(cell)
        timed_out = thread.is_alive() and until is not None and time.monotonic() >= until
        if timed_out:
            work.end(thread)
        thread.join()
    except BaseException:
        work.end(thread)
        raise
    finally:
        work.sweep()
    if work.failure is not None:
        raise work.failure
    return Execution(work.total, work.error, timed_out)


@dataclass
class _Work:
    """What the thread that executes and the thread that waits share."""

    node: NotebookNode
    parameters: dict[str, Any]
    kernel: str
    output: Path
    folder: Path
    environment: dict[str, str]
    total: int = 0
    error: CellError | None = None
    failure: Exception | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _events: queue.SimpleQueue[Cell | None] = field(default_factory=queue.SimpleQueue)
    _group: int | None = None
    _number: int = 0
    _since: float = 0.0

    def run(self) -> None:
        """Execute; the thread's body. Whatever ends it is kept for the thread that waits."""
        try:
            self._execute()
        except Exception as error:  # noqa: BLE001  # a thread's border: raised again
            self.failure = error
        finally:
            # jupyter_core made a loop for this thread and leaves it open.
            with contextlib.suppress(RuntimeError):
                asyncio.get_event_loop().close()
            self._events.put(None)

    def _execute(self) -> None:
        import papermill
        from nbclient.exceptions import DeadKernelError

        from workbench.jobs.engine import ENGINE, kernel_manager

        specs = spec_manager()
        manager = kernel_manager(self.kernel, specs)
        try:
            papermill.execute_notebook(
                self.node,
                # Papermill formats its paths, so a brace in one is doubled.
                str(self.output).replace("{", "{{").replace("}", "}}"),
                parameters=self.parameters,
                engine_name=ENGINE,
                kernel_name=self.kernel,
                language=specs.get_kernel_spec(self.kernel).language,
                progress_bar=False,
                work=self,
                manager=manager,
            )
        except papermill.PapermillExecutionError as error:
            self.error = CellError(
                self._number, _first_line(error.source), error.ename, error.evalue.strip()
            )
        except DeadKernelError:
            self.error = CellError(self._number, "", "a dead kernel", self._last_words())
        except RuntimeError as error:
            if self._number or self.stopping.is_set():
                raise
            raise Unavailable(
                f"the kernel {self.kernel!r} did not start: {self._last_words()}",
                hint="`workbench doctor` says what is missing",
            ) from error

    @property
    def log(self) -> Path:
        """The file that takes what the kernel's process prints outside its cells."""
        return self.output.with_suffix(".log")

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    def events(self, until: float | None) -> Iterator[Cell]:
        """Yield the cells as they start and end, until the notebook has ended or time is up."""
        while True:
            try:
                wait = None if until is None else max(0.0, until - time.monotonic())
                cell = self._events.get(timeout=wait)
            except queue.Empty:
                return
            if cell is None:
                return
            yield cell

    def kernel_started(self, pid: int) -> None:
        """Remember the kernel's process group, which the kernel leads."""
        self._group = pid

    def cell_started(self, cell: NotebookNode) -> None:
        """Note that a code cell begins."""
        self._number += 1
        self._since = time.monotonic()
        self._report(cell, "running", None)

    def cell_ended(self, cell: NotebookNode, *, failed: bool) -> None:
        """Note that a code cell ended."""
        took = timedelta(seconds=time.monotonic() - self._since)
        self._report(cell, "failed" if failed else "complete", took)

    def _report(
        self,
        cell: NotebookNode,
        state: Literal["running", "complete", "failed"],
        took: timedelta | None,
    ) -> None:
        tags = tuple(cell.metadata.get("tags", ()))
        self._events.put(Cell(self._number, self.total, state, tags, cell.source, took))

    def end(self, thread: threading.Thread) -> None:
        """Interrupt the cell that runs and let the kernel go; kill it if it lingers."""
        self.stopping.set()
        try:
            self._signal(signal.SIGINT)
            thread.join(_GRACE)
        finally:  # also when a second interrupt arrives here
            if thread.is_alive():
                self._signal(signal.SIGKILL)
                thread.join(_GRACE)

    def sweep(self) -> None:
        """Kill what the notebook's cells started and left behind in the kernel's process group."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self._group is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, number)


def _first_line(source: str) -> str:
    lines = [line.strip() for line in source.splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")
