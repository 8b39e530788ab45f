"""The first tables: artifacts, executions, events, contexts, params, metrics, schedules.

Revision: 0001
Before: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alias",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "alias"),
    )
    op.create_table(
        "artifact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("properties", _JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "name", "version"),
    )
    op.create_index("artifact_created", "artifact", ["kind", "created_at"], unique=False)
    op.create_index(op.f("ix_artifact_digest"), "artifact", ["digest"], unique=False)
    op.create_table(
        "context",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "name"),
    )
    op.create_table(
        "execution",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("born", sa.Float(), nullable=False),
        sa.Column("properties", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("execution_started", "execution", ["kind", "started_at"], unique=False)
    op.create_index(op.f("ix_execution_parent"), "execution", ["parent"], unique=False)
    op.create_index(op.f("ix_execution_state"), "execution", ["state"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("parameters", _JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("last_job", sa.String(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "association",
        sa.Column("context_id", sa.String(), nullable=False),
        sa.Column("execution_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"],
            ["context.id"],
        ),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["execution.id"],
        ),
        sa.PrimaryKeyConstraint("context_id", "execution_id"),
    )
    op.create_index(
        op.f("ix_association_execution_id"), "association", ["execution_id"], unique=False
    )
    op.create_table(
        "column_edge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("execution_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("source_column", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("target_column", sa.String(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["execution.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["artifact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["artifact.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_column_edge_execution_id"), "column_edge", ["execution_id"], unique=False
    )
    op.create_index(op.f("ix_column_edge_source_id"), "column_edge", ["source_id"], unique=False)
    op.create_index(op.f("ix_column_edge_target_id"), "column_edge", ["target_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("execution_id", sa.String(), nullable=False),
        sa.Column("artifact_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"],
            ["artifact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["execution_id"],
            ["execution.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("execution_id", "artifact_id", "direction", "role"),
    )
    op.create_index(op.f("ix_event_artifact_id"), "event", ["artifact_id"], unique=False)
    op.create_index(op.f("ix_event_execution_id"), "event", ["execution_id"], unique=False)
    op.create_table(
        "metric",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["execution.id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "key", "step", "time"),
    )
    op.create_table(
        "param",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["execution.id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "key"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("param")
    op.drop_table("metric")
    op.drop_index(op.f("ix_event_execution_id"), table_name="event")
    op.drop_index(op.f("ix_event_artifact_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_column_edge_target_id"), table_name="column_edge")
    op.drop_index(op.f("ix_column_edge_source_id"), table_name="column_edge")
    op.drop_index(op.f("ix_column_edge_execution_id"), table_name="column_edge")
    op.drop_table("column_edge")
    op.drop_index(op.f("ix_association_execution_id"), table_name="association")
    op.drop_table("association")
    op.drop_table("schedule")
    op.drop_index(op.f("ix_execution_state"), table_name="execution")
    op.drop_index(op.f("ix_execution_parent"), table_name="execution")
    op.drop_index("execution_started", table_name="execution")
    op.drop_table("execution")
    op.drop_table("context")
    op.drop_index(op.f("ix_artifact_digest"), table_name="artifact")
    op.drop_index("artifact_created", table_name="artifact")
    op.drop_table("artifact")
    op.drop_table("alias")
