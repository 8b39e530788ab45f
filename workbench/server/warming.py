"""Loads what pages need before the first one is asked for, so that none waits for imports."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from threading import Thread

#: What pages draw with; each is imported where it is used, and heavy.
MODULES = (
    "pyarrow.parquet",
    "tensorflow_metadata.proto.v0.statistics_pb2",
    "tensorflow_metadata.proto.v0.schema_pb2",
    "workbench.data.statistics",
    "workbench.data.statistics.widget_data",
    "workbench.data.schemas",
    "workbench.data.datasets.diff",
    "workbench.widgets",
)


@lru_cache(maxsize=1)
def warm_up() -> Thread:
    """Import in a thread of its own, once a process."""
    thread = Thread(target=_import, name="workbench imports", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    for name in MODULES:
        import_module(name)
