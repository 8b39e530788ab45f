"""The still picture of a run: its state and its curves as they were."""

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
    card,
    line,
    number,
    path,
    rect,
    shorten,
    text,
    text_width,
)

_WIDTH, _HEAD, _CHART = 1180, 44, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 96, 28, 22
_MOST = 12
_GLYPHS = {"running": ("◔", BRAND), "complete": ("✓", OK), "failed": ("✕", BAD)}

Series = dict[str, Any]


def draw(data: dict[str, Any]) -> str:
    """Return CurveData as SVG, the first 12 metrics of it."""
    run = data["run"]
    glyph, colour = _GLYPHS.get(run["state"], ("◌", FAINT))
    name = shorten(run["name"], 360, 14)
    facts = " · ".join(
        [
            run["state"],
            *(f"{key} {number(value)}" for key, value in list(run["metrics"].items())[:4]),
        ]
    )
    parts = [
        text(14, 28, glyph, fill=colour),
        text(36, 28, name, size=14, bold=True),
        text(50 + text_width(name, 14) * 1.12, 28, shorten(facts, 640), fill=INK2),
        line(0, _HEAD, _WIDTH, _HEAD),
    ]
    groups = list(_groups(data["series"]).items())[:_MOST]
    if not groups:
        parts.append(text(16, _HEAD + 36, "No metric was recorded yet.", fill=FAINT))
        return card(_WIDTH, _HEAD + 60, parts)
    columns = min(2, len(groups))
    width = _WIDTH / columns
    for index, (title, lines) in enumerate(groups):
        x, y = index % columns * width, _HEAD + index // columns * _CHART
        parts += _chart(title, lines, x, y, width, 2 if index == 1 else index % len(CATEGORIES))
    return card(_WIDTH, _HEAD + -(-len(groups) // columns) * _CHART, parts)


def _groups(series: list[Series]) -> dict[str, list[Series]]:
    """Let ``train/loss`` and ``validation/loss`` share a picture."""
    found: dict[str, list[Series]] = {}
    for each in series:
        found.setdefault(each["key"].rsplit("/", 1)[-1], []).append(each)
    return {
        members[0]["key"].replace("/", " / ") if len(members) == 1 else metric: members
        for metric, members in found.items()
    }


def _chart(
    title: str, lines: list[Series], x0: float, y0: float, width: float, tone: int
) -> list[str]:
    left, right = x0 + _LEFT, x0 + width - _RIGHT
    top, bottom = y0 + _TOP, y0 + _CHART - _BOTTOM
    points = [point for each in lines for point in each["points"] if point[1] is not None]
    parts = [text(left, y0 + 15, title, size=11, bold=True)]
    if not points:
        return parts
    steps: list[float] = [point[0] for point in points]
    values: list[float] = [point[1] for point in points]
    first, last, low, high = min(steps), max(steps), min(values), max(values)
    pad = (high - low or abs(high) or 1) * 0.06
    low, high = low - pad, high + pad

    def x(step: float) -> float:
        return left + (right - left) * (step - first) / ((last - first) or 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    for mark in range(4):
        value = low + (high - low) * mark / 3
        parts.append(line(left, y(value), right, y(value), LINE))
        parts.append(text(left - 8, y(value) + 4, number(value), fill=FAINT, size=11, anchor="end"))
    parts.append(text(right, y0 + _CHART - 5, f"step {last:,}", fill=FAINT, size=11, anchor="end"))
    taken: list[float] = []
    for place, each in enumerate(lines):
        colour = CATEGORIES[(tone if len(lines) == 1 else place) % len(CATEGORIES)]
        known = [point for point in each["points"] if point[1] is not None]
        if not known:
            continue
        drawn, pen = "", "M"
        for step, value in each["points"]:
            if value is None:
                pen = "M"
                continue
            drawn += f"{pen}{x(step):.1f},{y(value):.1f}"
            pen = "L"
        end_x, end_y = x(known[-1][0]), y(known[-1][1])
        label_y = end_y + 4
        while any(abs(label_y - other) < 13 for other in taken):
            label_y += 13
        taken.append(label_y)
        label = "" if len(lines) == 1 else f" {each['key'].rsplit('/', 1)[0]}"
        parts.append(path(drawn, colour, 1.7))
        parts.append(rect(end_x - 3, end_y - 3, 6, 6, fill=colour, radius=3))
        words = shorten(f"{number(known[-1][1])}{label}", _RIGHT - 10, 11)
        parts.append(text(end_x + 8, label_y, words, fill=colour, size=11, bold=True))
    return parts
