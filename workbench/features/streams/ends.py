"""When a run of a stream is over."""

from __future__ import annotations


class Ends:
    """What ends a run besides being stopped.

    Parameters
    ----------
    until : int or None
        The watermark to reach, in microseconds.
    left : int or None
        How many messages to read.
    caught_up : bool
        Whether to end when none waits.
    """

    def __init__(self, until: int | None, left: int | None, caught_up: bool) -> None:
        self._until = until
        self._left = left
        self.caught_up = caught_up

    def reached(self, watermark: int | None) -> bool:
        """Return whether the run is over."""
        if self._left is not None and self._left <= 0:
            return True
        return self._until is not None and watermark is not None and watermark >= self._until

    def limit(self, batch: int) -> int:
        """Return how many messages the next batch may have."""
        return batch if self._left is None else min(batch, self._left)

    def took(self, count: int) -> None:
        """Note that so many messages were read."""
        if self._left is not None:
            self._left -= count
