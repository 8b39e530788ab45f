"""Writing a stream's events into a dataset, so that training sees what serving saw.

Events wait in the checkpoint and become spans of the dataset, some at a time. A span is named after
its stream and the number of its first event, so one that was written just before a process was
killed is replaced rather than written a second time.
"""

from __future__ import annotations

import time
from typing import Any

import msgpack

from workbench.core.clock import moment
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.views import FeatureView
from workbench.features.streams.checkpoints import Checkpoint
from workbench.features.streams.events import Event

#: How many events are one span, at the most, and how many seconds the first of them waits.
MOST_EVENTS = 100_000
LONGEST_WAIT = 300.0
_ARRIVED = "created"


class Recorder:
    """Carries the events that a checkpoint keeps into a dataset.

    Parameters
    ----------
    name : str
        The dataset; it is made if there is none. It has the view's keys and inputs, its time, and
        when each event became known.
    view : FeatureView
    checkpoint : Checkpoint

    Raises
    ------
    InvalidInput
        If the view has no time, or the dataset has no spans that these could be added to.
    """

    def __init__(self, name: str, view: FeatureView, checkpoint: Checkpoint) -> None:
        if view.time is None:
            raise InvalidInput(f"the view {view.name!r} is static, so its rows are no events")
        self.name = name
        self._view = view
        self._checkpoint = checkpoint
        self._created = view.created or _ARRIVED
        self._columns = [
            *(each.name for each in view.keys),
            view.time,
            self._created,
            *(each.name for each in view.inputs),
        ]
        if len(set(self._columns)) < len(self._columns):
            raise InvalidInput(
                f"the view {view.name!r} has a column {self._created!r} that is not when its rows "
                "became known",
                hint="name created= in its definition",
            )
        self._prefix = f"stream-{view.definition[:8]}-"
        self._stream = ""
        self._waiting = 0
        self._since = 0.0
        if (base := self._base()) is not None and not base.spans:
            raise InvalidInput(
                f"{base.ref} has no spans, so no events can be added to it",
                hint='give another dataset=, or ingest it with span="first"',
            )

    def keep(self, event: Event) -> bytes:
        """Return an event as the checkpoint keeps it."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting += 1
        row = [*event.keys, moment(event.event), moment(event.created), *event.values]
        return bytes(msgpack.packb(row, default=str, datetime=True))

    def check_first(self) -> None:
        """Refuse to begin where the same events may have been recorded before.

        Raises
        ------
        InvalidInput
            If the dataset has spans of a stream into this view.
        """
        base = self._base()
        if base is not None and any(each.startswith(self._prefix) for each in base.spans):
            raise InvalidInput(
                f"{base.ref} has events of a stream into {self._view.name!r}, which would be "
                "there twice if all are read again",
                hint="give another dataset=",
            )

    def resume(self, stream: str) -> None:
        """Go on as a stream of some id; count the events that wait from before."""
        self._stream = stream
        self._waiting = self._checkpoint.count_kept()
        self._since = time.monotonic()

    def due(self) -> bool:
        """Return whether enough events wait, or the first of them has waited enough."""
        waited = time.monotonic() - self._since
        return self._waiting >= MOST_EVENTS or (self._waiting > 0 and waited > LONGEST_WAIT)

    def record(self) -> int:
        """Write all events that wait; return how many those were.

        Raises
        ------
        StorageFull
            If the disk is full; the events go on waiting.
        Conflict
            If somebody else writes the dataset all the time.
        """
        count = 0
        while waiting := self._checkpoint.kept(MOST_EVENTS):
            span = f"{self._prefix}{self._stream}-{waiting[0][0]:012}"
            self._write(span, [row for _, row in waiting])
            self._checkpoint.drop_kept(waiting[-1][0])
            count += len(waiting)
        self._waiting = 0
        return count

    def _write(self, span: str, rows: list[bytes]) -> None:
        import pyarrow as pa

        unpacked = [msgpack.unpackb(row, timestamp=3) for row in rows]
        columns = [list(column) for column in zip(*unpacked, strict=True)]
        kinds: list[Any] = [each.type for each in self._view.keys]
        kinds += ["timestamp", "timestamp", *(each.type for each in self._view.inputs)]
        arrays = [
            pa.array(values).cast(pa.date32()) if kind == "date" else pa.array(values, _arrow(kind))
            for values, kind in zip(columns, kinds, strict=True)
        ]
        table = pa.table(arrays, names=self._columns)
        for last in (False, True):
            there = self._base() is not None
            try:
                ingest(
                    table,
                    name=self.name,
                    time=None if there else self._view.time,
                    created=None if there else self._created,
                    span=span,
                    append=there,
                    replace=there,
                )
            except Conflict:
                if last:
                    raise
            else:
                return

    def _base(self) -> Any:
        try:
            return dataset(self.name)
        except NotFound:
            return None


def _arrow(kind: str) -> Any:
    import pyarrow as pa

    from workbench.data.times import UTC_TIME

    if kind == "timestamp":
        return UTC_TIME
    if kind.startswith("decimal"):
        return pa.float64()
    return pa.bool_() if kind == "bool" else pa.type_for_alias(kind)
