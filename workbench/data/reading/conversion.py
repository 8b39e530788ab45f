"""Types are settled: numbers, truth values, text, bytes, days, UTC times, and lists and structs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column, check_names
from workbench.data.reading.bad_rows import BadRow, BadRows
from workbench.data.reading.blocks import Block, set_aside
from workbench.data.reading.values import cast_values, text_as
from workbench.data.times import UTC_TIME, times_of_text

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": UTC_TIME,
    "int32": pa.int32(),
    "uint64": pa.uint64(),
    "float32": pa.float32(),
    "binary": pa.binary(),
}

_INSTEAD = {
    "duration": "make it a number first: frame[name].dt.total_seconds()",
    "month_day_nano_interval": "make it a number first, such as its seconds",
    "time32": 'make it a number or a full time first, or read it as text: types={name: "string"}',
    "time64": 'make it a number or a full time first, or read it as text: types={name: "string"}',
    "map": "give each key a column of its own, or make it a list of structs",
}
_TIME_HINT = "write times as '2013-09-01T06:00:00Z', or leave the cell empty"
_FIRST, _LAST = -62135596800_000_000, 253402300799_999_999  # the years 1 to 9999, in microseconds


def wanted_types(given: Mapping[str, str]) -> dict[str, pa.DataType]:
    """Return the types asked for, by column.

    Raises
    ------
    InvalidInput
        If a type is not known.
    """
    for name, kind in given.items():
        if kind not in TYPES:
            raise InvalidInput(
                f"{kind!r} is no type for column {name!r}", hint=f"the types are {', '.join(TYPES)}"
            )
    return {name: TYPES[kind] for name, kind in given.items()}


def kept_type(kind: pa.DataType, name: str) -> pa.DataType:
    """Return the type as which a dataset keeps a column.

    Raises
    ------
    InvalidInput
        If a dataset cannot keep it.

    Examples
    --------
    >>> kept_type(pa.large_list(pa.timestamp("ns")), "seen")
    ListType(list<item: timestamp[us, tz=UTC]>)
    """
    if isinstance(kind, pa.BaseExtensionType):
        return _kept_extension(kind, name)
    if types.is_dictionary(kind):
        return kept_type(kind.value_type, name)
    if types.is_timestamp(kind):
        return UTC_TIME
    if types.is_null(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.string()
    if (
        types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    ):
        return pa.binary()
    if types.is_float16(kind):
        return pa.float32()
    if types.is_date64(kind):
        return pa.date32()
    if types.is_decimal(kind):
        # A database's sums of whole numbers arrive as decimals without a fraction.
        return pa.int64() if kind.scale <= 0 else pa.float64()
    if _is_list(kind):
        return pa.list_(kept_type(kind.value_type, name))
    if types.is_struct(kind) and kind.num_fields:
        return pa.struct([(each.name, kept_type(each.type, name)) for each in kind])
    plain = (pa.bool_(), pa.string(), pa.binary(), pa.date32())
    if types.is_integer(kind) or types.is_floating(kind) or kind in plain:
        return kind
    family = str(kind).partition("[")[0].partition("<")[0]
    raise InvalidInput(
        f"column {name!r} holds {kind}, which a dataset cannot keep",
        hint=_INSTEAD.get(family, "make it numbers, truth values, text or times"),
    )


def _kept_extension(kind: pa.BaseExtensionType, name: str) -> pa.DataType:
    if isinstance(kind, pa.UuidType):
        return pa.string()
    if isinstance(kind, pa.Bool8Type):
        return pa.bool_()
    if kind.extension_name in ("arrow.json", "arrow.opaque", "pandas.interval"):
        return kept_type(kind.storage_type, name)
    raise InvalidInput(
        f"column {name!r} holds {kind.extension_name}, which a dataset cannot keep",
        hint="make it numbers, text or times first, such as frame[name].dt.to_timestamp()",
    )


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
    )


class Conversion:
    """Turns a reading's blocks into tables of the types that datasets keep.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns as they are read.
    wanted : mapping of str to pyarrow.DataType
        Types asked for, by column.

    Raises
    ------
    InvalidInput
        If a column has no usable name or a type that cannot be kept, or `wanted` names none.
    """

    def __init__(self, schema: pa.Schema, wanted: Mapping[str, pa.DataType]) -> None:
        check_names(schema.names)
        for name in wanted:
            check_column(name, schema.names, "such")
        self._wanted = wanted
        self.schema = pa.schema(
            [
                (each.name, wanted.get(each.name) or kept_type(each.type, each.name))
                for each in schema
            ]
        )

    def __call__(self, block: Block, bad: BadRows, assumed: set[str]) -> pa.Table:
        """Return a block's rows; wrong ones go to `bad`, columns taken as UTC to `assumed`."""
        wrong: dict[int, BadRow] = {}
        columns = []
        for name, kind in zip(self.schema.names, self.schema.types, strict=True):
            column = block.table.column(name)
            if column.type == kind and not types.is_timestamp(kind):
                columns.append(column)
                continue
            done, positions, naive = _converted(column, kind, name)
            columns.append(done)
            if naive:
                assumed.add(name)
            for index in positions:
                reason = f"is no {kind}" if name in self._wanted else f"does not fit {kind}"
                wrong.setdefault(index, _bad(block, index, name, reason, kind))
        table = pa.table(columns, schema=self.schema)
        return set_aside(replace(block, table=table), wrong, bad).table


