"""The lanes that an operation is computed in: one row in Python, a batch in NumPy.

(A third, torch tensors, is in `torch_module`.) An operation is written once, over these few
functions; each of them gives the same bits in every lane.
"""

# ruff: noqa: D102  # `Lane` says what each method does

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.data.scalars import category
from workbench.data.transforms import scalar_reading

#: A text's function: what it is made into, None standing for missing.
OfText = Callable[[Any], Any]


class Lane(Protocol):
    """What operations are written over.

    Numbers are doubles, codes and times 64-bit whole numbers. +, −, ×, //, comparisons, & and | are
    Python's own in every lane; / is, where the divisor cannot be zero.
    """

    def table(self, values: Sequence[float] | npt.NDArray[Any]) -> Any:
        """Return constants in the form that `take` and `search` look into."""

    def take(self, table: Any, places: Any) -> Any:
        """Return the constants at places, all of which must be there."""

    def search(self, table: Any, x: Any, *, right: bool) -> Any:
        """Return how many of a sorted table lie below x; with `right`, below or at it."""

    def where(self, condition: Any, this: Any, that: Any) -> Any:
        """Return `this` where the condition holds, else `that`."""

    def divide(self, x: Any, y: Any) -> Any:
        """Return x / y, infinite or NaN for y = 0."""

    def sqrt(self, x: Any) -> Any:
        """Return the root, NaN below 0."""

    def floor(self, x: Any) -> Any:
        """Return the largest whole number at or below a number."""

    def frexp(self, x: Any) -> tuple[Any, Any]:
        """Return mantissa, at least a half and below 1, and exponent, both as numbers."""

    def to_code(self, x: Any) -> Any:
        """Return finite whole numbers as 64-bit ones."""

    def to_number(self, x: Any) -> Any:
        """Return 64-bit whole numbers as doubles."""

    def stack(self, columns: Sequence[Any]) -> Any:
        """Return numbers, or codes, side by side."""

    def concat(self, parts: Sequence[Any]) -> Any:
        """Return what `stack` made, side by side."""

    def one_hot(self, codes: Any, size: int) -> Any:
        """Return `size` numbers a row: 1 at the code, 0 elsewhere."""


class RowLane:
    """One row: Python's own numbers, text as str or None."""

    def table(self, values: Sequence[float] | npt.NDArray[Any]) -> list[Any]:
        return list(np.asarray(values).tolist())

    def take(self, table: list[Any], place: int) -> Any:
        return table[place]

    def search(self, table: list[Any], x: float, *, right: bool) -> int:
        return bisect_right(table, x) if right else bisect_left(table, x)

    def where(self, condition: bool, this: Any, that: Any) -> Any:
        return this if condition else that

    def divide(self, x: float, y: float) -> float:
        if y:
            return x / y
        return (
            math.nan
            if x == 0 or math.isnan(x)
            else math.copysign(1, x) * math.copysign(math.inf, y)
        )

    def sqrt(self, x: float) -> float:
        return math.sqrt(x) if x >= 0 else math.nan

    def floor(self, x: float) -> float:
        # Python's floor is a whole number: it knows no −0, NaN or infinity.
        return float(math.floor(x)) if x and x - x == 0 else x

    def frexp(self, x: float) -> tuple[float, float]:
        mantissa, exponent = math.frexp(x)
        return mantissa, float(exponent)

    def to_code(self, x: float) -> int:
        return int(x)

    def to_number(self, x: int) -> float:
        return float(x)

    def stack(self, columns: Sequence[Any]) -> list[Any]:
        return list(columns)

    def concat(self, parts: Sequence[list[Any]]) -> list[Any]:
        return [value for part in parts for value in part]

    def one_hot(self, code: int, size: int) -> list[float]:
        row = [0.0] * size
        row[code] = 1.0
        return row

    def of_text(self, function: OfText, text: Any) -> Any:
        return function(text)

    number_of = code_of = vector_of = of_text

    def of_texts(self, function: Callable[..., Any], *texts: Any) -> Any:
        return function(*texts)

    def text_of(self, number: float) -> str | None:
        return category(number)

    def read(self, how: str, name: str) -> Callable[[Mapping[str, Any]], Any]:
        """Return a function that reads a column's value from a row."""
        reader = scalar_reading.READERS[how]
        return lambda row: reader(name, row[name])

    def positions(self, row: object) -> int:
        raise AssertionError("a row of its own has no position")


