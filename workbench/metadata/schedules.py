"""Schedules, and the claim by which exactly one daemon runs each due one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from workbench.core.errors import NotFound, near
from workbench.metadata.metrics import MetricQueries
from workbench.metadata.records import Schedule
from workbench.metadata.tables import ScheduleRow


class ScheduleQueries(MetricQueries):
    """What can be asked and said about schedules."""

    def add_schedule(self, schedule: Schedule) -> None:
        """Add a schedule, or replace the one of the same name."""
        with self.writing() as session:
            session.merge(ScheduleRow(**vars(schedule)))

    def schedules(self) -> list[Schedule]:
        """Return every schedule, by name."""
        with self.reading() as session:
            return [
                _to_schedule(row)
                for row in session.scalars(select(ScheduleRow).order_by(col(ScheduleRow.name)))
            ]

    def schedule(self, name: str) -> Schedule:
        """Return the schedule of that name.

        Raises
        ------
        NotFound
            If there is none.
        """
        with self.reading() as session:
            row = session.get(ScheduleRow, name)
            if row is None:
                known = session.scalars(select(col(ScheduleRow.name))).all()
                raise NotFound(
                    f"no schedule is named {name!r}",
                    hint=near(name, known, otherwise="make one with wb.schedule"),
                )
            return _to_schedule(row)

    def update_schedule(self, name: str, **fields: object) -> None:
        """Change fields of a schedule (next_at, state, owner, last_job).

        Raises
        ------
        NotFound
            If there is none of that name.
        """
        with self.writing() as session:
            changed = session.execute(
                update(ScheduleRow).where(col(ScheduleRow.name) == name).values(**fields)
            )
            if changed.rowcount == 0:  # type: ignore[attr-defined]  # an update has a count
                raise NotFound(f"no schedule is named {name!r}")

    def delete_schedule(self, name: str) -> None:
        """Remove a schedule; its jobs stay."""
        with self.writing() as session:
            row = session.get(ScheduleRow, name)
            if row is not None:
                session.delete(row)

    def claim_due(self, now: datetime, owner: str) -> list[Schedule]:
        """Take the live schedules that are due and free; of several daemons one gets each."""
        with self.writing() as session:
            due = (
                col(ScheduleRow.state) == "live",
                col(ScheduleRow.next_at) <= now,
                col(ScheduleRow.owner).is_(None),
            )
            query = select(ScheduleRow).where(*due).with_for_update(skip_locked=True)
            claimed = []
            for row in session.scalars(query):
                row.owner = owner
                claimed.append(row)
            session.flush()
            return [_to_schedule(row) for row in claimed]


def _to_schedule(row: ScheduleRow) -> Schedule:
    return Schedule(**{name: getattr(row, name) for name in Schedule.__dataclass_fields__})
