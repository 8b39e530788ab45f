"""A spine, whatever it was given as: one run of tables, read in order and never whole.

Times are stored as UTC. A time that carries a zone keeps its instant; one without, a day and text
included, is taken as UTC, as `wb.ingest` takes it, and the training set's record says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import check_column, type_name
from workbench.data.datasets import Dataset, dataset
from workbench.data.reading import open_rows
from workbench.data.times import UTC_TIME, parse_times

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets.splits import Split

    Given: TypeAlias = Dataset | str | pd.DataFrame | pa.Table

#: Values of a dataset that are read at a time, and rows at most.
_VALUES, _ROWS = 1 << 23, 1 << 20


@dataclass(frozen=True)
class Spine:
    """The rows to learn from.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every table; the time is a timestamp in UTC.
    tables : callable
        Yields the rows in order; calling it again reads them again.
    rows : int or None
        How many there are, where that is known before they are read.
    datasets : tuple of Dataset
        Those that it is made of.
    source : dict
        Where the rows come from, as JSON.
    time, label : str or None
    assumed_utc : set of str
        Columns whose times had no zone; complete once all was read.
    """

    schema: pa.Schema
    tables: Callable[[], Iterator[pa.Table]]
    rows: int | None
    datasets: tuple[Dataset, ...]
    source: dict[str, Any]
    time: str | None
    label: str | None
    assumed_utc: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for what, name in (("time", self.time), ("label", self.label)):
            if name is not None and name not in self.schema.names:
                raise InvalidInput(
                    f"the spine has no {what} column {name!r}",
                    hint=near(name, self.schema.names),
                )

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return list(self.schema.names)


def read_spine(
    given: Given | Sequence[Given],
    *,
    columns: Sequence[str] | None = None,
    time: str | None = None,
    label: str | None = None,
) -> Spine:
    """Return a spine, or several of them one after another.

    Parameters
    ----------
    given : Dataset, reference, pandas.DataFrame or pyarrow.Table, or a sequence of them
    columns : sequence of str, optional
        Those to keep.
    time, label : str, optional
        A dataset's own by default.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        If there are no rows, a column is missing, or the columns of several spines differ; the
        spine and the column are named.

    Examples
    --------
    >>> import pyarrow as pa
    >>> spine = read_spine([pa.table({"plane": ["N1"]}), pa.table({"plane": ["N2"]})])
    >>> [each["plane"].to_pylist() for each in spine.tables()]
    [['N1'], ['N2']]
    """
    opened = [_opened(each) for each in listed(given)]
    counts = [each.rows for each in opened]
    if not any(each is None or each for each in counts):
        raise InvalidInput("the spine has no rows", hint="check the filter before it")
    time = time or _agreed([each.time for each in opened], "time")
    label = label or _agreed([each.label for each in opened], "label")
    typed = next(each.schema for each in opened if each.rows != 0)
    schemas = [each.schema if each.rows != 0 else _as(each.schema, typed) for each in opened]
    schema = _common([_kept(each, columns) for each in schemas])
    sources = [each.source for each in opened]
    assumed: set[str] = set()

    def tables() -> Iterator[pa.Table]:
        for each in opened:
            for table in each.tables():
                assumed.update(each.assumed_utc)
                yield _fitted(table, schema, time, assumed)

    return Spine(
        _timed(schema, time),
        tables,
        sum(each for each in counts if each is not None) if None not in counts else None,
        tuple(each.dataset for each in opened if each.dataset is not None),
        {"type": "several", "sources": sources} if len(sources) > 1 else sources[0],
        time,
        label,
        assumed,
    )


def listed(given: Given | Sequence[Given]) -> list[Given]:
    """Return the spines that were given, one or several.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    spines: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    if not spines:
        raise InvalidInput("there is no spine", hint="give rows with keys and times")
    return spines


@dataclass(frozen=True)
class _Opened:
    schema: pa.Schema
    tables: Callable[[], Iterator[pa.Table]]
    rows: int | None
    source: dict[str, Any]
    assumed_utc: set[str]
    dataset: Dataset | None = None
    time: str | None = None
    label: str | None = None


