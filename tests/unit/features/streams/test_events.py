"""From messages to events: what is one, and what is refused with which reason."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.features.conftest import NOW
from tests.unit.features.streams.conftest import at, pay
from workbench.core.clock import micros
from workbench.core.errors import InvalidInput
from workbench.features.online.stores.encoding import pack_key
from workbench.features.streams.events import EventReader, Refused, from_text, typed
from workbench.features.streams.sources.source import Message

NOW_MICROS = micros(NOW)


def message(value, **more):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Message(raw, "here:1", **more)


def reason(reader, value) -> str:
    with pytest.raises(Refused) as caught:
        reader.read(message(value), NOW_MICROS)
    return caught.value.message


def test_an_event_has_its_key_times_and_values(latest):
    event = EventReader(latest).read(message(pay(7, 2)), NOW_MICROS)
    assert event.key == pack_key(["c1"], ["string"], ["card"])
    assert (event.event, event.created) == (NOW_MICROS - 7_193_000_000,) * 2
    assert event.values == (2.0,)


def test_what_is_no_event_is_refused_with_the_reason(latest):
    reader = EventReader(latest)
    assert reason(reader, b"{not json").startswith("no JSON")
    assert reason(reader, b"\xff\xfe\x00").startswith("no JSON")
    assert reason(reader, b"[" * 100_000).startswith("no JSON")
    assert reason(reader, [1, 2]) == "no object with fields, but list"
    assert reason(reader, {"at": at(0), "amount": 1}) == "it has no key 'card'"
    assert reason(reader, pay(0, card=None)) == "it has no key 'card'"
    assert reason(reader, pay(0, card=7)) == "7 in 'card' is no string"
    assert reason(reader, {"card": "c1", "amount": 1}) == "it has no time 'at'"
    assert reason(reader, {"card": "c1", "at": 1388491200, "amount": 1}).endswith("is no time")
    assert reason(reader, {"card": "c1", "at": "soon", "amount": 1}) == "'soon' in 'at' is no time"
    assert reason(reader, pay(0, "3")) == "'3' in 'amount' is no float64"
    assert reason(reader, pay(0, True)) == "True in 'amount' is no float64"
    assert reason(reader, pay(0, 10**400)).endswith("is no float64")
    assert reason(reader, pay(0, card="\ud800")).startswith("text that is no Unicode")
    with pytest.raises(Refused, match="torn"):
        reader.read(Message(b"{}", "here", wrong="torn"), NOW_MICROS)


def test_a_value_may_be_missing_and_a_zone_too(latest):
    reader = EventReader(latest)
    assert reader.read(message(pay(0, None)), NOW_MICROS).values == (None,)
    naive = {"card": "c1", "at": "2013-12-31T10:00:00"}
    assert reader.read(message(naive), NOW_MICROS).event == NOW_MICROS - 7_200_000_000


def test_text_fields_are_read_by_the_views_types(latest):
    reader = EventReader(latest)
    event = reader.read(Message({"card": "7", "at": at(1), "amount": "2.5"}, ""), NOW_MICROS)
    assert event.values == (2.5,)
    assert reader.read(Message({"card": "7", "at": at(1), "amount": ""}, ""), 0).values == (None,)
    for wrong in ("x", "1_0"):
        with pytest.raises(Refused, match="is no float64"):
            reader.read(Message({"card": "7", "at": at(1), "amount": wrong}, ""), NOW_MICROS)


def test_the_same_event_is_known_again_and_another_is_not(latest):
    reader = EventReader(latest)

    def identity(value, **more):
        return reader.read(message(value, **more), NOW_MICROS).identity

    assert identity(pay(1)) == identity(dict(reversed(pay(1).items())), arrived=5)
    others = [pay(2), pay(1, 2.0), pay(1, None), pay(1, card="c2")]
    assert len({identity(each) for each in [pay(1), *others]}) == 5


def test_an_id_tells_events_apart_if_there_is_one(latest):
    reader = EventReader(latest, event_id="n")
    same = [reader.read(message(pay(s, n="a")), NOW_MICROS).identity for s in (1, 2)]
    other = reader.read(message(pay(1, n="b")), NOW_MICROS).identity
    assert same[0] == same[1] != other
    assert reason(reader, pay(1)) == "it has no id 'n'"


def test_a_function_may_decode_and_may_fail(latest):
    def decode(raw):
        card, amount = raw.decode().split("|")
        return {"card": card, "at": at(3), "amount": float(amount)}

    reader = EventReader(latest, decode=decode)
    assert reader.read(message(b"c9|4"), NOW_MICROS).values == (4.0,)
    assert reason(reader, b"c9").startswith("decode raised ValueError")
    number: Any = lambda raw: 7  # noqa: E731
    assert reason(EventReader(latest, decode=number), b"c9").startswith("no object")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int8", [-128, 127, 3.0], [128, -129, 1.5, "1", True, float("nan"), float("inf")]),
        ("uint16", [0, 65535], [-1, 65536]),
        ("bool", [True], [1, "true"]),
        ("string", ["", "東京 <b>"], [1, None, "\ud800"]),
        ("date", ["2013-01-31"], ["2013-02-30", 5]),
        ("timestamp", ["2013-01-31T00:00:00+09:00"], ["2013-13-01", 5]),
    ],
)
def test_values_are_of_their_columns_type(kind, good, bad):
    convert = typed(kind)
    for each in good:
        convert(each)
    for each in bad:
        with pytest.raises((ValueError, TypeError, OverflowError)):
            convert(each)


def test_a_type_that_no_event_carries_is_refused():
    with pytest.raises(InvalidInput, match="no event carries a value of type list<int64>"):
        typed("list<int64>")


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.dates()))
def test_text_says_the_same_as_json(value):
    kind = {int: "int64", float: "float64", bool: "bool"}.get(type(value), "date")
    plain = value.isoformat() if kind == "date" else value
    text = plain if kind == "date" else json.dumps(value)
    assert repr(from_text(kind)(text)) == repr(typed(kind)(plain))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_an_event_or_refused(latest, raw):
    with suppress(Refused):
        EventReader(latest).read(Message(raw, ""), NOW_MICROS)
