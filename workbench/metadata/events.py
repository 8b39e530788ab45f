"""Events: which execution read or wrote which artifact."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from workbench.metadata.tables import EventRow


def add_event(
    session: Session,
    execution_id: str,
    artifact_id: str,
    direction: Literal["input", "output"],
    role: str,
    moment: datetime,
) -> None:
    """Add an event, once."""
    known = select(col(EventRow.id)).where(
        col(EventRow.execution_id) == execution_id,
        col(EventRow.artifact_id) == artifact_id,
        col(EventRow.direction) == direction,
        col(EventRow.role) == role,
    )
    if session.scalar(known) is None:
        session.add(
            EventRow(
                execution_id=execution_id,
                artifact_id=artifact_id,
                direction=direction,
                role=role,
                created_at=moment,
            )
        )
        session.flush()
