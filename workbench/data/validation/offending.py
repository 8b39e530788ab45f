"""The rows that an anomaly is about, found where the data lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.datasets.sources import Source
from workbench.data.validation.conditions import condition_of
from workbench.data.validation.scanning import BATCH, ROW, batches, sandbox

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.validation.anomalies import Anomaly
    from workbench.data.validation.examination import Examination

    Offending: TypeAlias = pd.DataFrame


def offending_rows(anomaly: Anomaly, examination: Examination, limit: int) -> Offending:
    """Return the rows that offend, by their numbers.

    Only the columns that tell are read of all rows; the others of the rows that are returned.

    Returns
    -------
    pandas.DataFrame
        The index is the row's number, as in ``to_pandas()`` of the data; a dataset's split and span
        come first, where it has several. ``attrs["total"]`` is how many rows offend, which the
        name above the columns says, too.

    Raises
    ------
    InvalidInput
        If the anomaly is about no single rows, `limit` is not above zero, or only statistics are at
        hand.
    """
    if limit < 1:
        raise InvalidInput(f"limit={limit!r} shows nothing", hint="give a number above zero")
    source = opened(examination)
    condition = condition_of(anomaly, examination, source)
    numbers: list[int] = []
    total = 0
    with sandbox(condition.tables, condition.functions) as connection:
        for _ in batches(source, condition.columns, connection):
            sql = f'SELECT "{ROW}" FROM {BATCH} WHERE {condition.sql} ORDER BY "{ROW}"'
            found = [row for (row,) in connection.execute(sql).fetchall()]
            numbers += found[: limit - len(numbers)]
            total += len(found)
    return _framed(source, numbers, total)


def opened(examination: Examination) -> Source:
    """Return the rows that were examined.

    Raises
    ------
    InvalidInput
        If they are not at hand.
    """
    if examination.open is None:
        raise InvalidInput(
            "only statistics were validated, and they do not say where the rows are",
            hint="validate the data itself",
        )
    return examination.open()


def _framed(source: Source, numbers: list[int], total: int) -> Offending:
    wanted = np.array(numbers, np.int64)
    pieces: list[pa.Table] = []
    places: list[tuple[str, str]] = []
    first = 0
    for part in source.parts:
        inside = wanted[(wanted >= first) & (wanted < first + part.rows)]
        if len(inside):
            pieces += _taken(part.tables(source.names, 1 << 20), inside - first)
            place = ("", "") if part.file is None else (part.file.split, part.file.span)
            places += [place] * len(inside)
        first += part.rows
    frame: pd.DataFrame = _table(source, pieces).to_pandas()
    frame.index = wanted
    frame.index.name = "row"
    for position, (name, values) in enumerate(
        (("split", [split for split, _ in places]), ("span", [span for _, span in places]))
    ):
        if any(values) and name not in frame.columns:
            frame.insert(min(position, len(frame.columns)), name, values)
    frame.attrs["total"] = total
    frame.columns.name = f"{len(frame):,} of {total:,} rows"
    return frame


def _taken(tables: object, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[pa.Table]:
    taken: list[pa.Table] = []
    first = 0
    for table in tables:  # type: ignore[attr-defined]
        inside = numbers[(numbers >= first) & (numbers < first + table.num_rows)]
        if len(inside):
            taken.append(_plain(table.take(pa.array(inside - first))))
        first += table.num_rows
    return taken


def _table(source: Source, pieces: list[pa.Table]) -> pa.Table:
    if pieces:
        return pa.concat_tables(pieces, promote_options="permissive")
    empty = next(source.tables(), None)
    return pa.table({}) if empty is None else _plain(empty.slice(0, 0))


def _plain(table: pa.Table) -> pa.Table:
    """Return a table without dictionaries, which would differ from piece to piece."""
    return table.cast(
        pa.schema(
            pa.field(each.name, each.type.value_type) if pa.types.is_dictionary(each.type) else each
            for each in table.schema
        )
    )
