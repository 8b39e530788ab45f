"""The passes over whole columns that a transform takes: moments, vocabularies, codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_single, family_of
from workbench.data.scalars import category

# What else to do with columns of no numbers.
_TO_NUMBERS = {
    "STRING": "make it categorical",
    "TIME": "take a number from it, such as the hour: frame[name].dt.hour",
    "BYTES": "take a number from it, such as how many bytes there are",
}


def numbers(name: str, column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return a column of numbers or truth values as doubles, NaN where it is missing.

    Raises
    ------
    InvalidInput
        If it holds anything else.
    """
    check_single(name, column.type, "numeric")
    family = family_of(column.type)
    if family in _TO_NUMBERS and column.null_count < len(column):
        raise InvalidInput(
            f"column {name!r} holds {column.type}, not numbers", hint=_TO_NUMBERS[family]
        )
    if family in _TO_NUMBERS:
        return np.full(len(column), np.nan)
    # NumPy's conversion rounds as Python's float() does; Arrow refuses whole numbers over 2**53.
    if family == "BOOL":
        column = column.cast(pa.int8())
    missing = pc.is_null(column).to_numpy()
    filled = pc.fill_null(column, pa.scalar(0, column.type)).to_numpy()
    values: npt.NDArray[np.float64] = filled.astype(np.float64)
    values[missing] = np.nan
    return values


def fit_column_moments(name: str, column: pa.ChunkedArray) -> tuple[float, float]:
    """Return the mean and the population's standard deviation of the finite values; 1 for none.

    Raises
    ------
    InvalidInput
        If there are no finite values.
    """
    values = numbers(name, column)
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise InvalidInput(
            f"column {name!r} has no values to fit on", hint="leave it out of the transform"
        )
    largest = float(np.abs(finite).max()) or 1.0  # a sum of large values may overflow
    mean = float(np.clip(np.mean(finite / largest) * largest, finite.min(), finite.max()))
    scale = float(np.abs(finite - mean).max())
    if not 0 < scale < np.inf:
        return mean, 1.0
    std = scale * float(np.sqrt(np.mean(((finite - mean) / scale) ** 2)))
    return mean, std if std > 0 else 1.0


def fit_vocabulary(name: str, column: pa.ChunkedArray, min_count: int) -> dict[str, int]:
    """Return each value's index, from 1; the most frequent come first, ties by the text.

    Raises
    ------
    InvalidInput
        If the column holds times, lists or structs.
    """
    check_single(name, column.type, "categorical")
    if family_of(column.type) == "TIME":
        raise InvalidInput(
            f"column {name!r} holds times, not categories",
            hint="take a part of it, such as the hour: frame[name].dt.hour",
        )
    tally: dict[str, int] = {}
    for value in column.value_counts().to_pylist():
        token = category(value["values"])
        if token is not None:
            tally[token] = tally.get(token, 0) + value["counts"]
    kept = sorted((-count, token) for token, count in tally.items() if count >= min_count)
    return {token: index for index, (_, token) in enumerate(kept, start=1)}


def category_codes(
    name: str, column: pa.ChunkedArray, vocabulary: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    """Return each value's index in a vocabulary, 0 where it is missing or not in it.

    Raises
    ------
    InvalidInput
        If the column holds lists or structs.
    """
    check_single(name, column.type, "categorical")
    # Each distinct value goes through the function that single rows go through.
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], column.type)
    words = [category(value) for value in encoded.dictionary.to_pylist()]
    codes = [vocabulary.get(word, 0) if word is not None else 0 for word in words]
    table = np.array([*codes, 0], dtype=np.int64)
    places = pc.fill_null(encoded.indices.cast(pa.int64()), len(words)).to_numpy()
    codes_of_rows: npt.NDArray[np.int64] = table[places]
    return codes_of_rows
