"""Executions: what was done, by which process, under which parent."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from functools import cache

import psutil
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from workbench.core.daemons import alive
from workbench.core.errors import NotFound
from workbench.core.ids import new_id
from workbench.metadata.artifacts import ArtifactQueries, to_artifact
from workbench.metadata.events import add_event
from workbench.metadata.records import Artifact, ColumnEdge, Event, Execution, ExecutionState
from workbench.metadata.tables import (
    ArtifactRow,
    AssociationRow,
    ColumnEdgeRow,
    ContextRow,
    EventRow,
    ExecutionRow,
)


class ExecutionQueries(ArtifactQueries):
    """What can be asked and said about executions and the events between them and artifacts."""

    def start_execution(
        self,
        kind: str,
        name: str,
        *,
        reads: Sequence[Artifact] = (),
        properties: dict[str, object] | None = None,
        context: tuple[str, str] | None = None,
        parent: str | None = None,
    ) -> Execution:
        """Record that something begins; `Metadata.record` is the usual way to call this.

        Parameters
        ----------
        kind, name : str
        reads : sequence of Artifact
        properties : dict, optional
        context : (kind, name), optional
            The group that it belongs to, such as ``("experiment", "delay")``.
        parent : str, optional
            The id of the execution that it runs under.
        """
        row = ExecutionRow(
            id=new_id(),
            kind=kind,
            name=name,
            state="running",
            started_at=self.clock.now(),
            parent=parent,
            host=socket.gethostname(),
            pid=os.getpid(),
            born=_born(os.getpid()),
            properties=properties or {},
        )
        execution = _to_execution(row, context[1] if context else None)
        with self.writing() as session:
            session.add(row)
            session.flush()
            for artifact in reads:
                add_event(session, execution.id, artifact.id, "input", "input", self.clock.now())
            if context is not None:
                session.add(
                    AssociationRow(
                        context_id=self._context_id(session, context), execution_id=execution.id
                    )
                )
        return execution

    def end_execution(
        self, execution_id: str, state: ExecutionState, error: str | None = None
    ) -> Execution:
        """Record how it ended."""
        with self.writing() as session:
            row = self._execution_row(session, execution_id)
            row.state, row.error, row.ended_at = state, error, self.clock.now()
            session.flush()
            return _to_execution(row, _context_of(session, [execution_id]).get(execution_id))

    def update_execution(self, execution_id: str, **properties: object) -> None:
        """Merge facts into an execution's properties."""
        with self.writing() as session:
            row = self._execution_row(session, execution_id)
            row.properties = {**row.properties, **properties}

    def execution(self, execution_id: str) -> Execution:
        """Return an execution by its id.

        Raises
        ------
        NotFound
            If there is none.
        """
        with self.reading() as session:
            row = self._execution_row(session, execution_id)
            return _to_execution(row, _context_of(session, [execution_id]).get(execution_id))

    def executions(
        self,
        kind: str | Sequence[str] | None = None,
        name: str | None = None,
        *,
        state: str | None = None,
        parent: str | None = None,
        context: tuple[str, str] | None = None,
        limit: int | None = None,
    ) -> list[Execution]:
        """Return executions, those begun last first; each argument narrows the list."""
        query = select(ExecutionRow)
        if kind is not None:
            kinds = [kind] if isinstance(kind, str) else list(kind)
            query = query.where(col(ExecutionRow.kind).in_(kinds))
        for column, value in (("name", name), ("state", state), ("parent", parent)):
            if value is not None:
                query = query.where(getattr(ExecutionRow, column) == value)
        if context is not None:
            query = (
                query.join(AssociationRow, col(AssociationRow.execution_id) == col(ExecutionRow.id))
                .join(ContextRow, col(ContextRow.id) == col(AssociationRow.context_id))
                .where(col(ContextRow.kind) == context[0], col(ContextRow.name) == context[1])
            )
        query = query.order_by(
            col(ExecutionRow.started_at).desc(), col(ExecutionRow.id).desc()
        ).limit(limit)
        with self.reading() as session:
            rows = session.scalars(query).all()
            return to_executions(session, rows)

    def executions_of_ids(self, ids: Sequence[str]) -> list[Execution]:
        """Return the executions of the given ids, in no order."""
        query = select(ExecutionRow).where(col(ExecutionRow.id).in_(list(ids)))
        with self.reading() as session:
            return to_executions(session, session.scalars(query).all())

    def inputs(self, execution_id: str) -> list[Artifact]:
        """Return the artifacts that an execution read, in the order in which it did."""
        return self._artifacts_of(execution_id, "input")

    def outputs(self, execution_id: str) -> list[Artifact]:
        """Return the artifacts that an execution wrote, in the order in which it did."""
        return self._artifacts_of(execution_id, "output")

    def producers(self, artifact_id: str) -> list[Execution]:
        """Return the executions that wrote an artifact."""
        return self._executions_of(artifact_id, "output")

    def consumers(self, artifact_id: str) -> list[Execution]:
        """Return the executions that read an artifact."""
        return self._executions_of(artifact_id, "input")

    def events(self, artifact_ids: Sequence[str]) -> list[Event]:
        """Return every event of the given artifacts."""
        query = select(EventRow).where(col(EventRow.artifact_id).in_(list(artifact_ids)))
        with self.reading() as session:
            return [to_event(row) for row in session.scalars(query)]

    def events_of(self, execution_ids: Sequence[str]) -> list[Event]:
        """Return every event of the given executions."""
        query = select(EventRow).where(col(EventRow.execution_id).in_(list(execution_ids)))
        with self.reading() as session:
            return [to_event(row) for row in session.scalars(query)]

    def column_edges(self, artifact_ids: Sequence[str]) -> list[ColumnEdge]:
        """Return the column edges among and into the given artifacts."""
        query = select(ColumnEdgeRow).where(col(ColumnEdgeRow.target_id).in_(list(artifact_ids)))
        with self.reading() as session:
            return [
                ColumnEdge(
                    row.source_id,
                    row.source_column,
                    row.target_id,
                    row.target_column,
                    row.how,
                    row.execution_id,
                )
                for row in session.scalars(query)
            ]

    def reap(self) -> list[Execution]:
        """Mark as failed, and return, what ran in a process of this machine that is no more."""
        with self.reading() as session:
            running = session.scalars(
                select(ExecutionRow).where(
                    col(ExecutionRow.state) == "running",
                    col(ExecutionRow.host) == socket.gethostname(),
                )
            ).all()
            gone = [row.id for row in running if not alive(row.pid, row.born)]
        return [
            self.end_execution(each, "failed", "its process ended without a word") for each in gone
        ]

    def _context_id(self, session: Session, context: tuple[str, str]) -> str:
        kind, name = context
        query = select(col(ContextRow.id)).where(
            col(ContextRow.kind) == kind, col(ContextRow.name) == name
        )
        found: str | None = session.scalar(query)
        if found is not None:
            return found
        row = ContextRow(id=new_id(), kind=kind, name=name, created_at=self.clock.now())
        session.add(row)
        session.flush()
        return row.id

    def _execution_row(self, session: Session, execution_id: str) -> ExecutionRow:
        row = session.get(ExecutionRow, execution_id)
        if row is None:
            raise NotFound(
                f"no execution has the id {execution_id!r}", hint="see wb.runs() for what there is"
            )
        return row

    def _artifacts_of(self, execution_id: str, direction: str) -> list[Artifact]:
        query = (
            select(ArtifactRow)
            .join(EventRow, col(EventRow.artifact_id) == col(ArtifactRow.id))
            .where(col(EventRow.execution_id) == execution_id, col(EventRow.direction) == direction)
            .order_by(col(EventRow.id))
        )
        with self.reading() as session:
            rows = {row.id: row for row in session.scalars(query)}
            return [to_artifact(row) for row in rows.values()]

    def _executions_of(self, artifact_id: str, direction: str) -> list[Execution]:
        query = (
            select(ExecutionRow)
            .join(EventRow, col(EventRow.execution_id) == col(ExecutionRow.id))
            .where(col(EventRow.artifact_id) == artifact_id, col(EventRow.direction) == direction)
            .order_by(col(EventRow.id))
        )
        with self.reading() as session:
            rows = list({row.id: row for row in session.scalars(query)}.values())
            return to_executions(session, rows)