@dataclass(frozen=True)
class Distinct:
    """Text of many rows: its distinct values, and which of them each row has.

    Attributes
    ----------
    codes : int64[n]
        Places in `values`.
    values : list
        Text or tuples of tokens, or None; one may occur twice.
    """

    codes: npt.NDArray[np.int64]
    values: list[Any]


class ArrayLane:
    """A batch: NumPy's arrays, text as `Distinct`, so that each distinct value is computed once."""

    def table(self, values: Sequence[float] | npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(values)

    def take(self, table: npt.NDArray[Any], places: Any) -> Any:
        return table[places]

    def search(self, table: npt.NDArray[Any], x: Any, *, right: bool) -> Any:
        return np.searchsorted(table, x, side="right" if right else "left")

    def where(self, condition: Any, this: Any, that: Any) -> Any:
        return np.where(condition, this, that)

    def divide(self, x: Any, y: Any) -> Any:
        return np.divide(x, y)

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(x)

    def floor(self, x: Any) -> Any:
        return np.floor(x)

    def frexp(self, x: Any) -> tuple[Any, Any]:
        mantissa, exponent = np.frexp(x)
        return mantissa, exponent.astype(np.float64)

    def to_code(self, x: Any) -> Any:
        return np.asarray(x).astype(np.int64)

    def to_number(self, x: Any) -> Any:
        return np.asarray(x).astype(np.float64)

    def stack(self, columns: Sequence[Any]) -> Any:
        return np.stack(np.broadcast_arrays(*columns), axis=1)

    def concat(self, parts: Sequence[Any]) -> Any:
        return np.concatenate(parts, axis=1)

    def one_hot(self, codes: Any, size: int) -> Any:
        rows = np.zeros((len(codes), size))
        rows[np.arange(len(codes)), codes] = 1.0
        return rows

    def of_text(self, function: OfText, text: Distinct) -> Distinct:
        return Distinct(text.codes, [function(value) for value in text.values])

    def number_of(self, function: OfText, text: Distinct) -> npt.NDArray[np.float64]:
        numbers = np.array([function(value) for value in text.values], np.float64)
        return numbers[text.codes] if len(numbers) else np.empty(0)

    def code_of(self, function: OfText, text: Distinct) -> npt.NDArray[np.int64]:
        codes = np.array([function(value) for value in text.values], np.int64)
        return codes[text.codes] if len(codes) else np.empty(0, np.int64)

    def vector_of(self, function: OfText, text: Distinct) -> npt.NDArray[np.float64]:
        vectors = np.array([function(value) for value in [*text.values, None]], np.float64)
        return vectors[text.codes]

    def of_texts(self, function: Callable[..., Any], *texts: Distinct) -> Distinct:
        together, places = texts[0].codes, np.arange(len(texts[0].values))[:, None]
        for text in texts[1:]:
            pairs = together * max(len(text.values), 1) + text.codes
            distinct, together = np.unique(pairs, return_inverse=True)
            before, place = np.divmod(distinct, max(len(text.values), 1))
            places = np.column_stack([places[before], place])
        values = [
            function(*(text.values[place] for text, place in zip(texts, row, strict=True)))
            for row in places.tolist()
        ]
        return Distinct(together, values)

    def text_of(self, numbers: npt.NDArray[np.float64]) -> Distinct:
        distinct, codes = np.unique(np.asarray(numbers), return_inverse=True)
        return Distinct(codes.astype(np.int64), [category(each) for each in distinct.tolist()])

    def read(self, how: str, name: str) -> Callable[[Batch], Any]:
        """Return a function that reads a column of a batch."""
        from workbench.data.transforms import column_reading

        reader = column_reading.READERS[how]
        return lambda batch: reader(name, batch.table.column(name))

    def positions(self, batch: Batch) -> npt.NDArray[np.int64]:
        return np.arange(batch.start, batch.start + batch.table.num_rows)


@dataclass(frozen=True)
class Batch:
    """Rows that are computed at once.

    Attributes
    ----------
    table : pyarrow.Table
    start : int
        How many rows of the same part came before; it says which fold a row is in.
    """

    table: Any
    start: int = 0
