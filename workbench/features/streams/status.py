"""How a stream is doing."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from workbench.core.formats import instant
from workbench.core.html_tables import html_facts
from workbench.core.json_values import as_json

State = Literal["new", "running", "waiting", "stopped", "failed"]
_SPAN = 10.0  # seconds that the rate is measured over


@dataclass
class Counts:
    """What became of the messages, since the stream first began.

    Attributes
    ----------
    read : int
        Messages taken from the source.
    events : int
        Those that count.
    late : int
        Of these, those behind the watermark.
    too_late : int
        Too far behind the watermark: dead letters.
    duplicates : int
        Known already; they change nothing.
    poisonous : int
        No event of the view, or from the future: dead letters.
    rows : int
        Rows written to the online store.
    """

    read: int = 0
    events: int = 0
    late: int = 0
    too_late: int = 0
    duplicates: int = 0
    poisonous: int = 0
    rows: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: value + theirs[name] for name, value in mine.items()})


@dataclass(frozen=True)
class StreamStatus:
    """A stream at one moment.

    Attributes
    ----------
    view, source : str
    state : str
        ``new``, ``running``, ``waiting`` (for a store or a source that does not answer),
        ``stopped`` or ``failed``.
    counts : Counts
        See there; each message read is an event, too late, a duplicate or poisonous.
    events_per_second : float
        Messages read in the last ten seconds.
    lag : int or None
        Messages that wait in the source, when it was last asked.
    watermark : datetime or None
        No event older than this is expected any more.
    newest : datetime or None
        The newest event time.
    behind : timedelta or None
        From the newest event to now.
    problem : str
        What it waits for or failed of.
    """

    view: str
    source: str
    state: State
    counts: Counts = field(default_factory=Counts)
    events_per_second: float = 0.0
    lag: int | None = None
    watermark: datetime | None = None
    newest: datetime | None = None
    behind: timedelta | None = None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; times as ISO text, `behind` in seconds."""
        return dict(as_json(asdict(self)))

    def _repr_html_(self) -> str:
        counts = asdict(self.counts)
        facts = [
            ("view", self.view),
            ("source", self.source),
            ("state", f"{self.state}: {self.problem}" if self.problem else self.state),
            ("events", [f"{value:,} {name.replace('_', ' ')}" for name, value in counts.items()]),
            ("a second", f"{self.events_per_second:,.0f}"),
            ("lag", "unknown" if self.lag is None else f"{self.lag:,}"),
            ("watermark", "none" if self.watermark is None else instant(self.watermark)),
        ]
        return html_facts(facts)


class Rate:
    """How many a second, over the last seconds; one thread adds, and any may ask."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, count: int) -> None:
        """Note that so many came now."""
        now = time.monotonic()
        self._seen.append((now, count))
        while self._seen[0][0] < now - _SPAN:
            self._seen.popleft()

    def per_second(self) -> float:
        """Return the rate."""
        now = time.monotonic()
        recent = [(at, count) for at, count in tuple(self._seen) if at >= now - _SPAN]
        if not recent:
            return 0.0
        return sum(count for _, count in recent) / max(1.0, now - recent[0][0])
