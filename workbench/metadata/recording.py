"""One step of work, recorded as a by-product: what it read, what it wrote, how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from workbench.core.ids import new_id
from workbench.metadata.artifacts import PARENT_VARIABLE, insert_artifact
from workbench.metadata.events import add_event
from workbench.metadata.executions import ExecutionQueries
from workbench.metadata.records import Artifact, ColumnSource, Execution
from workbench.metadata.tables import AliasRow, ArtifactRow, ColumnEdgeRow

__all__ = ["PARENT_VARIABLE", "Recorder", "Recording"]


class Recording:
    """A running execution, to which reads and writes are added; made by `Metadata.record`."""

    def __init__(self, metadata: Recorder, execution: Execution) -> None:
        self._metadata = metadata
        self.execution = execution

    @property
    def id(self) -> str:
        """The execution's id."""
        return self.execution.id

    def read(self, artifact: Artifact, role: str = "input") -> None:
        """Record that this step read an artifact."""
        with self._metadata.writing() as session:
            add_event(session, self.id, artifact.id, "input", role, self._metadata.clock.now())

    def write(
        self,
        kind: str,
        name: str,
        *,
        digest: str | None = None,
        size: int | None = None,
        properties: Mapping[str, object] | None = None,
        columns: Mapping[str, Sequence[ColumnSource]] | None = None,
        aliases: Sequence[str] = (),
        role: str = "output",
        after: int | None = None,
    ) -> Artifact:
        """Record the next version of (kind, name).

        Its event, its columns and its aliases are committed in the same transaction.

        Parameters
        ----------
        kind, name : str
        digest, size : optional
            Of its bytes in the artifact store, which must be there already.
        properties : mapping, optional
            Facts as JSON.
        columns : mapping of str to sequence of ColumnSource, optional
            For each column written, the columns it came from.
        aliases : sequence of str
            Names that from now on point at this version.
        role : str
            What the output is to the step, such as ``checkpoint``.
        after : int, optional
            The version that this one builds on, which must still be the newest.

        Raises
        ------
        Conflict
            If there is a newer version than `after`.
        InvalidInput
            If `name` cannot be a name.
        StorageFull
            If there is no room; nothing is recorded.
        """
        now = self._metadata.clock.now()
        row = ArtifactRow(
            id=new_id(),
            kind=kind,
            name=name,
            version=0,
            digest=digest,
            size=size,
            properties=dict(properties or {}),
            created_at=now,
        )
        with self._metadata.writing() as session:
            artifact = insert_artifact(session, row, after)
            add_event(session, self.id, artifact.id, "output", role, now)
            session.add_all(
                ColumnEdgeRow(
                    execution_id=self.id,
                    source_id=source.artifact.id,
                    source_column=source.column,
                    target_id=artifact.id,
                    target_column=target,
                    how=source.how,
                )
                for target, sources in (columns or {}).items()
                for source in sources
            )
            for alias in aliases:
                session.merge(AliasRow(kind=kind, name=name, alias=alias, version=artifact.version))
        return artifact

    def update(self, **properties: object) -> None:
        """Merge facts into the execution's properties."""
        self._metadata.update_execution(self.id, **properties)


class Recorder(ExecutionQueries):
    """Metadata that can record a step."""

    @contextmanager
    def record(
        self,
        kind: str,
        name: str,
        *,
        reads: Sequence[Artifact] = (),
        properties: Mapping[str, object] | None = None,
        context: tuple[str, str] | None = None,
    ) -> Iterator[Recording]:
        """Record a step: complete when the block ends, failed on an error, canceled on Ctrl-C.

        Parameters
        ----------
        kind, name : str
            For example ``"ingest", "flights"``.
        reads : sequence of Artifact
            What it reads; more can be added inside.
        properties : mapping, optional
        context : (kind, name), optional
            For example ``("experiment", "delay")``.
        """
        execution = self.start_execution(
            kind,
            name,
            reads=reads,
            properties=dict(properties or {}),
            context=context,
            parent=os.environ.get(PARENT_VARIABLE),
        )
        try:
            yield Recording(self, execution)
        except KeyboardInterrupt:
            self.end_execution(execution.id, "canceled", "stopped by the user")
            raise
        except BaseException as error:
            self.end_execution(execution.id, "failed", f"{type(error).__name__}: {error}"[:2000])
            raise
        self.end_execution(execution.id, "complete")
