"""Views that aggregate events, in the online store: a row holds the tiles of a key.

Data are right about the time up to their newest event. What was pushed, or came by a stream, after
that stays when the view is materialized: of a tile that both know, the fuller one. What was pushed
of an earlier time is then as the data have it, so ingest the same events.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.clock import MICROSECOND, moment
from workbench.core.errors import Conflict, InvalidInput
from workbench.data.engine import parquet
from workbench.features.definitions.views import FeatureView
from workbench.features.online.passes import known_file
from workbench.features.online.stores.encoding import pack_key, unpack_order
from workbench.features.online.stores.state import Pass, Writing, read_state
from workbench.features.online.stores.store import STATE_KEY, OnlineStore, Rows
from workbench.features.windows import packed
from workbench.features.windows.batches import tiles_by_key
from workbench.features.windows.layout import Layout, layout_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 2_000
Pushed = tuple[int, int, Sequence[Any]]


class CarriedTiles:
    """The keys of one pass over a view that aggregates, with all their tiles.

    A pass is over the keys of which events became known in its stretch of time; where the data
    changed, over those that have not the events that they had.

    Parameters
    ----------
    connection : DuckDBPyConnection
    view : FeatureView
    path : Path
        Its known rows.
    step : Pass
    """

    def __init__(
        self, connection: DuckDBPyConnection, view: FeatureView, path: Path, step: Pass
    ) -> None:
        self._connection = connection
        self._view = view
        self._until = step.until or 0
        self._done = step.done
        self._layout = layout_of(view.aggregations, view.inputs)
        self._former: dict[bytes, packed.Tiles] = {}
        self._values: dict[bytes, Sequence[object]] = {}
        self._withheld: dict[bytes, str] = {}
        self._keys = ", ".join(f"k{place}" for place in range(len(view.keys)))
        rows = f"(SELECT * FROM {parquet([str(path)])} WHERE visible <= {self._until})"
        wanted = f"SELECT DISTINCT {self._keys} FROM {rows}"
        if step.since is not None and step.against is None:
            wanted += f" WHERE visible > {step.since}"
        former = None
        if step.against is not None:
            former = parquet([str(known_file(path, step.against))])
            former = f"(SELECT * FROM {former} WHERE visible <= {step.since})"
            wanted = self._changed(rows, former)
        connection.execute(
            f"CREATE OR REPLACE TABLE carried AS "
            f"SELECT row_number() OVER (ORDER BY {self._keys}) - 1 AS number, * FROM ({wanted})"
        )
        self._events("events", rows)
        self._changes = former is not None
        if former is not None:
            self._events("former", former)
        self.total: int = connection.execute("SELECT count(*) FROM carried").fetchall()[0][0]
        newest = connection.execute(f"SELECT max(event) FROM {rows}").fetchall()[0][0]
        self.newest: int | None = newest

    def _events(self, name: str, rows: str) -> None:
        self._connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT number, known.* EXCLUDE (first) "
            f"FROM {rows} known JOIN carried USING ({self._keys}) WHERE number >= {self._done}"
        )

    def _changed(self, rows: str, former: str) -> str:
        """Return the query for the keys that have not the same events in two sets of rows."""
        columns = [f"f{place}" for place in range(len(self._view.inputs))]
        summed = f"sum(hash({', '.join(['event', 'created', *columns])})::HUGEINT)"
        both = [
            f"(SELECT {self._keys}, count(*) AS n, {summed} AS sum FROM {each} GROUP BY ALL)"
            for each in (rows, former)
        ]
        return (
            f"SELECT {self._keys} FROM {both[0]} now FULL JOIN {both[1]} former "
            f"USING ({self._keys}) WHERE (now.n, now.sum) IS DISTINCT FROM (former.n, former.sum)"
        )

    def batches(self) -> Iterator[tuple[int, Rows]]:
        """Yield the rows that are still to be written, and how many keys they are of.

        Warns of the keys of which no row can be made: they are written as such, so that they read
        as null, and all others are served.
        """
        keys = self._connection.cursor().execute(
            f"SELECT * FROM carried WHERE number >= {self._done} ORDER BY number"
        )
        tiles = _Numbered(self._connection, "events", self._layout, self._until)
        former = _Numbered(self._connection, "former", self._layout, self._until)
        names = [key.name for key in self._view.keys]
        types = [key.type for key in self._view.keys]
        while found := keys.fetchmany(_BATCH):
            rows = []
            self._former.clear()
            self._values.clear()
            for number, *values in found:
                mine, old = tiles.of(number), former.of(number) if self._changes else None
                key = pack_key(values, types, names)
                if key is None:  # one that is no number, NaN, cannot be asked for
                    continue
                self._values[key] = values
                rows.append((key, self._row(key, mine)))
                if old is not None:
                    self._former[key] = old
            yield len(found), rows
        if self._withheld:
            warnings.warn(
                f"{len(self._withheld):,} of {self.total:,} keys of {self._view.name!r} read as "
                f"null online, the others as ever. {next(iter(self._withheld.values()))}",
                stacklevel=2,
            )

    def _row(self, key: bytes, tiles: packed.Tiles) -> bytes:
        """Return a key's row: one that says nothing if its tiles cannot be packed."""
        try:
            return packed.pack(tiles)
        except InvalidInput as error:
            named = ", ".join(map(repr, self._values[key]))
            self._withheld[key] = f"Key {named}: {error.message}; {error.hint}"
            return packed.withheld(tiles)

    def settle(self, store: OnlineStore, rows: Rows, writing: Writing) -> Rows:
        """Write rows, beside which what came after the data stays; return those left to write."""
        until = self._until if self.newest is None else self.newest
        given = dict(rows)

        def change(there: list[bytes | None]) -> list[bytes | None]:
            return [
                row if old is None else self._settled(key, row, old, until)
                for (key, row), old in zip(given.items(), there, strict=True)
            ]

        if given:
            store.update(self._view.table, list(given), change, writing=writing)
        return []

    def _settled(self, key: bytes, row: bytes, old: bytes, until: int) -> bytes:
        if row == old or packed.is_withheld(row):
            return row
        if packed.is_withheld(old):
            later = unpack_order(old)[0] > until  # what came after the data is not known
            return packed.withheld(row, old) if later else row
        data, there = packed.unpack(row, self._layout), packed.unpack(old, self._layout)
        return self._row(key, packed.settled(data, there, until, self._former.get(key)))

    def withdrawn(self) -> Iterator[tuple[int, Rows]]:
        """Yield nothing: a key that the data no longer have is carried, without events."""
        yield from ()


