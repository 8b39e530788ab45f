"""Numbers as anomalies say them."""

from __future__ import annotations


def percent(part: float, whole: float) -> str:
    """Return a share in percent; one that rounds to nothing is said to be small."""
    share = part / whole if whole else 0.0
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def counted(count: float, what: str) -> str:
    """Return a count with the word for what was counted, in the singular where it is one."""
    return f"{number(count)} {what}" if count == 1 else f"{number(count)} {what}s"


def number(value: float) -> str:
    """Return a count, which may be a sum of weights."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.2f}"
