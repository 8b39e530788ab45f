"""On-demand features of a training set: its spine's rows stand for the requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import arrow_type
from workbench.features.definitions.computing import compute

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.definitions.selections import Chosen, Names


class Computing:
    """Adds on-demand features to features that were joined.

    Parameters
    ----------
    chosen : Chosen
    names : mapping of (view, column) to str
        What each is called, as ``chosen.names(…)`` gave them.
    spine : sequence of str
        The columns of the spine.

    Raises
    ------
    InvalidInput
        If the spine lacks an input of an on-demand view.
    """

    def __init__(self, chosen: Chosen, names: Names, spine: Sequence[str]) -> None:
        self._steps = chosen.steps(names)
        self._inputs = sorted({each.name for view in chosen.computed for each in view.inputs})
        for view in chosen.computed:
            for each in view.inputs:
                if each.name not in spine:
                    raise InvalidInput(
                        f"the spine has no column {each.name!r}, which the on-demand view "
                        f"{view.name!r} takes",
                        hint=near(each.name, spine),
                    )
        self._asked = [names[pair] for pair in chosen.asked]
        self._made = {
            output["name"]: output["type"] for step in self._steps for output in step["outputs"]
        }

    def add(self, spine: pa.Table, joined: pa.Table, first: int = 0) -> pa.Table:
        """Return the features that were asked for, in order.

        Parameters
        ----------
        spine, joined : pyarrow.Table
            Rows side by side: what a request would say, and the features that were read.
        first : int
            The number of the first of these rows, for errors.

        Raises
        ------
        InvalidInput
            If a function fails, or a value is not of the type that was said; with the row's values.
        """
        import pyarrow as pa

        if not self._steps:
            return joined
        read = {each["from"] for step in self._steps for each in step["arguments"]}
        rows: list[dict[str, Any]] = joined.select(
            [name for name in joined.column_names if name in read]
        ).to_pylist()
        rows = rows or [{} for _ in range(spine.num_rows)]  # where nothing was joined
        given = spine.select(self._inputs).to_pylist()
        compute(self._steps, rows, given, lambda position: f"row {first + position}")
        columns = {
            name: pa.array([row[name] for row in rows], arrow_type(self._made[name]))
            if name in self._made
            else joined.column(name)
            for name in self._asked
        }
        return pa.table(columns)
