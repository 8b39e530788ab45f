"""How a stream was asked to run, and whether it may, with what is known and stored already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from workbench.core.clock import moment
from workbench.core.errors import Conflict, InvalidInput
from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.state import TableState, pack_state, read_state
from workbench.features.online.stores.store import STATE_KEY, OnlineStore
from workbench.features.streams.events import Decode


@dataclass(frozen=True)
class Options:
    """How a stream is to run; `wb.stream` says what each means. Times are in microseconds.

    Attributes
    ----------
    patience : float
        In seconds.
    """

    lateness: int
    allowed: int
    event_id: str | None
    start: Literal["beginning", "end"]
    since: int | None
    restart: bool
    gaps: Literal["error", "skip"]
    dataset: str | None
    decode: Decode | None
    batch: int
    patience: float


def check_first(view: FeatureView, store: OnlineStore, options: Options) -> None:
    """Refuse to begin where the outcome would be wrong without a word.

    Raises
    ------
    InvalidInput
        If the table shows a moment of the past, holds windows that this stream would neither know
        nor add to, or holds events from after `since`.
    """
    state = _living(view, store)
    (marks,) = store.marks([view.table])
    if not view.aggregations or marks is None or marks.newest is None:
        return
    if options.since is None:
        until = marks.newest if state is None or state.until is None else state.until
        raise InvalidInput(
            f"the online store has windows of {view.name!r} already",
            hint=f'say until when they know all events, since="{moment(until).isoformat()}"; or '
            "build them from the stream alone with restart=True",
        )
    if marks.newest > options.since:
        raise InvalidInput(
            f"the online store has events of {view.name!r} up to {moment(marks.newest)}, which "
            f"since={moment(options.since)} would count twice",
            hint="name a later since=, or build the windows from the stream alone with "
            "restart=True and no since=",
        )


def begin_table(view: FeatureView, store: OnlineStore) -> None:
    """Make a view's table, so that a key without events is known to have none."""
    if store.read([(view.table, STATE_KEY)]) == [None]:
        store.put(view.table, [], pack_state(TableState(None, 0, None)))


def check_same(
    view: FeatureView,
    store: OnlineStore,
    facts: Mapping[str, Any],
    waiting: int,
    *,
    source: str,
    url: str,
) -> bool:
    """Return whether the online store has lost the rows, so that all are to be written again.

    Parameters
    ----------
    view : FeatureView
    store : OnlineStore
    facts : mapping
        Of the checkpoint.
    waiting : int
        How many rows may not have reached the store.
    source, url : str
        The source's name and the store's, now.

    Raises
    ------
    InvalidInput
        If the checkpoint is of another source, or the table shows a moment of the past.
    Conflict
        If rows are lost that the checkpoint does not keep.
    """
    if facts["source"] != source:
        raise InvalidInput(
            f"the stream into {view.name!r} read {facts['source']} so far, not {source}",
            hint="read on from there, or forget it with restart=True",
        )
    _living(view, store)
    (marks,) = store.marks([view.table])
    none_reached = facts["counts"]["rows"] <= waiting
    if none_reached or (marks is not None and facts.get("store") == url):
        return False
    if not view.aggregations:
        raise Conflict(
            f"the online store no longer has the rows of {view.name!r} that came by this stream",
            hint="materialize the view, or read all events again with restart=True",
        )
    return True


def store_name(url: str) -> str:
    """Return a store's address without its secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}?{parts.query}"


def _living(view: FeatureView, store: OnlineStore) -> TableState | None:
    """Return the state of a view's table, whose clock must not stand still."""
    (stored,) = store.read([(view.table, STATE_KEY)])
    state = read_state(stored)
    if state is not None and state.as_of is not None:
        raise InvalidInput(
            f"the online table of {view.name!r} stands still at {moment(state.as_of).isoformat()}",
            hint="materialize the view without at=",
        )
    return state
