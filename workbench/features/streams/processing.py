"""One step of a stream: from a batch of messages to what it changes.

Each message becomes an event, a duplicate or a dead letter. What follows is kept in the checkpoint
together with the offset after the batch; only then do rows go to the online store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.core.clock import MICROSECOND
from workbench.core.formats import age
from workbench.features.online.stores.state import Writing
from workbench.features.online.stores.store import OnlineStore
from workbench.features.streams.checkpoints import Checkpoint, DeadLetter, Step
from workbench.features.streams.events import Event, EventReader, Refused
from workbench.features.streams.sources.source import Batch, Message, Offset, StreamSource
from workbench.features.streams.status import Counts
from workbench.features.streams.targets import Target
from workbench.features.streams.watermarks import Timing, Watermark


@dataclass(frozen=True)
class Parts:
    """What a step works with.

    Attributes
    ----------
    reader : EventReader
    target : Target
    checkpoint : Checkpoint
    since : int or None
        What was known by then is in the online store already; it counts as a duplicate.
    keep : callable or None
        Turns an event into bytes that the checkpoint keeps for a dataset.
    ttl : int or None
        The age to which a row answers, in microseconds; the store may forget it some time later.
    """

    reader: EventReader
    target: Target
    checkpoint: Checkpoint
    since: int | None = None
    keep: Callable[[Event], bytes] | None = None
    ttl: int | None = None


class Processor:
    """Takes in batches, one after the other.

    Parameters
    ----------
    parts : Parts
    watermark : Watermark
        Made for this stream; `load` fills it from the checkpoint.
    """

    def __init__(self, parts: Parts, watermark: Watermark) -> None:
        self._parts = parts
        self.watermark = watermark
        self.counts = Counts()
        self.offset: Offset | None = None

    def load(self) -> Mapping[str, Any]:
        """Go back to what the checkpoint knows; return its facts."""
        self._parts.target.forget()
        facts = self._parts.checkpoint.facts()
        self.offset = facts.get("offset")
        self.counts = Counts(**facts.get("counts", {}))
        self.watermark.at = facts.get("watermark")
        self.watermark.newest = dict(facts.get("newest", {}))
        return facts

    def begin(self, offset: Offset, facts: Mapping[str, Any]) -> None:
        """Keep where the stream begins."""
        self.offset = offset
        self._parts.checkpoint.commit(Step({**self._facts(), **facts}))

    def take(self, batch: Batch, now: int) -> list[tuple[bytes, bytes]]:
        """Take in a batch that arrived now; return the rows that the online store is to have.

        They are in the checkpoint when this returns.

        Raises
        ------
        StorageFull
            If there is no room for the checkpoint; call `load` then.
        """
        step = Step()
        counts = Counts(read=len(batch.messages))
        events = self._new(self._events(batch.messages, now, step, counts), step, counts, now)
        change = self._parts.target.change(events, now)
        for event, reason in change.refused:
            step.dead.append(_dead(event.message, reason, now))
            counts.poisonous += 1
        refused = {id(event) for event, _ in change.refused}
        counted = [each for each in events if id(each) not in refused]
        counts.events = len(counted)
        counts.rows = len(change.rows)
        step.rows = change.rows
        step.seen = [(each.identity, each.when) for each in counted if each.identity]
        if self._parts.keep is not None:
            step.kept = [self._parts.keep(each) for each in counted]
        self._advance(counted, batch)
        step.forget = self.watermark.horizon
        self.counts += counts
        self.offset = batch.offset
        step.facts = self._facts()
        self._parts.checkpoint.commit(step)
        return change.rows

    def write(self, store: OnlineStore, rows: list[tuple[bytes, bytes]], now: int) -> None:
        """Write rows into the online store."""
        self._parts.target.write(store, rows, Writing("stream", now, self._parts.ttl))

    def after(self, source: StreamSource) -> None:
        """Tell the source how far events are dealt with."""
        if self.offset is not None:
            source.commit(self.offset)

    def _events(
        self, messages: list[Message], now: int, step: Step, counts: Counts
    ) -> list[tuple[Event, Timing]]:
        """Return what can be an event, and when it came."""
        found: list[tuple[Event, Timing]] = []
        since = self._parts.since
        for message in messages:
            try:
                event = self._parts.reader.read(message, now)
            except Refused as error:
                step.dead.append(_dead(message, error.message, now))
                counts.poisonous += 1
                continue
            timing = self.watermark.judge(event.when, event.visible, now)
            if since is not None and event.visible <= since:
                counts.duplicates += 1
            elif timing is Timing.AHEAD:
                ahead = age((event.visible - now) * MICROSECOND)
                step.dead.append(_dead(message, f"it lies {ahead} in the future", now))
                counts.poisonous += 1
            else:
                found.append((event, timing))
        return found

    def _new(
        self, events: list[tuple[Event, Timing]], step: Step, counts: Counts, now: int
    ) -> list[Event]:
        """Return the events that are new and not too late; duplicates are known before lateness."""
        identities = [each.identity for each, _ in events if each.identity]
        seen = self._parts.checkpoint.seen(identities)
        found = []
        for event, timing in events:
            if event.identity in seen:
                counts.duplicates += 1
            elif timing is Timing.TOO_LATE:
                behind = age(((self.watermark.at or 0) - event.when) * MICROSECOND)
                reason = f"it came {behind} after the watermark had passed it"
                step.dead.append(_dead(event.message, reason, now))
                counts.too_late += 1
            else:
                if event.identity:
                    seen.add(event.identity)
                counts.late += timing is Timing.LATE
                found.append(event)
        return found

    def _facts(self) -> dict[str, Any]:
        return {
            "offset": dict(self.offset or {}),
            "counts": asdict(self.counts),
            "watermark": self.watermark.at,
            "newest": self.watermark.newest,
        }

    def _advance(self, events: list[Event], batch: Batch) -> None:
        newest: dict[str, int] = {}
        for each in events:
            partition = each.message.partition
            newest[partition] = max(each.when, newest.get(partition, each.when))
        self.watermark.advance(newest, batch.waiting)


def _dead(message: Message, reason: str, at: int) -> DeadLetter:
    value = message.value
    raw = value if isinstance(value, bytes) else json.dumps(dict(value)).encode()
    return DeadLetter(at, reason, message.place, raw)
