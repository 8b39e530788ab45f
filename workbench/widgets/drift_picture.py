"""The still picture of drift: each column before, filled, and after, outlined."""

from __future__ import annotations

from typing import Any

from workbench.core.colours import CATEGORIES
from workbench.widgets.drawing import (
    FAINT,
    FILL,
    INK2,
    WARN,
    WARN_LINE,
    card,
    chip,
    line,
    number,
    path,
    rect,
    share,
    shorten,
    text,
    text_width,
)
from workbench.widgets.spans_data import UNIT

_WIDTH, _HEAD, _ROW = 1180, 44, 64
_CHART, _WIDE, _TALL = 210, 420, 46
_MOST = 14
_DRIFT = 0.1

Column = dict[str, Any]


def draw(data: dict[str, Any]) -> str:
    """Return drift data as SVG, the columns that moved most."""
    parts = [_header(data["spans"]), line(0, _HEAD, _WIDTH, _HEAD)]
    columns = data["columns"][:_MOST]
    if not columns:
        parts.append(text(16, _HEAD + 36, "The two share no columns.", fill=FAINT))
        return card(_WIDTH, _HEAD + 60, parts)
    top = float(_HEAD)
    for column in columns:
        parts += _row(column, top)
        top += _ROW
    left = len(data["columns"]) - len(columns)
    if left:
        parts.append(text(14, top + 20, f"and {left:,} more columns", fill=FAINT))
        top += 32
    return card(_WIDTH, top, parts)


def _header(spans: list[dict[str, Any]]) -> str:
    x, parts = 14.0, []
    for each, fill, stroke in ((spans[0], FILL, FILL), (spans[-1], "none", CATEGORIES[1])):
        name = shorten(each["name"], 320, 14)
        parts.append(rect(x + 1, 17, 11, 11, fill=fill, stroke=stroke, stroke_width=2))
        parts.append(text(x + 20, 28, name, size=14, bold=True))
        x += 28 + text_width(name, 14) * 1.12
        rows = f"{each['rows']:,} rows"
        parts.append(text(x, 28, rows, fill=FAINT))
        x += text_width(rows) + 20
    return "".join(parts)


def changes(column: Column) -> list[tuple[str, int, int]]:
    """Return each bin's label and its shares before and after, the greatest change first."""
    first = [*column["shares"][0], column["missing"][0]]
    last = [*column["shares"][-1], column["missing"][-1]]
    labels = [_label(column, place) for place in range(len(column["shares"][0]))]
    found = zip([*labels, "missing"], first, last, strict=True)
    return sorted(found, key=lambda each: -abs(each[1] - each[2]))


def _label(column: Column, place: int) -> str:
    marks = column["marks"]
    if column["kind"] == "ranges":
        return f"{marks[place]} – {marks[place + 1]}"
    return marks[place] or "all others"


def _row(column: Column, top: float) -> list[str]:
    parts = [
        text(14, top + 27, shorten(column["name"], _CHART - 30), bold=True),
        text(14, top + 45, column["type"].lower(), fill=FAINT, size=11),
        _bars(column, top + 10),
        line(0, top + _ROW, _WIDTH, top + _ROW),
    ]
    x = _CHART + _WIDE + 24
    for place, (label, before, after) in enumerate(changes(column)[:2]):
        if before != after:
            y = top + 27 + 18 * place
            parts.append(text(x, y, shorten(label, 190, 12), fill=INK2, size=12))
            words = f"{share(before, UNIT)} → {share(after, UNIT)}"
            parts.append(text(x + 200, y, words, size=12))
    jsd = column["measures"].get("jsd", 0.0)
    words = f"JSD {number(jsd, 2)}"
    edge = _WIDTH - 14
    if jsd >= _DRIFT:
        parts.append(chip(edge - text_width(words, 11) - 14, top + 36, words, WARN, WARN_LINE))
    else:
        parts.append(text(edge, top + 36, f"{jsd:.3f}", fill=FAINT, anchor="end"))
    return parts


def _bars(column: Column, top: float) -> str:
    first = [*column["shares"][0], column["missing"][0]]
    last = [*column["shares"][-1], column["missing"][-1]]
    most = max([*first, *last]) or 1
    wide = _WIDE / len(first)
    bottom = top + _TALL
    parts, drawn, pen = [], "", "M"
    for place, (before, after) in enumerate(zip(first, last, strict=True)):
        x, height = _CHART + place * wide, _TALL * before / most
        if before:
            parts.append(rect(x, bottom - height, max(wide - 1, 0.8), height, fill=FILL))
        y = bottom - _TALL * after / most
        drawn += f"{pen}{x:.1f},{y:.1f}L{x + wide - 1:.1f},{y:.1f}"
        pen = "L"
    return "".join(parts) + path(drawn, CATEGORIES[1], 1.5)
