"""Records of everything that was made, after ML Metadata: Artifact, Execution, Event, Context.

tables (what is stored) → database (sessions, SQLite or PostgreSQL, migrations) → records (what
callers see) → recording (one step that reads and writes) → artifacts, executions, metrics,
schedules (queries) → store (all of it, as `Metadata`). `changes` tells other processes that
something was committed.
"""

from workbench.metadata.recording import PARENT_VARIABLE, Recording
from workbench.metadata.records import (
    Artifact,
    ColumnEdge,
    ColumnSource,
    Event,
    Execution,
    MetricPoint,
    Schedule,
)
from workbench.metadata.store import Metadata

__all__ = [
    "PARENT_VARIABLE",
    "Artifact",
    "ColumnEdge",
    "ColumnSource",
    "Event",
    "Execution",
    "Metadata",
    "MetricPoint",
    "Recording",
    "Schedule",
]
