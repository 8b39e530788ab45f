"""What came from what: read back from the events and column edges that every step leaves behind.

trace (the records reachable from one, by recursive SQL) → graph (nodes and edges that a person
sees) → lineage (`wb.lineage`: upstream, downstream, impact) → openlineage (the same as OpenLineage
events).
"""

from workbench.lineage.graph import ColumnLink, Edge, Node
from workbench.lineage.lineage import Lineage, lineage

__all__ = ["ColumnLink", "Edge", "Lineage", "Node", "lineage"]
