"""What happened after something was served, found by the id that the service gave it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.clock import micros
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.core.files import atomic_write, file_lock, storage_errors
from workbench.features.log.event_records import SYSTEM, batches, packed
from workbench.features.log.event_writing import EventWriters
from workbench.features.log.reading import Span, tables
from workbench.features.log.segments import Damage, folder_of, names_in

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS = {bool: "bool", int: "int64", float: "float64", str: "string"}
_LONGEST_ID = 200
_HOW = "track one: wb.track_event({!r}, id, …)"
_WRITERS = EventWriters()


@dataclass(frozen=True)
class Event:
    """Something that happened to what was served under an id."""

    id: Any  # checked where it is kept
    time: datetime
    values: Mapping[Any, Any]


def track_event(
    name: str,
    id: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    time: datetime | date | str | None = None,
    **more: Any,
) -> None:
    """Keep what happened after a request: a landing, a click, a payment, with its label.

    It is in the file when this returns, safe from the end of this process. The same event may be
    told again, and a later one with the same id corrects it: labels take the newest.

    Parameters
    ----------
    name : str
        What such events are called; they are kept together.
    id : str
        The id that the feature service, or the deployment, gave to what it answered.
    values : mapping, optional
        What happened, by name: numbers, text, truth values, times or None.
    time : datetime, date or str, optional
        When it happened; now by default.
    **more
        More values.

    Raises
    ------
    InvalidInput
        If the id is no text, or a value is of another type than that name had before.
    StorageFull
        If there is no room; nothing was kept then.

    Examples
    --------
    >>> track_event("landings", "01hgw2bbg5", late=True, time="2013-11-01T10:20:00Z")
    >>> tracked_events("landings")["late"].to_pylist()
    [True]
    """
    from workbench.data.times import as_utc

    now = workspace.current().clock.now()
    when = now if time is None else as_utc(time, "the event's time")
    append_events(name, [Event(id, when, {**(values or {}), **more})])


def append_events(name: str, events: Sequence[Event], home: Path | None = None) -> None:
    """Keep several events, all or none; `home` spares a server the workspace.

    Raises
    ------
    InvalidInput, StorageFull
        As `track_event` says.
    """
    folder = _folder(name, home)
    now = micros(datetime.now(UTC) if home is not None else workspace.current().clock.now())
    exact = [(_id(each), micros(each.time), _values(each, name)) for each in events]
    with storage_errors(f"the events {name!r}"):
        _agree(folder, name, [values for _, _, values in exact])
        _WRITERS.append(folder, b"".join(packed(i, at, now, values) for i, at, values in exact))


def tracked_events(
    name: str,
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
) -> pa.Table:
    """Return the events of a name: id, time, received (both UTC), then their values.

    Parameters
    ----------
    name : str
    since, until : datetime, date or str, optional
        Only those that happened from `since` on and before `until`.

    Raises
    ------
    NotFound
        If no such event was ever tracked.
    InvalidInput
        If a bound is no time.

    Warns
    -----
    UserWarning
        If a part of a file is not what was written to it.
    """
    import pyarrow as pa

    from workbench.data.times import as_utc

    place = _folder(name)
    if not place.is_dir():
        known = names_in(place.parent)
        raise NotFound(
            f"no events {name!r} were tracked", hint=near(name, known, otherwise=_HOW.format(name))
        )
    span = Span(
        None if since is None else as_utc(since, "since"),
        None if until is None else as_utc(until, "until"),
    )
    damage = Damage()
    time = pa.timestamp("us", tz="UTC")
    empty = pa.schema([("id", pa.string()), ("time", time), ("received", time)]).empty_table()
    # When it happened says nothing of when it was written.
    found = [empty, *(span.of(each) for each in tables(place, batches, Span(), damage))]
    damage.warn(f"the events {name!r}")
    return pa.concat_tables(found, promote_options="permissive").sort_by(
        [("time", "ascending"), ("received", "ascending")]
    )


def _folder(name: str, home: Path | None = None) -> Path:
    return folder_of((home or workspace.current().home) / "logs" / "events", name)


def _id(event: Event) -> str:
    if not isinstance(event.id, str) or not 0 < len(event.id) <= _LONGEST_ID:
        raise InvalidInput(
            f"{event.id!r:.60} cannot be the id of an event",
            hint="give the request id that the service returned",
        )
    return event.id


def _values(event: Event, name: str) -> dict[str, Any]:
    exact = {}
    for key, value in event.values.items():
        plain = value.item() if type(value).__module__ == "numpy" else value
        if isinstance(plain, float) and math.isnan(plain):
            plain = None
        if not isinstance(key, str) or not key or key in SYSTEM:
            raise InvalidInput(
                f"a value of the event {name!r} cannot be named {key!r}",
                hint=f"{', '.join(SYSTEM)} are taken; choose another name",
            )
        if plain is not None and _kind(plain) is None:
            raise InvalidInput(
                f"{key!r} of the event {name!r} is {value!r:.60}, a {type(value).__name__}",
                hint="give numbers, text, truth values or times",
            )
        exact[key] = plain
    return exact


def _kind(value: Any) -> str | None:
    if isinstance(value, datetime):
        return "timestamp" if value.tzinfo is not None else None
    if isinstance(value, date):
        return "date"
    return _KINDS.get(type(value))


def _agree(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Hold each name to one type, whoever writes; whole numbers may become broken ones."""
    path = folder / "types.json"
    known = _types(path)
    if _merged(known, rows, name) == known:
        return
    with file_lock(folder / ".types.lock", what=f"the types of the events {name!r}"):
        known = _types(path)
        merged = _merged(known, rows, name)
        if merged != known:
            atomic_write(path, json.dumps(merged).encode())


def _types(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    return found


def _merged(
    known: Mapping[str, str], rows: Sequence[Mapping[str, Any]], name: str
) -> dict[str, str]:
    merged = dict(known)
    for row in rows:
        for key, value in row.items():
            kind = None if value is None else _kind(value)
            before = merged.get(key, kind)
            if kind is None or kind == before:
                merged |= {} if kind is None else {key: kind}
            elif {kind, before} == {"int64", "float64"}:
                merged[key] = "float64"
            else:
                raise InvalidInput(
                    f"{key!r} of the event {name!r} is {value!r:.60}, and was {before} before",
                    hint=f"give it as {before}, or under another name",
                )
    return merged
