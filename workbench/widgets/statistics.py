"""`StatisticsWidget`: every column of some sets of rows in a table with their distributions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.core.calls import literal
from workbench.widgets import statistics_picture
from workbench.widgets.base import Widget

if TYPE_CHECKING:
    from workbench.data.drift import Drift
    from workbench.data.statistics import Statistics
    from workbench.data.validation.anomalies import Anomaly
    from workbench.metadata import Artifact

#: What statistics may have been asked for beside the rows.
_ASKED = ("split", "span", "by", "weight", "sample")


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
    slices : sequence of str, optional
        Slices to draw beside the whole, such as ``carrier=UA``; all that were taken when neither
        these nor `compare` are given.
    anomalies : iterable of Anomaly, optional
        What ``wb.validate(…)`` found, shown at its columns.
    edits : dict of str or int to str, optional
        By column, or by an anomaly's place, the code of a schema edit that accepts it; what
        ``wb.validate(…)`` proposes when not given.
    code : str
        What the button gives; of datasets the code that makes this, when not given.

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
        slices: Sequence[str] | None = None,
        anomalies: Iterable[Anomaly] = (),
        edits: Mapping[str | int, str] | None = None,
        code: str = "",
    ) -> None:
        if isinstance(statistics, Mapping):
            data = dict(statistics)
        else:
            if slices is None:
                slices = () if compare is not None else tuple(statistics.slices)
            if edits is None:
                edits = _proposed(anomalies)
            data = statistics.data(
                compare, drift=drift, slices=slices, anomalies=anomalies, edits=edits
            )
            code = code or _code(statistics, compare)
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


def _code(statistics: Statistics, compare: Statistics | None) -> str:
    """Return the code that draws statistics of datasets, or nothing where others are among them."""
    made = [_making(each.artifact) for each in (statistics, compare) if each is not None]
    if not all(made):
        return ""
    shown = made[0] if len(made) == 1 else f"\n    {made[0]},\n    {made[1]},\n"
    return f"from workbench.widgets import StatisticsWidget\n\nStatisticsWidget({shown})"


def _making(artifact: Artifact | None) -> str:
    """Return the call that made a dataset's statistics."""
    if artifact is None or "dataset" not in artifact.properties:
        return ""
    facts = artifact.properties
    asked = {name: facts[name] for name in _ASKED if facts.get(name) is not None}
    words = [f"{name}={literal(value)}" for name, value in asked.items()]
    return f"wb.statistics({', '.join([literal(facts['dataset']), *words])})"


def _proposed(anomalies: Iterable[Anomaly]) -> dict[str | int, str]:
    """Return, by place, the code that accepts each anomaly that an edit of the schema ends."""
    from workbench.data.validation import Anomalies

    if not isinstance(anomalies, Anomalies) or anomalies.examination is None:
        return {}
    proposal = anomalies.propose()
    changes: dict[str, list[str]] = {}
    for change in proposal.diff:
        changes.setdefault(change.column, []).append(str(change).removeprefix(f"{change.column}: "))
    return {
        place: f"schema = anomalies[{place}].accept()  # {'; '.join(changes[each.column])}"
        for place, each in enumerate(anomalies)
        if each.column in changes and each not in proposal.left
    }
