"""How a view's values move: quartiles and what is missing, by stretches of event time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.calls import call
from workbench.data.columns import Column
from workbench.data.engine import open_engine, parquet
from workbench.features.definitions.views import FeatureView, view_from
from workbench.features.offline.cache import known_rows
from workbench.features.offline.point_in_time import Lookup, join
from workbench.metadata import Artifact
from workbench.server import statistics
from workbench.server.features.records import is_readable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: Stretches that a picture is cut into, the finest first, with their length in seconds.
UNITS = (
    ("minute", 60),
    ("hour", 3_600),
    ("day", 86_400),
    ("week", 604_800),
    ("month", 2_629_746),
    ("quarter", 7_889_238),
    ("year", 31_556_952),
)
#: The most stretches of one picture.
MOST_STRETCHES = 60
#: Of more rows than this a sample is read.
MOST_ROWS = 4_000_000
#: Of windows, those of so many keys are read.
MOST_KEYS = 200
#: So many features have a picture; the rest is found by wb.statistics.
MOST_FEATURES = 200

_NUMBERS = ("int", "uint", "float", "double", "decimal", "half")


def through_time(artifact: Artifact) -> dict[str, Any]:
    """Return the part: a picture a feature, from its rows as they are known offline."""
    from workbench import workspace

    kept = statistics.of_view(workspace.current().metadata, artifact)
    empty: dict[str, Any] = {"tables": [], "statistics": kept, "through": None}
    code = call("wb.materialize", artifact.ref)
    if artifact.properties.get("static") or not is_readable(artifact):
        return {**empty, "code": code}
    view = view_from(artifact)
    drawn = _windows(view) if view.aggregations else _rows(known_rows(view), view.columns)
    return {**empty, "code": code, "through": drawn}


@lru_cache(maxsize=64)
def _rows(path: Path, columns: tuple[Column, ...]) -> dict[str, Any]:
    """Read a view's rows once: the file of a version's never changes."""
    rows = parquet([str(path)])
    columns = columns[:MOST_FEATURES]
    with open_engine() as connection:
        number, first, last = _extent(connection, rows)
        if not number:
            return _drawn("day", columns, [], None)
        unit = _unit((last - first) / 1e6)
        share = 100 * MOST_ROWS / number
        sampled = share < 100
        taken = f"{rows} USING SAMPLE {share:.6f}% (system, 7)" if sampled else rows
        found = _quartiles(connection, f"(SELECT * FROM {taken})", unit, columns)
        return _drawn(unit, columns, found, MOST_ROWS if sampled else None)


@lru_cache(maxsize=64)
def _windows(view: FeatureView) -> dict[str, Any]:
    """Read what some keys' windows held at the end of each stretch, once a version."""
    import pyarrow as pa

    columns = view.columns[:MOST_FEATURES]
    rows = parquet([str(known_rows(view))])
    with open_engine() as connection:
        number, first, last = _extent(connection, rows)
        if not number:
            return _drawn("day", columns, [], None)
        unit = _unit((last - first) / 1e6)
        listed = ", ".join(f"k{place}" for place in range(len(view.keys)))
        some = f"(SELECT DISTINCT {listed} FROM {rows} ORDER BY hash({listed}) LIMIT {MOST_KEYS})"
        stretches = (
            f"(SELECT DISTINCT date_trunc('{unit}', make_timestamp(event)) AS start FROM {rows})"
        )
        spine = connection.sql(
            f"SELECT {listed}, epoch_us(start) AS event, "
            f"timezone('UTC', start + INTERVAL 1 {unit}) AS at FROM {some}, {stretches}"
        ).to_arrow_table()
        names = [*(each.name for each in view.keys), "__event", "__at"]
        spine = spine.rename_columns(names)
        spine = spine.set_column(
            len(names) - 1, "__at", spine.column("__at").cast(pa.timestamp("us", "UTC"))
        )
        called = {each.name: f"f{place}" for place, each in enumerate(columns)}
        joined = join(spine, "__at", [Lookup.of(view, known_rows(view), called)])
        connection.register("windows", joined.append_column("event", spine.column("__event")))
        found = _quartiles(connection, "windows", unit, columns)
    drawn = _drawn(unit, columns, found, None)
    return {**drawn, "keys": spine.num_rows // max(1, len(found))}


def _extent(connection: DuckDBPyConnection, rows: str) -> tuple[int, int, int]:
    counted = connection.execute(f"SELECT count(*), min(event), max(event) FROM {rows}").fetchall()
    number, first, last = counted[0]
    return number, first, last


def _quartiles(
    connection: DuckDBPyConnection, rows: str, unit: str, columns: tuple[Column, ...]
) -> list[tuple[Any, ...]]:
    """Return, by stretch, its start and its rows; of each column what is missing, its figures."""
    missing = "".join(
        f", 1 - count(f{place}) / count(*) AS m{place}" for place in range(len(columns))
    )
    asked = [_asked(f"f{place}", each)[1] for place, each in enumerate(columns)]
    listed = "".join(f", {figures} AS q{place}" for place, figures in enumerate(asked))
    return connection.execute(
        f"SELECT epoch_ms(date_trunc('{unit}', make_timestamp(event))) AS start, "
        f"count(*) AS n{missing}{listed} FROM {rows} GROUP BY start ORDER BY start"
    ).fetchall()


def _drawn(
    unit: str, columns: tuple[Column, ...], found: list[tuple[Any, ...]], sampled: int | None
) -> dict[str, Any]:
    """Return what the picture of each column needs."""
    width = len(columns)
    features = []
    for place, each in enumerate(columns):
        figures = [row[2 + width + place] or (None, None, None) for row in found]
        features.append(
            {
                "name": each.name,
                "type": each.type,
                "kind": _asked(f"f{place}", each)[0],
                "missing": [row[2 + place] for row in found],
                "low": [value[0] for value in figures],
                "middle": [value[1] for value in figures],
                "high": [value[2] for value in figures],
            }
        )
    return {
        "unit": unit,
        "starts": [row[0] for row in found],
        "rows": [row[1] for row in found],
        "features": features,
        "sampled": sampled,
        "keys": None,
    }


def _unit(seconds: float) -> str:
    fitting = (name for name, length in UNITS if seconds / length <= MOST_STRETCHES)
    return next(fitting, UNITS[-1][0])


def _asked(name: str, column: Column) -> tuple[str, str]:
    """Return what is drawn of a column, and the three figures of it."""
    if column.type.startswith(_NUMBERS):
        value = f"CASE WHEN isfinite({name}::DOUBLE) THEN {name}::DOUBLE END"
        return "quartiles", f"quantile_cont({value}, [0.25, 0.5, 0.75])"
    if column.type == "bool":
        return "share", f"[NULL, avg({name}::INT), NULL]"
    if column.type == "string":
        return "different", f"[NULL, approx_count_distinct({name})::DOUBLE, NULL]"
    return "missing", "NULL"
