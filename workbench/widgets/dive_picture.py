"""The still picture of points: their facets and colours, as the widget arranges them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.core.colours import CATEGORIES
from workbench.widgets.dive_data import Field, Points
from workbench.widgets.drawing import (
    FAINT,
    INK2,
    LINE,
    card,
    line,
    moment,
    number,
    rect,
    shorten,
    text,
    text_width,
)

_WIDTH, _HEAD, _HEIGHT = 1180, 44, 460
_SIDE, _NAMES, _GAP = 200, 110, 8
_FEW = 12
_RAMP = ("#b8862b", "#7f8f2f", "#2f8f63", "#1f6d9c", "#2a2f6e")

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Groups:
    """The groups that a column makes: each row's, and what they are called."""

    codes: Codes
    labels: list[str]
    counts: list[int]
    ordered: bool


def draw(points: Points, name: str, view: dict[str, Any]) -> str:
    """Return points as SVG."""
    drawn = len(points.index)
    told = f"{points.rows:,} rows" if drawn == points.rows else f"{drawn:,} of {points.rows:,} rows"
    head = [text(14, 28, shorten(name, 420, 14), size=14, bold=True)]
    x = 28 + text_width(shorten(name, 420, 14), 14) * 1.12
    head += [text(x, 28, told, fill=FAINT), line(0, _HEAD, _WIDTH, _HEAD)]
    fields = {each.name: each for each in points.fields}
    if not drawn or not fields:
        head.append(text(16, _HEAD + 36, "There are no points to draw.", fill=FAINT))
        return card(_WIDTH, _HEAD + 60, head)
    view = _completed(view, points)
    colour = _groups(fields[view["color"]]) if view.get("color") else None
    rows = _groups(fields[view["rows"]]) if view.get("rows") else None
    columns = _groups(fields[view["columns"]]) if view.get("columns") else None
    left = 14 + (_NAMES if rows else 0)
    top = _HEAD + (30 if columns else 12)
    wide, tall = _WIDTH - _SIDE - left - 14, _HEIGHT - 40
    many = (len(rows.labels) if rows else 1, len(columns.labels) if columns else 1)
    side = ((wide - _GAP * (many[1] - 1)) / many[1], (tall - _GAP * (many[0] - 1)) / many[0])
    cell = (rows.codes if rows else 0) * many[1] + (columns.codes if columns else 0)
    cell = np.broadcast_to(np.asarray(cell), drawn)
    order = np.argsort(colour.codes, kind="stable") if colour else np.arange(drawn)
    px, py, size = _places(fields, view, cell, order, side)
    px += left + (cell % many[1]) * (side[0] + _GAP)
    py += top + (cell // many[1]) * (side[1] + _GAP)
    parts = [
        rect(
            left + column * (side[0] + _GAP),
            top + row * (side[1] + _GAP),
            side[0],
            side[1],
            stroke=LINE,
        )
        for row in range(many[0])
        for column in range(many[1])
    ]
    tones = _tones(colour)
    codes = colour.codes if colour else np.zeros(drawn, np.int64)
    parts += [
        _dots(px[codes == code], py[codes == code], size, tone) for code, tone in enumerate(tones)
    ]
    if columns:
        for place, label in enumerate(columns.labels):
            middle = left + place * (side[0] + _GAP) + side[0] / 2
            parts.append(
                text(
                    middle,
                    top - 10,
                    shorten(label, side[0], 11),
                    fill=INK2,
                    size=11,
                    anchor="middle",
                )
            )
    if rows:
        for place, label in enumerate(rows.labels):
            middle = top + place * (side[1] + _GAP) + side[1] / 2 + 4
            parts.append(
                text(
                    left - 8,
                    middle,
                    shorten(label, _NAMES - 14, 11),
                    fill=INK2,
                    size=11,
                    anchor="end",
                )
            )
    if colour:
        parts += _legend(view["color"], colour, tones, _WIDTH - _SIDE + 4, top)
    axes = " · ".join(f"{axis}: {view[axis]}" for axis in ("x", "y") if view.get(axis))
    parts.append(text(left, top + tall + 18, axes, fill=INK2, size=11))
    return card(_WIDTH, top + tall + 28, [*head, *parts])


def _completed(view: dict[str, Any], points: Points) -> dict[str, Any]:
    few = [
        each.name
        for each in points.fields
        if each.texts is not None and 2 <= len(each.texts) <= _FEW
    ]
    full = dict(view)
    if "color" not in view:
        used = (view.get("rows"), view.get("columns"))
        full["color"] = next((each for each in few if each not in used), None)
    if not any(key in view for key in ("rows", "columns", "x", "y")):
        full["columns"] = next((each for each in few if each != full["color"]), None)
    return full


def _groups(field: Field) -> _Groups:
    values = field.values
    if field.texts is not None:
        kept = len(field.texts) if len(field.texts) <= _FEW else _FEW - 1
        labels = sorted(field.texts[:kept])
        place = {label: code for code, label in enumerate(labels)}
        rest = len(field.texts) - kept
        table = [len(labels) + bool(rest)]
        table += [place.get(each, len(labels)) for each in field.texts]
        codes = np.array(table)[values]
        labels += [f"{rest} others"] if rest else []
        return _counted(codes, labels, ordered=False)
    finite = np.isfinite(values)
    known = np.unique(values[finite])
    show = moment if field.type == "TIME" else number
    if len(known) <= _FEW:
        codes = np.where(finite, np.searchsorted(known, values), len(known))
        return _counted(codes, [show(float(each)) for each in known], ordered=True)
    edges = np.unique(np.quantile(values[finite], np.linspace(0, 1, 7))[1:-1])
    codes = np.where(finite, np.searchsorted(edges, values, side="right"), len(edges) + 1)
    words = [show(float(each)) for each in edges]
    labels = [f"< {words[0]}", *(f"≥ {word}" for word in words)]
    return _counted(codes, labels, ordered=True)


def _counted(codes: Codes, labels: list[str], *, ordered: bool) -> _Groups:
    counts = np.bincount(codes, minlength=len(labels)).tolist()
    return _Groups(codes, [*labels, "missing"][: len(counts)], counts, ordered)


def _tones(colour: _Groups | None) -> list[str]:
    if colour is None:
        return [CATEGORIES[0]]
    known = [place for place, label in enumerate(colour.labels) if label != "missing"]
    if colour.ordered:
        steps = np.linspace(0, len(_RAMP) - 1, len(known)).round().astype(int)
        chosen = {place: _RAMP[step] for place, step in zip(known, steps, strict=True)}
    else:
        named = [place for place in known if not colour.labels[place].endswith(" others")]
        if len(named) > len(CATEGORIES):
            named.sort(key=lambda place: -colour.counts[place])
        chosen = dict(zip(named, CATEGORIES, strict=False))
    return [chosen.get(place, FAINT) for place in range(len(colour.labels))]


def _places(
    fields: dict[str, Field],
    view: dict[str, Any],
    cell: Codes,
    order: Codes,
    side: tuple[float, float],
) -> tuple[Floats, Floats, float]:
    """Return each point's place within its cell, and how large points are."""
    width, height = side[0] - 8, side[1] - 8
    x, y = (_shares(fields.get(view.get(axis, "") or "")) for axis in ("x", "y"))
    if x is not None and y is not None:
        return 4 + x * width, 4 + (1 - y) * height, 2.6
    axis = x if x is not None else y
    count = len(cell)
    if axis is None:
        most = int(np.bincount(cell).max())
        step = min(26.0, (width * height / most) ** 0.5)
        while int(width // step) * int(height // step) < most:
            step *= 0.98
        rank = _rank(cell, order)
        across = max(1, int(width // step))
        return (
            4 + (rank % across + 0.5) * step,
            side[1] - 4 - (rank // across + 0.5) * step,
            step * 0.9,
        )
    long, tall = (width, height) if x is not None else (height, width)
    step = min(10.0, max(2.5, (long * tall / count) ** 0.5))
    places = max(1, int(long // step))
    place = np.minimum((axis * places).astype(np.int64), places - 1)
    rank = _rank(cell * places + place, order)
    rise = min(step, tall / (rank.max() + 1))
    along, up = 4 + (place + 0.5) * step, (rank + 0.5) * rise
    if x is not None:
        return along, side[1] - 4 - up, step * 0.9
    return 4 + up, side[1] - along, step * 0.9


def _rank(group: Codes, order: Codes) -> Codes:
    """Return how many of its group come before each row."""
    ranked = group[order]
    by_group = np.argsort(ranked, kind="stable")
    starts = np.searchsorted(ranked[by_group], ranked[by_group], side="left")
    rank = np.empty(len(group), np.int64)
    rank[order[by_group]] = np.arange(len(group)) - starts
    return rank


def _shares(field: Field | None) -> Floats | None:
    if field is None:
        return None
    values = field.values.astype(np.float64)
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    low, high = values[known].min(), values[known].max()
    return np.where(known, (values - low) / ((high - low) or 1.0), 0.0)


def _dots(x: Floats, y: Floats, size: float, tone: str) -> str:
    """Return squares in one path: thousands of elements would be slow to draw."""
    half = size / 2
    d = "".join(
        f"M{left:.1f},{top:.1f}h{size:.1f}v{size:.1f}h-{size:.1f}z"
        for left, top in zip((x - half).tolist(), (y - half).tolist(), strict=True)
    )
    return f'<path d="{d}" fill="{tone}" fill-opacity="0.8"/>' if d else ""


def _legend(name: str, colour: _Groups, tones: list[str], x: float, top: float) -> list[str]:
    parts = [text(x, top + 4, shorten(name, _SIDE - 20), bold=True, size=12)]
    for place, (label, count) in enumerate(zip(colour.labels, colour.counts, strict=True)):
        y = top + 24 + place * 19
        parts.append(rect(x, y - 9, 10, 10, fill=tones[place], radius=5))
        parts.append(text(x + 17, y, shorten(label, 104, 12), size=12))
        parts.append(text(x + _SIDE - 18, y, f"{count:,}", fill=INK2, size=12, anchor="end"))
    return parts
