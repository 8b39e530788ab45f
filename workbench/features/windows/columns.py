"""A column of events as windows work on it: numbers, ranks among its values, and which count.

The same rule as `values` states for one value: nulls, NaN and infinities count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.features.windows.passes import Flags
from workbench.features.windows.ranges import Floats, Whole
from workbench.features.windows.values import held

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Held:
    """A column's values.

    Attributes
    ----------
    values : pyarrow.Array
        With null wherever a value counts nowhere.
    valid : numpy.ndarray of bool
    kind : str
        The column's type.
    """

    values: pa.Array
    valid: Flags
    kind: str

    @classmethod
    def of(cls, column: pa.ChunkedArray, kind: str) -> Held:
        """Return a column's values; raises InvalidInput if those of its type cannot be used."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import types

        held(kind)  # which refuses the types that tiles cannot hold
        if types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if types.is_null(column.type):
            column = column.cast(pa.string())
        if types.is_decimal(column.type):
            column = column.cast(pa.float64())
        if types.is_float16(column.type):
            column = column.cast(pa.float32())
        values = column.combine_chunks()
        if types.is_floating(values.type):
            values = pc.add(values, pa.scalar(0, values.type))  # makes one zero of the two
            values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
        return cls(values, pc.is_valid(values).to_numpy(zero_copy_only=False), kind)

    @property
    def is_whole(self) -> bool:
        """Whether the values are whole numbers, whose sums are exact."""
        return self.kind.startswith(("int", "uint"))

    @cached_property
    def whole(self) -> Whole:
        """Whole numbers, 0 where there is no value; raises InvalidInput for some past 63 bits."""
        import pyarrow as pa

        try:
            filled = self.values.cast(pa.int64()).fill_null(0)
        except pa.ArrowInvalid as error:
            raise InvalidInput(
                f"whole numbers pass 63 bits: {error}", hint="cast the column to float64"
            ) from error
        return np.asarray(filled.to_numpy(), np.int64)

    @cached_property
    def most(self) -> int:
        """The greatest distance of a whole number from 0."""
        if not len(self.whole):
            return 0
        return max(abs(int(self.whole.min())), abs(int(self.whole.max())))

    @cached_property
    def floats(self) -> Floats:
        """The values as floats, 0 where there is none."""
        import pyarrow as pa

        return np.asarray(self.values.cast(pa.float64(), safe=False).fill_null(0).to_numpy())

    @cached_property
    def _names(self) -> pa.Array:
        """The different values, in their order."""
        import pyarrow.compute as pc

        found = pc.drop_null(self.values.unique())
        return found.take(pc.sort_indices(found))

    @cached_property
    def rank(self) -> Whole:
        """Each value's place among the different ones in their order; 0 where there is none."""
        import pyarrow.compute as pc

        if not len(self.values):
            return np.zeros(0, np.int64)
        places = pc.index_in(self.values, value_set=self._names, skip_nulls=True)
        return np.asarray(pc.fill_null(places, 0).to_numpy(), np.int64)

    @cached_property
    def ordered(self) -> Any:
        """Numbers that are ordered as the values are."""
        return self.floats if self.kind.startswith("float") else self.rank

    def given(self, numbers: Any) -> pa.Array:
        """Return the values that numbers of `ordered` stand for."""
        import pyarrow as pa

        if self.kind.startswith("float"):
            return pa.array(numbers).cast(self.values.type, safe=False)
        return self.named(numbers)

    def named(self, ranks: Whole) -> pa.Array:
        """Return the values of some ranks; null where there are no values at all."""
        import pyarrow as pa

        if not len(self._names):
            return pa.nulls(len(ranks), self.values.type)
        return self._names.take(pa.array(ranks))
