"""`SpansWidget`: how each column's values are spread through time, span by span."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.core.calls import literal
from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset, dataset
from workbench.data.statistics import Statistics, statistics
from workbench.widgets import spans_picture
from workbench.widgets.base import Widget
from workbench.widgets.spans_data import spans_data

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.statistics import DatasetStatistics


class SpansWidget(Widget):
    """Each column's distribution through time: a heat map, a ridgeline, shares of top values.

    Parameters
    ----------
    data : Dataset, str, pandas.DataFrame, pyarrow.Table, Statistics or mapping
        A dataset's spans are compared; a string is its reference. Of statistics, the slices; of a
        mapping, the statistics that it names, in its order.
    by : str, optional
        The column whose values are the spans, of a frame or of a dataset without spans.
    name : str, optional
        What the rows are called in the heading.
    column : str, optional
        The column to begin with; the one that moved most when not given.
    code : str
        What the button gives; of a dataset the code that makes this, when not given.

    Raises
    ------
    InvalidInput
        If there are no spans to compare.

    Examples
    --------
    >>> import pyarrow as pa
    >>> SpansWidget(pa.table({"month": [1, 1, 2], "delay": [1, 2, 30]}), by="month")
    data through 2 spans: 1 column
    """

    module: ClassVar[str] = "spans"
    column = traitlets.Unicode("").tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        data: Dataset | str | pd.DataFrame | pa.Table | Statistics | Mapping[str, Statistics],
        by: str | None = None,
        *,
        name: str | None = None,
        column: str = "",
        code: str = "",
    ) -> None:
        called, spans = named_spans(data, by)
        if not spans:
            raise InvalidInput(
                f"{called} has no spans to compare", hint="name the column of spans: by='month'"
            )
        drawn = spans_data(name or called, spans)
        if by is not None:  # the spans themselves tell nothing through time
            drawn["columns"] = [each for each in drawn["columns"] if each["name"] != by]
        if isinstance(data, (str, Dataset)):
            asked = f", by={literal(by)}" if by is not None else ""
            code = code or (
                "from workbench.widgets import SpansWidget\n\n"
                f"SpansWidget({literal(dataset(data).ref)}{asked})"
            )
        super().__init__(data=drawn, column=column, code=code)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return spans_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: of what, how many spans and columns."""
        spans, columns = len(self.data["spans"]), len(self.data["columns"])
        word = "column" if columns == 1 else "columns"
        return f"{self.data['name']} through {spans:,} spans: {columns:,} {word}"


def named_spans(data: Any, by: str | None) -> tuple[str, list[tuple[str, DatasetStatistics]]]:
    """Return what the rows are called, and each span with its statistics, in order."""
    if isinstance(data, Mapping):
        return "data", [(name, each.datasets[0]) for name, each in data.items()]
    if isinstance(data, Statistics):
        return data.name, _of_slices(data)
    if isinstance(data, (str, Dataset)):
        found = dataset(data)
        if by is None:
            parts = {span: statistics(found, span=span).datasets[0] for span in found.spans}
            return found.ref, list(parts.items())
    if by is None:
        return "data", []
    return named_spans(statistics(data, by=by), None)


def _of_slices(found: Statistics) -> list[tuple[str, DatasetStatistics]]:
    """Return the slices in the order of their names, numbers in them by size."""
    slices = sorted(found.slices.items(), key=lambda item: _natural(item[0]))
    labels = [label.partition("=")[2] or label for label, _ in slices]
    return [(label, each) for label, (_, each) in zip(labels, slices, strict=True)]


def _natural(words: str) -> list[tuple[int, float, str]]:
    parts = re.split(r"(-?\d+(?:\.\d+)?)", words)
    return [
        (0, float(part), "") if place % 2 else (1, 0.0, part) for place, part in enumerate(parts)
    ]
