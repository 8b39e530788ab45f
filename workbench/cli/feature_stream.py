"""`workbench features stream`: keep a view up to date from events, until it is told to stop."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from workbench.cli.output import as_json, in_workspace

if TYPE_CHECKING:
    from workbench.features.streams.running import Stream
    from workbench.features.streams.status import StreamStatus

_LOOK = 0.2  # seconds
_SAY = 10.0


@click.command()
@click.argument("view")
@click.argument("source")
@click.option("--lateness", default="1m", show_default=True, help="How far out of order they are.")
@click.option("--allowed", default="1h", show_default=True, help="How late they still count.")
@click.option("--event-id", help="The field that tells one event from another.")
@click.option("--from-end", is_flag=True, help="Begin with what comes now, the first time.")
@click.option("--since", help="When the view was materialized, the moment it was known until.")
@click.option("--restart", is_flag=True, help="Forget what was read and made of it.")
@click.option("--skip-gaps", is_flag=True, help="Pass over events that were deleted unread.")
@click.option("--dataset", help="Write the events that count into this dataset too.")
@click.option("--caught-up", is_flag=True, help="End when no event waits.")
@click.option("--dead", is_flag=True, help="Print the newest dead letters as JSON lines, and end.")
@as_json
@in_workspace
def stream(
    view: str,
    source: str,
    lateness: str,
    allowed: str,
    event_id: str | None,
    from_end: bool,
    since: str | None,
    restart: bool,
    skip_gaps: bool,
    dataset: str | None,
    caught_up: bool,
    dead: bool,
    wants_json: bool,
) -> None:
    """Keep a view up to date in the online store from a stream of events, until it is stopped.

    SOURCE is a file or folder of JSON lines or CSV, redis://host/0?stream=events or
    kafka://host:9092/topic. Ctrl-C and SIGTERM end it after the batch in hand; it goes on from
    there when it is run again, also after it was killed.

    Example: workbench features stream card_totals events.jsonl --lateness 5m
    """
    from workbench.features.streams.stream import stream as asked_for

    made = asked_for(
        view,
        source,
        lateness=lateness,
        allowed=allowed,
        event_id=event_id,
        start="end" if from_end else "beginning",
        since=since,
        restart=restart,
        gaps="skip" if skip_gaps else "error",
        dataset=dataset,
    )
    if dead:
        for each in made.dead_letters():
            letter = vars(each) | {"value": each.value.decode(errors="replace")}
            click.echo(json.dumps(letter, ensure_ascii=False))
    elif caught_up:
        _say(made.run(caught_up=True), wants_json=wants_json)
    else:
        _until_stopped(made, wants_json=wants_json)


def _until_stopped(made: Stream, *, wants_json: bool) -> None:
    made.start()
    said = time.monotonic()
    try:
        while made.status().state in ("running", "waiting"):
            time.sleep(_LOOK)
            if time.monotonic() - said > _SAY:
                said = time.monotonic()
                _say(made.status(), wants_json=wants_json)
    except KeyboardInterrupt:  # SIGTERM too, see `main`
        pass
    _say(made.stop(), wants_json=wants_json)


def _say(status: StreamStatus, *, wants_json: bool) -> None:
    if wants_json:
        click.echo(json.dumps(status.to_json(), ensure_ascii=False))
        return
    counts = status.counts
    lag = "unknown" if status.lag is None else f"{status.lag:,}"
    aside = counts.too_late + counts.poisonous
    line = (
        f"{status.view} {status.state}: {counts.events:,} events ({counts.late:,} late), "
        f"{counts.duplicates:,} duplicates, {aside:,} dead letters, lag {lag}, "
        f"{status.events_per_second:,.0f} a second"
    )
    click.echo(f"{line}; {status.problem}" if status.problem else line)
