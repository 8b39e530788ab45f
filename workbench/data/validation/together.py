"""How the columns that form a sparse or a weighted one fit together, row by row."""

from __future__ import annotations

from typing import Any

from workbench.data.columns import Column
from workbench.data.datasets.sources import Source
from workbench.data.validation.evidence import CompositeFigures
from workbench.data.validation.scanning import BATCH, batches, sandbox


def parts_of(composite: Any) -> tuple[str, list[str]]:
    """Return the name of the column of values, and those of the indices or of the weight."""
    if composite.DESCRIPTOR.name == "SparseFeature":
        return composite.value_feature.name, [each.name for each in composite.index_feature]
    return ".".join(composite.feature.step), [".".join(composite.weight_feature.step)]


def measure_composite(source: Source, composite: Any) -> CompositeFigures:
    """Return how the columns of a sparse or weighted one fit together.

    As in TFDV's generators, rows count in which at least one of the columns is there, and a column
    that is missing has no values.
    """
    value, others = parts_of(composite)
    columns, lengths = lengths_of(source, composite)
    some = " OR ".join(f"{length} IS NOT NULL" for length in lengths.values())
    asked = [f"count(*) FILTER ({lengths[value]} IS NULL)"]
    for name in others:
        gap = f"coalesce({lengths[name]}, 0) - coalesce({lengths[value]}, 0)"
        asked += [f"count(*) FILTER ({lengths[name]} IS NULL)", f"min({gap})", f"max({gap})"]
    rows: list[tuple[Any, ...]] = []
    with sandbox() as connection:
        for _ in batches(source, columns, connection):
            sql = f"SELECT {', '.join(asked)} FROM {BATCH} WHERE {some}"
            rows += connection.execute(sql).fetchall()
    figures = list(zip(*rows, strict=True)) or [()] * len(asked)
    return CompositeFigures(
        sum(figures[0]),
        {name: sum(figures[1 + 3 * place]) for place, name in enumerate(others)},
        {
            name: (_of(min, figures[2 + 3 * place]), _of(max, figures[3 + 3 * place]))
            for place, name in enumerate(others)
        },
    )


def lengths_of(source: Source, composite: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns by what SQL shall call them, and the SQL of each one's length by name."""
    value, others = parts_of(composite)
    known = {each.name: each for each in source.columns}
    columns: dict[str, str] = {}
    lengths: dict[str, str] = {}
    for place, name in enumerate((value, *others)):
        called = f"part_{place}"
        if name in known:
            columns[called] = name
        lengths[name] = _length(known.get(name), called)
    return columns, lengths


def _length(column: Column | None, name: str) -> str:
    """Return the SQL of how many values a row has; NULL where it has none at all."""
    if column is None:
        return "NULL"
    return f"len({name})" if column.family == "LIST" else f"CASE WHEN {name} IS NOT NULL THEN 1 END"


def _of(choose: Any, values: tuple[Any, ...]) -> int:
    known = [value for value in values if value is not None]
    return int(choose(known)) if known else 0