def _opened(given: Given) -> _Opened:
    if isinstance(given, (str, Dataset)):
        found = dataset(given)
        return _Opened(
            found.manifest.schema,
            lambda: found.batches(rows=max(1024, min(_ROWS, _VALUES // len(found.columns)))),
            found.rows,
            {"type": "dataset", "ref": found.ref},
            set(),
            found,
            found.time,
            found.label,
        )
    rows = open_rows(given)
    return _Opened(rows.schema, rows.tables, rows.rows, rows.source, rows.assumed_utc)


def _agreed(named: Sequence[str | None], role: str) -> str | None:
    known = list(dict.fromkeys(each for each in named if each is not None))
    if len(known) > 1:
        raise InvalidInput(
            f"the spines call their {role} {known[0]!r} and {known[1]!r}",
            hint=f"rename one of them, or say which column it is: {role}=…",
        )
    return known[0] if known else None


def _kept(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    import pyarrow as pa

    if columns is None:
        return schema
    for column in columns:
        check_column(column, schema.names, "spine")
    return pa.schema([schema.field(each) for each in columns])


def _as(schema: pa.Schema, typed: pa.Schema) -> pa.Schema:
    """Return the columns of rows that are none, whose types say nothing, with those of others."""
    import pyarrow as pa

    return pa.schema(
        [typed.field(each.name) if each.name in typed.names else each for each in schema]
    )


def _common(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Return the columns of several spines, in the order of the first."""
    import pyarrow as pa

    first, *others = schemas
    for number, schema in enumerate(others, start=2):
        for missing in [each for each in first.names if each not in schema.names]:
            raise InvalidInput(
                f"spine {number} has no column {missing!r}, which the first one has",
                hint=near(missing, schema.names),
            )
        for more in [each for each in schema.names if each not in first.names]:
            raise InvalidInput(
                f"spine {number} has a column {more!r}, which the first one has not",
                hint=f"leave it out, or say which columns to keep: columns={first.names}",
            )
        fields = []
        for one in first:
            other = schema.field(one.name)
            try:
                fields += pa.unify_schemas(
                    [pa.schema([one]), pa.schema([other])], promote_options="permissive"
                )
            except pa.ArrowTypeError:
                raise InvalidInput(
                    f"the column {one.name!r} of spine {number} holds {type_name(other.type)}, "
                    f"and the first one's {type_name(one.type)}",
                    hint="cast one of them",
                ) from None
        first = pa.schema(fields)
    return first


def _timed(schema: pa.Schema, time: str | None) -> pa.Schema:
    import pyarrow as pa

    if time is None or time not in schema.names:
        return schema
    return schema.set(schema.names.index(time), pa.field(time, UTC_TIME))


def _fitted(table: pa.Table, schema: pa.Schema, time: str | None, assumed: set[str]) -> pa.Table:
    """Return a table with the spine's columns and types, and its time as UTC."""
    import pyarrow as pa

    columns = []
    for each in schema:
        column = table.column(each.name)
        if each.name == time:
            column, naive = parse_times(column, each.name)
            assumed.update({each.name} if naive else ())
        elif column.type != each.type:
            column = column.cast(each.type)
        columns.append(column)
    return pa.table(columns, schema=_timed(schema, time))


def own_splits(
    datasets: Sequence[Dataset], runs: Sequence[tuple[str, int]] | None = None
) -> Split | None:
    """Return what parts rows as the spine's datasets are parted; None where nothing does.

    The rows must be those of the datasets, one after another, and no others; or, where some were
    left out, `runs` says how many there are of each split, in order.
    """
    import numpy as np
    import pyarrow as pa

    if not datasets:
        return None
    if runs is None:
        runs = [run for each in datasets for run in each.splits.items()]
    names = list(dict.fromkeys(name for name, _ in runs))
    ends = np.cumsum([rows for _, rows in runs])
    places = np.array([names.index(name) for name, _ in runs])
    seen = 0

    def part(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        nonlocal seen
        rows = np.arange(seen, seen + table.num_rows)
        seen += table.num_rows
        found = places[np.searchsorted(ends, rows, side="right")]
        for place, name in enumerate(names):
            chosen = found == place
            if chosen.any():
                yield name, table if chosen.all() else table.filter(pa.array(chosen))

    return part
