"""Where an anomaly is worst: the values of other columns among whose rows most offend.

Every other column is looked at: texts and truth values by their values, numbers by tenths, times by
hours, days, months or years. A slice counts by how many more of its rows offend than would by the
overall rate, if that is hardly chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.datasets.sources import Source
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.conditions import Condition, condition_of
from workbench.data.validation.offending import opened
from workbench.data.validation.scanning import BATCH, batches, sandbox

if TYPE_CHECKING:
    from workbench.data.validation.anomalies import Anomaly
    from workbench.data.validation.examination import Examination

SHOWN = 5
_MOST_VALUES = 200
_LEVEL = 0.01
_HOUR = 3_600_000_000


@dataclass(frozen=True)
class Slice:
    """Rows with one value of a column, or with values of one range.

    Attributes
    ----------
    column : str
    value : str
        The value, or the range.
    rows, offending : int
    rate, overall : float
        The share of its rows that offend, and of all rows.
    lift : float
        Rate over overall.
    p_value : float
        How likely a share as high is by chance (Fisher's exact test, one-sided), times the number
        of slices looked at (Bonferroni).
    """

    column: str
    value: str
    rows: int
    offending: int
    rate: float
    overall: float
    lift: float
    p_value: float

    def __str__(self) -> str:
        return (
            f"{self.column} = {self.value}: {100 * self.rate:.3g} % of {self.rows:,} rows, "
            f"{self.lift:.3g} times the overall {100 * self.overall:.3g} %"
        )


def worst_slices(
    anomaly: Anomaly, examination: Examination, shown: int = SHOWN
) -> tuple[Slice, ...]:
    """Return the slices where an anomaly is worst, worst first, at most one a column.

    Raises
    ------
    InvalidInput
        If it is about no single rows, or only statistics are at hand.
    """
    source = opened(examination)
    condition = condition_of(anomaly, examination, source)
    keys = dict(_keys(examination, source, condition))
    if not keys:
        return ()
    counted, total, offending = _count(source, condition, keys)
    if not 0 < offending < total:
        return ()
    slices = [
        _slice(column, value, rows, bad, total, offending)
        for column, values in counted.items()
        for value, (rows, bad) in values.items()
    ]
    looked_at = len(slices)
    notable = [
        (each, min(1.0, each.p_value * looked_at))
        for each in slices
        if each.lift > 1 and each.p_value * looked_at < _LEVEL
    ]
    # By how many rows offend beyond the overall rate, so that neither a tiny slice with a high rate
    # nor a large one with a hardly raised one comes first.
    notable.sort(key=lambda each: -(each[0].offending - each[0].rows * each[0].overall))
    best: dict[str, Slice] = {}
    for each, p_value in notable:
        best.setdefault(each.column, replace(each, p_value=p_value))
    return tuple(best.values())[:shown]


def _slice(column: str, value: str, rows: int, bad: int, total: int, offending: int) -> Slice:
    from scipy import stats  # type: ignore[import-untyped]

    overall = offending / total
    # The chance to draw as many offending rows among so many, without putting any back.
    p_value = float(stats.hypergeom.sf(bad - 1, total, offending, rows))
    rate = bad / rows
    return Slice(column, value, rows, bad, rate, overall, rate / overall, p_value)


def _keys(
    examination: Examination, source: Source, condition: Condition
) -> Iterator[tuple[str, str]]:
    """Yield the columns to slice by and the SQL of a row's slice."""
    figures = examination.evidence.columns
    for place, name in enumerate(source.names):
        known = figures.get((name,))
        if name not in condition.columns.values() and known is not None and not known.lists:
            sql = _key(known, _called(place))
            if sql is not None:
                yield name, sql


def _called(place: int) -> str:
    """Return what SQL calls a column to slice by, whose own name may be that of another to it."""
    return f"workbench_slice_{place}"


def _key(figures: FeatureStatistics, name: str) -> str | None:
    few = 1 < figures.unique <= _MOST_VALUES
    if figures.type in ("STRING", "BOOL"):
        return f"coalesce(CAST({name} AS VARCHAR), 'missing')" if few else None
    if figures.minimum is None or figures.maximum is None:
        return None
    if figures.type == "TIME":
        return _key_of_time(name, figures.maximum - figures.minimum)
    if figures.type == "INT" and 1 < figures.unique <= len(figures.quantiles) * 3:
        return f"coalesce(CAST({name} AS VARCHAR), 'missing')"
    if figures.type in ("INT", "FLOAT"):
        return _key_of_number(name, figures)
    return None


def _key_of_number(name: str, figures: FeatureStatistics) -> str | None:
    edges = np.unique(figures.quantiles)
    if len(edges) < 2:
        return None
    cases = [f"WHEN {name} IS NULL OR isnan(CAST({name} AS DOUBLE)) THEN 'missing'"]
    for low, high in pairwise(edges):
        cases.append(f"WHEN {name} <= {float(high)!r} THEN '{low:g} – {high:g}'")
    return f"CASE {' '.join(cases)} ELSE 'beyond {edges[-1]:g}' END"


def _key_of_time(name: str, width: float) -> str:
    # The finest unit of which there are not too many.
    units = (
        ("hour", 1, "%Y-%m-%d %H:00"),
        ("day", 24, "%Y-%m-%d"),
        ("month", 24 * 30, "%Y-%m"),
        ("year", 24 * 365, "%Y"),
    )
    for _, hours, form in units:
        if width / (_HOUR * hours) <= _MOST_VALUES / 2 or hours == units[-1][1]:
            return f"coalesce(strftime({name}, '{form}'), 'missing')"
    return f"coalesce(strftime({name}, '%Y'), 'missing')"


def _count(
    source: Source, condition: Condition, keys: dict[str, str]
) -> tuple[dict[str, dict[str, tuple[int, int]]], int, int]:
    """Return rows and offending rows by slice, and of all together."""
    counted: dict[str, dict[str, Any]] = {column: defaultdict(lambda: (0, 0)) for column in keys}
    total = offending = 0
    columns = {_called(place): name for place, name in enumerate(source.names) if name in keys}
    with sandbox(condition.tables, condition.functions) as connection:
        for batch in batches(source, {**condition.columns, **columns}, connection):
            bad = f"count(*) FILTER ({condition.sql})"
            ((found,),) = connection.execute(f"SELECT {bad} FROM {BATCH}").fetchall()
            total, offending = total + batch.rows, offending + found
            for column, key in keys.items():
                sql = f"SELECT {key}, count(*), {bad} FROM {BATCH} GROUP BY ALL"
                for value, rows, wrong in connection.execute(sql).fetchall():
                    before = counted[column][value]
                    counted[column][value] = (before[0] + rows, before[1] + wrong)
    return counted, total, offending
