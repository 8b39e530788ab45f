"""Everything reachable from a record along events, in one recursive query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, case, literal, select, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from workbench.metadata.artifacts import to_artifact
from workbench.metadata.executions import to_event, to_executions
from workbench.metadata.records import Artifact, Event, Execution
from workbench.metadata.schedules import ScheduleQueries
from workbench.metadata.tables import ArtifactRow, EventRow, ExecutionRow

Direction = Literal["upstream", "downstream"]


class TraceQueries(ScheduleQueries):
    """What can be asked about the paths between records."""

    def reachable(
        self, *, artifacts: Sequence[str], executions: Sequence[str] = (), direction: Direction
    ) -> tuple[set[str], set[str]]:
        """Return the ids of the artifacts and executions on every path from the given ones.

        Upstream goes from an artifact to the executions that wrote it and on to what those read;
        downstream the other way. A job's or notebook's mere look-ups count as reads. The given ids
        are included.

        Parameters
        ----------
        artifacts, executions : sequence of str
            Ids to start from.
        direction : str
            ``upstream`` or ``downstream``.
        """
        into, out_of = ("output", "input") if direction == "upstream" else ("input", "output")
        given = union(
            select(col(ArtifactRow.id).label("id"), literal("artifact").label("what")).where(
                col(ArtifactRow.id).in_(list(artifacts))
            ),
            select(col(ExecutionRow.id).label("id"), literal("execution").label("what")).where(
                col(ExecutionRow.id).in_(list(executions))
            ),
        ).subquery()
        start = select(given.c.id, given.c.what).cte("reached", recursive=True)
        step = aliased(EventRow)
        forward = (
            select(
                # One join serves both kinds of step: from an artifact to executions, and back.
                _other_end(start.c.what, step.execution_id, step.artifact_id).label("id"),
                _other_end(start.c.what, literal("execution"), literal("artifact")).label("what"),
            )
            .select_from(start)
            .join(
                step,
                (
                    (start.c.what == "artifact")
                    & (col(step.artifact_id) == start.c.id)
                    & (col(step.direction) == into)
                )
                | (
                    (start.c.what == "execution")
                    & (col(step.execution_id) == start.c.id)
                    & (col(step.direction) == out_of)
                ),
            )
        )
        reached = start.union(forward)
        found: dict[str, set[str]] = {"artifact": set(), "execution": set()}
        with self.reading() as session:
            for record, what in session.execute(select(reached.c.id, reached.c.what)):
                found[what].add(record)
        return found["artifact"], found["execution"]

    def subgraph(
        self, artifacts: Sequence[str], executions: Sequence[str]
    ) -> tuple[list[Artifact], list[Execution], list[Event]]:
        """Return the records of the given ids and the events among them."""
        with self.reading() as session:
            rows = session.scalars(
                select(ArtifactRow).where(col(ArtifactRow.id).in_(list(artifacts)))
            )
            found = [to_artifact(row) for row in rows]
            done = to_executions(
                session,
                session.scalars(
                    select(ExecutionRow).where(col(ExecutionRow.id).in_(list(executions)))
                ).all(),
            )
            events = session.scalars(
                select(EventRow)
                .where(
                    col(EventRow.artifact_id).in_(list(artifacts)),
                    col(EventRow.execution_id).in_(list(executions)),
                )
                .order_by(col(EventRow.id))
            )
            return found, done, [to_event(row) for row in events]


def _other_end(
    what: ColumnElement[str], of_artifact: object, of_execution: object
) -> ColumnElement[str]:
    return case((what == "artifact", of_artifact), else_=of_execution)
