"""How far a stream has come in event time, and what is late by that.

The watermark says: no event older than this is expected any more. It follows the newest event,
some way behind, and never goes back. With several partitions it follows the one that is furthest
behind among those that still have events waiting; one that is read to its end holds nothing back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Timing(Enum):
    """When an event came."""

    ON_TIME = "on time"
    LATE = "late"
    TOO_LATE = "too late"
    AHEAD = "ahead"


@dataclass
class Watermark:
    """The watermark of a stream; all times in microseconds.

    Attributes
    ----------
    lateness : int
        How far events may be out of order: the watermark is so far behind the newest one.
    allowed : int
        How far behind the watermark an event still counts.
    ahead : int
        How far ahead of the clock an event may be: a clock that is wrong by years would otherwise
        make everything else late.
    newest : dict of str to int
        By partition, the newest event time.
    at : int or None
        The watermark; None before the first event.

    Examples
    --------
    >>> watermark = Watermark(lateness=10, allowed=20, ahead=5)
    >>> watermark.advance({"": 100})
    >>> watermark.at
    90
    >>> [watermark.judge(event, event, now=200).value for event in (95, 75, 69, 206)]
    ['on time', 'late', 'too late', 'ahead']
    """

    lateness: int
    allowed: int
    ahead: int
    newest: dict[str, int] = field(default_factory=dict)
    at: int | None = None

    @property
    def horizon(self) -> int | None:
        """The oldest event time that still counts."""
        return None if self.at is None else self.at - self.allowed

    def judge(self, event: int, visible: int, now: int) -> Timing:
        """Return when an event came, by its times and the clock."""
        if max(event, visible) > now + self.ahead:
            return Timing.AHEAD
        if self.at is None or event >= self.at:
            return Timing.ON_TIME
        return Timing.LATE if event >= self.at - self.allowed else Timing.TOO_LATE

    def advance(self, newest: Mapping[str, int], waiting: Collection[str] = ()) -> None:
        """Take in the newest event of some partitions, and which have more waiting."""
        for partition, event in newest.items():
            self.newest[partition] = max(event, self.newest.get(partition, event))
        if any(each not in self.newest for each in waiting) or not self.newest:
            return  # one that was never heard of may be far behind
        if waiting:
            reached = min(self.newest[each] for each in waiting)
        else:
            reached = max(self.newest.values())
        candidate = reached - self.lateness
        self.at = candidate if self.at is None else max(self.at, candidate)
