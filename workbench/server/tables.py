"""Tables of a record's page. A cell is a plain value, shown by the format of its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.metadata import Artifact, Execution

#: How the lab shows a column: the first nine sit left, the rest right in tabular figures.
FORMATS = (
    "text",
    "code",
    "state",
    "kind",
    "step",
    "roles",
    "anomaly",
    "prose",
    "word",
    "number",
    "count",
    "plus",
    "minus",
    "bytes",
    "seconds",
    "share",
    "time",
)
_LEFT = FORMATS[:9]


def column(name: str, form: str = "text", unit: str | None = None) -> dict[str, Any]:
    """Return a column."""
    return {
        "name": name,
        "format": form,
        "unit": unit,
        "align": "left" if form in _LEFT else "right",
    }


def table(
    title: str, columns: Sequence[dict[str, Any]], rows: Iterable[Sequence[Any]]
) -> list[dict[str, Any]]:
    """Return a list with the table, or an empty one when it has no rows."""
    listed = [list(row) for row in rows]
    return [{"title": title, "columns": list(columns), "rows": listed}] if listed else []


def link(text: str, record: str) -> dict[str, str]:
    """Return a cell that opens a record's page."""
    return {"text": text, "record": record}


def column_link(text: str, record: str, name: str, how: str = "") -> dict[str, str]:
    """Return a cell that opens the lineage of a record's column."""
    return {"text": text, "record": record, "column": name, "how": how}


def links(listed: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return a cell of several links."""
    return {"links": list(listed)}


def pairs(title: str, names: tuple[str, str], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a table of names and values; the values are numbers where all of them are."""
    numeric = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values.values()
    )
    columns = [column(names[0]), column(names[1], "number" if numeric else "code")]
    return table(title, columns, values.items())


def artifacts(title: str, listed: Iterable[Artifact]) -> list[dict[str, Any]]:
    """Return a table of records with links to their pages."""
    columns = [column("record"), column("kind", "kind"), column("made", "time")]
    rows = [(link(each.ref, each.id), each.kind, each.created_at.isoformat()) for each in listed]
    return table(title, columns, rows)


def versions(listed: Sequence[Artifact], shown: Artifact) -> list[dict[str, Any]]:
    """Return the table of a record's versions, when there is more than one."""
    if len(listed) < 2:
        return []
    columns = [
        column("version"),
        column("aliases"),
        column("size", "bytes"),
        column("made", "time"),
    ]
    rows = [
        (
            each.ref if each.id == shown.id else link(each.ref, each.id),
            ", ".join(each.aliases),
            each.size,
            each.created_at.isoformat(),
        )
        for each in listed[:50]
    ]
    return table("Versions", columns, rows)


def executions(title: str, listed: Iterable[Execution]) -> list[dict[str, Any]]:
    """Return a table of what was done, with how it ended."""
    columns = [
        column("started", "time"),
        column("state", "state"),
        column("took", "seconds"),
        column("error"),
    ]
    rows = [
        (link(each.started_at.isoformat(), each.id), each.state, each.seconds, each.error or "")
        for each in listed
    ]
    return table(title, columns, rows)
