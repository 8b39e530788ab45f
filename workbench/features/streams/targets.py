"""What events make of a view's rows in the online store.

Rows are worked out first and written later, once the checkpoint has them; writing them again
changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from workbench.core.errors import InvalidInput
from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.encoding import ORDER_BYTES, pack_row
from workbench.features.online.stores.state import Writing
from workbench.features.online.stores.store import OnlineStore
from workbench.features.streams.events import Event
from workbench.features.windows import packed
from workbench.features.windows.layout import layout_of

Rows = list[tuple[bytes, bytes]]
_KEPT_OPEN = 20_000
_WRITTEN_AT_ONCE = 2_000


@dataclass
class Change:
    """What some events change.

    Attributes
    ----------
    rows : list of (bytes, bytes)
        A row a key.
    refused : list of (Event, str)
        Events that the view cannot take in, and why.
    """

    rows: Rows = field(default_factory=list)
    refused: list[tuple[Event, str]] = field(default_factory=list)


class Target(Protocol):
    """The rows of one view."""

    def change(self, events: Sequence[Event], now: int) -> Change:
        """Return what events change; nothing is written."""
        ...

    def write(self, store: OnlineStore, rows: Rows, writing: Writing) -> None:
        """Write rows; writing them again changes nothing."""
        ...

    def forget(self) -> None:
        """Forget what was not kept: the checkpoint did not take it."""
        ...


class PlainTarget:
    """A view whose rows are its events: of each key the latest one stays."""

    def __init__(self, view: FeatureView) -> None:
        self._table = view.table

    def change(self, events: Sequence[Event], now: int) -> Change:
        """Return the latest row of each key."""
        del now
        rows: dict[bytes, bytes] = {}
        for each in events:
            row = pack_row(each.event, each.created, each.values)
            there = rows.get(each.key)
            if there is None or row[:ORDER_BYTES] >= there[:ORDER_BYTES]:
                rows[each.key] = row
        return Change(list(rows.items()))

    def write(self, store: OnlineStore, rows: Rows, writing: Writing) -> None:
        """Write rows that are not older than those there."""
        if rows:
            store.put(self._table, rows, writing=writing)

    def forget(self) -> None:
        """Do nothing: no row is made of another."""


class AggregatedTarget:
    """A view whose rows are tiles: events are added to those of their key.

    The stream is the tiles' one writer, and its rows are whole, so writing them again is harmless.
    Where another one wrote meanwhile (the view was materialized), of each tile the fuller one
    stays.

    Parameters
    ----------
    view : FeatureView
    known : callable
        Returns the rows so far of some keys, by key.
    """

    def __init__(
        self, view: FeatureView, known: Callable[[Sequence[bytes]], Mapping[bytes, bytes]]
    ) -> None:
        self._table = view.table
        self._layout = layout_of(view.aggregations, view.inputs)
        self._known = known
        self._open: OrderedDict[bytes, bytes] = OrderedDict()
        self._before: dict[bytes, bytes | None] = {}

    def change(self, events: Sequence[Event], now: int) -> Change:
        """Return the rows of the keys with these events added."""
        by_key: dict[bytes, list[Event]] = {}
        for each in events:
            by_key.setdefault(each.key, []).append(each)
        stored = self._known([key for key in by_key if key not in self._open])
        found = Change()
        for key, mine in by_key.items():
            before = self._open.pop(key, None) or stored.get(key)
            self._before[key] = before
            try:
                changed: bytes | None = self._with(before, mine, now)
            except InvalidInput:
                changed = self._one_by_one(before, mine, now, found)
            if changed is not None:
                self._open[key] = changed
                found.rows.append((key, changed))
        while len(self._open) > _KEPT_OPEN:
            self._open.popitem(last=False)
        return found

    def write(self, store: OnlineStore, rows: Rows, writing: Writing) -> None:
        """Write rows over those that this stream wrote; put them together with others'."""
        for first in range(0, len(rows), _WRITTEN_AT_ONCE):
            part = rows[first : first + _WRITTEN_AT_ONCE]

            def change(there: list[bytes | None], part: Rows = part) -> list[bytes | None]:
                return [
                    self._together(found, key, row)
                    for found, (key, row) in zip(there, part, strict=True)
                ]

            store.update(self._table, [key for key, _ in part], change, writing=writing)
        self._before.clear()

    def forget(self) -> None:
        """Drop the rows that events were added to."""
        self._open.clear()
        self._before.clear()

    def _together(self, there: bytes | None, key: bytes, row: bytes) -> bytes:
        if there is None or there in (row, self._before.get(key)):
            return row
        if packed.is_withheld(there) or packed.is_withheld(row):
            return packed.withheld(there, row)
        theirs = packed.unpack(there, self._layout)
        return packed.pack(packed.merge(theirs, packed.unpack(row, self._layout)))

    def _with(self, row: bytes | None, events: Sequence[Event], now: int) -> bytes:
        given = [(each.event, each.created, each.values) for each in events]
        return packed.with_events(row, self._layout, given, now)

    def _one_by_one(
        self, row: bytes | None, events: Sequence[Event], now: int, found: Change
    ) -> bytes | None:
        """Add the events that can be added, if any; refuse the others."""
        changed: bytes | None = None
        for each in events:
            try:
                changed = self._with(row if changed is None else changed, [each], now)
            except InvalidInput as error:
                found.refused.append((each, error.message))
        return changed
