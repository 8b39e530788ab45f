"""The still picture of columns through time: a small heat map a column, those that moved first."""

from __future__ import annotations

from typing import Any

from workbench.widgets.drawing import (
    FAINT,
    FILL,
    INK2,
    LINE,
    card,
    line,
    number,
    path,
    rect,
    shorten,
    text,
    text_width,
)
from workbench.widgets.spans_data import UNIT

_WIDTH, _HEAD, _ROW = 1180, 44, 92
_LEFT, _MAP, _RIGHT = 200, 660, 300
_MOST = 10

Column = dict[str, Any]


def draw(data: dict[str, Any]) -> str:
    """Return SpansData as SVG, the ten columns that moved most."""
    name = shorten(data["name"], 420, 14)
    spans = data["spans"]
    rows = sum(each["rows"] for each in spans)
    parts = [
        text(14, 28, name, size=14, bold=True),
        text(
            28 + text_width(name, 14) * 1.12, 28, f"{len(spans)} spans, {rows:,} rows", fill=FAINT
        ),
        line(0, _HEAD, _WIDTH, _HEAD),
    ]
    columns = sorted(data["columns"], key=lambda each: (each["type"] == "TIME", -most_moved(each)))[
        :_MOST
    ]
    if not columns or not rows:
        parts.append(text(16, _HEAD + 36, "There are no rows to compare.", fill=FAINT))
        return card(_WIDTH, _HEAD + 60, parts)
    top = float(_HEAD)
    for column in columns:
        parts += _row(column, [each["name"] for each in spans], top)
        top += _ROW
    left = len(data["columns"]) - len(columns)
    if left:
        parts.append(text(14, top + 20, f"and {left:,} more columns", fill=FAINT))
        top += 32
    return card(_WIDTH, top, parts)


def most_moved(column: Column) -> float:
    """Return the greatest divergence between two neighbouring spans, as the widget ranks them."""
    return max((each for each in column["moved"] if each is not None), default=0.0)


def _row(column: Column, spans: list[str], top: float) -> list[str]:
    parts = [
        text(14, top + 24, shorten(column["name"], _LEFT - 24), bold=True),
        text(14, top + 42, column["type"].lower(), fill=FAINT, size=11),
        text(14, top + 60, f"moved {number(most_moved(column), 2)}", fill=INK2, size=11),
        line(0, top + _ROW, _WIDTH, top + _ROW),
    ]
    wide = _MAP / len(spans)
    tall = _ROW - 30
    bins = max((len(shares) for shares in column["shares"]), default=1) or 1
    most = max((share for shares in column["shares"] for share in shares), default=1) or 1
    for place, shares in enumerate(column["shares"]):
        for bin_, share in enumerate(shares):
            if share:
                up = bins - 1 - bin_ if column["kind"] != "values" else bin_
                opacity = (share / most) ** 0.6
                cell = rect(
                    _LEFT + place * wide,
                    top + 8 + up * tall / bins,
                    wide - 0.5,
                    tall / bins,
                    fill=FILL,
                )
                parts.append(cell.replace("<rect", f'<rect fill-opacity="{opacity:.2f}"', 1))
    for place in (0, len(spans) - 1):
        anchor = "start" if place == 0 else "end"
        x = _LEFT if place == 0 else _LEFT + _MAP
        parts.append(
            text(
                x,
                top + _ROW - 8,
                shorten(spans[place], 120, 11),
                fill=FAINT,
                size=11,
                anchor=anchor,
            )
        )
    return parts + _figures(column, top)


def _figures(column: Column, top: float) -> list[str]:
    """Return the mean through the spans as a line, and the missing shares in words."""
    x0, wide = _LEFT + _MAP + 20, _RIGHT - 40
    known = [(place, value) for place, value in enumerate(column["mean"]) if value is not None]
    parts = []
    if len(known) > 1 and column["type"] != "TIME":
        values = [value for _, value in known]
        low, span = min(values), (max(values) - min(values)) or 1.0
        steps = max(len(column["mean"]) - 1, 1)
        drawn = "L".join(
            f"{x0 + wide * place / steps:.1f},{top + 56 - 34 * (value - low) / span:.1f}"
            for place, value in known
        )
        parts.append(path(f"M{drawn}", FILL, 1.6))
        words = f"mean {number(values[0])} → {number(values[-1])}"
        parts.append(text(x0, top + _ROW - 8, words, fill=INK2, size=11))
    missing = [share / UNIT for share in column["missing"]]
    if any(missing):
        words = f"missing {number(100 * missing[0], 2)} → {number(100 * missing[-1], 2)} %"
        parts.append(text(x0 + wide + 10, top + _ROW - 8, words, fill=INK2, size=11, anchor="end"))
    return [*parts, rect(_LEFT, top + 8, _MAP, _ROW - 30, stroke=LINE)]