def events_of(
    view: FeatureView, rows: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[bytes | None, Pushed]]:
    """Yield events as `push_events` takes them; no key where one of its values is missing.

    Parameters
    ----------
    view : FeatureView
    rows : iterable of tuple
        Keys, event and creation time in microseconds, inputs.
    """
    names = [key.name for key in view.keys]
    types = [key.type for key in view.keys]
    width = len(names)
    for row in rows:
        event = (row[width], row[width + 1], row[width + 2 :])
        yield pack_key(row[:width], types, names), event


def push_events(
    store: OnlineStore,
    view: FeatureView,
    events: Sequence[tuple[bytes, Pushed]],
    writing: Writing,
) -> int:
    """Add events to the tiles of their keys, once each, and return how many there were.

    Parameters
    ----------
    store : OnlineStore
    view : FeatureView
    events : sequence of (bytes, (int, int, sequence))
        The key's bytes; event and creation time in microseconds, and the inputs.
    writing : Writing

    Raises
    ------
    InvalidInput
        If an event cannot be added, or the table shows a moment and the event became known after
        it; nothing is written then.
    Conflict
        If a stream wrote the table last.
    """
    _check_stream(store, view)
    _check_moment(store, view, events)
    layout = layout_of(view.aggregations, view.inputs)
    by_key: dict[bytes, list[Pushed]] = {}
    for key, event in events:
        by_key.setdefault(key, []).append(event)

    def change(there: list[bytes | None]) -> list[bytes | None]:
        return [
            packed.with_events(row, layout, mine, writing.at, once=True)
            for row, mine in zip(there, by_key.values(), strict=True)
        ]

    store.update(view.table, list(by_key), change, writing=writing)
    return len(events)


def _check_moment(
    store: OnlineStore, view: FeatureView, events: Sequence[tuple[bytes, Pushed]]
) -> None:
    """Refuse events that became known after the moment at which a table stands still."""
    state = read_state(store.read([(view.table, STATE_KEY)])[0])
    if state is None or state.as_of is None:
        return
    if any(max(event, created) > state.as_of for _, (event, created, _) in events):
        raise InvalidInput(
            f"the online table of {view.name!r} stands still at {moment(state.as_of).isoformat()}, "
            "and events became known after it",
            hint="materialize the view without at= first",
        )


def _check_stream(store: OnlineStore, view: FeatureView) -> None:
    """Refuse events beside a stream's: it writes whole tiles, and one of the two would be lost."""
    (marks,) = store.marks([view.table])
    if marks is not None and marks.source == "stream":
        raise Conflict(
            f"a stream feeds {view.name!r}, and would write over what is pushed beside it",
            hint="put the events where it reads them; if it has ended for good, materialize the "
            "view first",
        )


def answers_for(view: FeatureView) -> int | None:
    """Return the age, by event time, to which a row answers in microseconds; None for any age."""
    if not view.aggregations:
        return None if view.ttl is None else view.ttl // MICROSECOND
    features = layout_of(view.aggregations, view.inputs).features
    return max(each.window + each.tile for each in features)


class _Numbered:
    """Tiles of keys by number, asked for in order; a key without events has none."""

    def __init__(
        self, connection: DuckDBPyConnection, events: str, layout: Layout, until: int
    ) -> None:
        self._connection, self._events = connection, events
        self._layout, self._until = layout, until

    @cached_property
    def _found(self) -> Iterator[tuple[int, packed.Tiles]]:
        return tiles_by_key(self._connection, self._events, self._layout, self._until)

    @cached_property
    def _waiting(self) -> list[tuple[int, packed.Tiles]]:
        return list(islice(self._found, 1))

    def of(self, number: int) -> packed.Tiles:
        if self._waiting and self._waiting[0][0] == number:
            _, tiles = self._waiting.pop()
            self._waiting.extend(islice(self._found, 1))
            return tiles
        tiles = packed.Tiles(self._layout)
        tiles.prune(self._until)
        return tiles
