"""The log of predictions: written beside the request, never in its way, and readable after a crash.

A writer appends lines of JSON to a segment of its own, `<folder>/<time>-<id>.jsonl`, so that no two
processes write to one file. Requests hand records to a bounded queue; when it is full they are
dropped, and counted. A reader skips a line that a killed writer left torn.
"""

from __future__ import annotations

import json
import math
import os
import queue
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.ids import new_id

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


class PredictionLog:
    """Appends predictions to a folder from a thread of its own.

    Parameters
    ----------
    folder : Path
    capacity : int
        Records that may wait; more are dropped.
    flush : float
        Seconds after which a record is in the file at the latest.

    Attributes
    ----------
    written, dropped : int
        Records so far.
    """

    def __init__(self, folder: Path, *, capacity: int = 20_000, flush: float = 0.5) -> None:
        self._folder = folder
        self._flush = flush
        self._waiting: queue.Queue[Mapping[str, Any]] = queue.Queue(capacity)
        self._closing = threading.Event()
        self.written = 0
        self.dropped = 0
        # Two counters with one writer each, so that neither needs a lock.
        self._taken = 0
        self._settled = 0
        self._thread = threading.Thread(target=self._write, name="prediction-log", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Records that are not in the file yet."""
        return self._taken - self._settled

    def append(self, record: Mapping[str, Any]) -> bool:
        """Hand over a record; return False, at once, if there is no room for it."""
        self._taken += 1
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self._taken -= 1
            self.dropped += 1
            return False
        return True

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        self._thread.join(timeout=5)

    def _write(self) -> None:
        descriptor, size = -1, 0
        try:
            while not (self._closing.is_set() and self._waiting.empty()):
                records = self._take()
                if not records:
                    continue
                content = "".join(f"{_line(each)}\n" for each in records).encode()
                if descriptor < 0 or size + len(content) > _SEGMENT_BYTES:
                    descriptor, size = self._segment(descriptor), 0
                if self._put(descriptor, content):
                    self.written += len(records)
                    size += len(content)
                else:
                    self.dropped += len(records)
                    # A line may be torn now; what comes next must not be joined to it.
                    size = _SEGMENT_BYTES
                self._settled += len(records)
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _take(self) -> list[Mapping[str, Any]]:
        """Return what came within one flush, as soon as there is a little rest."""
        records: list[Mapping[str, Any]] = []
        until = time.monotonic() + self._flush
        while (left := until - time.monotonic()) > 0 and len(records) < 10_000:
            try:
                records.append(self._waiting.get(timeout=min(left, 0.1)))
            except queue.Empty:
                if records or self._closing.is_set():
                    break
        return records

    @staticmethod
    def _put(descriptor: int, content: bytes) -> bool:
        try:
            return os.write(descriptor, content) == len(content)
        except OSError:  # a full disk must not stop the predictions themselves
            return False

    def _segment(self, former: int) -> int:
        if former >= 0:
            os.close(former)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{new_id()}.jsonl"
        return os.open(self._folder / name, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)


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
