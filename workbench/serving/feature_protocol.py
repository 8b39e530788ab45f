"""What a feature service is asked and what it answers, between bytes and rows.

JSON: ``{"entities": [{key: value}], "inputs": [{name: value}], "at": time}``, where `inputs` go
side by side with the entities, and may as well stand in them. Arrow: a stream of one table with a
column a key or input; the answer is one with a column a feature. Pure functions; HTTP is elsewhere.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from workbench.core.clock import moment
from workbench.core.errors import InvalidInput, near
from workbench.features.definitions.values import read_value
from workbench.features.log.events import Event

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.log.served_records import Shape
    from workbench.features.online.fetching import Fetched

ARROW = "application/vnd.apache.arrow.stream"
JSON = "application/json"
MOST = 10_000


@dataclass(frozen=True)
class Question:
    """What a request asks for.

    Attributes
    ----------
    entities : list of dict
        The keys of each, with its inputs.
    at : datetime or None
    """

    entities: list[dict[str, Any]]
    at: datetime | None = None


def question_of_json(body: bytes) -> Question:
    """Read a question from JSON.

    Raises
    ------
    InvalidInput
        If it is not one; the message names what is wrong.

    Examples
    --------
    >>> question_of_json(b'{"entities": [{"carrier": "UA"}], "inputs": [{"miles": 12}]}').entities
    [{'carrier': 'UA', 'miles': 12}]
    """
    content = _object(body)
    if unknown := set(content) - {"entities", "inputs", "at"}:
        wrong = min(unknown)
        raise InvalidInput(
            f"the request has {wrong!r}", hint=near(wrong, ["entities", "inputs", "at"])
        )
    entities = _dicts(content, "entities")
    if not entities:
        raise InvalidInput("'entities' is empty", hint=_EXAMPLE)
    if "inputs" in content:
        inputs = _dicts(content, "inputs")
        if len(inputs) != len(entities):
            raise InvalidInput(
                f"there are {len(inputs)} inputs for {len(entities)} entities",
                hint="give one object of inputs an entity, in the same order",
            )
        entities = [_merged(*pair, i) for i, pair in enumerate(zip(entities, inputs, strict=True))]
    return Question(_few(entities), _time(content.get("at"), "at"))


def question_of_arrow(body: bytes, at: str | None = None) -> Question:
    """Read a question from an Arrow stream; `at` comes with the address.

    Raises
    ------
    InvalidInput
        If it is not one.
    """
    import pyarrow as pa

    try:
        table = pa.ipc.open_stream(body).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(
            f"the request's body is no Arrow stream: {error}",
            hint="write it with pyarrow.ipc.new_stream, or send JSON",
        ) from error
    if not table.num_rows:
        raise InvalidInput("the Arrow stream has no rows", hint="send one row an entity")
    if table.num_rows > MOST:
        raise _many(table.num_rows)
    return Question(table.to_pylist(), _time(at, "at"))


def answer_as_json(shape: Shape, found: Fetched, ids: Sequence[str]) -> bytes:
    """Return what was found, with the id, the status and the event time of each feature."""
    owners = _owners(shape)
    results = []
    for position, (row, request_id) in enumerate(zip(found.rows, ids, strict=True)):
        known = [answers[position] for answers in found.answers]
        statuses = [each[0] for each in known]
        times = [None if each[1] is None else moment(each[1]).isoformat() for each in known]
        results.append(
            {
                "id": request_id,
                "values": row,
                "statuses": {n: "present" if v is None else statuses[v] for n, v in owners},
                "events": {n: None if v is None else times[v] for n, v in owners},
            }
        )
    content = {"service": shape.service, "results": results}
    try:
        return json.dumps(content, default=_plain, allow_nan=False).encode()
    except ValueError:  # NaN and infinity have no word in JSON
        return json.dumps(_finite(content), default=_plain).encode()


def answer_as_arrow(shape: Shape, found: Fetched, ids: Sequence[str]) -> bytes:
    """Return what was found as an Arrow stream.

    Columns: ``request_id``, the features, then ``…__status`` and ``…__event`` of each view.
    """
    import pyarrow as pa

    from workbench.features.log.served_records import logged_type

    columns: dict[str, pa.Array] = {"request_id": pa.array(ids)}
    for each in shape.features:
        values = [row[each.name] for row in found.rows]
        columns[shape.label(each.name)] = pa.array(values, logged_type(each.type))
    time = pa.timestamp("us", tz="UTC")
    for reference, answers in zip(shape.views, found.answers, strict=True):
        view = reference.partition("@")[0]
        columns[f"{view}__status"] = pa.array([each[0] for each in answers])
        columns[f"{view}__event"] = pa.array([each[1] for each in answers], pa.int64()).cast(time)
    table = pa.table(columns, metadata={"service": shape.service})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def events_of_json(body: bytes, now: datetime) -> list[Event]:
    """Read events: ``{"events": [{"id": …, "time": …, name: value}]}``.

    Raises
    ------
    InvalidInput
        If they are not events.
    """
    content = _object(body)
    if "events" not in content:
        raise InvalidInput(
            "the request has no 'events'", hint='send {"events": [{"id": "…", "late": true}]}'
        )
    events = []
    for position, each in enumerate(_few(_dicts(content, "events"))):
        if "id" not in each:
            raise InvalidInput(
                f"event {position} has no 'id'",
                hint="give the id that came with the features",
            )
        when = _time(each.get("time"), "time", f"event {position}") or now
        values = {name: value for name, value in each.items() if name not in ("id", "time")}
        events.append(Event(each["id"], when, values))
    return events


def described(shape: Shape) -> bytes:
    """Return what a service takes and gives, as JSON."""
    said = {
        "service": shape.service,
        "keys": [{"name": each.name, "type": each.type} for each in shape.keys],
        "inputs": [{"name": each.name, "type": each.type} for each in shape.inputs],
        "features": [
            {"name": each.name, "type": each.type, "view": each.view} for each in shape.features
        ],
    }
    return json.dumps(said).encode()


_EXAMPLE = 'send {"entities": [{"carrier": "UA"}]}'


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            f"the request's body is not JSON: {error}", hint=f"{_EXAMPLE}, or an Arrow stream"
        ) from error
    if not isinstance(content, dict):
        raise InvalidInput(
            f"the request's body is a {type(content).__name__}", hint="send a JSON object"
        )
    return content


def _dicts(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    given = content.get(name)
    if not isinstance(given, list):
        said = f"is {given!r:.60}" if name in content else "is missing"
        raise InvalidInput(f"{name!r} {said}", hint=_EXAMPLE)
    for position, each in enumerate(given):
        if not isinstance(each, dict):
            raise InvalidInput(
                f"{name!r} has {each!r:.60} at {position}", hint="each is an object of values"
            )
    return given


def _merged(entity: dict[str, Any], inputs: dict[str, Any], position: int) -> dict[str, Any]:
    for name in entity.keys() & inputs.keys():
        if entity[name] != inputs[name]:
            raise InvalidInput(
                f"entity {position} has {name!r} = {entity[name]!r:.60}, and its inputs say "
                f"{inputs[name]!r:.60}",
                hint="give it once",
            )
    return {**entity, **inputs}


def _few(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(entities) > MOST:
        raise _many(len(entities))
    return entities


def _many(count: int) -> InvalidInput:
    return InvalidInput(
        f"the request has {count:,} rows, more than {MOST:,}", hint="send several requests"
    )


def _time(given: Any, name: str, where: str = "the request") -> datetime | None:
    moment_given = read_value(given, "timestamp", name, where)
    assert moment_given is None or isinstance(moment_given, datetime)  # noqa: S101  # by its type
    return moment_given


def _owners(shape: Shape) -> list[tuple[str, int | None]]:
    """Return each feature with the position of its view; None where it is computed on demand."""
    places = {view: index for index, view in enumerate(shape.views)}
    return [
        (each.name, None if each.position is None else places[each.view]) for each in shape.features
    ]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    return str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
