"""One view on its way into the online store: under a lease, in passes, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.core.clock import micros, moment
from workbench.core.progress import progress as shown
from workbench.data.columns import is_described
from workbench.data.datasets.sources import parquet_source
from workbench.data.engine import open_engine
from workbench.data.statistics import Statistics, describe_source, keep_statistics
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.cache import known_rows
from workbench.features.online.passes import Carried, after, known_file, next_pass
from workbench.features.online.stores.encoding import ORDER_BYTES
from workbench.features.online.stores.state import (
    Pass,
    TableState,
    Writing,
    pack_state,
    read_state,
)
from workbench.features.online.stores.store import REMOVED, STATE_KEY, open_store
from workbench.features.online.windowed import CarriedTiles, answers_for

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from workbench.metadata import Recording

EXECUTION = "materialize"


class Materialization:
    """One view on its way into the store; times in microseconds."""

    def __init__(self, view: FeatureView, progress: Callable[[str, int, int], None] | None) -> None:
        self._view = view
        self._progress = progress
        self._place = workspace.current()
        self._store = open_store(self._place.settings)
        self._at = self._place.clock.now()
        self._now = micros(self._at)
        self._writing = Writing("materialize", self._now, answers_for(view))

    def run(self, as_of: int | None, since: int | None, until: int | None) -> int:
        """Write what is wanted, record it, and return how many rows that was."""
        view, metadata = self._view, self._place.metadata
        shows = None if as_of is None else moment(as_of).isoformat()
        what = f"the materialization of {view.name!r}"
        try:
            with (
                self._store.lease(view.table, what) as check,
                metadata.record(
                    EXECUTION,
                    view.name,
                    reads=[view.artifact],
                    properties={"view": view.ref, "as_of": shows},
                ) as step,
            ):
                rows = known_rows(view)
                if as_of is None:
                    count, state = self._carry(rows, since, until, check)
                else:
                    count, state = self._show(rows, as_of)
                step.update(rows=count)
                described = _described(view, rows, step)
            (marks,) = self._store.marks([view.table])
        finally:
            self._store.close()
        metadata.update_artifact(
            view.artifact.id,
            statistics=described,
            online={
                "rows": count if marks is None or marks.rows is None else marks.rows,
                "materialized_at": self._at.isoformat(),
                "as_of": shows,
                "newest": None if state.newest is None else moment(state.newest).isoformat(),
            },
        )
        return count

    def _show(self, path: Path, as_of: int) -> tuple[int, TableState]:
        """Make the table show a moment."""
        with open_engine() as connection:
            carried = self._carried(connection, path, Pass(as_of, path.stem))
            state = TableState(as_of, self._now, carried.newest)
            with self._advancing(carried.total, 0) as advance:

                def rows() -> Iterator[tuple[bytes, bytes]]:
                    for read, part in carried.batches():
                        yield from part
                        advance(read)

                # Its clock stands still, so its rows never grow old: they are kept for good.
                kept = replace(self._writing, ttl=None)
                self._store.replace(self._view.table, rows(), pack_state(state), writing=kept)
        return carried.total, state

    def _carry(
        self, path: Path, since: int | None, until: int | None, check: Callable[[], None]
    ) -> tuple[int, TableState]:
        """Write what the table lacks."""
        last = self._now if until is None else min(until, self._now)
        state = read_state(self._store.read([(self._view.table, STATE_KEY)])[0])
        count = 0
        while True:
            step = next_pass(state, path.stem, None if self._view.time is None else last, since)
            if step is None:
                break
            if step.against is not None and not known_file(path, step.against).is_file():
                step = Pass(step.until, step.rows)  # the cache was emptied: all rows, then
            written, state = self._follow(step, path, state, check)
            count += written
            if step.until is None or step.until >= last:
                return count, state
            since = None if since is None else step.until  # what had been interrupted came first
        state = replace(state or TableState(None, 0, None), written_at=self._now)
        self._store.put(self._view.table, [], pack_state(state), writing=self._writing)
        return count, state

    def _follow(
        self, step: Pass, path: Path, former: TableState | None, check: Callable[[], None]
    ) -> tuple[int, TableState]:
        """Write the rows of a pass in batches, each with how far it has come."""
        table, done = self._view.table, step.done
        going = former
        if going is None or going.as_of is not None:
            going = TableState(None, self._now, None)
        with open_engine() as connection:
            carried = self._carried(connection, path, step)
            for _, rows in carried.withdrawn():
                check()
                self._withdraw(dict(rows))
            with self._advancing(carried.total, done) as advance:
                for read, rows in carried.batches():
                    check()
                    done += read
                    going = replace(going, unfinished=replace(step, done=done))
                    left = rows
                    if isinstance(carried, CarriedTiles):
                        left = carried.settle(self._store, rows, self._writing)
                    self._store.put(table, left, pack_state(going), writing=self._writing)
                    advance(read)
        state = after(former, step, self._now, carried.newest)
        check()
        self._store.put(table, [], pack_state(state), writing=self._writing)
        return done - step.done, state

    def _carried(
        self, connection: DuckDBPyConnection, path: Path, step: Pass
    ) -> Carried | CarriedTiles:
        if self._view.aggregations:
            return CarriedTiles(connection, self._view, path, step)
        return Carried(connection, self._view, path, step, self._now)

    def _withdraw(self, former: dict[bytes, bytes]) -> None:
        """Remove rows that the data no longer say, unless something else was written since."""
        keys = list(former)
        begin = (
            ORDER_BYTES if self._view.time is None else 0
        )  # a static row's order is when it came

        def change(found: list[bytes | None]) -> list[bytes | None]:
            left = zip(keys, found, strict=True)
            return [
                REMOVED if row is not None and row[begin:] == former[key][begin:] else None
                for key, row in left
            ]

        self._store.update(self._view.table, keys, change, writing=self._writing)

    @contextmanager
    def _advancing(self, total: int, done: int) -> Iterator[Callable[[int], None]]:
        """Show how far it is, and tell who asked for it."""
        with shown(f"{self._view.ref} into the online store", total) as draw:
            draw(done)

            def advance(read: int) -> None:
                nonlocal done
                done += read
                draw(read)
                if self._progress is not None:
                    self._progress(self._view.name, done, total)

            yield advance


def _described(view: FeatureView, rows: Path, step: Recording) -> str:
    """Return the id of the statistics of a view's values, recorded by its first step.

    A version's rows are always the same, so once is enough.
    """
    newest = workspace.current().metadata.find_artifact(view.artifact.id)
    if newest is not None and "statistics" in newest.properties:
        return str(newest.properties["statistics"])
    stored = {
        each: f"f{index}" for index, each in enumerate(view.inputs) if is_described(each.type)
    }
    source = parquet_source(view.ref, rows, stored)
    figures = Statistics(describe_source(source))
    return keep_statistics(step, view.name, figures, {"feature_view": view.ref}).id
