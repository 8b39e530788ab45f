"""An Arrow column's partial, by fast code for each kind of value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.column_hashing import text_hashes
from workbench.data.columns import Family, family_of, is_list
from workbench.data.statistics.counting import as_numbers, distinct, distinct_texts
from workbench.data.statistics.distributions import Floats
from workbench.data.statistics.images import Images, found_images
from workbench.data.statistics.numbers import Counted, bounded
from workbench.data.statistics.partials import (
    BytesPartial,
    Lengths,
    Level,
    ListPartial,
    NumberPartial,
    Partial,
    Presence,
    StructPartial,
    TextPartial,
)
from workbench.data.statistics.texts import Hashed, Texts
from workbench.data.statistics.words import Words, is_prose

#: Distinct values of a column that are counted one by one.
LIMIT = 1 << 17


@dataclass(frozen=True)
class Looks:
    """How a column is looked at.

    Attributes
    ----------
    limit : int
        Distinct values that are counted one by one at the most.
    categorical : bool
        Whether whole numbers are categories.
    words, images : bool
        Whether texts are to be read, and values are images, whatever they look like.
    """

    limit: int = LIMIT
    categorical: bool = False
    words: bool = False
    images: bool = False


def partial_of(
    column: pa.ChunkedArray, looks: Looks | None = None, weights: Floats | None = None
) -> Partial:
    """Return the partial of some rows of a column.

    Parameters
    ----------
    column : pyarrow.ChunkedArray[n]
    looks : Looks, optional
    weights : float64[n], optional
        What each row weighs.

    Examples
    --------
    >>> import pyarrow as pa
    >>> partial_of(pa.chunked_array([[1.0, None, 3.0]])).presence.count
    2
    """
    looks = looks or Looks()
    if is_list(column.type):
        return _of_lists(column, looks, weights)
    family = family_of(column.type)
    if family == "STRUCT":
        return _of_structs(column, looks, weights)
    if family == "STRING":
        return _of_texts(column, looks, weights)
    if family == "BYTES":
        return _of_bytes(column, looks, weights)
    return _of_numbers(family, column, looks, weights)


def _of_numbers(
    family: Family, column: pa.ChunkedArray, looks: Looks, weights: Floats | None
) -> NumberPartial:
    if family == "BOOL":
        values, counts, nan = *_truths(column), 0
    else:
        values, counts, nan = distinct(column)
    wide = _wide(values)
    counted = Counted(wide, counts)
    count = int(counts.sum())
    presence = Presence(len(column), count)
    if weights is not None:
        there = _valid(column)
        numbers = as_numbers(column.cast(pa.int8()) if family == "BOOL" else column)
        heavy = weights[there]
        if nan:
            real = ~np.isnan(numbers)
            numbers, heavy = numbers[real], heavy[real]
        places = np.searchsorted(values, numbers)
        counted = replace(counted, weights=_sums(places, heavy, len(values)))
        presence = _weighed(presence, heavy, weights)
    categories = None
    if looks.categorical and family == "INT":
        names = pa.array(wide).cast(pa.large_string())
        categories = Texts(names, counts, counted.weights, count).bounded(looks.limit)
    return NumberPartial(family, presence, nan, bounded(counted, looks.limit), categories)


def _wide(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return numbers in the type that all of their kind are kept in."""
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    return values if values.dtype == np.uint64 else values.astype(np.int64)


