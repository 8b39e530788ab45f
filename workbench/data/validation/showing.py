"""Anomalies as a table to look at."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.data.validation.anomalies import Anomalies

_LEFT = "style='text-align:left'"
_HEADS = ("Severity", "Column", "Anomaly", "What was found")
# A glyph and a word, so that colour is not what says it; the lab has one that is read well.
_SEVERITIES = {
    "ERROR": "<span style='color:var(--wb-bad, inherit)'>✕ error</span>",
    "WARNING": "<span style='color:var(--wb-warn, inherit)'>! warning</span>",
}


def table_of(anomalies: Anomalies) -> str:
    """Return anomalies as an HTML table."""
    name = html.escape(anomalies.name)
    if not anomalies.found:
        return f"<div>✓ {name} is as the schema says.</div>"
    heads = "".join(f"<th {_LEFT}>{head}</th>" for head in _HEADS)
    rows = "".join(
        f"<tr><td {_LEFT}>{_SEVERITIES[each.severity]}</td>"
        + "".join(
            f"<td {_LEFT}>{html.escape(cell)}</td>"
            for cell in (each.column or "dataset", each.short, each.description)
        )
        + "</tr>"
        for each in anomalies.found
    )
    count = f"{len(anomalies)} anomal{'y' if len(anomalies) == 1 else 'ies'}"
    return (
        f"<div>✗ {name}: {count}</div><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
