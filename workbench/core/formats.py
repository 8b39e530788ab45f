"""Numbers and times as a person says them: three digits, thousands separated, short."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

_BYTES = ("B", "kB", "MB", "GB", "TB", "PB")


def count(value: int) -> str:
    """Return a whole number with its thousands separated.

    Examples
    --------
    >>> count(336776)
    '336,776'
    """
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """Return a number and the noun that agrees with it.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "entity", "entities")
    ('1 row', '2 entities')
    """
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def number(value: float) -> str:
    """Return a number to three significant digits, without powers of ten from 0.0001 to a billion.

    Examples
    --------
    >>> number(0.73149), number(1301.0), number(0.0)
    ('0.731', '1,301', '0')
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 2:
        return f"{value:,.0f}" if magnitude < 9 else f"{value:.3g}"
    if magnitude < -4:
        return f"{value:.2e}"
    return f"{value:.{2 - magnitude}f}"


def size(value: int) -> str:
    """Return a number of bytes in the unit that keeps it short.

    Examples
    --------
    >>> size(512), size(5_400_000)
    ('512 B', '5.40 MB')
    """
    scaled, unit = float(value), 0
    while scaled >= 1000 and unit < len(_BYTES) - 1:
        scaled, unit = scaled / 1000, unit + 1
    return f"{value} B" if unit == 0 else f"{number(scaled)} {_BYTES[unit]}"


def span(value: timedelta) -> str:
    """Return a duration in its largest unit only.

    Examples
    --------
    >>> span(timedelta(minutes=4)), span(timedelta(days=3, hours=2))
    ('4 min', '3 d')
    """
    seconds = max(value.total_seconds(), 0.0)
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min"
    if seconds < 86400:
        return f"{seconds // 3600:.0f} h"
    return f"{seconds // 86400:.0f} d"


def age(value: timedelta) -> str:
    """Return a duration in words, by its two largest units.

    Examples
    --------
    >>> age(timedelta(hours=1)), age(timedelta(days=2, hours=3, seconds=4))
    ('1 hour', '2 days 3 hours')
    """
    seconds = int(value.total_seconds())
    if seconds < 1:
        return "less than a second" if value > timedelta(0) else "0 seconds"
    lengths = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
    first = next(place for place, each in enumerate(lengths.values()) if seconds >= each)
    said = []
    for unit, length in list(lengths.items())[first : first + 2]:
        whole, seconds = divmod(seconds, length)
        said += [counted(whole, unit)] if whole else []
    return " ".join(said)


def instant(value: datetime) -> str:
    """Return an aware time to the second, in UTC.

    Examples
    --------
    >>> instant(datetime(2013, 1, 1, 5, 30, 0, 250_000, tzinfo=UTC))
    '2013-01-01 05:30:00 UTC'
    """
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def day_and_time(value: datetime, now: datetime) -> str:
    """Return a moment as a person near it would name it, in this machine's time zone.

    Examples
    --------
    >>> noon = datetime(2013, 1, 1, 12, tzinfo=UTC).astimezone()
    >>> day_and_time(noon + timedelta(days=1), noon).split()[0]
    'tomorrow'
    """
    local = value.astimezone()
    days = (local.date() - now.astimezone().date()).days
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in names:
        day = names[days]
    elif 1 < days < 7:
        day = f"{local:%a}"
    else:
        day = f"{local.day} {local:%b}"
    return f"{day} {local:%H:%M}"
