"""`RunWidget`: a run as it goes, its curves live while it trains."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench import workspace
from workbench.core.errors import WorkbenchError
from workbench.widgets import run_picture
from workbench.widgets.base import Widget
from workbench.widgets.curves import Curves

if TYPE_CHECKING:
    from workbench.tracking import Run

_EVERY = 0.5
#: Reading takes at most one part in ten of a processor.
_REST = 10


class RunWidget(Widget):
    """A run's state, progress and curves, renewed about twice a second until it ends.

    What was shown last stays when the kernel is gone.

    Parameters
    ----------
    run : Run or str or dict
        A run, a run's id, or CurveData as it is.
    on_stop : callable, optional
        What "Stop and save" does; there is no such button without it. `interrupt` stops what this
        process is doing, as Ctrl-C does.

    Examples
    --------
    >>> RunWidget({"run": {"id": "r", "name": "wide", "state": "complete", "metrics": {}},
    ...            "series": []})
    Run wide (complete)
    """

    module: ClassVar[str] = "run"
    stoppable = traitlets.Bool().tag(sync=True)

    def __init__(
        self, run: Run | str | dict[str, Any], *, on_stop: Callable[[], None] | None = None
    ) -> None:
        self._on_stop = on_stop
        self._closing = threading.Event()
        self._curves: Curves | None = None
        if isinstance(run, dict):
            data = run
        else:
            run_id = run if isinstance(run, str) else run.id
            self._curves = Curves(workspace.current().metadata, run_id)
            data = self._curves.read()
        super().__init__(data=data, stoppable=on_stop is not None)
        if self._curves is not None and self.state == "running":
            threading.Thread(target=self._follow, name="run widget", daemon=True).start()

    @property
    def state(self) -> str:
        """running, complete, failed or canceled, as shown."""
        return str(self.data["run"]["state"])

    def refresh(self) -> None:
        """Read the run again now."""
        if self._curves is not None:
            self.data = self._curves.read()

    def close(self) -> None:
        """Stop following, and take the widget from every page."""
        self._closing.set()
        super().close()

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return run_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: the run, its state, its metrics."""
        run = self.data["run"]
        metrics = ", ".join(f"{key} {value:.4g}" for key, value in list(run["metrics"].items())[:6])
        return f"Run {run['name']} ({run['state']})" + (f": {metrics}" if metrics else "")

    def _follow(self) -> None:
        rest = _EVERY
        while self.state == "running" and not self._closing.wait(rest):
            began = time.perf_counter()
            # When the database does not answer, what was shown stays, and is asked for again.
            with suppress(WorkbenchError):
                self.refresh()
            rest = max(_EVERY, _REST * (time.perf_counter() - began))

    def _act(self, message: dict[str, Any]) -> None:
        if message.get("type") == "stop" and self._on_stop is not None and self.state == "running":
            self._on_stop()


def interrupt() -> None:
    """Stop what this process is doing as Ctrl-C would; training then keeps its last checkpoint."""
    os.kill(os.getpid(), signal.SIGINT)
