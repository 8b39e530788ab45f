"""The still picture of a schema: what is expected of each column, and the anomalies beside it."""

from __future__ import annotations

from typing import Any

from workbench.widgets.drawing import (
    BAD,
    FAINT,
    INK,
    INK2,
    WARN,
    card,
    line,
    number,
    shorten,
    text,
    text_width,
)

_WIDTH, _HEAD, _ROW = 1180, 44, 27
_MOST = 40
#: Left edges of what is written, and the room it has.
_PLACES = {
    "column": (14, 190),
    "type": (214, 70),
    "present": (294, 84),
    "values": (388, 330),
    "absent": (730, 100),
    "drift": (842, 60),
    "skew": (908, 60),
    "anomalies": (974, 190),
}


def draw(data: dict[str, Any]) -> str:
    """Return schema data as SVG, the first 40 columns of it."""
    title = data["ref"] or "Schema"
    told = f"{len(data['columns']):,} columns"
    parts = [
        text(14, 28, shorten(title, 500, 14), size=14, bold=True),
        text(28 + text_width(title, 14) * 1.12, 28, told, fill=FAINT),
        line(0, _HEAD, _WIDTH, _HEAD),
    ]
    top = float(_HEAD)
    for name, (x, _) in _PLACES.items():
        if name == "anomalies" and not data["anomalies"]:
            continue
        parts.append(text(x, top + 19, name, fill=INK2, size=11.5, bold=True))
    parts.append(line(0, top + 30, _WIDTH, top + 30))
    top += 30
    columns = data["columns"][:_MOST]
    known = {each["name"] for each in data["columns"]}
    for column in columns:
        found = [each for each in data["anomalies"] if each["column"] == column["name"]]
        parts += _row(_cells(column), found, top)
        top += _ROW
    for anomaly in (each for each in data["anomalies"] if each["column"] not in known):
        parts += _row({"column": anomaly["column"] or "dataset"}, [anomaly], top)
        top += _ROW
    left = len(data["columns"]) - len(columns)
    if left:
        parts.append(text(14, top + 20, f"and {left:,} more columns", fill=FAINT))
        top += 30
    if not data["columns"]:
        parts.append(text(14, top + 20, "There are no columns.", fill=FAINT))
        top += 30
    return card(_WIDTH, top + 1, parts)


def _cells(column: dict[str, Any]) -> dict[str, str]:
    """Return what is expected of a column, in words."""
    low, high, values = column["minimum"], column["maximum"], column["values"]
    said = ", ".join(values) if values is not None else ""
    if low is not None or high is not None:
        said = f"{'' if low is None else number(low)} … {'' if high is None else number(high)}"
    if column["tolerate"]:
        said += f" (but for {100 * column['tolerate']:.3g} %)"
    present = column["present"]
    return {
        "column": column["name"],
        "type": column["type"].lower(),
        "present": "–" if present is None else f"{100 * present:.3g} %",
        "values": said or "–",
        "absent": ", ".join(column["absent"] or ()) or "–",
        "drift": "–" if column["drift"] is None else f"{column['drift']:.3g}",
        "skew": "–" if column["skew"] is None else f"{column['skew']:.3g}",
    }


def _row(cells: dict[str, str], found: list[dict[str, Any]], top: float) -> list[str]:
    parts = []
    for name, words in cells.items():
        x, room = _PLACES[name]
        fill = FAINT if words == "–" or name == "type" else INK
        parts.append(text(x, top + 18, shorten(words, room), fill=fill, bold=name == "column"))
    if found:
        x, room = _PLACES["anomalies"]
        fill = BAD if any(each["severity"] == "ERROR" for each in found) else WARN
        words = "! " + ", ".join(each["short"] for each in found)
        parts.append(text(x, top + 18, shorten(words, room), fill=fill))
    return [*parts, line(0, top + _ROW, _WIDTH, top + _ROW)]
