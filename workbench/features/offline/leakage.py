"""Leakage: where a join by event time gives what nobody knew yet, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import workspace
from workbench.core.clock import moment
from workbench.core.errors import InvalidInput
from workbench.core.formats import age, counted
from workbench.core.html_tables import html_note, html_table
from workbench.core.json_values import as_json
from workbench.features.definitions.selections import Asked, choose
from workbench.features.offline.comparing import Compared, Found, compare
from workbench.features.offline.reasons import said
from workbench.features.offline.spines import read_spine
from workbench.features.offline.worth import target_of, worth

if TYPE_CHECKING:
    import pandas as pd

    from workbench.features.offline.spines import Given

_FIGURES = ("feature", "rows", "share", "late_median", "late_most", "known", "by_event_time")


@dataclass(frozen=True)
class Example:
    """One row on which the two joins differ.

    Attributes
    ----------
    row : int
        Its number in the spine, from 0.
    keys : dict
    at : datetime
    known, by_event_time : object
        The feature by what was known, and by event time.
    late : timedelta or None
        How long after the row's instant that value became known; None where values are aggregated.
    """

    row: int
    keys: Mapping[str, Any]
    at: datetime
    known: Any
    by_event_time: Any
    late: timedelta | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; times are ISO 8601."""
        return {
            "row": self.row,
            "keys": as_json(self.keys),
            "at": as_json(self.at),
            "known": as_json(self.known),
            "by_event_time": as_json(self.by_event_time),
            "late_seconds": as_json(self.late),
        }


@dataclass(frozen=True)
class Leak:
    """What leaks into one feature.

    Attributes
    ----------
    feature : str
        ``view:column``.
    rows : int
        The spine's rows on which the joins differ.
    share : float
        Of all of the spine's rows.
    late_median, late_most : timedelta or None
        How long after the row's instant those values became known.
    examples : tuple of Example
        The first of them.
    known, by_event_time : float or None
        What the feature is worth for the label, joined either way; see `worth`.
    """

    feature: str
    rows: int
    share: float
    late_median: timedelta | None
    late_most: timedelta | None
    examples: tuple[Example, ...]
    known: float | None = None
    by_event_time: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "feature": self.feature,
            "rows": self.rows,
            "share": self.share,
            "late_median_seconds": as_json(self.late_median),
            "late_most_seconds": as_json(self.late_most),
            "known": as_json(self.known),
            "by_event_time": as_json(self.by_event_time),
            "examples": [each.to_json() for each in self.examples],
        }


