"""What came from what: read back from the events and column edges that every step leaves behind.

trace (the records reachable from one, by recursive SQL) → graph (nodes and edges that a person
sees) → lineage (`wb.lineage`: upstream, downstream, impact) → openlineage (the same as OpenLineage
events).
"""

import sys
from types import ModuleType

from workbench.lineage.graph import ColumnLink, Edge, Node
from workbench.lineage.lineage import Lineage, lineage

__all__ = ["ColumnLink", "Edge", "Lineage", "Node", "lineage"]


class _Callable(ModuleType):
    """Lets `wb.lineage(ref)` work also once an import has bound `wb.lineage` to this package."""

    def __call__(self, record: object, *, kind: str | None = None) -> Lineage:
        return lineage(record, kind=kind)


sys.modules[__name__].__class__ = _Callable
