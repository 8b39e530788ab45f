"""A worker's end of the line: what the function says goes to the process that holds the run."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.cluster.worker import Link


class Stopped(BaseException):
    """The run was canceled, or another worker failed; ends the function, and is nobody's error."""


class WorkerSink:
    """Sends what a function says to the process that holds the run; needs no shared disk."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def stopping(self) -> bool:
        """Whether the function should end soon."""
        return self._link.stopping.is_set()

    def check(self) -> None:
        """End the function if it was asked to."""
        if self.stopping:
            raise Stopped("the run was canceled")

    def log(self, metrics: Mapping[str, float], step: int | None) -> None:
        """Send metrics."""
        self._link.emit("log", (dict(metrics), step))

    def checkpoint(self, files: Mapping[str, bytes], step: int) -> None:
        """Send a checkpoint, and wait until it is kept."""
        self._link.emit("checkpoint", (dict(files), step), wait=True)

    def progress(self, done: int, total: int | None, text: str) -> None:
        """Send how far it is."""
        self._link.emit("progress", (done, total, text))
