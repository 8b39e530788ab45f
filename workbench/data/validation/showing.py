"""Anomalies as a table to look at."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.data.validation.anomalies import Anomalies

_LEFT = "style='text-align:left'"
_HEADS = ("Column", "Anomaly", "What was found")


def table_of(anomalies: Anomalies) -> str:
    """Return anomalies as an HTML table."""
    name = html.escape(anomalies.name)
    if not anomalies.found:
        return f"<div>✓ {name} is as the schema says.</div>"
    heads = "".join(f"<th {_LEFT}>{head}</th>" for head in _HEADS)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td {_LEFT}>{html.escape(cell)}</td>"
            for cell in (
                each.column or "dataset",
                each.short if each.severity == "ERROR" else f"{each.short} (warning)",
                each.description,
            )
        )
        + "</tr>"
        for each in anomalies.found
    )
    count = f"{len(anomalies)} anomal{'y' if len(anomalies) == 1 else 'ies'}"
    return (
        f"<div>✗ {name}: {count}</div><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
