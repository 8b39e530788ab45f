"""What is kept of a served request: as bytes while it is served, as a table when it is read.

A record is a MessagePack array: id, time, the instant asked for, the instant of each view whose
table stands still, and for each entity its keys, inputs and values, and the status and event time
of each view's row. What is
the same for all requests, names and types, stands once at the head of a segment: its `Shape`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.core.errors import InvalidInput
from workbench.data.columns import Column, arrow_type
from workbench.features.definitions.values import read_value
from workbench.features.log.packing import pack, unpack
from workbench.features.log.segments import frame

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
STATUSES = ("present", "missing", "expired")
#: Where a table's schema keeps its `Shape`, as JSON.
METADATA = b"workbench"
SYSTEM = ("request_id", "time", "at", "service")
_BATCH = 8192


class Row(NamedTuple):
    """One entity of a request, and what was served for it; sequences as a `Shape` lists them.

    Attributes
    ----------
    keys, inputs, values : sequence
    statuses : bytes
        Of the row of each view, as a position in `STATUSES`.
    events : sequence of int or None
        Of the row of each view, its event time in microseconds.
    """

    keys: Sequence[Any]
    inputs: Sequence[Any]
    values: Sequence[Any]
    statuses: bytes
    events: Sequence[int | None]


@dataclass(frozen=True)
class Feature:
    """A feature that was served.

    Attributes
    ----------
    name, type : str
    view : str
        The reference of its view, with the version.
    position : int or None
        Among the view's columns; None where it was computed on demand.
    """

    name: str
    type: str
    view: str
    position: int | None = None


@dataclass(frozen=True)
class Shape:
    """What the rows of a log hold.

    Attributes
    ----------
    service : str
        The reference of the feature service, with its version.
    keys, inputs : tuple of Column
        What requests gave.
    features : tuple of Feature
    views : tuple of str
        The references of the views that were read.
    """

    service: str
    keys: tuple[Column, ...]
    inputs: tuple[Column, ...]
    features: tuple[Feature, ...]
    views: tuple[str, ...]

    def head(self) -> bytes:
        """Return the frame that a segment begins with."""
        return frame(json.dumps({"format": FORMAT, **asdict(self)}).encode())

    @staticmethod
    def read(head: bytes) -> Shape:
        """Return what a segment's first frame says.

        Raises
        ------
        InvalidInput
            If it was written in another format.
        """
        known = json.loads(head)
        if known.get("format") != FORMAT:
            raise InvalidInput(
                f"the log is of format {known.get('format')!r}, not {FORMAT}",
                hint="read it with the version that wrote it",
            )
        return Shape.of(known)

    @staticmethod
    def of(known: Mapping[str, Any]) -> Shape:
        """Return the shape that some JSON says."""
        return Shape(
            known["service"],
            tuple(Column(**each) for each in known["keys"]),
            tuple(Column(**each) for each in known["inputs"]),
            tuple(Feature(**each) for each in known["features"]),
            tuple(known["views"]),
        )

    def label(self, name: str) -> str:
        """Return what a key, an input or a feature is called in a table of the log."""
        return f"served_{name}" if name in SYSTEM else name


def packed(
    request_id: str,
    time: int,
    rows: Sequence[Row],
    at: int | None = None,
    as_of: Sequence[int | None] | None = None,
) -> bytes:
    """Return a request's record; times are microseconds since 1970."""
    record = (request_id, time, at, as_of, rows)
    return pack(record)


def row_id(request_id: str, position: int, rows: int) -> str:
    """Return the id of one entity of a request: the request's own where it has but one."""
    return request_id if rows == 1 else f"{request_id}/{position}"


def batches(contents: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    """Yield the tables of a segment's frames, some thousand rows each.

    Raises
    ------
    InvalidInput
        If it was written in another format.
    """
    rest = iter(contents)
    if (head := next(rest, None)) is None:
        return
    shape = Shape.read(head)
    ids: list[str] = []
    moments: list[tuple[int, int]] = []
    instants: list[Sequence[int | None]] = []
    rows: list[Row] = []
    nothing: list[int | None] = [None] * len(shape.views)
    for content in rest:
        for request_id, time, at, as_of, served in unpack(content):
            instant = time if at is None else at
            stood = [instant if each is None else each for each in as_of or nothing]
            for position, row in enumerate(served):
                ids.append(row_id(request_id, position, len(served)))
                moments.append((time, instant))
                instants.append(stood)
                rows.append(row)
            if len(rows) >= _BATCH:
                yield _batch(shape, ids, moments, instants, rows)
                ids, moments, instants, rows = [], [], [], []
    if rows:
        yield _batch(shape, ids, moments, instants, rows)


def schema(shape: Shape) -> pa.Schema:
    """Return the columns of a log's table."""
    import pyarrow as pa

    time = pa.timestamp("us", tz="UTC")
    fields = [("request_id", pa.string()), ("time", time), ("at", time), ("service", pa.string())]
    fields += [
        (shape.label(each.name), logged_type(each.type)) for each in (*shape.keys, *shape.inputs)
    ]
    fields += [(shape.label(each.name), logged_type(each.type)) for each in shape.features]
    for each in shape.views:
        view = each.partition("@")[0]
        fields += [(f"{view}__status", pa.string())]
        fields += [(f"{view}__event", time), (f"{view}__at", time)]
    return pa.schema(fields, metadata={METADATA: json.dumps(asdict(shape)).encode()})


def logged_type(name: str) -> pa.DataType:
    """Return the Arrow type that a column of some type has in the log: exact decimals are floats.

    Examples
    --------
    >>> str(logged_type("decimal128(10, 2)")), str(logged_type("int64"))
    ('double', 'int64')
    """
    return arrow_type("float64" if name.startswith("decimal") else name)


def _batch(
    shape: Shape,
    ids: list[str],
    moments: list[tuple[int, int]],
    instants: list[Sequence[int | None]],
    rows: list[Row],
) -> pa.RecordBatch:
    import numpy as np
    import pyarrow as pa

    target = schema(shape)
    keys, inputs, values, statuses, events = zip(*rows, strict=True)
    codes = np.frombuffer(b"".join(statuses), np.int8).reshape(len(rows), len(shape.views))
    words = pa.array(STATUSES)
    micros = pa.int64()
    columns = [
        pa.array(ids),
        *(pa.array(each, micros) for each in zip(*moments, strict=True)),
        pa.array([shape.service] * len(rows)),
        *_given(shape.keys, keys),
        *_given(shape.inputs, inputs),
        *(
            pa.array(column, logged_type(feature.type))
            for feature, column in zip(shape.features, _transposed(values), strict=True)
        ),
    ]
    held = zip(_transposed(events), _transposed(instants), strict=True)
    for index, (when, stood) in enumerate(held):
        columns += [words.take(pa.array(codes[:, index]))]
        columns += [pa.array(when, micros), pa.array(stood, micros)]
    cast = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(columns, target, strict=True)
    ]
    return pa.RecordBatch.from_arrays(cast, schema=target)


def _given(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Iterator[pa.Array]:
    import pyarrow as pa

    for column, values in zip(columns, _transposed(rows), strict=True):
        # As a request writes them: times as text, whole numbers for broken ones.
        exact = [read_value(each, column.type, column.name, "the log") for each in values]
        yield pa.array(exact, logged_type(column.type))


def _transposed(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
