"""Parts of a time, in a time zone; NaN for a missing time.

A zone's rules travel with the graph, as the moments at which its offset from UTC changes, so that a
server with other tables of time zones reads the same hours.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workbench.core.errors import InvalidInput
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.numerics import civil
from workbench.data.transforms.operations.registry import Params, op
from workbench.data.transforms.scalar_reading import NO_TIME

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FROM, _TO = 1900, 2100


@functools.cache
def offsets(zone: str) -> dict[str, list[int]]:
    """Return the seconds since 1970 at which a zone's offset changes, and the offsets around them.

    From 1900 to 2100; before and after, the first and the last hold.

    Raises
    ------
    InvalidInput
        If there is no such zone.
    """
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(
            f"there is no time zone {zone!r}", hint="name it as 'America/New_York'"
        ) from error

    def offset(second: int) -> int:
        there = (_EPOCH + timedelta(seconds=second)).astimezone(place).utcoffset()
        return int((there or timedelta()).total_seconds())

    day = 86_400
    first, last = (
        int((datetime(each, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) for each in (_FROM, _TO)
    )
    at: list[int] = []
    found = [offset(first)]
    for second in range(first, last, day):
        if (after := offset(second + day)) != found[-1]:
            low, high = second, second + day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == found[-1] else (low, middle)
            at.append(high)
            found.append(after)
    return {"at": at, "offset": found}


@op("local_time", Kind.TIME)
def _local_time(lane: Any, params: Params) -> Callable[..., Any]:
    rules = params["rules"]
    at = lane.table([each * _SECOND for each in rules["at"]])
    offset = lane.table([each * _SECOND for each in rules["offset"]])
    where, changes = lane.where, bool(rules["at"])

    def local(time: Any) -> Any:
        missing = time == NO_TIME
        known = where(missing, 0, time)
        period = lane.search(at, known, right=True) if changes else known * 0
        return where(missing, NO_TIME, known + lane.take(offset, period))

    return local


def _part(name: str, part: Callable[[Any], Any]) -> None:
    @op(name)
    def _bind(lane: Any, params: Params) -> Callable[..., Any]:
        def take(time: Any) -> Any:
            missing = time == NO_TIME
            whole = part(lane.where(missing, 0, time))
            return lane.where(missing, math.nan, lane.to_number(whole))

        return take


_part("year", lambda local: civil(local // _DAY)[0])
_part("month", lambda local: civil(local // _DAY)[1])
_part("day", lambda local: civil(local // _DAY)[2])
_part("weekday", lambda local: (local // _DAY + 3) % 7)  # 1970 began on a Thursday
_part("hour", lambda local: local // (3_600 * _SECOND) % 24)
_part("minute", lambda local: local // (60 * _SECOND) % 60)
_part("is_weekend", lambda local: (local // _DAY + 3) % 7 // 5)


@op("timestamp")
def _timestamp(lane: Any, params: Params) -> Callable[..., Any]:
    def seconds(time: Any) -> Any:
        return lane.where(time == NO_TIME, math.nan, lane.to_number(time) / _SECOND)

    return seconds


@op("seconds_between")
def _between(lane: Any, params: Params) -> Callable[..., Any]:
    def seconds(early: Any, late: Any) -> Any:
        missing = (early == NO_TIME) | (late == NO_TIME)
        micros = lane.where(missing, 0, late) - lane.where(missing, 0, early)
        return lane.where(missing, math.nan, lane.to_number(micros) / _SECOND)

    return seconds
