"""Reading a column of a batch as `scalar_reading` reads each of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import family_of, is_list
from workbench.data.transforms import scalar_reading
from workbench.data.transforms.fitting import numbers
from workbench.data.transforms.lanes import Distinct
from workbench.data.transforms.scalar_reading import NO_TIME

_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_NUMBERS = ("INT", "FLOAT", "BOOL")


def read_numbers(name: str, column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return doubles, NaN where one is null, NaN or infinite.

    Raises
    ------
    InvalidInput
        If the column holds anything but numbers and truth values.
    """
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    if family_of(column.type) not in _NUMBERS:
        value = next(each for each in column.to_pylist() if each is not None)
        raise InvalidInput(
            f"{value!r} in {name!r} is not a number",
            hint="take a number from it: vocabulary, hour, to_number, length, …",
        )
    values = numbers(name, column)
    values[~np.isfinite(values)] = np.nan
    return values


def read_texts(name: str, column: pa.ChunkedArray) -> Distinct:
    """Return categories as text, None where one is missing.

    Raises
    ------
    InvalidInput
        If the column holds times, bytes or lists.
    """
    family = family_of(column.type)
    if family in ("TIME", "BYTES", "LIST", "STRUCT") and column.null_count < len(column):
        value = next(each for each in column.to_pylist() if each is not None)
        raise InvalidInput(
            f"{value!r} in {name!r} is not a category", hint="take a part of it, such as its hour"
        )
    found = _distinct(column)
    return Distinct(found.codes, [scalar_reading.read_text(name, each) for each in found.values])


def read_times(name: str, column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return microseconds since 1970 in UTC, `NO_TIME` where one is missing.

    Raises
    ------
    InvalidInput
        If the column holds neither times nor ISO text.
    """
    if column.null_count == len(column):
        return np.full(len(column), NO_TIME)
    kind = column.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        found = _distinct(column)
        times = [scalar_reading.read_time(name, each) for each in found.values]
        return np.array(times, np.int64)[found.codes]
    if pa.types.is_date(kind):
        column, kind = column.cast(pa.timestamp("s")), pa.timestamp("s")
    whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    # Nanoseconds are dropped downwards, as datetime does.
    micros = whole // 1000 if kind.unit == "ns" else whole * _UNITS[kind.unit]
    missing = pc.is_null(column).to_numpy()
    result: npt.NDArray[np.int64] = np.where(missing, NO_TIME, micros)
    return result


def read_token_lists(name: str, column: pa.ChunkedArray) -> Distinct:
    """Return lists of tokens, None where a list is missing.

    Raises
    ------
    InvalidInput
        If the column holds no lists.
    """
    if not is_list(column.type) and column.null_count < len(column):
        value = next(each for each in column.to_pylist() if each is not None)
        scalar_reading.read_tokens(name, value)
    places: dict[Any, int] = {}
    codes = [
        places.setdefault(scalar_reading.read_tokens(name, each), len(places))
        for each in column.to_pylist()
    ]
    return Distinct(np.array(codes, np.int64), list(places))


def _distinct(column: pa.ChunkedArray) -> Distinct:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries()
    if encoded.num_chunks and len(encoded.chunk(0).dictionary) > len(encoded):
        # A slice of more rows carries their words too.
        encoded = encoded.cast(encoded.type.value_type).dictionary_encode()
    if not encoded.num_chunks:
        return Distinct(np.empty(0, np.int64), [])
    words = encoded.chunk(0).dictionary.to_pylist()
    places = [pc.fill_null(each.indices.cast(pa.int64()), len(words)) for each in encoded.chunks]
    return Distinct(np.concatenate([each.to_numpy() for each in places]), [*words, None])


READERS: Mapping[str, Callable[[str, pa.ChunkedArray], Any]] = {
    "number": read_numbers,
    "text": read_texts,
    "time": read_times,
    "tokens": read_token_lists,
}
