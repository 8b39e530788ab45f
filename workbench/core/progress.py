"""Saying how far long work is: a bar under a notebook's cell or in a terminal, nothing in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds that work may take before anything is shown; most is over by then.
PATIENCE = 1.0

Advance = Callable[[float], None]


@contextmanager
def progress(what: str, total: float | None = None, unit: str = "rows") -> Iterator[Advance]:
    """Show a bar while the block runs; yields a function that moves it on.

    The bar appears once the work takes over a second, and only where somebody can see it: in a
    notebook or a terminal.

    Parameters
    ----------
    what : str
        What is done, such as ``Statistics of flights@3``.
    total : float, optional
        How much there is; without it the bar only moves.
    unit : str
        What is counted.

    Examples
    --------
    >>> with progress("Counting", total=2) as advance:
    ...     advance(1)
    ...     advance(1)
    """
    if not _seen():
        yield lambda _: None
        return
    bar = _Bar(what, total, unit)
    try:
        yield bar.advance
    finally:
        bar.close()


def _seen() -> bool:
    # A kernel's output goes to a notebook; otherwise somebody watches only a terminal.
    kernel = sys.modules.get("ipykernel.kernelapp")
    return (kernel is not None and kernel.IPKernelApp.initialized()) or sys.stderr.isatty()


class _Bar:
    """A bar of rich that is made when the work turns out to be long."""

    def __init__(self, what: str, total: float | None, unit: str) -> None:
        self._what = what
        self._total = total
        self._unit = unit
        self._done = 0.0
        self._began = time.monotonic()
        self._shown: Any = None  # rich loads only if a bar is shown

    def advance(self, amount: float) -> None:
        self._done += amount
        if self._shown is None and time.monotonic() - self._began > PATIENCE:
            self._shown, self._task = self._open()
        if self._shown is not None:
            self._shown.update(self._task, completed=self._done)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.stop()

    def _open(self) -> tuple[Any, Any]:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        shown = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(self._unit),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=4,
        )
        shown.start()
        return shown, shown.add_task(self._what, total=self._total)
