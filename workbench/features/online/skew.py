"""Skew: what was served against what a training set would hold for the same keys and instants.

Both come from the log of a service: the keys, the instant each view answered for and the value that
was served. The offline value is the point-in-time join over the newest version of the view that
means the same. Where the two differ, the event times of the rows behind them say why:

- ``stale``: online had an older row than was known by then, or none at all
- ``ahead``: online had a row that the view's datasets do not have, such as one that was pushed
- ``wrong``: the same row, another value; also all differences of static views, whose rows have no
  time
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.clock import moment
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.core.formats import age, number
from workbench.core.html_tables import html_table
from workbench.core.json_values import as_json
from workbench.features.log.served import Served, feature_log
from workbench.features.log.served_records import Shape
from workbench.features.online.comparing import AHEAD, STALE, WRONG, Compared, compared

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KINDS = {STALE: "stale", AHEAD: "ahead", WRONG: "wrong"}
_EXAMPLES = 5


@dataclass(frozen=True)
class Difference:
    """One value that was served and is another one offline.

    Attributes
    ----------
    request_id : str
    keys : dict
    at : datetime
        The instant that the view answered for.
    online, offline : object
    online_event, offline_event : datetime or None
        The event times of the rows behind them.
    kind : str
        ``stale``, ``ahead`` or ``wrong``.
    """

    request_id: str
    keys: Mapping[str, Any]
    at: datetime
    online: Any
    offline: Any
    online_event: datetime | None
    offline_event: datetime | None
    kind: str


@dataclass(frozen=True)
class FeatureSkew:
    """How one feature was served, against how it is offline.

    Attributes
    ----------
    feature, view : str
    rows : int
        Values compared.
    stale, ahead, wrong : int
        Values that differ, by why.
    mean_difference, largest_difference : float or None
        Of numbers, absolute, over all rows in which both are there.
    lag : timedelta or None
        How much older the rows behind stale values were, their median.
    examples : tuple of Difference
        A few that differ, the wrong ones first.
    """

    feature: str
    view: str
    rows: int
    stale: int
    ahead: int
    wrong: int
    mean_difference: float | None
    largest_difference: float | None
    lag: timedelta | None
    examples: tuple[Difference, ...] = field(repr=False)

    @property
    def differing(self) -> int:
        """Values that differ."""
        return self.stale + self.ahead + self.wrong

    @property
    def share(self) -> float:
        """The share of values that differ."""
        return self.differing / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Skew:
    """A service's features online against offline.

    Attributes
    ----------
    service : str
    since, until : datetime or None
    served : int
        Rows in the log.
    rows : int
        Rows compared.
    features : tuple of FeatureSkew
        Those that differ most first.
    """

    service: str
    since: datetime | None
    until: datetime | None
    served: int
    rows: int
    features: tuple[FeatureSkew, ...]

    def __getitem__(self, feature: str) -> FeatureSkew:
        """Return one feature's skew."""
        for each in self.features:
            if each.feature == feature:
                return each
        raise NotFound(
            f"{self.service!r} served no feature {feature!r}",
            hint=near(feature, [each.feature for each in self.features]),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values: times as ISO 8601, the lag in seconds."""
        found = as_json(asdict(self))
        for each, feature in zip(found["features"], self.features, strict=True):
            each |= {"differing": feature.differing, "share": feature.share}
        return dict(found)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a feature."""
        import pandas as pd

        names = ("feature", "view", "rows", "differing", "share", *KINDS.values())
        more = ("mean_difference", "largest_difference", "lag")
        rows = [{name: getattr(each, name) for name in (*names, *more)} for each in self.features]
        return pd.DataFrame(rows, columns=[*names, *more])

    def _repr_html_(self) -> str:
        rows = [
            (
                each.feature,
                f"{each.share:.2%}",
                *(f"{getattr(each, kind):,}" for kind in KINDS.values()),
                None if each.mean_difference is None else number(each.mean_difference),
                None if each.lag is None else age(each.lag),
            )
            for each in self.features
        ]
        return html_table(
            ("feature", "differs", *KINDS.values(), "mean difference", "lag"),
            rows,
            caption=f"{self.rows:,} of {self.served:,} rows that {self.service} served",
            empty="It has no features.",
            numbers=range(1, 6),
        )


def skew(
    service: str | Served,
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    rows: int = 100_000,
    tolerance: float = 1e-9,
) -> Skew:
    """Compare what a feature service answered with what training sets would hold.

    Parameters
    ----------
    service : str or Served
        Its name, or its log: ``wb.feature_log(…)``.
    since, until : datetime, date or str, optional
        Only what was served from `since` on and before `until`.
    rows : int
        At most so many are compared, spread evenly over all.
    tolerance : float
        How far numbers may be apart, as a share of the larger one, and count as the same: sums that
        were made in another order differ in their last digits.

    Raises
    ------
    NotFound
        If nothing was served under that name, or the service or a view of it is gone.
    InvalidInput
        If nothing was served in that time.

    Examples
    --------
    >>> skew("flights", since="2013-11-01").to_pandas()  # doctest: +SKIP
    """
    import pyarrow.compute as pc

    log = feature_log(service, since=since, until=until) if isinstance(service, str) else service
    table, shapes = log.read_whole()
    if not table.num_rows:
        raise InvalidInput(
            f"nothing of {log.service!r} was logged in that time",
            hint="what a service answers is in its log within a second",
        )
    sampled = _spread(table, rows)
    tallies: dict[str, _Tally] = {}
    for shape in shapes:
        mine = sampled.filter(pc.equal(sampled.column("service"), shape.service))
        for each in compared(mine, shape, tolerance) if mine.num_rows else ():
            name = each.feature.name
            tallies.setdefault(name, _Tally(name)).add(each, mine, shape)
    features = sorted((each.result() for each in tallies.values()), key=lambda each: -each.share)
    return Skew(
        log.service, log.since, log.until, table.num_rows, sampled.num_rows, tuple(features)
    )


class _Tally:
    """Adds up what was found of a feature in each version of its service."""

    def __init__(self, feature: str) -> None:
        self._feature = feature
        self._view = ""
        self._counts = np.zeros(len(KINDS) + 1, np.int64)
        self._distances: list[Any] = []
        self._lags: list[Any] = []
        self._examples: list[Difference] = []

    def add(self, found: Compared, served: pa.Table, shape: Shape) -> None:
        self._view = found.feature.view
        self._counts += np.bincount(found.codes, minlength=len(KINDS) + 1)
        self._distances.append(found.distances[~np.isnan(found.distances)])
        if found.events is not None:
            self._lags.append(found.events.lags(found.codes == STALE))
        for kind in (WRONG, AHEAD, STALE):
            for row in np.flatnonzero(found.codes == kind)[:_EXAMPLES]:
                self._examples.append(_difference(found, served, shape, int(row)))

    def result(self) -> FeatureSkew:
        distances = np.concatenate([*self._distances, np.zeros(0)])
        lags = np.concatenate([*self._lags, np.zeros(0)])
        order = {name: -code for code, name in KINDS.items()}
        examples = sorted(self._examples, key=lambda each: order[each.kind])
        return FeatureSkew(
            feature=self._feature,
            view=self._view,
            rows=int(self._counts.sum()),
            **{name: int(self._counts[code]) for code, name in KINDS.items()},
            mean_difference=float(distances.mean()) if len(distances) else None,
            largest_difference=float(distances.max()) if len(distances) else None,
            lag=timedelta(microseconds=float(np.median(lags))) if len(lags) else None,
            examples=tuple(examples[:_EXAMPLES]),
        )


def _difference(found: Compared, served: pa.Table, shape: Shape, row: int) -> Difference:
    events = found.events
    at = served.column("at")[row].as_py() if events is None else moment(events.at[row].as_py())
    return Difference(
        request_id=served.column("request_id")[row].as_py(),
        keys={each.name: served.column(shape.label(each.name))[row].as_py() for each in shape.keys},
        at=at,
        online=found.online[row].as_py(),
        offline=found.offline[row].as_py(),
        online_event=None if events is None else _moment(events.online[row].as_py()),
        offline_event=None if events is None else _moment(events.offline[row].as_py()),
        kind=KINDS[int(found.codes[row])],
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else moment(micros)


def _spread(table: pa.Table, rows: int) -> pa.Table:
    """Return at most so many rows, spread evenly."""
    if table.num_rows <= rows:
        return table
    import pyarrow as pa

    places = np.linspace(0, table.num_rows - 1, max(rows, 1)).astype(np.int64)
    return table.take(pa.array(places))
