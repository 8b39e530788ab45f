"""Which records can be read as views: those of an earlier make, or half written, only listed."""

from __future__ import annotations

from workbench.metadata import Artifact

_NEEDED = ("entities", "keys", "columns", "ttl_seconds", "kind", "datasets", "definition")


def is_readable(artifact: Artifact) -> bool:
    """Return whether a record says all that `view_from` needs."""
    return all(name in artifact.properties for name in _NEEDED)
