"""The time, as something that a test can replace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from workbench.core.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: How far ahead of this machine's clock a time may be that somebody else wrote down. Past that one
#: of the two clocks is wrong, and what is of next year would stand in the way of all until then.
MOST_AHEAD = timedelta(minutes=5)


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """Return the time now, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time now, aware and in UTC."""
        return datetime.now(UTC)


class FakeClock:
    """A clock that stands still until it is moved.

    Examples
    --------
    >>> clock = FakeClock(datetime(2013, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=2))
    >>> clock.now().hour
    2
    """

    def __init__(self, start: datetime) -> None:
        self._now = as_utc(start)

    def now(self) -> datetime:
        """Return the time that the clock was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (or back, by a negative duration)."""
        self._now += by


def as_utc(value: datetime) -> datetime:
    """Return `value` in UTC.

    Raises
    ------
    InvalidInput
        If `value` has no time zone.
    """
    if value.tzinfo is None:
        raise InvalidInput(
            f"the time {value.isoformat()} has no time zone", hint="add one, for example UTC"
        )
    return value.astimezone(UTC)


def micros(value: datetime) -> int:
    """Return an aware time as microseconds since 1970; `moment` returns the time."""
    return (value - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Return microseconds since 1970 as a time in UTC.

    Examples
    --------
    >>> micros(moment(1_500_000))
    1500000
    """
    return EPOCH + int(value) * MICROSECOND
