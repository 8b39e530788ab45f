"""What is kept of an event: its id, when it happened, when it was told, and its values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.features.log.packing import pack, unpack
from workbench.features.log.segments import frame

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
SYSTEM = ("id", "time", "received")
HEAD = frame(json.dumps({"format": FORMAT, "events": True}).encode())


def packed(event_id: str, time: int, received: int, values: Mapping[str, Any]) -> bytes:
    """Return an event's record; times are microseconds since 1970."""
    return pack((event_id, time, received, values))


def batches(contents: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    """Yield the events of a segment as one table; a value that no event has is no column.

    Raises
    ------
    InvalidInput
        If it was written in another format.
    """
    import pyarrow as pa

    rest = iter(contents)
    if (head := next(rest, None)) is None:
        return
    if (known := json.loads(head)).get("format") != FORMAT:
        raise InvalidInput(
            f"the events are of format {known.get('format')!r}, not {FORMAT}",
            hint="read them with the version that wrote them",
        )
    records = [record for content in rest for record in unpack(content)]
    if not records:
        return
    ids, times, received, values = zip(*records, strict=True)
    time = pa.timestamp("us", tz="UTC")
    columns = {
        "id": pa.array(ids, pa.string()),
        "time": pa.array(times, pa.int64()).cast(time),
        "received": pa.array(received, pa.int64()).cast(time),
    }
    for name in dict.fromkeys(name for each in values for name in each):
        columns[name] = _column([each.get(name) for each in values])
    yield pa.RecordBatch.from_pydict(columns)


def _column(values: list[Any]) -> pa.Array:
    """Return values as one column; whole and broken numbers may stand side by side."""
    import pyarrow as pa

    if any(isinstance(each, float) for each in values):
        return pa.array(values, pa.float64())
    return pa.array(values)
