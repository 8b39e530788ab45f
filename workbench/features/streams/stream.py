"""Asking for a stream."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from workbench.core.clock import MICROSECOND, micros
from workbench.core.errors import InvalidInput
from workbench.data.times import as_utc
from workbench.features.definitions.aggregations import duration
from workbench.features.definitions.selections import stored_view
from workbench.features.definitions.views import FeatureView
from workbench.features.streams.events import Decode
from workbench.features.streams.running import Stream
from workbench.features.streams.sources.source import StreamSource
from workbench.features.streams.starting import Options


def stream(
    view: FeatureView | str,
    source: str | Path | StreamSource,
    *,
    lateness: timedelta | str = timedelta(minutes=1),
    allowed: timedelta | str = timedelta(hours=1),
    event_id: str | None = None,
    start: Literal["beginning", "end"] = "beginning",
    since: datetime | date | str | None = None,
    restart: bool = False,
    gaps: Literal["error", "skip"] = "error",
    dataset: str | None = None,
    decode: Decode | None = None,
    batch: int = 10_000,
    patience: timedelta | str = timedelta(minutes=5),
) -> Stream:
    r"""Keep a view up to date in the online store from a stream of events.

    Each event has the view's keys, its time and the columns that its features are made of; a plain
    view shows the latest event of a key, an aggregated one its windows over all of them. Events may
    come out of order and more than once. A process that is killed goes on where it was, and every
    event counts once: once the watermark has passed, the values are those of a training set over
    the same events.

    Parameters
    ----------
    view : FeatureView or str
    source : str, Path or StreamSource
        A file or folder of JSON lines or CSV, ``redis://host/0?stream=events`` or
        ``kafka://host:9092/topic``; see `open_source`.
    lateness : timedelta or str
        How far events may be out of order. The watermark follows the newest event this far behind.
    allowed : timedelta or str
        How far behind the watermark an event still counts. One that comes later is a dead letter.
        Events are known again, should they be delivered twice, for as long.
    event_id : str, optional
        The field that tells one event from another. Without it, events whose key, times and values
        are all equal are one.
    start : "beginning" or "end"
        Where to begin the first time.
    since : datetime, date or str, optional
        The view was materialized, and events known by this moment are among what was: they are not
        counted again.
    restart : bool
        Forget how far it was read and what it made of the events, and, for an aggregated view
        without `since`, what the online store has of it.
    gaps : "error" or "skip"
        What to do when events were deleted from the source before they were read.
    dataset : str, optional
        Write the events that count into this dataset too, so that training sees the same ones.
    decode : callable, optional
        Turns a message's bytes into a dict of fields; JSON by default.
    batch : int
        How many events are taken at once, at the most. Those that are there are taken at once, so
        this bounds memory, not how soon one is readable.
    patience : timedelta or str
        How long to try again when the source or the store does not answer or is full.

    Returns
    -------
    Stream
        Which has not begun: see its `run` and `start`.

    Raises
    ------
    NotFound
        If there is no such view.
    InvalidInput
        If the source has no such address, or the view has columns that no event carries.

    Examples
    --------
    >>> import json, tempfile
    >>> from datetime import UTC
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> from workbench.features.definitions.aggregations import Aggregation
    >>> past = pa.table({"card": ["c1"], "at": ["2013-01-01T00:00:00Z"], "amount": [5.0]})
    >>> totals = wb.feature_view(
    ...     name="card_totals",
    ...     entities=wb.Entity("card", keys=["card"]),
    ...     source=wb.ingest(past, name="paid", time="at"),
    ...     aggregations=[Aggregation("sum", "amount", windows=["1h"])],
    ... )
    >>> events = Path(tempfile.mkdtemp()) / "events.jsonl"
    >>> now = datetime.now(UTC).isoformat()
    >>> lines = [json.dumps({"card": "c1", "at": now, "amount": n}) for n in (2, 3)]
    >>> events.write_text("\n".join(lines)) > 0
    True
    >>> wb.stream(totals, events).run(caught_up=True).counts.events
    2
    >>> wb.online(totals, {"card": "c1"})
    [{'amount_sum_1h': 5.0}]
    """
    target = stored_view(view)
    if batch < 1:
        raise InvalidInput(f"batch={batch} takes no events", hint="some thousands are fast")
    options = Options(
        lateness=_micros(lateness),
        allowed=_micros(allowed),
        event_id=event_id,
        start=start,
        since=None if since is None else micros(as_utc(since, "since")),
        restart=restart,
        gaps=gaps,
        dataset=dataset,
        decode=decode,
        batch=batch,
        patience=_micros(patience) / 1e6,
    )
    return Stream(target, source, options)


def _micros(given: timedelta | str) -> int:
    if given == timedelta(0):
        return 0
    return duration(given) // MICROSECOND
