"""`LineageWidget`: where a record came from and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.widgets import lineage_picture
from workbench.widgets.base import Widget

if TYPE_CHECKING:
    from workbench.lineage import Lineage


class LineageWidget(Widget):
    """A lineage graph with pan, zoom and columns to follow; a click on a name opens the record.

    Parameters
    ----------
    lineage : Lineage or dict
        What ``wb.lineage(…)`` returned, or its ``to_dict()``.
    code : str
        What the button copies: the code that makes this.

    Examples
    --------
    >>> LineageWidget({"nodes": [], "edges": []})
    Lineage: 0 records, 0 steps between them
    """

    module: ClassVar[str] = "lineage"
    code = traitlets.Unicode().tag(sync=True)

    def __init__(self, lineage: Lineage | Mapping[str, Any], *, code: str = "") -> None:
        data = dict(lineage) if isinstance(lineage, Mapping) else lineage.to_dict()
        super().__init__(data=data, code=code)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return lineage_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: of what, how many records."""
        nodes, root = self.data["nodes"], self.data.get("root")
        title = next((f" of {each['title']}" for each in nodes if each["id"] == root), "")
        steps = len(self.data["edges"])
        return f"Lineage{title}: {len(nodes):,} records, {steps:,} steps between them"
