"""`%lineage`: what came from what."""

from __future__ import annotations

from typing import Any

from workbench.magics.framework import Call, Magic, Parser

_KINDS = (
    "dataset",
    "feature_view",
    "on_demand_view",
    "model",
    "evaluation",
    "deployment",
    "monitor",
    "dashboard",
)


def _lineage_parser() -> Parser:
    parser = Parser("%lineage", "Show what a record came from, and led to.", "%lineage flights@1")
    parser.add_argument("record", help="a reference, such as deployment:delay, or a variable")
    parser.add_argument("--kind", help="of the record, where a name stands for several")
    parser.add_argument("--upstream", action="store_true", help="only what it came from")
    parser.add_argument("--downstream", action="store_true", help="only what it led to")
    return parser


def _lineage(call: Call) -> Any:
    from workbench.lineage import lineage
    from workbench.widgets import LineageWidget

    given = call.arguments
    found = lineage(call.value(given.record), kind=given.kind)
    if not (given.upstream or given.downstream):
        return LineageWidget(found)
    nodes = (found.upstream() if given.upstream else []) + (
        found.downstream() if given.downstream else []
    )
    return LineageWidget(_only(found.to_dict(), {node.id for node in nodes}))


def _only(data: dict[str, Any], ids: set[str]) -> dict[str, Any]:
    """Return a lineage without the records that are neither its root nor among `ids`."""
    kept = ids | {data["root"]}
    links = {
        key: [each for each in data[key] if {each["source"], each["target"]} <= kept]
        for key in ("edges", "column_edges")
    }
    return {**data, "nodes": [each for each in data["nodes"] if each["id"] in kept], **links}


MAGICS = (Magic("%lineage", _lineage_parser(), _lineage, _KINDS),)
