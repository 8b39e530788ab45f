"""Params and metrics of runs. Curves come in by the batch from the tracking journal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from workbench.core.errors import Conflict
from workbench.metadata.executions import ExecutionQueries
from workbench.metadata.records import MetricPoint
from workbench.metadata.tables import MetricRow, ParamRow


class MetricQueries(ExecutionQueries):
    """What can be asked and said about params and metrics."""

    def add_params(self, run_id: str, params: Mapping[str, str]) -> None:
        """Add params to a run; the same value again is fine.

        Raises
        ------
        Conflict
            If a param has another value already.
        """
        with self.writing() as session:
            for key, value in params.items():
                known = session.get(ParamRow, (run_id, key))
                if known is None:
                    session.add(ParamRow(run_id=run_id, key=key, value=value))
                elif known.value != value:
                    raise Conflict(
                        f"the param {key!r} is {known.value!r}, and cannot become {value!r}",
                        hint="a param is what the run started with; log what changes as a metric",
                    )

    def params(self, run_id: str) -> dict[str, str]:
        """Return a run's params."""
        return self.params_of([run_id]).get(run_id, {})

    def params_of(self, run_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the params of several runs, by run."""
        found: dict[str, dict[str, str]] = {}
        query = select(ParamRow).where(col(ParamRow.run_id).in_(list(run_ids)))
        with self.reading() as session:
            for row in session.scalars(query.order_by(col(ParamRow.key))):
                found.setdefault(row.run_id, {})[row.key] = row.value
        return found

    def add_metrics(self, points: Iterable[MetricPoint]) -> None:
        """Add points of curves; what is there already is skipped, so a batch can be sent again."""
        rows = [
            {
                "run_id": point.run_id,
                "key": point.key,
                "step": point.step,
                "time": point.time,
                "value": None if math.isnan(point.value) else point.value,
            }
            for point in points
        ]
        if not rows:
            return
        insert = sqlite.insert if self.url.startswith("sqlite") else postgresql.insert
        statement = insert(MetricRow).on_conflict_do_nothing()
        with self.writing() as session:
            session.execute(statement, rows)

    def metrics(
        self, run_id: str, key: str | None = None, *, after: int | None = None
    ) -> list[MetricPoint]:
        """Return a run's points, in order of key, step and time.

        Parameters
        ----------
        run_id : str
        key : str, optional
        after : int, optional
            Only points logged after this time, in microseconds since 1970.
        """
        query = select(
            col(MetricRow.key), col(MetricRow.step), col(MetricRow.value), col(MetricRow.time)
        ).where(col(MetricRow.run_id) == run_id)
        if key is not None:
            query = query.where(col(MetricRow.key) == key)
        if after is not None:
            query = query.where(col(MetricRow.time) > after)
        query = query.order_by(col(MetricRow.key), col(MetricRow.step), col(MetricRow.time))
        with self.reading() as session:
            return [
                MetricPoint(run_id, name, step, math.nan if value is None else value, time)
                for name, step, value, time in session.execute(query)
            ]

    def latest_metrics(self, run_ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return each run's last values: of the highest step, then of the latest time."""
        ranked = (
            select(
                col(MetricRow.run_id),
                col(MetricRow.key),
                col(MetricRow.value),
                func.row_number()
                .over(
                    partition_by=(col(MetricRow.run_id), col(MetricRow.key)),
                    order_by=(col(MetricRow.step).desc(), col(MetricRow.time).desc()),
                )
                .label("place"),
            )
            .where(col(MetricRow.run_id).in_(list(run_ids)))
            .subquery()
        )
        found: dict[str, dict[str, float]] = {}
        with self.reading() as session:
            for run_id, key, value, _ in session.execute(select(ranked).where(ranked.c.place == 1)):
                found.setdefault(run_id, {})[key] = math.nan if value is None else value
        return found
