"""Which rows a materialization writes: all, those that became known since, or the rest of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.engine import parquet
from workbench.features.definitions.views import FeatureView
from workbench.features.online.rows import encoded
from workbench.features.online.stores.state import Pass, TableState

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from workbench.features.online.stores.store import Rows

#: Rows that are written, and lost if the process dies, at a time.
BATCH = 20_000


def next_pass(
    state: TableState | None, rows: str, until: int | None, since: int | None = None
) -> Pass | None:
    """Return what is to be written next, or None when all is there.

    Parameters
    ----------
    state : TableState or None
        What the table says of itself.
    rows : str
        The known rows to carry, by name.
    until : int or None
        The moment whose latest rows are wanted; None for a static view.
    since : int, optional
        That only rows that became known after it are wanted.
    """
    everything = Pass(until, rows, since)
    if state is None or state.as_of is not None:
        return everything
    left = state.unfinished
    if left is not None and left.rows == rows:
        return left
    if since is not None or not state.done:
        return everything
    if state.rows != rows:
        return Pass(until, rows, state.until, state.rows)
    if until is None or state.until is None or until <= state.until:
        return None
    return Pass(until, rows, state.until)


def after(former: TableState | None, step: Pass, at: int, newest: int | None) -> TableState:
    """Return what a table says of itself once a pass is through.

    A pass over a stretch of time that does not join what was there says nothing of the rest.

    Parameters
    ----------
    former : TableState or None
        What it said when the pass began.
    step : Pass
    at : int
        Now.
    newest : int or None
        The latest event time among the rows of the pass.
    """
    if former is None or former.as_of is not None:
        return TableState(None, at, newest, step.until, step.rows)
    newest = max((each for each in (newest, former.newest) if each is not None), default=None)
    whole = TableState(None, at, newest, step.until, step.rows, followers=former.followers)
    if step.since is None or step.against is not None:
        return whole
    if not former.done:
        left = former.unfinished
        mine = left is None or replace(left, done=0) == replace(step, done=0)
        return whole if mine else replace(former, written_at=at, newest=newest, unfinished=None)
    joins = former.rows == step.rows and former.until is not None and step.since <= former.until
    if joins and step.until is not None and former.until is not None:
        return replace(whole, until=max(step.until, former.until))
    return replace(former, written_at=at, newest=newest, unfinished=None)


class Carried:
    """The rows of one pass over a view, counted and in a fixed order.

    Parameters
    ----------
    connection : DuckDBPyConnection
    view : FeatureView
    path : Path
        Its known rows.
    step : Pass
    now : int
        Microseconds; when a static view's rows became known.
    """

    def __init__(
        self, connection: DuckDBPyConnection, view: FeatureView, path: Path, step: Pass, now: int
    ) -> None:
        self._connection = connection
        self._view = view
        self._now = now
        self._step = step
        self._keys = ", ".join(f"k{index}" for index in range(len(view.keys)))
        begin = None if step.against else step.since
        wanted = _latest(view, path, step.until, begin)
        if step.against is not None:
            former = _latest(view, known_file(path, step.against), step.since)
            connection.execute(f"CREATE OR REPLACE TEMP VIEW former AS {former}")
            connection.execute(f"CREATE OR REPLACE TEMP TABLE latest AS {wanted}")
            wanted = "SELECT * FROM latest EXCEPT SELECT * FROM former"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE carried AS {wanted}")
        counted = connection.execute("SELECT count(*), max(event) FROM carried").fetchall()
        self.total: int = counted[0][0]
        self.newest: int | None = None if view.time is None else counted[0][1]

    def batches(self) -> Iterator[tuple[int, Rows]]:
        """Yield the rows that are still to be written, as a store keeps them; and how many read."""
        yield from self._read(f"carried ORDER BY {self._keys} OFFSET {self._step.done}")

    def withdrawn(self) -> Iterator[tuple[int, Rows]]:
        """Yield the rows that former data said and the new ones do not, nor anything newer."""
        if self._step.against is not None:
            yield from self._read(
                f"former ANTI JOIN latest USING ({self._keys}) "
                f"UNION ALL BY NAME SELECT former.* FROM former JOIN latest USING ({self._keys}) "
                "WHERE (latest.event, latest.created) < (former.event, former.created)"
            )

    def _read(self, relation: str) -> Iterator[tuple[int, Rows]]:
        for batch in self._connection.sql(f"SELECT * FROM {relation}").to_arrow_reader(BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            rows = encoded(self._view, zip(*columns, strict=True), self._now)
            # A key that is no number, NaN, cannot be asked for.
            yield batch.num_rows, [(key, row) for key, row in rows if key is not None]


def known_file(path: Path, rows: str) -> Path:
    """Return the file of other known rows, beside those at `path`; it may be gone."""
    return path.with_name(f"{rows}.parquet")


def _latest(view: FeatureView, path: Path, until: int | None, since: int | None = None) -> str:
    """Return the query for (keys…, event, created, features…) of the rows known at `until`."""
    listed = ", ".join(f"k{index}" for index in range(len(view.keys)))
    features = ", ".join(f"f{index}" for index in range(len(view.columns)))
    rows = parquet([str(path)])
    if view.time is None:
        return f"SELECT {listed}, 0 AS event, 0 AS created, {features} FROM {rows}"
    after_that = "" if since is None else f" AND visible > {since}"
    return (
        f"SELECT {listed}, event, created, {features} FROM {rows} "
        f"WHERE visible <= {until}{after_that} "
        f"QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY visible DESC) = 1"
    )
