"""The still picture of the statistics table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.core.colours import CATEGORIES
from workbench.widgets.drawing import (
    BRAND,
    FAINT,
    FILL,
    INK,
    INK2,
    LINE,
    WARN,
    WARN_LINE,
    card,
    chip,
    line,
    moment,
    number,
    path,
    rect,
    share,
    shorten,
    text,
    text_width,
)

_WIDTH = 1180
_ROW, _HEAD = 39, 44
_MOST = 40
_RANKS = 30
#: Right edges of the figures; the distribution's left edge follows.
_EDGES = {
    "missing": 300,
    "zeros": 376,
    "mean": 462,
    "std": 544,
    "min": 626,
    "median": 714,
    "max": 806,
}
_CHART, _CHART_WIDTH, _CHART_HEIGHT = 830, 190, 32
_DRIFT = 0.1
_RIGHT = _WIDTH - 14

Feature = dict[str, Any]


def draw(data: dict[str, Any]) -> str:
    """Return StatisticsData as SVG, the first 40 columns of it."""
    features: list[Feature] = data["features"][:_MOST]
    parts = [_header(data)]
    top = float(_HEAD)
    for title, of in (
        ("numeric", [each for each in features if each["type"] in ("INT", "FLOAT")]),
        ("categorical", [each for each in features if each["type"] in ("STRING", "BOOL")]),
        ("time", [each for each in features if each["type"] == "TIME"]),
    ):
        if of:
            parts.append(_headings(title, len(of), top))
            top += 30
        for feature in of:
            parts.append(_row(feature, top))
            top += _ROW
    left = len(data["features"]) - len(features)
    if left:
        parts.append(text(14, top + 22, f"and {left:,} more columns", fill=FAINT))
        top += 34
    return card(_WIDTH, top + 1, parts)


def _header(data: dict[str, Any]) -> str:
    x, parts = 14.0, []
    for place, dataset in enumerate(data["datasets"]):
        tone = CATEGORIES[min(place, len(CATEGORIES) - 1)]
        parts.append(
            rect(
                x + 1,
                17,
                11,
                11,
                fill=FILL if place == 0 else "none",
                stroke=FILL if place == 0 else tone,
                stroke_width=2,
            )
        )
        name = shorten(dataset["name"], 320, 14)
        parts.append(text(x + 20, 28, name, size=14, bold=True))
        x += 28 + text_width(name, 14) * 1.12
        rows = f"{dataset['rows']:,} rows"
        parts.append(text(x, 28, rows, fill=FAINT))
        x += text_width(rows) + 20
    drifted = sum((each["drift"] or 0) >= _DRIFT for each in data["features"])
    if drifted:
        parts.append(chip(x, 27, f"{drifted} drifted", WARN, WARN_LINE))
    return "".join(parts) + line(0, _HEAD, _WIDTH, _HEAD)


def _headings(section: str, count: int, top: float) -> str:
    y = top + 19

    def head(x: float, words: str, anchor: str = "end") -> str:
        return text(x, y, words, fill=INK2, size=11.5, bold=True, anchor=anchor)

    parts = [head(14, f"{section} · {count}", "start"), head(_EDGES["missing"], "missing")]
    if section == "numeric":
        parts += [head(x, name) for name, x in _EDGES.items() if name != "missing"]
    else:
        parts.append(head(_EDGES["mean"], "unique"))
    if section == "categorical":
        parts.append(head(_EDGES["mean"] + 24, "most frequent", "start"))
    if section == "time":
        parts.append(head(_EDGES["mean"] + 24, "earliest", "start"))
        parts.append(head(_EDGES["std"] + 104, "latest", "start"))
    parts.append(
        head(_CHART, "frequency by rank" if section == "categorical" else "distribution", "start")
    )
    parts.append(head(_RIGHT, "drift"))
    return "".join(parts) + line(0, top + 30, _WIDTH, top + 30)


def _row(feature: Feature, top: float) -> str:
    y = top + 24
    stats = next((each for each in feature["stats"] if each), None)
    name = shorten(feature["name"], 150)
    parts = [text(14, y, name, bold=True)]
    x = 20 + text_width(name) * 1.12
    parts.append(text(x, y, feature["type"].lower(), fill=FAINT))
    if feature.get("role"):
        x += text_width(feature["type"].lower()) + 8
        parts.append(
            chip(x, y, feature["role"], BRAND if feature["role"] == "label" else INK2, LINE)
        )
    if stats:
        parts += _figures(feature["type"], stats, y)
        parts.append(_histogram(feature, top + (_ROW - _CHART_HEIGHT) / 2))
    drift = feature["drift"]
    if drift is not None and drift >= _DRIFT:
        words = f"JSD {number(drift, 2)}"
        parts.append(chip(_RIGHT - text_width(words, 11) - 14, y, words, WARN, WARN_LINE))
    else:
        shown = "–" if drift is None else f"{drift:.3f}"
        parts.append(text(_RIGHT, y, shown, fill=FAINT, anchor="end"))
    return "".join(parts) + line(0, top + _ROW, _WIDTH, top + _ROW)


def _figures(kind: str, stats: dict[str, Any], y: float) -> list[str]:
    def figure(x: float, words: str, colour: str = INK) -> str:
        return text(x, y, words, fill=FAINT if words in ("0", "–") else colour, anchor="end")

    rows = stats["count"] + stats["missing"]
    many = rows > 0 and stats["missing"] / rows >= 0.02
    parts = [figure(_EDGES["missing"], share(stats["missing"], rows), WARN if many else INK)]
    if kind in ("INT", "FLOAT"):
        parts.append(figure(_EDGES["zeros"], share(stats.get("zeros") or 0, stats["count"])))
        parts += [
            figure(_EDGES[name], number(stats.get(name)))
            for name in ("mean", "std", "min", "median", "max")
        ]
        return parts
    unique = stats.get("unique")
    parts.append(figure(_EDGES["mean"], "–" if unique is None else f"{unique:,}"))
    if kind == "TIME":
        parts.append(text(_EDGES["mean"] + 24, y, moment(stats.get("min"))))
        parts.append(text(_EDGES["std"] + 104, y, moment(stats.get("max"))))
    elif stats.get("top"):
        value, count = stats["top"][0]
        word = shorten(value, 200)
        parts.append(text(_EDGES["mean"] + 24, y, word))
        x = _EDGES["mean"] + 34 + text_width(word)
        parts.append(text(x, y, f"{count:,} times", fill=FAINT))
    return parts


def _histogram(feature: Feature, top: float) -> str:
    sets = _bars(feature)
    tallest = max((each[2] for bars in sets for each in bars if each[2] > 0), default=1)
    bottom = top + _CHART_HEIGHT
    height: Callable[[float], float] = lambda part: _CHART_HEIGHT * part / tallest  # noqa: E731
    parts = []
    for place, bars in enumerate(sets):
        if place == 0:
            for low, high, part in bars:
                wide = (high - low) * _CHART_WIDTH
                if part > 0:
                    tall = max(height(part), 0.6)
                    parts.append(
                        rect(
                            _CHART + low * _CHART_WIDTH,
                            bottom - tall,
                            max(wide - (wide > 3), 0.8),
                            tall,
                            fill=FILL,
                        )
                    )
        elif bars:
            drawn, pen = "", "M"
            for low, high, part in bars:
                if math.isnan(part):
                    pen = "M"
                    continue
                y = bottom - height(part)
                left, right = _CHART + low * _CHART_WIDTH, _CHART + high * _CHART_WIDTH
                drawn += f"{pen}{left:.1f},{y:.1f}L{right:.1f},{y:.1f}"
                pen = "L"
            parts.append(path(drawn, CATEGORIES[min(place, len(CATEGORIES) - 1)], 1.5))
    return "".join(parts)


def _bars(feature: Feature) -> list[list[tuple[float, float, float]]]:
    """Return (left, right, share of rows) of each bar of each set, the picture being 1 wide."""
    known = [each for each in feature["stats"] if each]
    if feature["type"] in ("STRING", "BOOL"):
        order = [value for value, _ in known[0].get("top", [])[:_RANKS]] if known else []
        width = 1 / (len(order) or 1)
        return [
            [
                (
                    rank * width,
                    (rank + 1) * width,
                    _count(each, value) / (each["count"] or 1),
                )
                for rank, value in enumerate(order)
            ]
            if each
            else []
            for each in feature["stats"]
        ]
    bars = [bar for each in known for bar in each.get("histogram", [])]
    if not bars:
        return [[] for _ in feature["stats"]]
    low = min(bar["low"] for bar in bars)
    span = (max(bar["high"] for bar in bars) - low) or 1
    return [
        [
            (
                (bar["low"] - low) / span,
                1.0 if bar["high"] == bar["low"] else (bar["high"] - low) / span,
                bar["count"] / (each["count"] or 1),
            )
            for bar in each.get("histogram", [])
        ]
        if each
        else []
        for each in feature["stats"]
    ]


def _count(stats: dict[str, Any], value: object) -> float:
    """Return how often a value occurs; NaN if it is not in the known head of a long list."""
    top = stats.get("top", [])
    known: dict[str, float] = {str(each): count for each, count in top}
    complete = stats.get("unique") is None or len(top) >= stats["unique"]
    return known.get(str(value), 0 if complete else math.nan)