def to_executions(session: Session, rows: Sequence[ExecutionRow]) -> list[Execution]:
    """Turn rows into the records that callers see."""
    contexts = _context_of(session, [row.id for row in rows])
    return [_to_execution(row, contexts.get(row.id)) for row in rows]


def to_event(row: EventRow) -> Event:
    """Turn a row into the record that callers see."""
    return Event(row.execution_id, row.artifact_id, row.direction, row.role, row.created_at)


def _to_execution(row: ExecutionRow, context: str | None) -> Execution:
    return Execution(
        id=row.id,
        kind=row.kind,
        name=row.name,
        state=row.state,  # type: ignore[arg-type]  # only the four states are ever written
        started_at=row.started_at,
        ended_at=row.ended_at,
        properties=dict(row.properties),
        error=row.error,
        parent=row.parent,
        context=context,
    )


def _context_of(session: Session, execution_ids: Sequence[str]) -> dict[str, str]:
    query = (
        select(col(AssociationRow.execution_id), col(ContextRow.name))
        .join(ContextRow, col(ContextRow.id) == col(AssociationRow.context_id))
        .where(col(AssociationRow.execution_id).in_(list(execution_ids)))
    )
    return {row.execution_id: row.name for row in session.execute(query)}


@cache
def _born(pid: int) -> float:
    return psutil.Process(pid).create_time()
