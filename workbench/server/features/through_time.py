"""How a view's values move: quartiles and what is missing, by stretches of event time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.core.calls import call
from workbench.data.columns import Column
from workbench.data.engine import open_engine, parquet
from workbench.features.definitions.views import view_from
from workbench.features.offline.cache import known_rows
from workbench.metadata import Artifact
from workbench.server import statistics
from workbench.server.features.records import is_readable

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
    drawn = view.inputs[:MOST_FEATURES]
    read = _read(known_rows(view), tuple(drawn))
    return {**empty, "code": code, "through": {**read, "events": bool(view.aggregations)}}


@lru_cache(maxsize=64)
def _read(path: Path, columns: tuple[Column, ...]) -> dict[str, Any]:
    """Read quartiles once: the file of a version's rows never changes."""
    rows = parquet([str(path)])
    with open_engine() as connection:
        counted = connection.execute(
            f"SELECT count(*), min(event), max(event) FROM {rows}"
        ).fetchall()
        number, first, last = counted[0]
        if not number:
            return {"unit": "day", "starts": [], "rows": [], "features": [], "sampled": None}
        unit = _unit((last - first) / 1e6)
        share = 100 * MOST_ROWS / number
        sampled = share < 100
        taken = f"{rows} USING SAMPLE {share:.6f}% (system, 7)" if sampled else rows
        asked = [_asked(f"f{place}", each) for place, each in enumerate(columns)]
        listed = "".join(f", {figures} AS q{place}" for place, (_, figures) in enumerate(asked))
        missing = "".join(
            f", 1 - count(f{place}) / count(*) AS m{place}" for place in range(len(columns))
        )
        table = connection.execute(
            f"SELECT epoch_ms(date_trunc('{unit}', make_timestamp(event))) AS start, "
            f"count(*) AS n{missing}{listed} FROM (SELECT * FROM {taken}) "
            "GROUP BY start ORDER BY start"
        ).fetchall()
    width = len(columns)
    features = []
    for place, (each, (kind, _)) in enumerate(zip(columns, asked, strict=True)):
        figures = [row[2 + width + place] or (None, None, None) for row in table]
        features.append(
            {
                "name": each.name,
                "type": each.type,
                "kind": kind,
                "missing": [row[2 + place] for row in table],
                "low": [value[0] for value in figures],
                "middle": [value[1] for value in figures],
                "high": [value[2] for value in figures],
            }
        )
    return {
        "unit": unit,
        "starts": [row[0] for row in table],
        "rows": [row[1] for row in table],
        "features": features,
        "sampled": MOST_ROWS if sampled else None,
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
