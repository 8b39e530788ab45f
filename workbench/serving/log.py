"""The log of predictions: written beside the request, never in its way, and readable after a crash.

A `Journal` appends lines of JSON to segments of its own, `<folder>/<time>-<id>.jsonl`, so that no
two processes write to one file. A reader skips a line that a killed writer left torn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.features.log.journal import Journal

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS = {
    "time": "TIMESTAMPTZ",
    "request_id": "VARCHAR",
    "deployment": "VARCHAR",
    "model": "VARCHAR",
    "probability": "DOUBLE",
    "latency_ms": "DOUBLE",
}
_SEGMENT_BYTES = 64 << 20


class PredictionLog(Journal[Mapping[str, Any]]):
    """Appends predictions to a folder from a thread of its own.

    Parameters
    ----------
    folder : Path
    capacity : int
        Records that may wait; more are dropped.
    flush : float
        Seconds after which a record is in the file.
    """

    def __init__(self, folder: Path, *, capacity: int = 20_000, flush: float = 0.25) -> None:
        super().__init__(
            folder,
            _lines,
            suffix=".jsonl",
            capacity=capacity,
            flush=flush,
            segment_bytes=_SEGMENT_BYTES,
        )


def read(folder: Path, *, since: datetime | None = None, limit: int | None = None) -> pa.Table:
    """Return the log of a folder, oldest first.

    Parameters
    ----------
    folder : Path
    since : datetime, optional
        Only predictions made at or after this time.
    limit : int, optional
        Only the last so many.

    Returns
    -------
    pyarrow.Table
        time, request_id, deployment, model, probability, latency_ms, then one column an input; an
        input with one of these names is called ``input_time`` and so on. A line that is not whole
        is left out.
    """
    import duckdb
    import pyarrow as pa

    if not any(folder.glob("*.jsonl")):
        empty: dict[str, list[object]] = {name: [] for name in FIELDS}
        return pa.table(empty, schema=_schema())
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in {**FIELDS, "inputs": "JSON"}.items())
    bound = {"since": since, "limit": limit}
    lines = (
        f"SELECT * FROM read_json({_quoted(str(folder / '*.jsonl'))}, "
        f"format='newline_delimited', ignore_errors=true, columns={{{columns}}}) "
        "WHERE time IS NOT NULL AND ($since IS NULL OR time >= $since) "
        "ORDER BY time DESC LIMIT $limit"
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        connection.execute(f"CREATE TEMP TABLE log AS {lines}", bound).fetchall()
        found = connection.execute("SELECT json_group_structure(inputs) FROM log").fetchall()
        structure = json.loads(found[0][0]) if found[0][0] else {}
        # Inputs that are all empty have no structure but a word.
        inputs = _input_columns(structure if isinstance(structure, dict) else {})
        chosen = ", ".join([*FIELDS, *inputs])
        table: pa.Table = connection.sql(f"SELECT {chosen} FROM log ORDER BY time").to_arrow_table()
        return table


def _input_columns(structure: dict[str, Any]) -> list[str]:
    # DuckDB calls a field that was never anything but null "NULL"; text can hold it.
    kinds = {"NULL": "VARCHAR", "UBIGINT": "BIGINT"}
    columns = []
    for name, kind in structure.items():
        cast = kinds.get(kind, kind) if isinstance(kind, str) else "JSON"
        path = "$." + json.dumps(name)
        label = f"input_{name}" if name in FIELDS else name
        columns.append(
            f"CAST(json_extract_string(inputs, {_quoted(path)}) AS {cast}) AS {_identifier(label)}"
        )
    return columns


def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {
        "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
        "VARCHAR": pa.string(),
        "DOUBLE": pa.float64(),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in FIELDS.items()])


def _lines(records: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(f"{_line(each)}\n" for each in records).encode()


def _line(record: Mapping[str, Any]) -> str:
    try:
        return json.dumps(record, default=_plain, allow_nan=False)
    except ValueError:  # NaN and infinity have no word in JSON
        return json.dumps(_finite(record), default=_plain)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    return str(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
