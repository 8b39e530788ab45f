"""Saying how far long work is: a bar under a notebook's cell or in a terminal, nothing in a log."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

#: Seconds that work may take before anything is shown; most is over by then.
PATIENCE = 1.0
_BETWEEN = 0.25

Advance = Callable[[float], None]


@contextmanager
def progress(what: str, total: float | None = None, unit: str = "rows") -> Iterator[Advance]:
    """Show a bar while the block runs; yields a function that moves it on.

    The bar appears once the work takes over a second, and only where somebody can see it: in a
    notebook or a terminal. It is gone when the work is done.

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
    shown = _shown()
    if shown is None:
        yield lambda _: None
        return
    began = drawn = time.monotonic()
    done = 0.0
    bar: _Bar | None = None

    def advance(amount: float) -> None:
        nonlocal bar, done, drawn
        done += amount
        now = time.monotonic()
        if now - began < PATIENCE or (bar is not None and now - drawn < _BETWEEN):
            return
        drawn = now
        bar = bar or shown(what, total, unit)
        bar.draw(done, now - began)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()


class _Bar(Protocol):
    def draw(self, done: float, seconds: float) -> None: ...

    def close(self) -> None: ...


def _shown() -> Callable[[str, float | None, str], _Bar] | None:
    # A kernel's output goes to a notebook; otherwise somebody watches only a terminal.
    kernel = sys.modules.get("ipykernel.kernelapp")
    if kernel is not None and kernel.IPKernelApp.initialized():
        return _NotebookBar
    return _TerminalBar if sys.stderr.isatty() else None


class _NotebookBar:
    """The browser's own bar. IPython is asked, not imported, for it runs where this is drawn."""

    def __init__(self, what: str, total: float | None, unit: str) -> None:
        self._what = what
        self._total = total
        self._unit = unit
        self._bundle = {"text/plain": "", "text/html": ""}
        self._handle = sys.modules["IPython.display"].display(self, display_id=True)

    def draw(self, done: float, seconds: float) -> None:
        text = f"{self._what}: {_said(done, self._total, self._unit, seconds)}"
        ends = f" value='{done}' max='{self._total}'" if self._total else ""
        bar = f"<progress{ends} aria-label='{html.escape(self._what, quote=True)}'></progress>"
        self._update({"text/plain": text, "text/html": f"{bar} {html.escape(text)}"})

    def close(self) -> None:
        self._update({"text/plain": "", "text/html": ""})

    def _update(self, bundle: dict[str, str]) -> None:
        self._bundle = bundle
        self._handle.update(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self._bundle


class _TerminalBar:
    """A bar of rich."""

    def __init__(self, what: str, total: float | None, unit: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._total = total
        self._unit = unit
        words = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}")
        self._rich: Any = Progress(*words, console=Console(stderr=True), transient=True)
        self._task = self._rich.add_task(what, total=total, said="")
        self._rich.start()

    def draw(self, done: float, seconds: float) -> None:
        said = _said(done, self._total, self._unit, seconds)
        self._rich.update(self._task, completed=done, said=said)

    def close(self) -> None:
        self._rich.stop()


def _said(done: float, total: float | None, unit: str, seconds: float) -> str:
    """Return how much is done, how fast, and how long the rest takes.

    Examples
    --------
    >>> _said(1_500, 4_500, "rows", 3.0)
    '1,500 of 4,500 rows, 500 a second, about 6 s left'
    """
    rate = done / seconds if seconds else 0.0
    pace = f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.2g} a second"
    if total is None:
        return f"{done:,.0f} {unit}, {pace}"
    left = (total - done) / rate if rate else 0.0
    rest = f"{left / 60:,.0f} min" if left >= 100 else f"{left:,.0f} s"
    return f"{done:,.0f} of {total:,.0f} {unit}, {pace}, about {rest} left"
