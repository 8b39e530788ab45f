"""When a schedule is next due: cron's five fields, read as cron reads them, in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from workbench.core.clock import as_utc
from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_HINT = (
    "write minute, hour, day of the month, month, day of the week, "
    "such as '0 3 * * 1-5' or '@daily'"
)


@dataclass(frozen=True)
class Cron:
    """A cron expression in a time zone.

    Sunday is 0 or 7, and where both days are given either of them counts, as in crontab(5).

    Attributes
    ----------
    expression : str
    timezone : str
        An IANA name.

    Raises
    ------
    InvalidInput
        If either cannot be read.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Cron("0 3 * * 1", "Europe/Berlin").after(datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '2026-01-05T02:00:00+00:00'
    """

    expression: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Read the expression now, so that a wrong one never becomes a schedule."""
        if self.timezone not in available_timezones():
            raise InvalidInput(
                f"{self.timezone!r} is not a time zone",
                hint=near(
                    self.timezone, available_timezones(), otherwise="write one like 'Europe/Berlin'"
                ),
            )
        if self.after(datetime.now(UTC)) is None:
            raise InvalidInput(f"the schedule {self.expression!r} never comes", hint=_HINT)

    @cached_property
    def _triggers(self) -> tuple[CronTrigger, ...]:
        fields = _NAMED.get(self.expression.strip().lower(), self.expression).split()
        if len(fields) != len(_FIELDS):
            raise InvalidInput(
                f"the schedule {self.expression!r} has {len(fields)} fields, not 5", hint=_HINT
            )
        minute, hour, day, month, weekday = fields
        fixed = {"minute": minute, "hour": hour, "month": month}
        if day.startswith("*") or weekday.startswith("*"):
            ways: tuple[dict[str, str], ...] = ({"day": day, "day_of_week": self._days(weekday)},)
        else:
            ways = ({"day": day}, {"day_of_week": self._days(weekday)})
        return tuple(self._trigger({**fixed, **way}) for way in ways)

    def _trigger(self, fields: dict[str, str]) -> CronTrigger:
        from apscheduler.triggers.cron import CronTrigger

        given: dict[str, Any] = dict(fields)
        try:
            return CronTrigger(**given, timezone=ZoneInfo(self.timezone))
        except ValueError as error:
            raise InvalidInput(
                f"the schedule {self.expression!r} cannot be read: {error}", hint=_HINT
            ) from error

    def _days(self, field: str) -> str:
        """Name cron's weekdays, Sunday being 0 and 7; APScheduler counts from Monday."""
        if field == "*":
            return field
        days: set[int] = set()
        for part in field.lower().split(","):
            span, _, step = part.partition("/")
            first, dash, last = span.partition("-")
            if span == "*":
                low, high = 0, 6
            else:
                low = self._day(first)
                high = self._day(last) if dash else (6 if step else low)
            if high < low:
                high += 7  # fri-mon
            if step and not (step.isdigit() and int(step) > 0):
                raise self._bad_day(field)
            days |= {day % 7 for day in range(low, high + 1, int(step or 1))}
        return ",".join(_DAYS[day] for day in sorted(days))

    def _day(self, text: str) -> int:
        if text in _DAYS:
            return _DAYS.index(text)
        if text.isdigit() and int(text) <= 7:
            return int(text)
        raise self._bad_day(text)

    def _bad_day(self, text: str) -> InvalidInput:
        return InvalidInput(
            f"the schedule {self.expression!r} has no day of the week {text!r}",
            hint="use 0 to 7 (0 and 7 are Sunday) or sun, mon, tue, wed, thu, fri, sat",
        )

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time strictly after `moment`, in UTC; None if there is none."""
        from datetime import timedelta

        start = as_utc(moment) + timedelta(microseconds=1)
        found = [trigger.get_next_fire_time(None, start) for trigger in self._triggers]
        times = [each.astimezone(UTC) for each in found if each is not None]
        return min(times, default=None)
