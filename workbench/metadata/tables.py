"""The tables. Only this package knows them; everyone else sees the frozen records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Float,
    Index,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC times, also on SQLite, which keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json() -> Column[Any]:
    return Column(JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def _time(*, nullable: bool = False) -> Column[datetime]:
    return Column(UtcDateTime(), nullable=nullable)


class ArtifactRow(SQLModel, table=True):
    """Something that was made: a dataset's version, a model's version, an endpoint's revision."""

    __tablename__ = "artifact"
    __table_args__ = (
        UniqueConstraint("kind", "name", "version"),
        Index("artifact_created", "kind", "created_at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    name: str
    version: int
    digest: str | None = Field(default=None, index=True)
    size: int | None = Field(default=None, sa_type=BigInteger)
    state: str = "live"
    properties: dict[str, Any] = Field(sa_column=_json())
    created_at: datetime = Field(sa_column=_time())


class AliasRow(SQLModel, table=True):
    """A movable name of one version."""

    __tablename__ = "alias"

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    alias: str = Field(primary_key=True)
    version: int


class ExecutionRow(SQLModel, table=True):
    """Something that was done."""

    __tablename__ = "execution"
    __table_args__ = (Index("execution_started", "kind", "started_at"),)

    id: str = Field(primary_key=True)
    kind: str
    name: str
    state: str = Field(index=True)
    started_at: datetime = Field(sa_column=_time())
    ended_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    error: str | None = Field(default=None, sa_type=Text)
    parent: str | None = Field(default=None, index=True)
    host: str
    pid: int
    born: float = Field(sa_type=Float)
    properties: dict[str, Any] = Field(sa_column=_json())


class EventRow(SQLModel, table=True):
    """An execution read or wrote an artifact."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("execution_id", "artifact_id", "direction", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    execution_id: str = Field(foreign_key="execution.id", index=True)
    artifact_id: str = Field(foreign_key="artifact.id", index=True)
    direction: str  # input | output
    role: str
    created_at: datetime = Field(sa_column=_time())


class ColumnEdgeRow(SQLModel, table=True):
    """A column came from a column."""

    __tablename__ = "column_edge"

    id: int | None = Field(default=None, primary_key=True)
    execution_id: str = Field(foreign_key="execution.id", index=True)
    source_id: str = Field(foreign_key="artifact.id", index=True)
    source_column: str
    target_id: str = Field(foreign_key="artifact.id", index=True)
    target_column: str
    how: str = Field(default="", sa_type=Text)


class ContextRow(SQLModel, table=True):
    """A group that executions belong to, such as an experiment."""

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: str = Field(primary_key=True)
    kind: str
    name: str
    created_at: datetime = Field(sa_column=_time())


class AssociationRow(SQLModel, table=True):
    """An execution belongs to a context."""

    __tablename__ = "association"

    context_id: str = Field(foreign_key="context.id", primary_key=True)
    execution_id: str = Field(foreign_key="execution.id", primary_key=True, index=True)


class ParamRow(SQLModel, table=True):
    """A run's parameter, as text."""

    __tablename__ = "param"

    run_id: str = Field(foreign_key="execution.id", primary_key=True)
    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class MetricRow(SQLModel, table=True):
    """One point of a run's curve. A NaN is stored as null, since SQLite has no NaN."""

    __tablename__ = "metric"

    run_id: str = Field(foreign_key="execution.id", primary_key=True)
    key: str = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_type=BigInteger)
    time: int = Field(primary_key=True, sa_type=BigInteger)  # microseconds since 1970, UTC
    value: float | None = Field(default=None, sa_type=Float)


class ScheduleRow(SQLModel, table=True):
    """A notebook that runs again and again."""

    __tablename__ = "schedule"

    name: str = Field(primary_key=True)
    id: str = Field(unique=True)
    path: str
    digest: str
    cron: str
    timezone: str
    parameters: dict[str, Any] = Field(sa_column=_json())
    state: str = "live"  # live | paused
    next_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    owner: str | None = None
    last_job: str | None = None
    created_at: datetime = Field(sa_column=_time())
