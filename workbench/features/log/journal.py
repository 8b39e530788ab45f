"""A queue that never holds up whoever fills it, and the thread that empties it into segments."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from workbench.features.log.segments import SEGMENT_BYTES, SUFFIX, Segment

Record = TypeVar("Record")

_SYNC_SECONDS = 1.0


class Journal(Generic[Record]):
    """Appends records to segments of a folder, from a thread of its own.

    A record is in the file `flush` seconds after it was handed over, and so safe from a kill; it is
    safe from a loss of power a second later. While the disk is full records wait, and as soon as
    there is room they are written; when no more may wait, further ones are dropped, and counted.

    Parameters
    ----------
    folder : Path
    encode : callable
        From records to the bytes that are appended for them, at once.
    start : bytes
        What each segment begins with.
    suffix : str
        Of the segments' names.
    capacity : int
        How much may wait, in records, or in whatever `append` is told that they weigh.
    flush : float
        Seconds.
    segment_bytes : int
        The size at which the next segment is begun.
    sealed : callable, optional
        Told, in the writer's thread, of each segment that is full.

    Attributes
    ----------
    written, dropped : int
        Records so far.
    trouble : str
        Why records wait now; empty when all is well.
    """

    def __init__(
        self,
        folder: Path,
        encode: Callable[[Sequence[Record]], bytes],
        *,
        start: bytes = b"",
        suffix: str = SUFFIX,
        capacity: int = 20_000,
        flush: float = 0.25,
        segment_bytes: int = SEGMENT_BYTES,
        sealed: Callable[[Path], None] | None = None,
    ) -> None:
        self._folder = folder
        self._encode = encode
        self._start = start
        self._suffix = suffix
        self._capacity = capacity
        self._flush = flush
        self._segment_bytes = segment_bytes
        self._sealed = sealed
        self._lock = threading.Lock()
        self._queue: list[Record] = []
        self._weight = 0
        self._writing: tuple[bytes, int, int] | None = None
        self._segment: Segment | None = None
        self._unsafe = False
        self._synced = time.monotonic()
        self._closing = threading.Event()
        self.written = 0
        self.dropped = 0
        self.trouble = ""
        # The thread is no reason for a process to go on; what waits is written when it ends.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @property
    def waiting(self) -> int:
        """Records that are not in the file yet."""
        with self._lock:
            return len(self._queue) + (self._writing[1] if self._writing else 0)

    def append(self, record: Record, weight: int = 1) -> bool:
        """Hand over a record; return False, at once, if there is no room for it."""
        with self._lock:
            if self._weight + weight > self._capacity or self._closing.is_set():
                self.dropped += 1
                return False
            self._weight += weight
            self._queue.append(record)
        return True

    def refuse(self, reason: str) -> None:
        """Count a record that could not be made."""
        with self._lock:
            self.dropped += 1
        self.trouble = reason

    def close(self, wait: float = 5.0) -> None:
        """Write what waits, and end; what cannot be written in time is dropped, and counted."""
        atexit.unregister(self.close)
        self._closing.set()
        self._thread.join(wait)

    def _run(self) -> None:
        while not self._closing.wait(self._flush):
            self._drain()
        with self._lock:  # whoever appended before the end was seen has appended by now
            pass
        self._drain()
        self.dropped += self.waiting
        self._release()

    def _drain(self) -> None:
        """Write what waits, and what comes meanwhile once more."""
        for _ in range(2):
            self._take()
            if self._writing is None or not self._put():
                break
        self._sync()

    def _take(self) -> None:
        """Make the bytes of what waits; those of a failed attempt go first."""
        if self._writing is not None:
            return
        with self._lock:
            records, self._queue = self._queue, []
            weight = self._weight
            self._writing = (b"", len(records), weight) if records else None
        if not records:
            return
        content, lost = self._encoded(records)
        self.dropped += lost
        self._writing = (content, len(records) - lost, weight)

    def _encoded(self, records: Sequence[Record]) -> tuple[bytes, int]:
        """Return records as bytes, and how many of them cannot be written down at all."""
        try:
            return self._encode(records), 0
        except (TypeError, ValueError) as error:  # one such record must not cost the others
            if len(records) == 1:
                self.trouble = f"a record cannot be written: {error}"
                return b"", 1
        parts = [self._encoded([each]) for each in records]
        return b"".join(content for content, _ in parts), sum(lost for _, lost in parts)

    def _put(self) -> bool:
        if self._writing is None:
            return False
        content, records, weight = self._writing
        try:
            if content:
                self._room_for(len(content)).append(content)
        except OSError as error:
            self.trouble = f"{self._folder}: {error.strerror or error}"
            if self._segment is not None and self._segment.torn:
                self._release()
            return False
        self.trouble = ""
        self.written += records
        self._unsafe = True
        with self._lock:
            self._writing = None
            self._weight -= weight
        return True

    def _room_for(self, size: int) -> Segment:
        if self._segment is not None and self._segment.size + size > self._segment_bytes:
            full = self._segment.path
            self._release()
            if self._sealed is not None:
                self._sealed(full)
        if self._segment is None:
            self._segment = Segment(self._folder, self._start, self._suffix)
        return self._segment

    def _sync(self) -> None:
        now = time.monotonic()
        if not self._unsafe or self._segment is None or now - self._synced < _SYNC_SECONDS:
            return
        self._synced = now
        try:
            self._segment.sync()
            self._unsafe = False
        except OSError as error:  # what was written is in the file; it is tried again
            self.trouble = f"{self._segment.path}: {error.strerror or error}"

    def _release(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None
