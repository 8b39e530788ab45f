"""Rows for a picture of points: columns as bytes, texts as codes, a sample where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.core.errors import InvalidInput
from workbench.data.columns import Family, family_of

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data.datasets.sources import Source

_EXACT = 2**53
_EXACT_SINGLE = 2**24
_LONGEST = 300
_DRAWN: tuple[Family, ...] = ("INT", "FLOAT", "STRING", "BOOL", "TIME")


@dataclass(frozen=True)
class Field:
    """A column of the drawn rows.

    Attributes
    ----------
    name, type : str
        The type is INT, FLOAT, STRING, BOOL or TIME; whole numbers that a browser cannot tell apart
        are STRING.
    values : array[n]
        Numbers, NaN where missing; milliseconds since 1970 of TIME; codes of texts from 1, 0 where
        missing.
    texts : tuple of str or None
        The texts behind the codes, the most frequent first.
    """

    name: str
    type: Family
    values: npt.NDArray[Any]
    texts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Points:
    """Rows to draw, in an order in which any head of them is a fair sample too."""

    name: str
    rows: int
    index: npt.NDArray[np.uint32]
    fields: tuple[Field, ...]
    left_out: tuple[str, ...] = ()

    def head(self, rows: int) -> Points:
        """Return the first rows, with only the texts that occur in them."""
        if rows >= len(self.index):
            return self
        fields = tuple(_head(field, rows) for field in self.fields)
        return Points(self.name, self.rows, self.index[:rows], fields, self.left_out)

    def message(self) -> tuple[dict[str, Any], list[memoryview]]:
        """Return the JSON and the buffers: the rows' numbers, then each column's values."""
        fields = [
            {
                "name": each.name,
                "type": each.type,
                "code": f"{each.values.dtype.kind}{each.values.dtype.itemsize}",
                "dictionary": None if each.texts is None else list(each.texts),
            }
            for each in self.fields
        ]
        said = {
            "name": self.name,
            "rows": self.rows,
            "fields": fields,
            "left_out": list(self.left_out),
        }
        buffers = [_bytes(self.index), *(_bytes(each.values) for each in self.fields)]
        return said, buffers


def read_points(source: Source, most: int, seed: int) -> Points:
    """Return every row of a source, or `most` of them drawn at random, the same for a seed."""
    if most < 1:
        raise InvalidInput(f"most={most!r} draws nothing", hint="give at least 1")
    generator = np.random.default_rng(seed)
    index = (
        generator.permutation(source.rows)
        if source.rows <= most
        else generator.choice(source.rows, most, replace=False)
    )
    fields, left_out = [], []
    for column in source.columns:
        if column.family not in _DRAWN:
            left_out.append(column.name)
            continue
        fields.append(encode(column.name, source.read(column.name).take(index)))
    return Points(source.name, source.rows, index.astype(np.uint32), tuple(fields), tuple(left_out))


def encode(name: str, column: pa.ChunkedArray) -> Field:
    """Return a column in the narrowest numbers that hold its values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    family = family_of(column.type)
    if family in ("STRING", "BOOL"):
        return _coded(name, family, column.cast(pa.string()))
    if family == "TIME":
        moments = column.cast(pa.timestamp("us")).cast(pa.int64())
        return Field(name, family, _floats(moments) / 1000.0)
    if family == "INT":
        bounds = pc.min_max(column).as_py()
        widest = max(abs(bounds["min"] or 0), abs(bounds["max"] or 0))
        if widest > _EXACT:
            return _coded(name, "STRING", column.cast(pa.string()))
        if column.null_count == 0 and len(column):
            whole = column.to_numpy().astype(np.int64)
            return Field(name, family, whole.astype(_narrowest(whole)))
        kind = np.float32 if widest <= _EXACT_SINGLE else np.float64
        return Field(name, family, _floats(column).astype(kind))
    values = _floats(column)
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    same = np.array_equal(single.astype(np.float64), values, equal_nan=True)
    return Field(name, family, single if same else values)


def _coded(name: str, family: Family, column: pa.ChunkedArray) -> Field:
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks) if encoded.num_chunks else pa.array([], "string")
    encoded = encoded.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    texts = encoded.dictionary.to_pylist()
    return Field(name, family, *_ranked(codes, texts))


def _ranked(
    codes: npt.NDArray[np.int64], texts: list[str]
) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Return codes from 1 in the order of frequency, 0 for -1, and the texts that occur."""
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], texts[code]))
    place = np.zeros(len(texts) + 1, np.int64)
    place[order] = np.arange(1, len(order) + 1)
    ranked = place[codes]  # the last place, which -1 finds, stays 0
    return ranked.astype(np.min_scalar_type(len(order))), tuple(_cut(texts[code]) for code in order)


def _head(field: Field, rows: int) -> Field:
    values = field.values[:rows]
    if field.texts is None:
        return Field(field.name, field.type, values)
    return Field(field.name, field.type, *_ranked(values.astype(np.int64) - 1, list(field.texts)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    import pyarrow as pa

    values = column.cast(pa.float64(), safe=False).to_numpy()
    return np.asarray(values, np.float64)


def _narrowest(values: npt.NDArray[np.int64]) -> np.dtype[Any]:
    low, high = int(values.min()), int(values.max())
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float64)


def _bytes(values: npt.NDArray[Any]) -> memoryview:
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return memoryview(np.ascontiguousarray(little).tobytes())
