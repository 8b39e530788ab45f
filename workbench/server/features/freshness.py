"""How fresh a view's values online are, now and through time."""

from __future__ import annotations

from typing import Any

from workbench import workspace
from workbench.core.calls import call
from workbench.metadata import Artifact, Execution
from workbench.server.features.catalogue import freshness as word_of
from workbench.server.tables import column, table

#: So many materializations are drawn and listed, the newest.
MOST = 200


def freshness(view: Artifact) -> dict[str, Any]:
    """Return the part: when values were carried online, how old the newest is, and each time."""
    metadata = workspace.current().metadata
    now = metadata.clock.now()
    said = view.properties
    done = metadata.executions("materialize", view.name, limit=MOST)
    online = said.get("online") or {}
    complete = [each for each in done if each.state == "complete" and each.ended_at is not None]
    drawn = None
    if online or complete:
        drawn = {
            "now": now.isoformat(),
            "word": word_of(said, now),
            "ttl": said.get("ttl_seconds"),
            "rows": online.get("rows"),
            "newest": online.get("newest"),
            "materialized": online.get("materialized_at")
            or (complete[0].ended_at.isoformat() if complete[0].ended_at else None),
            "as_of": online.get("as_of"),
            "times": [each.ended_at.isoformat() for each in reversed(complete) if each.ended_at],
        }
    return {
        "tables": _table(done),
        "freshness": drawn,
        "code": call("wb.materialize", view.ref),
    }


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
