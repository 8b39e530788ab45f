"""The log of predictions: written beside the request, never in its way, and readable after a crash.

A `Journal` appends lines of JSON to segments of its own, `<folder>/<time>-<id>.jsonl`, so that no
two processes write to one file. A reader skips a line that a killed writer left torn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import NotFound, near
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


@dataclass(frozen=True)
class Predicted:
    """What a deployment predicted, over a span of time.

    Attributes
    ----------
    deployment : str
    since, until : datetime or None
        From `since` on and before `until`.
    """

    deployment: str
    since: datetime | None = None
    until: datetime | None = None

    def read(self) -> pa.Table:
        """Return one row a prediction; see `read` for its columns."""
        folder = prediction_folder(workspace.current().home, self.deployment)
        return read(folder, since=self.since, until=self.until)


def prediction_log(
    deployment: str,
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
) -> Predicted:
    """Return the log of a deployment's predictions, whole or of a span of time.

    Parameters
    ----------
    deployment : str
        Its name, without a revision.
    since, until : datetime, date or str, optional
        Only what was predicted from `since` on and before `until`.

    Raises
    ------
    NotFound
        If nothing was ever predicted under that name here.
    InvalidInput
        If a bound is no time.

    Examples
    --------
    >>> prediction_log("delay", since="2013-11-01").read()  # doctest: +SKIP
    """
    from workbench.data.times import as_utc

    folder = prediction_folder(workspace.current().home, deployment)
    if not folder.is_dir():
        known = [each.name for each in folder.parent.glob("*")]
        raise NotFound(
            f"the deployment {deployment!r} has no log of predictions",
            hint=near(deployment, known, otherwise="its first prediction makes one"),
        )
    return Predicted(
        deployment,
        None if since is None else as_utc(since, "since"),
        None if until is None else as_utc(until, "until"),
    )


def prediction_folder(home: Path, deployment: str) -> Path:
    """Return where the predictions of a deployment lie; its name can be part of an address."""
    return home / "logs" / "predictions" / deployment


def inputs_in(table: pa.Table) -> dict[str, str]:
    """Return the columns of a log's table that are a model's inputs, and what those are called.

    Examples
    --------
    >>> import pyarrow as pa
    >>> inputs_in(pa.table({"model": ["delay@1"], "wind": [1.5], "input_time": ["noon"]}))
    {'wind': 'wind', 'input_time': 'time'}
    """
    found = {}
    for column in table.column_names:
        bare = column.removeprefix("input_")
        if column not in FIELDS:
            found[column] = bare if bare in FIELDS else column
    return found


def read(
    folder: Path,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> pa.Table:
    """Return the log of a folder, oldest first.

    Parameters
    ----------
    folder : Path
    since, until : datetime, optional
        Only predictions made at or after `since` and before `until`.
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
    bound = {"since": since, "until": until, "limit": limit}
    lines = (
        f"SELECT * FROM read_json({_text(str(folder / '*.jsonl'))}, "
        f"format='newline_delimited', ignore_errors=true, columns={{{columns}}}) "
        "WHERE time IS NOT NULL AND ($since IS NULL OR time >= $since) "
        "AND ($until IS NULL OR time < $until) "
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
    from workbench.data.engine import quoted

    # DuckDB calls a field that was never anything but null "NULL"; text can hold it.
    kinds = {"NULL": "VARCHAR", "UBIGINT": "BIGINT"}
    columns = []
    for name, kind in structure.items():
        cast = kinds.get(kind, kind) if isinstance(kind, str) else "JSON"
        path = "$." + json.dumps(name)
        label = f"input_{name}" if name in FIELDS else name
        columns.append(
            f"CAST(json_extract_string(inputs, {_text(path)}) AS {cast}) AS {quoted(label)}"
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


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
