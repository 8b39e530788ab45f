"""Writing events where they are told: in the file before the caller goes on."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from workbench.features.log.event_records import HEAD
from workbench.features.log.rolling import roll_apart, worth_rolling
from workbench.features.log.segments import SEGMENT_BYTES, Segment, frame

_SYNC_SECONDS = 1.0
_MOST_OPEN = 64


class EventWriters:
    """The segments that this process writes events to, one a folder; those used last stay open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[int, Path], _Writer] = {}

    def append(self, folder: Path, content: bytes) -> None:
        """Write some records to a folder, all or none; raises OSError if there is no room."""
        whole = frame(content)
        # A forked child writes to segments of its own.
        place = (os.getpid(), folder)
        with self._lock:
            writer = self._open.pop(place, None)
            if writer is not None and not writer.takes(len(whole)):
                writer.close()
                writer = None
            if writer is None:
                writer = _Writer(Segment(folder, HEAD))
                if worth_rolling(folder):
                    roll_apart(folder, "events")
            self._open[place] = writer
            if len(self._open) > _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            writer.append(whole)


class _Writer:
    """A segment, and when it was last safe from a loss of power."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._synced = time.monotonic() - _SYNC_SECONDS

    def takes(self, size: int) -> bool:
        """Return whether more can stand in it; not once its folder was deleted, for example."""
        segment = self._segment
        return not segment.torn and segment.size + size <= SEGMENT_BYTES and segment.path.exists()

    def append(self, content: bytes) -> None:
        self._segment.append(content)
        if time.monotonic() - self._synced >= _SYNC_SECONDS:
            self._segment.sync()
            self._synced = time.monotonic()

    def close(self) -> None:
        self._segment.sync()
        self._segment.close()
