"""An append-only file of metrics: one JSON line a point, one `write` a call, no lock.

What `append` has returned for is in the file, whatever happens to the process afterwards: a killed
process's journal is folded by the next one that looks. A line is
``["loss", step, value, microseconds]``; a value that JSON cannot say is ``"nan"``, ``"inf"`` or
``"-inf"``.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from workbench.core.errors import StorageFull
from workbench.core.files import storage_errors
from workbench.metadata import MetricPoint

SUFFIX = ".jsonl"


class Journal:
    """One run's journal, open for appending.

    Several threads and processes may append to one journal at once; their lines do not mix.

    Parameters
    ----------
    path : Path
        ``<run id>.jsonl``; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with storage_errors(str(path)):
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._torn = False

    def append(self, points: Iterable[tuple[str, int, float, int]]) -> None:
        """Write points (key, step, value, microseconds since 1970) in one call.

        Raises
        ------
        StorageFull
            If there is no room; what part of a line got through is skipped by readers.
        """
        lines = "".join(
            f"[{_quoted(key)},{step},{_number(value)},{time}]\n"
            for key, step, value, time in points
        ).encode()
        if self._torn:
            lines = b"\n" + lines
        with storage_errors(str(self.path)):
            written = os.write(self._file, lines)
        self._torn = written < len(lines)
        if self._torn:
            raise StorageFull(
                f"no room left in {self.path}",
                hint=os.strerror(errno.ENOSPC).lower() + ": free some, and log again",
            )

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_journal(path: Path, offset: int = 0, size: int = 2 << 20) -> tuple[list[MetricPoint], int]:
    """Return whole lines from `offset` on, about `size` bytes of them, and where the next begin.

    A line that a crash or a full disk cut short is skipped. An empty list with an unmoved offset
    means that there is no more.
    """
    run_id = path.name.removesuffix(SUFFIX)
    try:
        with path.open("rb") as file:
            file.seek(offset)
            block = file.read(size)
            if block and b"\n" not in block:
                block += file.readline()
    except FileNotFoundError:
        return [], offset
    end = block.rfind(b"\n") + 1
    points = (_parse(run_id, line) for line in block[:end].splitlines())
    return [point for point in points if point is not None], offset + end


def _parse(run_id: str, line: bytes) -> MetricPoint | None:
    try:
        key, step, value, time = json.loads(line)
        return MetricPoint(run_id, str(key), int(step), float(value), int(time))
    except (ValueError, TypeError):
        return None


@lru_cache(maxsize=10_000)
def _quoted(key: str) -> str:
    return json.dumps(key)


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'"{value}"'
