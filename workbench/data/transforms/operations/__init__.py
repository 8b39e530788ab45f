"""What nodes compute, by name: `reading` from rows, then by what is computed.

Each operation is written once, over the few functions of a lane (see `lanes`), which is why a
batch, a row and an exported program agree.
"""

from __future__ import annotations

from workbench.data.transforms.analyzers import ANALYZERS
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.operations import (
    arithmetic,
    codes,
    estimators,
    reading,
    scaling,
    target,
    texts,
    times,
    vectors,
)
from workbench.data.transforms.operations.registry import OPS, Op

__all__ = [
    "ANALYZERS",
    "OPS",
    "Op",
    "arithmetic",
    "codes",
    "estimators",
    "kind_of",
    "reading",
    "scaling",
    "target",
    "texts",
    "times",
    "vectors",
]


def kind_of(name: str) -> Kind:
    """Return what an operation gives; an analyzer gives a state."""
    return Kind.STATE if name in ANALYZERS else OPS[name].gives
