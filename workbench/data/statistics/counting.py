"""How often each value of a column occurs.

Whole numbers in a narrow range are counted in place, other numbers by one SIMD sort, text by
Arrow's hash table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.statistics.distributions import Distribution

_NARROW = 1 << 20


def distinct(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], int]:
    """Return a numeric column's distinct values, ascending, their counts, and how many were NaN."""
    values = as_numbers(column)
    if not values.size:
        return values, np.zeros(0, np.int64), 0
    if values.dtype.kind == "f":
        return _distinct_floats(values)
    low, high = int(values.min()), int(values.max())
    step = _step(column.type, values)
    if (high - low) // step < _NARROW:
        return *_tally(values, low, step), 0
    return *_run_lengths(np.sort(values)), 0


def text_counts(column: pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Return a text column's distinct values and counts, most frequent first, ties by name."""
    values, counts = distinct_texts(column)
    table = pa.table({"count": counts, "value": values})
    order = pc.sort_indices(table, [("count", "descending"), ("value", "ascending")])
    return values.take(order), counts[order.to_numpy()]


def distinct_texts(column: pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Return a text column's distinct values and counts, in no order."""
    counted = column.value_counts()
    if isinstance(counted, pa.ChunkedArray):
        counted = counted.combine_chunks()
    values, counts = counted.field("values"), counted.field("counts")
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    present = pc.is_valid(values)
    if pa.types.is_null(values.type):
        values = values.cast(pa.string())
    if values.null_count:
        values, counts = values.filter(present), counts.filter(present)
    return values, counts.to_numpy().astype(np.int64)


def exact_distribution(column: pa.ChunkedArray) -> Distribution:
    """Return a number or time column's finite values, each counted."""
    values, counts, _ = distinct(column)
    return finite_part(values, counts)


def as_numbers(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Return a column's numbers, or microseconds since 1970, leaving out null ones."""
    kind = column.type
    if pa.types.is_date32(kind):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False).cast(
            pa.int64()
        )
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    values: npt.NDArray[Any] = column.drop_null().to_numpy()
    return values.astype(np.float32) if values.dtype == np.float16 else values


def _distinct_floats(
    values: npt.NDArray[np.floating[Any]],
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], int]:
    low, high = values.min(), values.max()
    near = max(abs(low), abs(high)) < 2**31  # so neither is infinite, nor is their difference
    if near and high - low < _NARROW:
        whole = values.astype(np.int32)
        if (whole == values).all():  # delays and distances are whole numbers in a float column
            found, counts = _tally(whole, int(low))
            return found.astype(values.dtype), counts, 0
    ordered = np.sort(values)  # NaN sorts last
    present = int(np.searchsorted(ordered, np.nan))
    found, counts = _run_lengths(ordered[:present])
    # -0.0 equals 0.0, and which of them comes first in a run depends on the rows' order.
    return found + found.dtype.type(0), counts, len(ordered) - present


def _step(kind: pa.DataType, values: npt.NDArray[Any]) -> int:
    """Return what times are multiples of, from the first one on: an hour, a minute, a second, 1."""
    if not pa.types.is_timestamp(kind) and not pa.types.is_date(kind):
        return 1
    for step in (3_600_000_000, 60_000_000, 1_000_000):
        if (
            not ((values[:1000] - values[0]) % step).any()
            and not ((values - values[0]) % step).any()
        ):
            return step
    return 1


def _tally(
    values: npt.NDArray[Any], low: int, step: int = 1
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Count whole numbers from `low` upwards in place."""
    wide = np.uint64 if values.dtype == np.uint64 else np.int64
    # Unsigned arithmetic wraps, so the distance from the lowest is right whatever the type.
    base = np.uint64(low % 2**64)
    places = values.astype(wide).view(np.uint64) - base
    if step > 1:
        places //= np.uint64(step)
    tallied = np.bincount(places.view(np.int64))
    found = np.flatnonzero(tallied)
    return ((found * step).astype(np.uint64) + base).view(wide), tallied[found].astype(np.int64)


def _run_lengths(ordered: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    if not ordered.size:
        return ordered, np.zeros(0, np.int64)
    starts = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1])
    return ordered[starts], np.diff(starts, append=len(ordered))


def finite_part(values: npt.NDArray[Any], counts: npt.NDArray[np.int64]) -> Distribution:
    """Return the finite ones of counted values."""
    numbers = values.astype(np.float64)
    kept = np.isfinite(numbers)
    return Distribution(numbers[kept], numbers[kept], counts[kept])