@dataclass(frozen=True)
class Leakage:
    """What leaks into some features; `leakage` returns it.

    Attributes
    ----------
    rows : int
        Of the spine.
    features : tuple of Leak
        Those that leak most first.
    label : str or None
    metric : str or None
        What worth is measured by: ``AUC`` or ``correlation``.
    sampled : int or None
        How many rows worth was measured on.
    """

    rows: int
    features: tuple[Leak, ...]
    label: str | None = None
    metric: str | None = None
    sampled: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "rows": self.rows,
            "label": self.label,
            "metric": self.metric,
            "sampled": self.sampled,
            "features": [each.to_json() for each in self.features],
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a feature, those that leak most first."""
        import pandas as pd

        rows = [{name: getattr(each, name) for name in _FIGURES} for each in self.features]
        return pd.DataFrame(rows, columns=list(_FIGURES)).set_index("feature")

    def __str__(self) -> str:
        leaking = [each for each in self.features if each.rows]
        if not leaking:
            return f"Nothing leaks in {self.rows:,} rows: a join by event time gives the same."
        told = [self._told(each) for each in leaking]
        return "A join by event time would give what nobody knew yet:\n" + "\n".join(told)

    def _told(self, each: Leak) -> str:
        late = "" if each.late_median is None else f", {age(each.late_median)} late in the middle"
        gain = ""
        if each.known is not None and each.by_event_time is not None:
            gain = f"; {self.metric} {each.by_event_time:.3f} in place of {each.known:.3f}"
        return f"  {each.feature}: {counted(each.rows, 'row')} ({each.share:.1%}){late}{gain}"

    def _repr_html_(self) -> str:
        titles = ["feature", "rows", "share", "late, median", "late, most"]
        if self.metric is not None:
            titles += [f"{self.metric}, known", f"{self.metric}, by event time"]
        note = f"{self.rows:,} rows of the spine"
        if self.sampled is not None and self.sampled < self.rows:
            note += f"; worth is measured on {self.sampled:,} of them"
        table = html_table(
            [*titles, "for example"],
            [self._cells(each) for each in self.features],
            numbers=range(1, len(titles)),
        )
        return table + html_note(note)

    def _cells(self, each: Leak) -> list[str | None]:
        cells: list[str | None] = [each.feature, f"{each.rows:,}", f"{each.share:.2%}"]
        cells += [
            None if late is None else age(late) for late in (each.late_median, each.late_most)
        ]
        if self.metric is not None:
            cells += [None if w is None else f"{w:.3f}" for w in (each.known, each.by_event_time)]
        example = next(
            (
                f"row {e.row:,}: {said(e.known)}, by event time {said(e.by_event_time)}"
                for e in each.examples
            ),
            None,
        )
        return [*cells, example]


def leakage(
    spine: Given | Sequence[Given],
    features: Asked | Sequence[Asked],
    *,
    time: str | None = None,
    label: str | None = None,
) -> Leakage:
    """Compare the join by what was known with a join by event time, feature by feature.

    A join by event time takes every row as known when it happened. Where rows arrive later, it
    gives a training set values that no request could have had: a model then looks better than it
    will be. This counts them, and with a label says by how much the feature looks better.

    Parameters
    ----------
    spine, features, time, label
        As for `training_set`. Of an on-demand view, the features that it reads are compared.

    Returns
    -------
    Leakage

    Raises
    ------
    NotFound
        If a dataset, view or feature does not exist.
    InvalidInput
        If the spine cannot be joined, or the label has one value only.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data.datasets.ingest import ingest
    >>> from workbench.features.definitions.entities import Entity
    >>> from workbench.features.definitions.registration import feature_view
    >>> days = [datetime(2013, 1, day) for day in (1, 2)]
    >>> made = [datetime(2013, 1, day) for day in (1, 5)]
    >>> table = pa.table({"plane": ["N1"] * 2, "day": days, "made": made, "delay": [4, 7]})
    >>> rows = ingest(table, name="delays", time="day", created="made")
    >>> view = feature_view(name="recent", entities=Entity("plane"), source=rows)
    >>> spine = pa.table({"plane": ["N1"] * 2, "at": [datetime(2013, 1, d) for d in (3, 6)]})
    >>> print(leakage(spine, view, time="at"))
    A join by event time would give what nobody knew yet:
      recent:delay: 1 row (50.0%), 2 days late in the middle
    """
    selections = choose(features).selections
    if not selections:
        raise InvalidInput("none of the features is stored", hint="name a view that has rows")
    found = read_spine(spine, time=time, label=label)
    compared = compare(found, selections, workspace.current().home)
    target = sample = None
    if found.label is not None and compared.sample is not None:
        sample = compared.sample
        target = target_of(sample.column(compared.label), found.label)
    leaks = []
    for each in compared.features:
        figures: dict[str, float] = {}
        if target is not None and sample is not None:
            figures["known"] = worth(sample.column(each.known), target)
            figures["by_event_time"] = (
                worth(sample.column(each.early), target) if each.rows else figures["known"]
            )
        leaks.append(_leak(each, compared, figures))
    return Leakage(
        compared.rows,
        tuple(sorted(leaks, key=lambda each: -each.rows)),
        found.label,
        None if target is None else target.metric,
        None if sample is None else sample.num_rows,
    )


def _leak(found: Found, compared: Compared, figures: dict[str, float]) -> Leak:
    late = np.concatenate(found.late) if found.late else np.zeros(0, np.int64)
    return Leak(
        found.feature,
        found.rows,
        found.rows / compared.rows if compared.rows else 0.0,
        timedelta(seconds=round(float(np.median(late)) / 1e6)) if len(late) else None,
        timedelta(microseconds=int(late.max())) if len(late) else None,
        tuple(
            Example(
                row,
                keys,
                moment(at),
                known,
                early,
                None if after is None else timedelta(microseconds=after),
            )
            for row, keys, at, known, early, after in found.examples
        ),
        **figures,
    )
