"""Finding runs again."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.tracking.filters import parse_where
from workbench.tracking.folding import fold_left_behind
from workbench.tracking.params import decode
from workbench.tracking.runs import Run

if TYPE_CHECKING:
    import pandas as pd


class RunList(list[Run]):
    """Runs, those begun last first."""

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a run: its facts, ``params.…`` and the latest ``metrics.…``."""
        import pandas as pd

        return pd.DataFrame(self._rows())

    def _rows(self) -> list[dict[str, object]]:
        metadata = workspace.current().metadata
        ids = [run.id for run in self]
        params, metrics = metadata.params_of(ids), metadata.latest_metrics(ids)
        return [
            {
                "id": run.id,
                "name": run.name,
                "experiment": run.experiment,
                "state": run.state,
                "started_at": run.execution.started_at,
                "seconds": run.execution.seconds,
            }
            | {f"params.{key}": decode(text) for key, text in params.get(run.id, {}).items()}
            | {f"metrics.{key}": value for key, value in metrics.get(run.id, {}).items()}
            for run in self
        ]

    def _repr_html_(self) -> str:
        rows = self._rows()
        columns = list(dict.fromkeys(key for row in rows for key in row if key != "id"))
        head = "".join(f"<th>{html.escape(each)}</th>" for each in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{_cell(row.get(each))}</td>" for each in columns) + "</tr>"
            for row in rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def runs(
    experiment: str | None = None, *, where: str | None = None, limit: int | None = 100
) -> RunList:
    """Return runs, those begun last first.

    Parameters
    ----------
    experiment : str, optional
    where : str, optional
        Comparisons joined by ``and`` over ``metrics.…``, ``params.…``, ``state``, ``name`` and
        ``experiment``; texts in quotes. A run without the metric or param is left out.
    limit : int, optional
        The most runs returned; None for all.

    Raises
    ------
    InvalidInput
        If `where` cannot be read.

    Examples
    --------
    >>> runs("nothing-yet", where="metrics.auc > 0.7 and params.lr < 0.1")
    []
    """
    terms = parse_where(where) if where is not None else []
    metadata = workspace.current().metadata
    fold_left_behind(metadata)
    found = metadata.executions(
        "run",
        context=None if experiment is None else ("experiment", experiment),
        limit=None if terms else limit,
    )
    if terms:
        ids = [each.id for each in found]
        params, metrics = metadata.params_of(ids), metadata.latest_metrics(ids)
        found = [
            each
            for each in found
            if all(
                term.holds(
                    {
                        "metrics": metrics.get(each.id, {}),
                        "params": {
                            key: decode(text) for key, text in params.get(each.id, {}).items()
                        },
                        "": {
                            "state": each.state,
                            "name": each.name,
                            "experiment": each.context or "",
                        },
                    }
                )
                for term in terms
            )
        ]
    return RunList(Run(each) for each in found[:limit])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else html.escape(str(value))
