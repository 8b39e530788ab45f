"""`DiffWidget`: what changed from one version of a dataset to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from workbench.core.calls import literal
from workbench.widgets import diff_picture
from workbench.widgets.base import Widget
from workbench.widgets.diff_data import diff_data

if TYPE_CHECKING:
    from workbench.data.datasets.diff import DatasetDiff


class DiffWidget(Widget):
    """Rows added, removed and changed by key, old cells beside new ones; columns; how they moved.

    Parameters
    ----------
    diff : DatasetDiff or dict
        What ``before.diff(after)`` returned, or its `diff_data`.
    drift : bool
        Whether to measure how far each column's values moved, which reads both versions.
    limit : int
        The most rows of each kind to show.
    code : str
        What the button gives; the code of the difference when not given.

    Examples
    --------
    >>> DiffWidget({"a": {"name": "flights@1"}, "b": {"name": "flights@2"}, "added": 3,
    ...     "removed": 0, "changed": 2, "unchanged": 95, "columns": []})
    flights@1 → flights@2: 3 rows added, 0 removed, 2 changed, 95 unchanged
    """

    module: ClassVar[str] = "diff"
    code = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        diff: DatasetDiff | Mapping[str, Any],
        *,
        drift: bool = True,
        limit: int = 50,
        code: str = "",
    ) -> None:
        if isinstance(diff, Mapping):
            data = dict(diff)
        else:
            moved = diff.drift() if drift and diff.a.rows and diff.b.rows else None
            data = diff_data(diff, drift=moved, limit=limit)
            key = f", key={literal(list(diff.key))}" if diff.key else ""
            code = code or f"wb.dataset({literal(diff.a.ref)}).diff({literal(diff.b.ref)}{key})"
        super().__init__(data=data, code=code)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return diff_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: between what, how many rows of each kind."""
        data = self.data
        counts = ", ".join(
            f"{data[kind]:,} {'rows ' if kind == 'added' else ''}{kind}"
            for kind in ("added", "removed", "changed", "unchanged")
        )
        return f"{data['a']['name']} → {data['b']['name']}: {counts}"
