"""Everything that live records say, for whoever must know what they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel, col

from workbench.metadata.tables import ArtifactRow, ExecutionRow, ParamRow, ScheduleRow
from workbench.metadata.traces import TraceQueries

_AT_ONCE = 1000


class HoldingQueries(TraceQueries):
    """Metadata that can be gone through whole."""

    def everything(self) -> Iterator[dict[str, Any]]:
        """Yield the fields of each live record that may refer to stored bytes."""
        tables: list[type[SQLModel]] = [ExecutionRow, ParamRow, ScheduleRow]
        live = select(ArtifactRow).where(col(ArtifactRow.state) != "deleted")
        with self.reading() as session:
            for query in (live, *(select(table) for table in tables)):
                for row in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
                    yield row.model_dump()