def _truths(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    true = int(pc.sum(column).as_py() or 0)
    counts = np.array([len(column) - column.null_count - true, true])
    return np.flatnonzero(counts), counts[counts > 0]


def _of_texts(column: pa.ChunkedArray, looks: Looks, weights: Floats | None) -> TextPartial:
    presence = Presence(len(column), 0)
    heavy: Floats | None = None
    if weights is None:
        values, counts = distinct_texts(column)
    else:
        values, counts, heavy = _weighed_texts(column, weights)
    values = values.cast(pa.large_string())
    count = int(counts.sum())
    presence = replace(presence, count=count)
    if weights is not None:
        presence = _weighed(presence, weights[_valid(column)], weights)
    sizes = pc.utf8_length(values)
    prose = np.ones(len(values), bool) if looks.words else np.asarray(is_prose(values, sizes))
    words = None
    if prose.any():
        words = Words.of(values.filter(pa.array(prose)), counts[prose], looks.limit)
    return TextPartial(
        presence,
        Texts(values, counts, heavy, count).bounded(looks.limit),
        _lengths(sizes, counts),
        words,
        Images.of(column.drop_null(), looks.limit) if looks.images else None,
    )


def _weighed_texts(
    column: pa.ChunkedArray, weights: Floats
) -> tuple[pa.Array, npt.NDArray[np.int64], Floats]:
    whole = _whole(column)
    if pa.types.is_null(whole.type):
        whole = whole.cast(pa.string())
    if pa.types.is_dictionary(whole.type):
        whole = whole.cast(whole.type.value_type)
    coded = pc.drop_null(whole.dictionary_encode())
    codes = coded.indices.to_numpy()
    size = len(coded.dictionary)
    counts = np.bincount(codes, minlength=size).astype(np.int64)
    return coded.dictionary, counts, _sums(codes, weights[_valid(column)], size)


def _of_bytes(column: pa.ChunkedArray, looks: Looks, weights: Floats | None) -> BytesPartial:
    present = column.drop_null()
    presence = Presence(len(column), len(present))
    if weights is not None:
        presence = _weighed(presence, weights[_valid(column)], weights)
    hashed = Hashed(np.zeros(0, np.uint64))
    for chunk in present.chunks:
        hashed = hashed.merged(Hashed.of(text_hashes(chunk), looks.limit), looks.limit)
    images = Images.of if looks.images else found_images
    return BytesPartial(
        presence, hashed, _lengths(pc.binary_length(present), None), images(present, looks.limit)
    )


def _of_lists(column: pa.ChunkedArray, looks: Looks, weights: Floats | None) -> ListPartial:
    presence = Presence(len(column), len(column) - column.null_count)
    if weights is not None:
        presence = _weighed(presence, weights[_valid(column)], weights)
    levels = []
    inner = _whole(column)
    while is_list(inner.type):
        if weights is not None:
            weights = weights[pc.list_parent_indices(inner).to_numpy()]
        lengths = pc.list_value_length(inner)
        found, counts, _ = distinct(pa.chunked_array([lengths]))
        counted = bounded(Counted(found.astype(np.int64), counts), looks.limit)
        levels.append(Level(inner.null_count, counted))
        inner = pc.list_flatten(inner)
    values = partial_of(pa.chunked_array([inner]), looks, weights)
    return ListPartial(presence, tuple(levels), values)


def _of_structs(column: pa.ChunkedArray, looks: Looks, weights: Floats | None) -> StructPartial:
    presence = Presence(len(column), len(column) - column.null_count)
    if weights is not None:
        presence = _weighed(presence, weights[_valid(column)], weights)
    names: Sequence[str] = [each.name for each in column.type]
    fields = {
        name: partial_of(field, looks, weights)
        for name, field in zip(names, column.flatten(), strict=True)
    }
    return StructPartial(presence, fields)


def _lengths(lengths: pa.Array | pa.ChunkedArray, counts: npt.NDArray[np.int64] | None) -> Lengths:
    if not len(lengths):
        return Lengths()
    each = (
        lengths.to_numpy(zero_copy_only=False)
        if isinstance(lengths, pa.Array)
        else (lengths.to_numpy())
    )
    wide = each.astype(np.int64)
    total = wide.sum() if counts is None else wide @ counts
    return Lengths(int(total), int(wide.min()), int(wide.max()))


def _sums(places: npt.NDArray[Any], weights: Floats, size: int) -> Floats:
    """Return what the rows of each place weigh together."""
    return np.bincount(places, weights, size).astype(np.float64)


def _weighed(presence: Presence, present: Floats, weights: Floats) -> Presence:
    weight = float(present.sum())
    return replace(presence, weight=weight, missing_weight=float(weights.sum()) - weight)


def _valid(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    there: npt.NDArray[np.bool_] = column.is_valid().to_numpy()
    return there


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
