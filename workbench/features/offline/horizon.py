"""When labels are known: rows whose label is not known yet are no rows to learn from.

A row is decided at its time, and features are joined as they were known then. Its label is known
only later: a fixed time after (``horizon="1d"``), or at a time of its own that a column says
(``horizon="landed_at"``). Until the workspace's clock reaches that, whatever stands in the label's
column may still change, so the row is set aside and counted; a later training set has it. A column
that says when the label is known is itself known only then, and is left out of the training set
unless `columns` asks for it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import type_name
from workbench.data.times import parse_times
from workbench.features.definitions.aggregations import duration, short
from workbench.features.offline.spines import Spine, read_spine

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from workbench.features.offline.spines import Given

Runs = list[tuple[str, int]]


@dataclass(frozen=True)
class Settled:
    """A spine without the rows whose label is not known yet.

    Attributes
    ----------
    spine : Spine
    runs : list of (str, int) or None
        The rows that are left of each split of each of its datasets, in order; None for all.
    facts : dict
        What a training set's record says of it: ``horizon`` and ``pending``, the rows set aside.
    """

    spine: Spine
    runs: Runs | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class _Rule:
    """When a row's label is known: at its time and `after`, or at a time of its own."""

    time: str
    now: datetime
    after: timedelta | None
    column: str | None

    def known(self, table: pa.Table) -> pa.ChunkedArray:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.column is None:
            assert self.after is not None  # noqa: S101  # one of the two is given
            latest = pa.scalar(self.now - self.after, pa.timestamp("us", tz="UTC"))
            return pc.fill_null(pc.less_equal(table.column(self.time), latest), fill_value=True)
        times, _ = parse_times(table.column(self.column), self.column)
        early = pc.sum(pc.less(times, table.column(self.time))).as_py()
        if early:
            raise InvalidInput(
                f"the label of {early:,} rows was known at {self.column!r}, before they were "
                f"decided at {self.time!r}",
                hint="drop those rows, or name another column of time",
            )
        latest = pa.scalar(self.now, pa.timestamp("us", tz="UTC"))
        return pc.fill_null(pc.less_equal(times, latest), fill_value=False)


def read_settled(
    given: Given | Sequence[Given],
    horizon: timedelta | str | None,
    *,
    columns: Sequence[str] | None = None,
    time: str | None = None,
    label: str | None = None,
) -> Settled:
    """Read a spine, and set the rows aside whose label is not known yet.

    Parameters
    ----------
    given, columns, time, label
        As for `read_spine`.
    horizon : timedelta, str or None
        How long after its time a row's label is known, or the column that says when; None for a
        spine all of whose labels are known.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        If the spine has no label or no time, no row's label is known yet, or a label was known
        before its row was decided.

    Warns
    -----
    UserWarning
        How many rows were set aside.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> times = [datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 2, tzinfo=UTC)]
    >>> spine = pa.table({"at": times, "late": [True, False]})
    >>> read_settled(spine, "1d", time="at", label="late").facts
    {'horizon': '1d', 'pending': 0}
    """
    if horizon is None:
        return Settled(read_spine(given, columns=columns, time=time, label=label), None, {})
    after = _length(horizon)
    named = None if after is not None else str(horizon)
    asked = None if columns is None else [*columns, *([named] if named else [])]
    spine = read_spine(given, columns=asked and list(dict.fromkeys(asked)), time=time, label=label)
    _check(spine, named, horizon)
    rule = _Rule(str(spine.time), workspace.current().clock.now(), after, named)
    runs, rows = _counted(spine, rule)
    left = sum(kept for _, kept in runs)
    pending = rows - left
    if not left:
        raise InvalidInput(
            f"the label {spine.label!r} of none of the {rows:,} rows is known yet",
            hint=f"wait, or take older rows: the clock says {rule.now:%Y-%m-%d %H:%M} UTC",
        )
    if pending:
        warnings.warn(
            f"{pending:,} of {rows:,} rows are set aside: their label {spine.label!r} is not "
            "known yet",
            stacklevel=3,
        )
    dropped = named if columns is None or named not in columns else None
    return Settled(
        _left(spine, rule, dropped, left),
        runs,
        {"horizon": short(after) if after is not None else named, "pending": pending},
    )


def _length(horizon: timedelta | str) -> timedelta | None:
    """Return how long a label takes, or None where a column says it."""
    if isinstance(horizon, str) and not re.fullmatch(r"\d+\s*[smhd]", horizon.strip()):
        return None
    return duration(horizon)


def _check(spine: Spine, named: str | None, horizon: timedelta | str) -> None:
    if spine.label is None:
        raise InvalidInput(
            f"horizon={horizon!r} says when the label is known, and the spine has none",
            hint="name it: label=…",
        )
    if spine.time is None:
        raise InvalidInput(
            f"horizon={horizon!r} counts from each row's time, and the spine has none",
            hint="name it: time=…",
        )
    if named is None:
        return
    if named not in spine.columns:
        raise InvalidInput(
            f"horizon={named!r} is neither a stretch of time nor a column of the spine",
            hint=near(named, spine.columns, otherwise='"1d", or the column that says when'),
        )
    if named == spine.time:
        raise InvalidInput(
            f"horizon={named!r} is the time at which rows are decided",
            hint="name the column that says when the label is known",
        )
    kind = type_name(spine.schema.field(named).type)
    if kind not in ("timestamp", "date", "string"):
        raise InvalidInput(f"horizon={named!r} holds {kind}, not times", hint="make it timestamps")


def _counted(spine: Spine, rule: _Rule) -> tuple[Runs, int]:
    """Return how many rows are left of each split, and how many there are; reads times alone."""
    needed = [rule.time, *([rule.column] if rule.column else [])]
    runs: Runs = []
    rows = 0
    if len(spine.datasets) == _spines(spine):
        for origin in spine.datasets:
            for split in origin.splits:
                kept = 0
                for table in origin.batches(split, columns=needed):
                    times, _ = parse_times(table.column(rule.time), rule.time)
                    place = table.column_names.index(rule.time)
                    kept += _true(rule.known(table.set_column(place, rule.time, times)))
                    rows += table.num_rows
                runs.append((split, kept))
        return runs, rows
    kept = 0
    for table in spine.tables():
        kept += _true(rule.known(table))
        rows += table.num_rows
    return [("", kept)], rows


def _spines(spine: Spine) -> int:
    return len(spine.source["sources"]) if spine.source.get("type") == "several" else 1


def _true(mask: pa.ChunkedArray) -> int:
    return int(np.count_nonzero(mask.to_numpy()))


def _left(spine: Spine, rule: _Rule, dropped: str | None, rows: int) -> Spine:
    def tables() -> Iterator[pa.Table]:
        for table in spine.tables():
            kept = table.filter(rule.known(table))
            if kept.num_rows:
                yield kept if dropped is None else kept.drop_columns([dropped])

    schema = spine.schema
    if dropped is not None:
        schema = schema.remove(schema.get_field_index(dropped))
    return replace(spine, schema=schema, tables=tables, rows=rows)
