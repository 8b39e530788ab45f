"""Rows that another library holds: pandas, polars, Arrow, DuckDB, or whatever speaks Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import types

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRow, BadRows, check_few, mixed_row
from workbench.data.reading.blocks import MOST, Block, Reading, numbered, slices

if TYPE_CHECKING:
    import pandas as pd

#: Rows that a stream is asked for at a time; few enough for wide tables.
BATCH = 1 << 17


def read_frame(source: object, wanted: Mapping[str, pa.DataType]) -> Reading | None:
    """Open what holds rows itself; None if `source` does not.

    Parameters
    ----------
    source : object
        A pandas or polars frame (a lazy one is streamed), an Arrow table, batch, reader or dataset,
        a DuckDB relation, or anything with ``__arrow_c_stream__``.
    wanted : mapping of str to pyarrow.DataType
        Types asked for; a pandas column that is to be text may hold anything.
    """
    if isinstance(source, pa.RecordBatch):
        return _of_table(pa.Table.from_batches([source]), "arrow")
    if isinstance(source, pa.Table):
        return _of_table(source, "arrow")
    library = type(source).__module__.partition(".")[0].lstrip("_")
    if library == "pandas" and hasattr(source, "columns"):
        return _of_pandas(source, wanted)
    if library == "polars" and hasattr(source, "collect_batches"):
        return _of_lazy(source)
    if library == "polars" and hasattr(source, "columns"):
        return _of_table(source.to_arrow(), "polars")  # type: ignore[attr-defined]
    if library == "duckdb" and hasattr(source, "to_arrow_reader"):
        relation: Any = source
        return _of_stream(lambda: relation.to_arrow_reader(BATCH), "duckdb")
    if library == "pyarrow" and hasattr(source, "scanner"):
        dataset: Any = source
        reading = _of_stream(lambda: dataset.scanner(batch_size=BATCH).to_reader(), "arrow")
        return Reading(reading.schema, reading.blocks, reading.source, dataset.count_rows())
    if isinstance(source, pa.RecordBatchReader):
        return _of_stream(_once(source), "arrow", source.schema)
    if hasattr(source, "__arrow_c_stream__"):
        return _of_stream(lambda: pa.RecordBatchReader.from_stream(source), "arrow")
    return None


def _of_table(table: pa.Table, library: str) -> Reading:
    check_names(table.column_names)
    settled = _whole_decimals(table)
    return Reading(settled.schema, lambda _: slices(settled), {"type": library}, table.num_rows)


def _of_stream(
    stream: Callable[[], pa.RecordBatchReader], library: str, schema: pa.Schema | None = None
) -> Reading:
    if schema is None:
        with stream() as reader:
            schema = reader.schema

    def blocks(_: BadRows) -> Iterator[Block]:
        with stream() as reader:
            yield from numbered(reader)

    return Reading(schema, blocks, {"type": library})


def _once(reader: pa.RecordBatchReader) -> Callable[[], pa.RecordBatchReader]:
    left = [reader]

    def stream() -> pa.RecordBatchReader:
        if not left:
            raise InvalidInput(
                "a RecordBatchReader gives its rows only once, and it has",
                hint="make a new reader, or give the table, dataset or relation it came from",
            )
        return left.pop()

    return stream


def _of_lazy(frame: Any) -> Reading:
    schema = frame.clear().collect().to_arrow().schema

    def blocks(_: BadRows) -> Iterator[Block]:
        batches = frame.collect_batches(chunk_size=BATCH, maintain_order=True)
        yield from numbered(each.to_arrow() for each in batches)

    return Reading(schema, blocks, {"type": "polars"})


def _whole_decimals(table: pa.Table) -> pa.Table:
    """Make decimals without a fraction whole numbers, or doubles where those are too large."""
    for position, field in enumerate(table.schema):
        if types.is_decimal(field.type) and field.type.scale <= 0:
            column = table.column(position)
            try:
                column = column.cast(pa.int64())
            except pa.ArrowInvalid:
                column = column.cast(pa.float64())
            table = table.set_column(position, field.name, column)
    return table


def _of_pandas(frame: Any, wanted: Mapping[str, pa.DataType]) -> Reading:
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
        return _of_table(_arrow(frame), "pandas")
    except InvalidInput:
        wrong = {name: _strays(frame[name], name) for name in names}
        if not any(wrong.values()):
            raise
    return _without(frame, wrong)


def _arrow(frame: Any) -> pa.Table:
    try:
        return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    except (
        pa.ArrowInvalid,
        pa.ArrowTypeError,
        pa.ArrowNotImplementedError,
        OverflowError,
    ) as error:
        raise InvalidInput(f"the frame cannot be read: {error}") from error


def _strays(column: pd.Series[Any], name: str) -> dict[int, BadRow]:
    """Return a column's values of another kind than most, by position."""
    if column.dtype != object:
        return {}
    kinds = column.map(_kind)
    counts = kinds.value_counts()
    if len(counts) < 2:
        return {}
    prevailing = str(counts.index[0])
    return {
        int(row): mixed_row("", int(row) + 1, name, column.iloc[row], prevailing)
        for row in (kinds.notna() & (kinds != prevailing)).to_numpy().nonzero()[0]
    }


def _kind(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124  # NaN, of whatever type
        return None
    if isinstance(value, bool):
        return "bool"
    return "numbers" if isinstance(value, (int, float)) else type(value).__name__


def _without(frame: Any, strays: Mapping[str, Mapping[int, BadRow]]) -> Reading:
    """Open a frame whose stray rows go to the `BadRows`."""
    wrong: dict[int, BadRow] = {}
    for each in strays.values():
        wrong = {**each, **wrong}
    rows = np.setdiff1d(np.arange(len(frame)), np.fromiter(wrong, np.int64))

    def blocks(bad: BadRows) -> Iterator[Block]:
        for name, each in strays.items():
            check_few(len(each), len(frame), name, bad)
        for row in sorted(wrong):
            bad.add(wrong[row])
        for start in range(0, len(rows), MOST):
            yield Block(table.slice(start, MOST), rows[start : start + MOST] + 1)

    table = _whole_decimals(_arrow(frame.iloc[rows]))
    return Reading(table.schema, blocks, {"type": "pandas"}, len(frame))
