"""`StatisticsWidget`: every column of one or two datasets in a table with their distributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.widgets import statistics_picture
from workbench.widgets.base import Widget

if TYPE_CHECKING:
    from workbench.data.drift import Drift
    from workbench.data.statistics import Statistics


class StatisticsWidget(Widget):
    """The statistics of a dataset, beside another's if given.

    Parameters
    ----------
    statistics : Statistics or dict
        What ``wb.statistics(…)`` returned, or its ``data()``.
    compare : Statistics, optional
        Drawn outlined over the first.
    drift : Drift, optional
        Measured between the two; found from the statistics when not given.
    code : str
        What the button copies: the code that makes this.

    Examples
    --------
    >>> widget = StatisticsWidget({"datasets": [{"name": "flights", "rows": 3}], "features": []})
    >>> widget
    Statistics of flights: 3 rows × 0 columns
    """

    module: ClassVar[str] = "statistics"
    code = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        statistics: Statistics | Mapping[str, Any],
        compare: Statistics | None = None,
        *,
        drift: Drift | None = None,
        code: str = "",
    ) -> None:
        data = (
            dict(statistics)
            if isinstance(statistics, Mapping)
            else statistics.data(compare, drift=drift)
        )
        super().__init__(data=data, code=code)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return statistics_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: which rows, how many columns."""
        sets = " and ".join(
            f"{each['name']}: {each['rows']:,} rows" for each in self.data["datasets"]
        )
        return f"Statistics of {sets} × {len(self.data['features']):,} columns"
