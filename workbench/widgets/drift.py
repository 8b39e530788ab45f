"""`DriftWidget`: how one set of rows becomes another, column by column, as a moving picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import traitlets

from workbench.core.calls import literal
from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset, dataset
from workbench.data.drift import Drift, drift_of_statistics
from workbench.data.drift import drift as measure_drift
from workbench.data.statistics import Statistics, statistics
from workbench.widgets import drift_picture
from workbench.widgets.base import Widget
from workbench.widgets.spans import named_spans
from workbench.widgets.spans_data import spans_data

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.statistics import DatasetStatistics

    Rows: TypeAlias = Dataset | pd.DataFrame | pa.Table | Statistics | str

#: What may have been measured of a column, in the order in which it is shown.
MEASURES = (
    "jsd",
    "psi",
    "l_infinity",
    "ks",
    "wasserstein_scaled",
    "cramers_v",
    "q_value",
)


class DriftWidget(Widget):
    """The columns of two sets of rows, ranked by how far they moved; one turns into the other.

    Parameters
    ----------
    a, b : Dataset, pandas.DataFrame, pyarrow.Table, Statistics or str
        A string is a dataset's reference. Without `b`, the spans of `a` follow one another, and
        what is measured is the way from the first to the last.
    by : str, optional
        Without `b`: the column whose values are the spans.
    drift : Drift, optional
        As measured already; measured here when not given, of statistics approximately.
    names : (str, str), optional
        What the two are called.
    column : str, optional
        The column to begin with; the one that moved most when not given.
    code : str
        What the button gives; of datasets the code that measures it, when not given.

    Raises
    ------
    InvalidInput
        If there are not two sets of rows.

    Examples
    --------
    >>> import pyarrow as pa
    >>> DriftWidget(pa.table({"x": [1, 1, 2]}), pa.table({"x": [2, 2, 1]}), names=("May", "June"))
    Drift from May to June: x moved most, JSD 0.082
    """

    module: ClassVar[str] = "drift"
    column = traitlets.Unicode("").tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        a: Rows,
        b: Rows | None = None,
        *,
        by: str | None = None,
        drift: Drift | None = None,
        names: tuple[str, str] | None = None,
        column: str = "",
        code: str = "",
    ) -> None:
        if b is None:
            _, spans = named_spans(a, by)
        else:
            spans = [(each.name, each) for each in (_statistics(a), _statistics(b))]
        if len(spans) < 2:
            raise InvalidInput(
                f"there are {len(spans)} sets of rows, and two are compared",
                hint="give a second, or the column of spans: by='month'",
            )
        if names is not None:
            ends = [(names[0], spans[0][1]), *spans[1:-1], (names[1], spans[-1][1])]
            spans = ends
        if drift is None and b is not None and not isinstance(a, Statistics):
            drift = None if isinstance(b, Statistics) else measure_drift(a, b)
        if isinstance(a, (str, Dataset)) and isinstance(b, (str, Dataset)):
            code = code or f"wb.drift({literal(dataset(a).ref)}, {literal(dataset(b).ref)})"
        if drift is None:
            drift = drift_of_statistics(spans[0][1], spans[-1][1])
        super().__init__(data=drift_data(spans, drift, by), column=column, code=code)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return drift_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: between what, and the column that moved most."""
        spans, columns = self.data["spans"], self.data["columns"]
        between = f"Drift from {spans[0]['name']} to {spans[-1]['name']}"
        if not columns:
            return f"{between}: they share no columns"
        most = columns[0]
        return f"{between}: {most['name']} moved most, JSD {most['measures']['jsd']:.3f}"


def drift_data(
    spans: list[tuple[str, DatasetStatistics]], drift: Drift, by: str | None = None
) -> dict[str, Any]:
    """Return `spans_data` of the shared columns, those that moved most first, with their measures.

    Each column also has ``measures`` by name, and the whole ``only_a`` and ``only_b``.
    """
    drawn = spans_data(f"{spans[0][0]} → {spans[-1][0]}", spans)
    columns = {each["name"]: each for each in drawn["columns"]}
    shown = [
        {**columns[each.column], "measures": _measures(each)}
        for each in drift.columns
        if each.column in columns and each.column != by
    ]
    return {
        **drawn,
        "columns": shown,
        "only_a": list(drift.only_a),
        "only_b": list(drift.only_b),
    }


def _measures(moved: object) -> dict[str, float]:
    """Return what was measured of a column, without what does not exist for its type."""
    found = {name: getattr(moved, name, None) for name in MEASURES}
    return {
        name: round(float(value), 6)
        for name, value in found.items()
        if isinstance(value, (int, float)) and math.isfinite(value)
    }


def _statistics(rows: Rows) -> DatasetStatistics:
    found = rows if isinstance(rows, Statistics) else statistics(rows)
    return found.datasets[0]
