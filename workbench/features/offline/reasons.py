"""An explanation of one value: as a record, as a sentence and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workbench.core.formats import age, number
from workbench.core.html_tables import html_note, html_table
from workbench.core.json_values import as_json

_WORDS = {
    "expired": "too old",
    "late": "arrived late",
    "tie": "tied",
    "older": "older",
    "future": "yet to come",
    "null": "without a value",
}


@dataclass(frozen=True)
class Candidate:
    """A row of a key.

    Attributes
    ----------
    event, created, visible : datetime or None
        When it happened, when it was made, and from when it was known; None in a static view.
    value : object
        What it says of the feature.
    reason : str or None
        Why it was not taken: ``expired`` (older than the view allows, or out of the window),
        ``late`` (known only after the instant), ``future`` (it happens after the instant),
        ``tie`` (at the same event time as the row taken: the later created answers, and of those
        the rule for ties), ``older`` (an older event than the row taken), or ``null`` (a value that
        no aggregation counts). None for what was taken.
    """

    event: datetime | None
    created: datetime | None
    visible: datetime | None
    value: Any
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; times are ISO 8601."""
        return {
            "event": as_json(self.event),
            "created": as_json(self.created),
            "visible": as_json(self.visible),
            "value": as_json(self.value),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Why:
    """Why a value is what it is; `why` returns it.

    Attributes
    ----------
    dataset : str
    row : int or None
        None where keys and a time were given.
    feature, view : str
        ``view:column`` and ``view@version``.
    keys : dict
    at : datetime or None
        The row's instant; None where the view is static.
    value : object
        What the training set holds.
    chosen : Candidate or None
        The row that answered; None if none did, or the view aggregates.
    counted : tuple of Candidate
        The newest events in the window, where the view aggregates.
    rejected : tuple of Candidate
        The nearest rows that did not answer.
    counts : dict of str to int
        All rows that did not answer, by reason.
    online : object
        What the online store would have answered, had it been materialized at that instant.
    by_event_time : object
        What a join by event time gives, which takes each row as known when it happened.
    leaks : bool
        Whether that differs: it is then something that nobody knew yet.
    ttl : timedelta or None
    """

    dataset: str
    row: int | None
    feature: str
    view: str
    keys: Mapping[str, Any]
    at: datetime | None
    value: Any
    chosen: Candidate | None
    counted: tuple[Candidate, ...]
    rejected: tuple[Candidate, ...]
    counts: Mapping[str, int]
    online: Any
    by_event_time: Any
    leaks: bool
    ttl: timedelta | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; times are ISO 8601."""
        return {
            "dataset": self.dataset,
            "row": self.row,
            "feature": self.feature,
            "view": self.view,
            "keys": as_json(self.keys),
            "at": as_json(self.at),
            "value": as_json(self.value),
            "chosen": None if self.chosen is None else self.chosen.to_json(),
            "counted": [each.to_json() for each in self.counted],
            "rejected": [each.to_json() for each in self.rejected],
            "counts": dict(self.counts),
            "online": as_json(self.online),
            "by_event_time": as_json(self.by_event_time),
            "leaks": self.leaks,
            "ttl_seconds": None if self.ttl is None else self.ttl.total_seconds(),
            "sentence": str(self),
        }

    def __str__(self) -> str:
        return " ".join(each for each in (self._answer(), self._rest(), self._leak()) if each)

    def _answer(self) -> str:
        of = ", ".join(f"{name} {said(key, exact=True)}" for name, key in self.keys.items())
        when = "" if self.at is None else f" at {said(self.at)}"
        was = f"{self.feature} of {of} was {said(self.value, exact=self._close)}{when}"
        if None in self.keys.values():
            return f"{was}: a key without a value is nobody's."
        if self.counted:
            return f"{was}, from the events in its window, the last of {_told(self.counted[-1])}."
        if self.chosen is None:
            return f"{was}: {'no row of it could answer' if self.counts else 'it has no rows'}."
        if self.chosen.event is None or self.at is None:
            return f"{was}, from its row."
        return f"{was}: the row of {_told(self.chosen)}, {age(self.at - self.chosen.event)} old."

    def _rest(self) -> str:
        if not self.counts:
            return ""
        told = ", ".join(f"{count:,} {_WORDS[reason]}" for reason, count in self.counts.items())
        return f"Not taken: {told}."

    def _leak(self) -> str:
        if not self.leaks:
            return ""
        return (
            "A join by event time would have given "
            f"{said(self.by_event_time, exact=self._close)}, which nobody knew yet."
        )

    @property
    def _close(self) -> bool:
        """Whether what leaks would be told as the value itself, were it rounded."""
        return self.leaks and said(self.value) == said(self.by_event_time)

    def _repr_html_(self) -> str:
        rows = [(each, "taken") for each in (self.chosen,) if each is not None]
        rows += [(each, "counted") for each in self.counted[::-1]]
        answered = len(rows)
        rows += [(each, _WORDS[each.reason or ""]) for each in self.rejected]
        return html_table(
            ("happened", "known from", "value", ""),
            [
                (said(each.event), said(each.visible), said(each.value), verdict)
                for each, verdict in rows
            ],
            caption=str(self),
            strong=answered,
        ) + html_note(
            f"online then: {said(self.online)} · by event time: {said(self.by_event_time)}"
        )


def said(value: Any, *, exact: bool = False) -> str:
    """Return a value as it is written in a sentence: floats to three digits, unless `exact`.

    Examples
    --------
    >>> said(datetime(2013, 1, 1, 5)), said("UA"), said(None), said(13.809359999999998)
    ('2013-01-01 05:00:00', "'UA'", 'nothing', '13.8')
    """
    if value is None:
        return "nothing"
    if isinstance(value, float) and not exact:
        return f"{value:,.0f}" if value.is_integer() else number(value)
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return repr(value) if isinstance(value, (str, bytes)) else str(value)


def _told(each: Candidate) -> str:
    if each.visible == each.event:
        return said(each.event)
    return f"{said(each.event)}, known from {said(each.visible)} on"
