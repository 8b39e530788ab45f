"""The still picture of a lineage graph: layers from left to right."""

from __future__ import annotations

from typing import Any

from workbench.core.colours import CATEGORIES
from workbench.widgets.drawing import (
    BRAND,
    FAINT,
    GROUND,
    INK,
    INK2,
    LINE,
    card,
    line,
    path,
    rect,
    shorten,
    text,
    text_width,
)

_NODE_WIDTH, _NODE_HEIGHT = 190, 52
_ACROSS, _DOWN = 252, 76
_HEAD, _MARGIN = 44, 28
_MOST = 120
_BOLD = 14.3  # how large regular letters are that take as much room as bold ones of 13 pixels
_MARKS = {
    "dataset": ("▤", 0),
    "feature_view": ("ƒ", 2),
    "on_demand_view": ("ƒ", 2),
    "feature_service": ("ƒ", 2),
    "run": ("✓", 1),
    "job": ("⟳", 1),
    "model": ("◆", 3),
    "deployment": ("▲", 2),
    "dashboard": ("▦", 4),
    "alert": ("!", 4),
    "monitor": ("◉", 4),
}


def draw(data: dict[str, Any]) -> str:
    """Return lineage data as SVG; of a large graph, the 120 records nearest to its root."""
    nodes = _nearest(data)
    shown = {node["id"] for node in nodes}
    edges = [
        (edge["source"], edge["target"])
        for edge in data["edges"]
        if edge["source"] in shown and edge["target"] in shown and edge["source"] != edge["target"]
    ]
    places = _places([node["id"] for node in nodes], edges)
    width = max((x for x, _ in places.values()), default=0) + _NODE_WIDTH + _MARGIN
    height = max((y for _, y in places.values()), default=_HEAD) + _NODE_HEIGHT + _MARGIN
    root = next((node["title"] for node in nodes if node["id"] == data.get("root")), None)
    parts = [
        rect(1, 1, width - 2, _HEAD, fill="#fff", radius=8),
        line(0, _HEAD, width, _HEAD),
        text(14, 28, f"Lineage of {root}" if root else "Lineage", size=14, bold=True),
    ]
    left = len(data["nodes"]) - len(nodes)
    if left:
        parts.append(text(width - 14, 28, f"{left:,} more records", fill=FAINT, anchor="end"))
    parts += [_edge(places[source], places[target]) for source, target in edges]
    parts += [_node(node, places[node["id"]], node["id"] == data.get("root")) for node in nodes]
    return card(max(width, 320), height, parts, GROUND)


def _nearest(data: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = data["nodes"]
    if len(nodes) <= _MOST:
        return list(nodes)
    beside: dict[str, list[str]] = {}
    for edge in data["edges"]:
        beside.setdefault(edge["source"], []).append(edge["target"])
        beside.setdefault(edge["target"], []).append(edge["source"])
    found = dict.fromkeys([data.get("root") or nodes[0]["id"]])
    for node in list(found):
        queue = [node]
        for each in queue:  # grows while it is read: a breadth-first walk
            for other in beside.get(each, ()):
                if other not in found:
                    found[other] = None
                    queue.append(other)
    kept = set(list(found)[:_MOST])
    return [node for node in nodes if node["id"] in kept]


def _places(ids: list[str], edges: list[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    layer = dict.fromkeys(ids, 0)
    for _ in ids:  # longest paths; a circle ends with the number of rounds
        moved = False
        for source, target in edges:
            if layer[target] <= layer[source] < len(ids):
                layer[target] = layer[source] + 1
                moved = True
        if not moved:
            break
    sources = {source for source, _ in edges}
    targets = {target for _, target in edges}
    for node in sources - targets:
        layer[node] = min(layer[target] for source, target in edges if source == node) - 1
    columns: dict[int, list[str]] = {}
    for node in ids:
        columns.setdefault(layer[node], []).append(node)
    order = sorted(columns)
    y = {node: float(row) for column in columns.values() for row, node in enumerate(column)}
    for step in range(8):
        for at in order if step % 2 == 0 else reversed(order):
            column = columns[at]
            near = {
                node: [y[s] for s, t in edges if t == node] + [y[t] for s, t in edges if s == node]
                for node in column
            }
            wanted = {
                node: sum(near[node]) / len(near[node]) if near[node] else y[node]
                for node in column
            }
            column.sort(key=wanted.__getitem__)
            middle = sum(wanted.values()) / len(column)
            for row, node in enumerate(column):
                y[node] = middle + row - (len(column) - 1) / 2
    top = min(y.values(), default=0)
    column_of = {at: index for index, at in enumerate(order)}
    return {
        node: (
            _MARGIN + column_of[layer[node]] * _ACROSS,
            _HEAD + _MARGIN + (y[node] - top) * _DOWN,
        )
        for node in ids
    }


def _edge(source: tuple[float, float], target: tuple[float, float]) -> str:
    x1, y1 = source[0] + _NODE_WIDTH, source[1] + _NODE_HEIGHT / 2
    x2, y2 = target[0], target[1] + _NODE_HEIGHT / 2
    middle = (x1 + x2) / 2
    return path(
        f"M{x1:.1f},{y1:.1f}C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}",
        FAINT,
        1.5,
        0.5,
    )


def _node(node: dict[str, Any], place: tuple[float, float], is_root: bool) -> str:
    x, y = place
    glyph, tone = _MARKS.get(node["kind"], ("≋", 4))
    if node.get("state") == "failed":
        glyph = "✕"
    edge, thick = (BRAND, 2.4) if is_root else (LINE, 1.2)
    return "".join(
        (
            rect(
                x,
                y,
                _NODE_WIDTH,
                _NODE_HEIGHT,
                fill="#fff",
                stroke=edge,
                radius=8,
                stroke_width=thick,
            ),
            rect(x, y + 6, 4, _NODE_HEIGHT - 12, fill=CATEGORIES[tone], radius=2),
            text(x + 22, y + 22, glyph, fill=INK2, anchor="middle"),
            text(x + 35, y + 22, _title(node, 142), fill=INK, bold=True),
            text(
                x + 16,
                y + 40,
                shorten(node.get("subtitle") or node["kind"], 166, 11),
                fill=INK2,
                size=11,
            ),
        )
    )


def _title(node: dict[str, Any], room: float) -> str:
    """Return what fits of a title; its version says more than the end of its name."""
    tail = f"@{node.get('version')}"
    if node["title"] != f"{node.get('name')}{tail}":
        return shorten(node["title"], room, _BOLD)
    return shorten(node["name"], room - text_width(tail, _BOLD), _BOLD) + tail
