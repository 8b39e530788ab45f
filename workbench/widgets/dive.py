"""`DiveWidget`: every row a point, divided, placed and coloured by any column."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.core.calls import literal
from workbench.core.errors import InvalidInput, near
from workbench.data.datasets.sources import open_source
from workbench.widgets import dive_picture
from workbench.widgets.base import Widget
from workbench.widgets.dive_data import read_points

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset

KEPT = 4_000


class DiveWidget(Widget):
    """Rows as points: in facets, stacked or placed by their values, searched and picked.

    A saved notebook keeps the first 4,000 of the drawn rows, which are a fair sample; the kernel
    sends the others.

    Parameters
    ----------
    data : Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    rows, columns : str, optional
        The columns that divide the points from top to bottom, and from left to right.
    x, y : str, optional
        The columns whose values place the points; with one of them they pile up, without they are
        stacked side by side.
    color, label : str, optional
        Chosen by the widget when not given: few values for the colour, many for the label.
    split, span : str, optional
        Only this split, or this span, of a dataset.
    most : int
        Of more rows, so many are drawn at random.
    seed : int
        The same seed draws the same rows.
    name : str, optional
        What a frame's rows are called, in the heading and in the code.

    Attributes
    ----------
    view : dict
        The columns as they are set now.

    Raises
    ------
    InvalidInput
        If there is no such column, split or span.

    Examples
    --------
    >>> import pyarrow as pa
    >>> DiveWidget(pa.table({"delay": [1, None, 3]}), x="delay", name="flights")
    Points of flights: 3 rows
    """

    module: ClassVar[str] = "dive"
    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        data: Dataset | pd.DataFrame | pa.Table | str,
        *,
        rows: str | None = None,
        columns: str | None = None,
        x: str | None = None,
        y: str | None = None,
        color: str | None = None,
        label: str | None = None,
        split: str | None = None,
        span: str | None = None,
        most: int = 100_000,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        source = open_source(data, split=split, span=span)
        asked = {"rows": rows, "columns": columns, "x": x, "y": y, "color": color, "label": label}
        view = {channel: column for channel, column in asked.items() if column is not None}
        self._points = read_points(source, most, seed)
        known = [each.name for each in self._points.fields]
        for channel, column in view.items():
            if column not in known:
                raise InvalidInput(
                    f"{channel}={column!r} is no column that can be drawn", hint=near(column, known)
                )
        artifact = source.artifact
        called = name or (artifact.name if artifact is not None else "data")
        self._called = {
            "name": source.name if artifact is not None and name is None else called,
            "variable": called if called.isidentifier() and not iskeyword(called) else "rows",
            "source": None,
        }
        if artifact is not None:
            parts = {"split": split, "span": span}
            asked_of = [f"{word}={literal(part)}" for word, part in parts.items() if part]
            self._called["source"] = (
                f"{self._called['variable']} = wb.dataset({literal(artifact.ref)})"
                f".to_pandas({', '.join(asked_of)})"
            )
        head, buffers = self._points.head(KEPT).message()
        index, *values = buffers
        fields = [
            {**field, "values": value} for field, value in zip(head["fields"], values, strict=True)
        ]
        super().__init__(data={**head, **self._called, "index": index, "fields": fields}, view=view)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return dive_picture.draw(self._points.head(KEPT), self._called["name"] or "", self.view)

    def text(self) -> str:
        """Return one line: of what, how many points."""
        drawn, rows = len(self._points.index), self._points.rows
        count = f"{rows:,} rows" if drawn == rows else f"{drawn:,} of {rows:,} rows"
        return f"Points of {self._called['name']}: {count}"

    def _act(self, message: dict[str, Any]) -> None:
        if message.get("type") == "points":
            said, buffers = self._points.message()
            self.send({"type": "points", "data": {**said, **self._called}}, buffers)
