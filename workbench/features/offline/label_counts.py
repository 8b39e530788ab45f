"""How often each value of a label occurs, counted while its rows pass."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_LABELS = 50


class LabelCounts:
    """Counts a label's values while rows pass, as long as they are few.

    Parameters
    ----------
    label : str or None
    facts : dict
        Where ``label_counts`` is said.
    """

    def __init__(self, label: str | None, facts: dict[str, Any]) -> None:
        self._label = label
        self._facts = facts
        self._counts: Counter[Any] = Counter()

    def add(self, table: pa.Table) -> None:
        """Count the labels of some rows."""
        import pyarrow.compute as pc

        if self._label is None or len(self._counts) > _MOST_LABELS:
            return
        counted = pc.value_counts(table.column(self._label).combine_chunks())
        for each in counted.slice(0, _MOST_LABELS + 1).to_pylist():
            self._counts[each["values"]] += each["counts"]
        if len(self._counts) <= _MOST_LABELS:
            self._facts["label_counts"] = {str(each): n for each, n in self._counts.items()}
        else:
            self._facts["label_counts"] = None

    def warn(self, rows: int, stacklevel: int) -> None:
        """Say so where the label has one value only."""
        present = [each for each in self._counts if each is not None]
        if self._label is not None and len(present) < 2:
            only = f"only the value {present[0]!r}" if present else "no value"
            warnings.warn(
                f"the label {self._label!r} has {only} in {rows:,} rows; nothing can be learned "
                "from it",
                stacklevel=stacklevel,
            )