def _bad(block: Block, index: int, name: str, reason: str, kind: pa.DataType) -> BadRow:
    if types.is_timestamp(kind):
        return block.bad(index, name, "is not a time", _TIME_HINT)
    hint = f'mend that row, or read the column as text: types={{{name!r}: "string"}}'
    return block.bad(index, name, reason, hint)


def _converted(
    column: pa.ChunkedArray, kind: pa.DataType, name: str
) -> tuple[pa.ChunkedArray, list[int], bool]:
    """Return a column as `kind`, the positions of wrong values, and whether UTC was assumed."""
    plain = _plain(column)
    if types.is_timestamp(kind):
        return _as_times(plain, name)
    done, wrong = [], []
    start = 0
    cast = _cast(plain.type, kind, name)
    for chunk in plain.chunks:
        values, positions = cast_values(chunk, cast)
        done.append(values)
        wrong += (positions + start).tolist()
        start += len(chunk)
    return pa.chunked_array(done, kind), wrong, _has_naive(plain.type)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column without its dictionary, its extension, or its view."""
    kind = column.type
    if isinstance(kind, pa.UuidType):
        texts = [None if each is None else str(each) for each in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if isinstance(kind, pa.BaseExtensionType):
        chunks = [chunk.storage for chunk in column.chunks]
        return _plain(pa.chunked_array(chunks, kind.storage_type))
    if types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if types.is_list_view(kind) or types.is_large_list_view(kind):
        # Arrow's own cast of a list view loses its values.
        return pa.chunked_array([pa.array(column.to_pylist(), pa.list_(kind.value_type))])
    return column


def _cast(source: pa.DataType, kind: pa.DataType, name: str) -> Any:  # a Cast
    if types.is_string(source) or types.is_large_string(source) or types.is_binary(source):
        return text_as(kind)
    # Nanoseconds are cut to microseconds, also within lists and structs.
    loose = types.is_nested(kind) or (types.is_decimal(source) and types.is_floating(kind))
    try:
        pa.array([], source).cast(kind)
    except pa.ArrowNotImplementedError as error:
        raise InvalidInput(f"column {name!r} cannot be read as {kind}: {error}") from error
    return lambda values: values.cast(kind, safe=not loose)


def _as_times(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, list[int], bool]:
    kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        times, naive, wrong = times_of_text(column)
        return times, wrong, naive
    if not types.is_timestamp(kind) and not types.is_date(kind):
        raise InvalidInput(
            f"column {name!r} holds {kind}, which does not say a time",
            hint=f"make it times first: pd.to_datetime(frame[{name!r}], unit='s', utc=True)",
        )
    zone = kind.tz if types.is_timestamp(kind) else None
    # Nanoseconds below a microsecond are dropped: no source of ours is that exact.
    loose = types.is_timestamp(kind) and kind.unit == "ns"
    done, wrong = [], []
    start = 0
    for chunk in column.chunks:
        values, positions = cast_values(
            chunk, lambda each: each.cast(pa.timestamp("us", zone), safe=not loose).cast(UTC_TIME)
        )
        done.append(values)
        wrong += (positions + start).tolist()
        wrong += (_beyond(values) + start).tolist()
        start += len(chunk)
    return pa.chunked_array(done, UTC_TIME), wrong, zone is None


def _beyond(times: pa.Array) -> np.ndarray:
    """Return where times lie outside the years that Python can show, such as 'infinity'."""
    span = pc.min_max(times.cast(pa.int64()))
    if span["min"].as_py() is None or (
        span["min"].as_py() >= _FIRST and span["max"].as_py() <= _LAST
    ):
        return np.empty(0, np.int64)
    numbers = pc.fill_null(times.cast(pa.int64()), 0).to_numpy()
    return np.flatnonzero((numbers < _FIRST) | (numbers > _LAST))


def _has_naive(kind: pa.DataType) -> bool:
    if types.is_timestamp(kind):
        return kind.tz is None
    if _is_list(kind):
        return _has_naive(kind.value_type)
    return bool(types.is_struct(kind)) and any(_has_naive(each.type) for each in kind)
