"""The still picture of the statistics table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.core.colours import CATEGORIES
from workbench.widgets.drawing import (
    BAD,
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
_MOST = 24
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
    """Return StatisticsData as SVG, the first 24 columns of it."""
    features: list[Feature] = data["features"][:_MOST]
    parts = [_header(data)]
    top = float(_HEAD)
    for title in ("numeric", "categorical", "time", "struct"):
        of = [each for each in features if _section(each) == title]
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
    drifted = sum((each.get("drift") or 0) >= _DRIFT for each in data["features"])
    if drifted:
        parts.append(chip(x, 27, f"{drifted} drifted", WARN, WARN_LINE))
    return "".join(parts) + line(0, _HEAD, _WIDTH, _HEAD)


def _headings(section: str, count: int, top: float) -> str:
    y = top + 19

    def head(x: float, words: str, anchor: str = "end") -> str:
        return text(x, y, words, fill=INK2, size=11.5, bold=True, anchor=anchor)

    parts = [head(14, f"{section} · {count}", "start"), head(_EDGES["missing"], "missing")]
    if section in ("numeric", "struct"):
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
    reasons = feature.get("anomalies", [])
    y = top + (17 if reasons else 24)
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
    if reasons:
        parts.append(_reason(reasons, top + 32))
        y = top + 24
    if stats:
        parts += _figures(feature, stats, y)
        parts.append(_histogram(feature, top + (_ROW - _CHART_HEIGHT) / 2))
    drift = feature.get("drift")
    if drift is not None and drift >= _DRIFT:
        words = f"JSD {number(drift, 2)}"
        parts.append(chip(_RIGHT - text_width(words, 11) - 14, y, words, WARN, WARN_LINE))
    else:
        parts.append(text(_RIGHT, y, _divergence(drift), fill=FAINT, anchor="end"))
    return "".join(parts) + line(0, top + _ROW, _WIDTH, top + _ROW)


def _divergence(drift: float | None) -> str:
    """Return a divergence to three places; what is not nothing never reads as 0."""
    if drift is None:
        return "–"
    return "0" if drift == 0 else "<0.001" if drift < 0.0005 else f"{drift:.3f}"


def _section(feature: Feature) -> str:
    if feature["type"] == "STRUCT" or feature.get("path"):
        return "struct"
    if _is_ranked(feature):
        return "categorical"
    return "time" if feature["type"] == "TIME" else "numeric"


def _is_ranked(feature: Feature) -> bool:
    return bool(feature.get("categorical")) or feature["type"] in ("STRING", "BOOL", "BYTES")


def _reason(reasons: list[dict[str, Any]], y: float) -> str:
    worst = min(reasons, key=lambda each: each["severity"] != "ERROR")
    glyph, colour = ("✕ error", BAD) if worst["severity"] == "ERROR" else ("! warning", WARN)
    x = 14 + text_width(glyph, 11) + 6
    words = shorten(worst["short"], _EDGES["missing"] - x - 50, 11)
    return text(14, y, glyph, fill=colour, size=11) + text(x, y, words, fill=INK2, size=11)


def _figures(feature: Feature, stats: dict[str, Any], y: float) -> list[str]:
    def figure(x: float, words: str, colour: str = INK) -> str:
        return text(x, y, words, fill=FAINT if words in ("0", "–") else colour, anchor="end")

    rows = stats["count"] + stats["missing"]
    many = rows > 0 and stats["missing"] / rows >= 0.02
    parts = [figure(_EDGES["missing"], share(stats["missing"], rows), WARN if many else INK)]
    if feature["type"] == "STRUCT":
        return parts
    if feature["type"] != "TIME" and not _is_ranked(feature):
        parts.append(figure(_EDGES["zeros"], share(stats.get("zeros", 0), stats["count"])))
        parts += [
            figure(_EDGES[name], number(stats.get(name)))
            for name in ("mean", "std", "min", "median", "max")
        ]
        return parts
    unique = stats.get("unique")
    parts.append(figure(_EDGES["mean"], "–" if unique is None else f"{unique:,}"))
    if feature["type"] == "TIME":
        parts.append(text(_EDGES["mean"] + 24, y, moment(stats.get("min"))))
        parts.append(text(_EDGES["std"] + 104, y, moment(stats.get("max"))))
        return parts
    named = zip(stats.get("counts", []), feature.get("values", []), strict=False)
    count, value = max(((count or 0, value) for count, value in named), default=(0, ""))
    if count:
        word = shorten(value, 200)
        parts.append(text(_EDGES["mean"] + 24, y, word))
        x = _EDGES["mean"] + 34 + text_width(word)
        parts.append(text(x, y, f"{count:,.0f} times", fill=FAINT))
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
    kind = "counts" if _is_ranked(feature) else "bars"
    sets = [(each or {}).get(kind, []) for each in feature["stats"]]
    most = max(map(len, sets), default=0)
    edges = [rank / (most or 1) for rank in range(most + 1)]
    if kind == "bars" and "edges" in feature:
        low, high = feature["edges"][0], feature["edges"][-1]
        edges = [(each - low) / ((high - low) or 1) for each in feature["edges"]]
    totals = [_values_in(each) if each else 1 for each in feature["stats"]]
    return [
        [
            (low, high, math.nan if count is None else count / (total or 1))
            for low, high, count in zip(edges, edges[1:], counts, strict=False)
        ]
        for counts, total in zip(sets, totals, strict=True)
    ]


def _values_in(stats: dict[str, Any]) -> int:
    lists = stats.get("lists")
    return int(lists[-1]["total"] if lists else stats["count"])
