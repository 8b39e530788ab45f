"""Any source becomes one Arrow table of numbers, truth values, text, days and UTC times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column, check_names
from workbench.data.reading.files import read_files
from workbench.data.times import parse_times

if TYPE_CHECKING:
    import pandas as pd

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}

_INSTEAD = {
    "duration": "make it a number first: frame[name].dt.total_seconds()",
    "time32": "make it a number or a full time first",
    "time64": "make it a number or a full time first",
    "binary": "text must be UTF-8; else read it first: pd.read_csv(path, encoding='latin-1')",
    "list": "give each element a column or a row of its own",
    "large_list": "give each element a column or a row of its own",
    "struct": "give each field a column of its own: pd.json_normalize(records)",
    "map": "give each key a column of its own",
}


@dataclass(frozen=True)
class SourceTable:
    """A source that was read.

    Attributes
    ----------
    table : pyarrow.Table
    source : dict
        Where it came from, as JSON: its type, and its paths if it has any.
    assumed_utc : tuple of str
        Columns whose times had no zone and were taken as UTC.
    """

    table: pa.Table
    source: dict[str, Any]
    assumed_utc: tuple[str, ...] = ()


def read_source(source: object, columns: Mapping[str, str] | None = None) -> SourceTable:
    """Read a source whole.

    Parameters
    ----------
    source : pandas.DataFrame, pyarrow.Table, path or list of paths
        Files are CSV (also .gz and .zip), Parquet or JSON lines; a folder stands for the files in
        it.
    columns : mapping of str to str, optional
        Types to read columns as, by name: string, int64, float64, bool, date or timestamp.

    Raises
    ------
    NotFound
        If a file is missing.
    InvalidInput
        If the source cannot be read, or a column has no usable name, mixed types or a type that
        cannot be kept.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_source(pa.table({"delay": [1, 2]})).table.num_rows
    2
    """
    wanted = _wanted(columns or {})
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        table = pa.Table.from_batches([source]) if isinstance(source, pa.RecordBatch) else source
        origin: dict[str, Any] = {"type": "arrow"}
    elif isinstance(source, (str, Path)) or (
        isinstance(source, (list, tuple)) and source and isinstance(source[0], (str, Path))
    ):
        table, origin = read_files(source, wanted)
    elif type(source).__module__.partition(".")[0] == "pandas" and hasattr(source, "columns"):
        table, origin = _from_pandas(source, wanted), {"type": "pandas"}
    else:
        raise InvalidInput(
            f"a {type(source).__name__} is no source of rows",
            hint="give a pandas or Arrow table, or the path of a CSV, Parquet or JSON lines file",
        )
    return _normalised(table, origin, wanted)


def _wanted(columns: Mapping[str, str]) -> dict[str, pa.DataType]:
    for name, kind in columns.items():
        if kind not in TYPES:
            raise InvalidInput(
                f"{kind!r} is no type for column {name!r}", hint=f"the types are {', '.join(TYPES)}"
            )
    return {name: TYPES[kind] for name, kind in columns.items()}


def _from_pandas(frame: Any, wanted: Mapping[str, pa.DataType]) -> pa.Table:
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()  # an index with a name is a column by another word
    names = list(frame.columns)
    check_names(names)
    texts = {
        name: frame[name].map(str, na_action="ignore")
        for name in names
        if wanted.get(name) == pa.string()
    }
    frame = frame.assign(**texts) if texts else frame
    try:
        return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    except (
        pa.ArrowInvalid,
        pa.ArrowTypeError,
        pa.ArrowNotImplementedError,
        OverflowError,
    ) as error:
        for name in names:
            _check_mixed(frame[name], str(name))
        raise InvalidInput(f"the frame cannot be read: {error}") from error


def _check_mixed(column: pd.Series[Any], name: str) -> None:
    present = column[column.notna()]
    if column.dtype != object or present.empty:
        return
    first = present.iloc[0]
    numbers = (int, float)
    alike = (
        numbers if isinstance(first, numbers) and not isinstance(first, bool) else (type(first),)
    )
    for row, value in enumerate(column, start=1):
        missing = value is None or value != value  # noqa: PLR0124  # NaN, of whatever type
        if not missing and not isinstance(value, alike):
            raise mixed(
                name,
                row,
                value,
                f"the values before it are {type(first).__name__}, such as {first!r}",
            )


def mixed(name: str, row: int, value: object, rest: str) -> InvalidInput:
    """Return the error for a column that holds values of more than one kind."""
    shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "…"
    return InvalidInput(
        f"column {name!r} mixes types: row {row} holds {shown}, while {rest}",
        hint=f'mend that row, or read the column as text: types={{{name!r}: "string"}}',
    )


def _normalised(
    table: pa.Table, origin: dict[str, Any], wanted: Mapping[str, pa.DataType]
) -> SourceTable:
    check_names(table.column_names)
    for name in wanted:
        check_column(name, table.column_names, "typed")
    columns: dict[str, pa.ChunkedArray] = {}
    assumed = []
    for name in table.column_names:
        column = table.column(name)
        if name in wanted:
            column = _typed(column, wanted[name], name)
        columns[name], naive = _kept(column, name)
        if naive:
            assumed.append(name)
    return SourceTable(pa.table(columns), origin, tuple(assumed))


def _typed(column: pa.ChunkedArray, kind: pa.DataType, name: str) -> pa.ChunkedArray:
    if types.is_timestamp(kind):
        return parse_times(column, name)[0]
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(f"column {name!r} cannot be read as {kind}: {error}") from error


def _kept(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, bool]:
    """Return a column as a type that datasets keep, and whether its times were taken as UTC."""
    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_timestamp(kind):
        return parse_times(column, name)
    if types.is_null(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        try:
            return column.cast(pa.string()), False
        except pa.ArrowInvalid:
            return column, False  # over 2 GB of text in one piece: stays as it is
    if types.is_float16(kind):
        return column.cast(pa.float32()), False
    if types.is_date64(kind):
        return column.cast(pa.date32()), False
    if types.is_decimal(kind):
        return _from_decimal(column), False
    if (
        types.is_integer(kind)
        or types.is_floating(kind)
        or kind in (pa.bool_(), pa.string(), pa.date32())
    ):
        return column, False
    family = str(kind).partition("[")[0].partition("<")[0]
    raise InvalidInput(
        f"column {name!r} holds {kind}, which a dataset cannot keep",
        hint=_INSTEAD.get(family, "make it numbers, truth values, text or times"),
    )


def _from_decimal(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # A database's sums of whole numbers arrive as decimals without a fraction.
    if column.type.scale == 0:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            pass  # beyond 64 bits
    return pc.cast(column, pa.float64())
