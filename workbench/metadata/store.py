"""All of the metadata, as one object a workspace."""

from __future__ import annotations

from workbench.metadata.holdings import HoldingQueries
from workbench.metadata.recording import Recorder


class Metadata(Recorder, HoldingQueries):
    """Artifacts, executions, events, params, metrics and schedules of one workspace.

    Safe to use from several threads and processes: each call is one short transaction. Opening it
    brings the database up to date.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from workbench.core.clock import SystemClock
    >>> home = Path(mkdtemp())
    >>> metadata = Metadata(f"sqlite:///{home}/metadata.db", home, SystemClock())
    >>> with metadata.record("ingest", "flights") as step:
    ...     flights = step.write("dataset", "flights", properties={"rows": 3})
    >>> metadata.artifact("dataset", "flights").ref
    'flights@1'
    """
