"""The still picture of a difference: counts of rows, columns, and some rows that changed."""

from __future__ import annotations

from typing import Any

from workbench.core.colours import CATEGORIES
from workbench.widgets.drawing import (
    BAD,
    BRAND,
    FAINT,
    INK2,
    LINE,
    OK,
    WARN,
    card,
    line,
    rect,
    shorten,
    text,
    text_width,
)

_WIDTH, _HEAD, _ROW = 1180, 44, 27
_COLUMNS, _SAMPLES = 14, 8
#: The room for a row's key, and the least width of a part of the bar.
_KEY, _LEAST = 500, 4.0
_KINDS = (
    ("added", "+", CATEGORIES[2]),
    ("removed", "−", CATEGORIES[1]),
    ("changed", "~", CATEGORIES[0]),
    ("unchanged", "=", "#c3c9d2"),
)
_STATES = {"added": ("+", OK), "removed": ("−", BAD), "retyped": ("~", BRAND)}


def draw(data: dict[str, Any]) -> str:
    """Return a difference as SVG."""
    title = shorten(f"{data['a']['name']} → {data['b']['name']}", 700, 14)
    parts = [text(14, 28, title, size=14, bold=True), line(0, _HEAD, _WIDTH, _HEAD)]
    if data.get("key"):
        words = f"by {', '.join(data['key'])}"
        parts.append(text(28 + text_width(title, 14) * 1.12, 28, shorten(words, 300), fill=FAINT))
    parts += _counts(data)
    top = _HEAD + 62.0
    shown = [each for each in data["columns"] if _is_changed(each)]
    for column in shown[:_COLUMNS]:
        parts += _column(column, data, top)
        top += _ROW
    left = len(shown) - _COLUMNS
    if left > 0:
        parts.append(text(14, top + 18, f"and {left:,} more columns", fill=FAINT))
        top += _ROW
    if not shown:
        parts.append(text(14, top + 18, "No column changed.", fill=FAINT))
        top += _ROW
    rows = ((data.get("samples") or {}).get("changed") or [])[:_SAMPLES]
    keys = [shorten(" · ".join(map(_shown, row["key"])), _KEY) for row in rows]
    beside = 38 + max(map(text_width, keys), default=0.0)
    for key, row in zip(keys, rows, strict=True):
        parts.append(text(14, top + 18, key, fill=INK2))
        parts += _cells(row["cells"], beside, top + 18)
        top += _ROW
    return card(_WIDTH, top + 6, parts)


def _counts(data: dict[str, Any]) -> list[str]:
    total = sum(data[kind] for kind, _, _ in _KINDS) or 1
    widths = [
        max((_WIDTH - 28) * data[kind] / total, _LEAST * bool(data[kind])) for kind, *_ in _KINDS
    ]
    shrunk = (_WIDTH - 28) / (sum(widths) or 1)
    parts, x, left = [], 14.0, 14.0
    for (kind, glyph, tone), width in zip(_KINDS, widths, strict=True):
        wide = width * shrunk
        parts.append(rect(x, _HEAD + 12, wide - 1, 12, fill=tone))
        x += wide
        words = f"{glyph} {data[kind]:,} {kind}"
        parts.append(text(left, _HEAD + 44, words, fill=INK2))
        left += text_width(words) + 24
    return parts


def _is_changed(column: dict[str, Any]) -> bool:
    moved = column["drift"]
    return bool(
        column["state"] != "kept" or column["changed"] or (moved and moved["jsd"] >= 0.0005)
    )


def _column(column: dict[str, Any], data: dict[str, Any], top: float) -> list[str]:
    y = top + 18
    glyph, tone = _STATES.get(column["state"], ("", FAINT))
    kind = column["type"]
    if column["before"]:
        kind = f"{column['before']} → {kind}"
    parts = [
        text(14, y, glyph, fill=tone, bold=True),
        text(30, y, shorten(column["name"], 250), bold=True),
        text(300, y, shorten(kind, 220), fill=FAINT),
        line(0, top + _ROW, _WIDTH, top + _ROW, LINE),
    ]
    if column["changed"]:
        wide = 180 * column["changed"] / max(data["changed"], 1)
        parts.append(rect(540, top + 8, wide, 11, fill=CATEGORIES[0]))
        parts.append(text(540 + wide + 8, y, f"{column['changed']:,} rows", fill=INK2))
    moved = column["drift"]
    if moved and moved["jsd"] >= 0.0005:
        fill = WARN if moved["jsd"] >= 0.1 else FAINT
        parts.append(text(_WIDTH - 14, y, f"JSD {moved['jsd']:.3f}", fill=fill, anchor="end"))
    return parts


def _cells(cells: dict[str, list[str | None]], x: float, y: float) -> list[str]:
    """Return what each cell of a row was and is, as many as there is room for."""
    parts = []
    for name, (before, after) in cells.items():
        words = f"{name}: {_shown(before)} → {_shown(after)}"
        if x + text_width(words) > _WIDTH - 14:
            parts.append(text(x, y, "…", fill=FAINT))
            break
        parts.append(text(x, y, words))
        x += text_width(words) + 18
    return parts


def _shown(cell: str | None) -> str:
    return "–" if cell is None else cell
