"""Running a stream: read, take in, write, and begin again when something does not answer.

A batch is read once the one before was written, so what a stream cannot keep up with waits in its
source, where `lag` counts it, and not in memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path

from workbench import workspace
from workbench.core.clock import MICROSECOND, MOST_AHEAD, micros, moment
from workbench.core.errors import Conflict, StorageFull, Unavailable
from workbench.core.files import file_lock
from workbench.core.ids import new_id
from workbench.data.times import as_utc
from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.store import OnlineStore, open_store
from workbench.features.online.windowed import answers_for
from workbench.features.streams.checkpoints import Checkpoint, DeadLetter
from workbench.features.streams.ends import Ends
from workbench.features.streams.events import EventReader
from workbench.features.streams.processing import Parts, Processor
from workbench.features.streams.recording import Recorder
from workbench.features.streams.sources.source import StreamSource, open_source
from workbench.features.streams.starting import (
    Options,
    begin_table,
    check_first,
    check_same,
    store_name,
)
from workbench.features.streams.status import Rate, State, StreamStatus
from workbench.features.streams.targets import AggregatedTarget, PlainTarget, Target
from workbench.features.streams.watermarks import Watermark

_WAIT = 0.5  # seconds for the first event of a batch; it is taken the moment it comes
_WAIT_CAUGHT_UP = 0.05
_LOOK_EVERY = 2.0
_BACKOFF = (0.1, 5.0)


class Stream:
    """A stream of events into one view; made by `wb.stream`."""

    def __init__(
        self, view: FeatureView, source: str | Path | StreamSource, options: Options
    ) -> None:
        self.view = view
        self._place = workspace.current()
        self._given = source
        opened = open_source(source)
        self._source_name = opened.name
        if opened is not source:
            opened.close()
        self._options = options
        name = view.table.replace("/", "-").replace("#", "-")
        self._path = self._place.home / "streams" / f"{name}.db"
        self._checkpoint = Checkpoint(self._path, keeps=bool(view.aggregations))
        self._store: OnlineStore = open_store(self._place.settings)
        self._recorder: Recorder | None = None
        if options.dataset is not None:
            self._recorder = Recorder(options.dataset, view, self._checkpoint)
        target: Target = PlainTarget(view)
        if view.aggregations:
            target = AggregatedTarget(view, self._known_rows)
        parts = Parts(
            EventReader(view, options.event_id, options.decode),
            target,
            self._checkpoint,
            options.since,
            None if self._recorder is None else self._recorder.keep,
            answers_for(view),
        )
        watermark = Watermark(options.lateness, options.allowed, MOST_AHEAD // MICROSECOND)
        self._processor = Processor(parts, watermark)
        self._begun = False
        self._state: State = "new"
        self._problem = ""
        self._failure: BaseException | None = None
        self._rate = Rate()
        self._lag: int | None = None
        self._look_next = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def run(
        self,
        *,
        until: datetime | date | str | None = None,
        max_events: int | None = None,
        caught_up: bool = False,
    ) -> StreamStatus:
        """Take in events until something ends it: one of these, `stop`, or Ctrl-C.

        Parameters
        ----------
        until : datetime, date or str, optional
            Until the watermark has reached this moment.
        max_events : int, optional
            Until so many messages were read.
        caught_up : bool
            Until no message waits in the source.

        Raises
        ------
        Conflict
            If another process streams into this view, or messages were deleted unread.
        InvalidInput
            If the checkpoint or what the online store has does not go with this stream.
        Unavailable, StorageFull
            If the store or the source does not answer, or is full, for longer than `patience`.
        """
        if self._thread is not None and self._thread is not threading.current_thread():
            raise Conflict(f"the stream into {self.view.name!r} runs already", hint="stop() it")
        if self._thread is None:  # a thread may be told to stop before it gets here
            self._stopping.clear()
        bound = None if until is None else micros(as_utc(until, "until"))
        self._state, self._problem = "running", ""
        try:
            with self._held():
                self._go(Ends(bound, max_events, caught_up))
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt)
            self._state, self._problem = ("stopped", "") if stopped else ("failed", str(error))
            raise
        self._state = "stopped"
        return self.status()

    def start(self) -> Stream:
        """Take in events in a thread until `stop`; return this stream.

        Raises
        ------
        Conflict
            If it runs already.
        """
        if self._thread is not None:
            raise Conflict(f"the stream into {self.view.name!r} runs already", hint="stop() it")
        self._failure = None
        self._stopping.clear()
        self._thread = threading.Thread(
            target=self._run_in_thread, name=f"stream-{self.view.name}", daemon=True
        )
        self._state = "running"
        self._thread.start()
        return self

    def stop(self) -> StreamStatus:
        """End it after the batch in hand; return how far it came. What it failed of is raised."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return self.status()

    def status(self) -> StreamStatus:
        """Return how it is doing; while it does not run, what its checkpoint says."""
        if self._state == "new":
            self._processor.load()
            self._checkpoint.close()
        processor = self._processor
        newest = max(processor.watermark.newest.values(), default=None)
        at = processor.watermark.at
        return StreamStatus(
            view=self.view.ref,
            source=self._source_name,
            state=self._state,
            counts=processor.counts,
            events_per_second=self._rate.per_second(),
            lag=self._lag,
            watermark=None if at is None else moment(at),
            newest=None if newest is None else moment(newest),
            behind=None if newest is None else self._place.clock.now() - moment(newest),
            problem=self._problem,
        )

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Return the newest messages that count nowhere, the newest first, with the reason."""
        look = Checkpoint(self._path, keeps=bool(self.view.aggregations))
        try:
            return look.dead(limit)
        finally:
            look.close()

    def _run_in_thread(self) -> None:
        try:
            self.run()
        except BaseException as error:  # noqa: BLE001  # told by `stop` and `status`
            self._failure = error

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Be the one process of this workspace that streams into the view."""
        lock = self._path.with_suffix(".lock")
        with file_lock(lock, wait=0, what=f"the stream into {self.view.name!r}"):
            try:
                yield
            finally:
                self._checkpoint.close()
                self._store.close()

    def _go(self, ends: Ends) -> None:
        """Work, and begin again from the checkpoint whenever something does not answer."""
        pause, troubled = _BACKOFF[0], None
        while True:
            try:
                with ExitStack() as stack:
                    source = open_source(self._given)
                    if source is not self._given:
                        stack.callback(source.close)
                    name = f"the online table of {self.view.name!r}"
                    check = stack.enter_context(
                        self._store.lease(f"{self.view.table}:stream", name)
                    )
                    self._resume(source)
                    for _ in self._batches(source, check, ends):
                        pause, troubled = _BACKOFF[0], None
                return
            except (Unavailable, StorageFull) as error:
                troubled = troubled or time.monotonic()
                if time.monotonic() - troubled > self._options.patience:
                    raise
                self._state, self._problem = "waiting", str(error)
                if self._stopping.wait(pause):
                    return
                pause = min(2 * pause, _BACKOFF[1])
                self._checkpoint.close()

    def _resume(self, source: StreamSource) -> None:
        """Go back to the checkpoint, and write the rows that may not have reached the store."""
        table, keeps = self.view.table, bool(self.view.aggregations)
        if self._options.restart and not self._begun:
            if keeps and self._options.since is None:
                self._store.drop(table)
            self._checkpoint.remove()
        facts = self._processor.load()
        now = micros(self._place.clock.now())
        url = store_name(self._place.settings.online_url)
        rows = self._checkpoint.waiting()
        if not facts:
            check_first(self.view, self._store, self._options)
            if self._recorder is not None:
                self._recorder.check_first()
            begin_table(self.view, self._store)
            first = source.beginning() if self._options.start == "beginning" else source.end()
            self._processor.begin(first, {"source": source.name, "id": new_id()})
        elif check_same(self.view, self._store, facts, len(rows), source=source.name, url=url):
            begin_table(self.view, self._store)
            rows = list(self._checkpoint.all_rows())
        self._begun = True
        self._processor.write(self._store, rows, now)
        self._checkpoint.written({"store": url})
        if self._recorder is not None:
            self._recorder.resume(self._checkpoint.facts()["id"])

    def _batches(
        self, source: StreamSource, check: Callable[[], None], ends: Ends
    ) -> Iterator[None]:
        processor = self._processor
        while not self._stopping.is_set() and not ends.reached(processor.watermark.at):
            offset = processor.offset or {}
            wait = _WAIT_CAUGHT_UP if ends.caught_up else _WAIT
            try:
                batch = source.read(offset, ends.limit(self._options.batch), wait)
            except Conflict:
                if self._options.gaps != "skip":
                    raise
                batch = source.read(source.skip(offset), ends.limit(self._options.batch), wait)
            self._state, self._problem = "running", ""
            if batch.messages:
                now = micros(self._place.clock.now())
                rows = processor.take(batch, now)
                check()
                processor.write(self._store, rows, now)
                processor.after(source)
                self._rate.add(len(batch.messages))
                ends.took(len(batch.messages))
            else:
                processor.watermark.advance({}, batch.waiting)
            if self._recorder is not None and self._recorder.due():
                self._recorder.record()
            self._look_around(source)
            yield
            if ends.caught_up and not batch.messages and not batch.waiting:
                break
        self._checkpoint.written()
        if self._recorder is not None:
            self._recorder.record()
        self._look_around(source, at_once=True)

    def _look_around(self, source: StreamSource, *, at_once: bool = False) -> None:
        """Ask now and then how much waits, and whether the store still has what it was given."""
        began = time.monotonic()
        if (at_once or began >= self._look_next) and self._processor.offset is not None:
            self._lag = source.lag(self._processor.offset)
            if self._processor.counts.rows and self._store.marks([self.view.table]) == [None]:
                raise Unavailable(f"the online store has lost the rows of {self.view.name!r}")
            took = time.monotonic() - began  # a file far behind takes long to count
            self._look_next = began + max(_LOOK_EVERY, 50 * took)

    def _known_rows(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the rows that events are added to: this stream's own, or what there was before."""
        found = self._checkpoint.rows(keys)
        if self._options.since is not None:
            rest = [key for key in keys if key not in found]
            rows = self._store.read([(self.view.table, key) for key in rest])
            found.update((k, row) for k, row in zip(rest, rows, strict=True) if row is not None)
        return found
