"""Some of the rows that pass, each with the same chance to be among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class Sample:
    """Draws rows from tables that pass one after another; the same tables give the same rows.

    Parameters
    ----------
    most : int
        How many rows are drawn; all, where there are no more.

    Examples
    --------
    >>> import pyarrow as pa
    >>> sample = Sample(2)
    >>> for start in (0, 10):
    ...     sample.add(pa.table({"x": range(start, start + 10)}))
    >>> sample.rows().num_rows
    2
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._chance = np.random.default_rng(0)
        self._tables: list[pa.Table] = []
        self._drawn = np.zeros(0)

    def add(self, table: pa.Table) -> None:
        """Let a table pass."""
        self._tables.append(table)
        self._drawn = np.concatenate([self._drawn, self._chance.random(table.num_rows)])
        if len(self._drawn) > 2 * self._most:
            self._cut()

    def rows(self) -> pa.Table:
        """Return the rows drawn so far, in the order in which they passed; at least one table did.

        What they are depends on how the rows were drawn alone, not on the pieces they came in.
        """
        if len(self._drawn) > self._most or len(self._tables) > 1:
            self._cut()
        return self._tables[0]

    def _cut(self) -> None:
        import pyarrow as pa

        whole = pa.concat_tables(self._tables)
        if len(self._drawn) > self._most:
            kept = np.sort(np.argpartition(self._drawn, self._most)[: self._most])
            whole, self._drawn = whole.take(pa.array(kept)), self._drawn[kept]
        self._tables = [whole.combine_chunks()]
