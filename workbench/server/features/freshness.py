"""How fresh a view's values online are, now and through time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from workbench import workspace
from workbench.core.calls import call
from workbench.core.json_values import as_json
from workbench.features.online.freshness import Freshness, freshness_of
from workbench.metadata import Artifact, Execution
from workbench.server.features.records import is_readable
from workbench.server.tables import column, table

#: So many materializations are drawn and listed, the newest.
MOST = 200


def freshness(view: Artifact) -> dict[str, Any]:
    """Return the part: when values were carried online, how old the newest is, and each time."""
    metadata = workspace.current().metadata
    now = metadata.clock.now()
    said = view.properties
    done = metadata.executions("materialize", view.name, limit=MOST)
    complete = [each for each in done if each.state == "complete" and each.ended_at is not None]
    known = in_store([view]).get(view.id)
    drawn = None
    if known is not None and (known.written_at is not None or known.materialized_at is not None):
        drawn = {
            "now": now.isoformat(),
            "word": word_of(said, known, now),
            "ttl": said.get("ttl_seconds"),
            "rows": known.rows,
            "newest": as_json(known.newest_event),
            "written": as_json(known.written_at),
            "source": known.source,
            "materialized": as_json(known.materialized_at),
            "as_of": as_json(known.as_of),
            "times": [as_json(each.ended_at) for each in reversed(complete)],
        }
    return {
        "tables": _table(done),
        "freshness": drawn,
        "code": call("wb.materialize", view.ref),
    }


def in_store(views: Sequence[Artifact]) -> dict[str, Freshness]:
    """Return what the online store holds of views, by their ids, in one read of it.

    Raises
    ------
    Unavailable
        If the store does not answer.
    """
    readable = [each for each in views if is_readable(each)]
    if not readable:
        return {}
    found = freshness_of(readable)
    return {each.id: known for each, known in zip(readable, found, strict=True)}


def word_of(said: Mapping[str, Any], known: Freshness | None, now: datetime) -> str:
    """Return in one word how fresh a view's values online are.

    ``static``; ``never`` carried online; ``stale`` when the newest is older than a row may be;
    ``fresh``. A view that stands at a moment is judged at that moment.
    """
    if said.get("static"):
        return "static"
    if known is None or known.written_at is None:
        return "never"
    allowed = said.get("ttl_seconds")
    if known.newest_event is None or allowed is None:
        return "fresh"
    age = (known.as_of or now) - known.newest_event
    return "stale" if age > timedelta(seconds=allowed) else "fresh"


def _table(done: list[Execution]) -> list[dict[str, Any]]:
    heads = [column("started", "time"), column("state", "state"), column("rows", "count")]
    heads += [column("as of"), column("took", "seconds"), column("error", "prose")]
    has_error = any(each.error for each in done)
    has_moment = any(each.properties.get("as_of") for each in done)
    rows = []
    for each in done:
        row: list[Any] = [each.started_at.isoformat(), each.state, each.properties.get("rows")]
        row += [_minute(each.properties.get("as_of"))] * has_moment
        row += [each.seconds]
        row += [each.error or ""] * has_error
        rows.append(row)
    shown = [
        head
        for head in heads
        if (head["name"] != "error" or has_error) and (head["name"] != "as of" or has_moment)
    ]
    return table("Materializations", shown, rows)


def _minute(moment: object) -> str:
    """Return a recorded time to the minute; long past, how long ago it was says little."""
    return str(moment or "")[:16].replace("T", " ")
