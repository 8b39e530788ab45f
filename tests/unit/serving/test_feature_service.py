"""A feature service: JSON or Arrow in, values, statuses, times and ids out, all of it logged."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import workspace
from workbench.core.clock import FakeClock
from workbench.core.settings import load_settings
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.log.events import tracked_events
from workbench.features.log.served import feature_log
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import online
from workbench.serving.answers import Answer
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_protocol import ARROW
from workbench.serving.feature_server import FeatureApp
from workbench.serving.feature_service import ServedFeatures, compile_service
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVICE = "flights / 航班"
PATH = "/v1/features/flights%20%2F%20%E8%88%AA%E7%8F%AD"


Ask = Callable[..., Answer]


def defined() -> None:
    """Define a service over a timed and a static view and one computed on demand, and fill it."""
    weather = pa.table(
        {
            "origin": ["JFK", "LGA", "EWR"],
            "at": [NOW - HOUR, NOW - 3 * HOUR, NOW - HOUR],
            "temp": [1.5, 2.5, math.nan],
            "sky": [["fog"], ["rain", "wind"], None],
        }
    )
    planes = pa.table({"tailnum": ["N1", "N2"], "seats": [150, None]})
    view = feature_view(
        name="weather",
        entities=[Entity("origin", keys=["origin"])],
        source=ingest(weather, name="weather", time="at"),
        ttl=2 * HOUR,
    )
    plane = feature_view(
        name="plane",
        entities=[Entity("plane", keys=["tailnum"])],
        source=ingest(planes, name="planes"),
    )

    @on_demand_view(inputs={"booked": int}, features=[plane])
    def full(booked: int, seats: int) -> float | None:
        return booked / seats if seats else None

    feature_service(SERVICE, [view, plane, full])
    materialize([view, plane])


def asking(place: Workspace, token: str = "") -> tuple[FeatureApp, Ask]:
    """Return an application that answers for the service, and what asks it."""
    measures = FeatureMeasures()
    served = ServedFeatures(compile_service(SERVICE), measures, now=place.clock.now)
    app = FeatureApp([served], measures, place.home, token)

    def asked(
        content: Any = b"",
        method: str = "POST",
        path: str = PATH,
        query: str = "",
        **headers: str,
    ) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(app.answer(method, unquote(path), query, body, named))

    return app, asked


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a workspace for the tests that change nothing in it but its logs."""
    home = tmp_path_factory.mktemp("features")
    with workspace.use(Workspace(load_settings(home=home), FakeClock(NOW))) as made:
        defined()
        yield made


@pytest.fixture
def place(shared: Workspace) -> Iterator[Workspace]:
    with workspace.use(shared):
        yield shared


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    with workspace.use(Workspace(load_settings(home=tmp_path), FakeClock(NOW))) as made:
        defined()
        yield made


@pytest.fixture
def ask(place: Workspace) -> Iterator[Ask]:
    app, asked = asking(place)
    yield asked
    app.close()


def logged(prefix: str, rows: int) -> pa.Table:
    """Return what the log has of the requests whose ids begin so, once it has so many rows."""
    while True:
        table = feature_log(SERVICE).read()
        kept = table.filter(pc.starts_with(table["request_id"], prefix))
        if kept.num_rows >= rows:
            return kept


ENTITIES: list[dict[str, Any]] = [
    {"origin": "JFK", "tailnum": "N1", "booked": 75},
    {"origin": "LGA", "tailnum": "N2", "booked": 1},
    {"origin": "XXX", "tailnum": None, "booked": 1},
]


def test_each_feature_comes_with_its_status_its_event_time_and_an_id(ask: Ask) -> None:
    answer = ask({"entities": ENTITIES}, x_request_id="r")
    assert answer.status == 200
    content = json.loads(answer.body)
    assert content["service"] == f"{SERVICE}@1"
    first, second, third = content["results"]
    assert first == {
        "id": "r/0",
        "values": {"temp": 1.5, "sky": ["fog"], "seats": 150, "full": 0.5},
        "statuses": dict.fromkeys(["temp", "sky", "seats", "full"], "present"),
        "events": {
            "temp": (NOW - HOUR).isoformat(),
            "sky": (NOW - HOUR).isoformat(),
            "seats": None,
            "full": None,
        },
    }
    assert second["values"] == {"temp": None, "sky": None, "seats": None, "full": None}
    assert second["statuses"]["temp"] == "expired"
    assert second["events"]["temp"] == (NOW - 3 * HOUR).isoformat()
    assert second["statuses"]["seats"] == "present"
    assert third["statuses"] == {
        "temp": "missing",
        "sky": "missing",
        "seats": "missing",
        "full": "present",
    }
    # As in a notebook.
    assert [each["values"] for each in content["results"]] == online(
        [SERVICE], [dict(each) for each in ENTITIES]
    )


def test_inputs_may_stand_beside_the_entities(ask: Ask) -> None:
    keys = [{"origin": each["origin"], "tailnum": each["tailnum"]} for each in ENTITIES]
    inputs = [{"booked": each["booked"]} for each in ENTITIES]
    beside = ask({"entities": keys, "inputs": inputs}, x_request_id="r")
    assert beside.body == ask({"entities": ENTITIES}, x_request_id="r").body


def test_a_value_that_json_has_no_word_for_is_null(ask: Ask) -> None:
    answer = ask({"entities": [{"origin": "EWR", "tailnum": "N1", "booked": 1}]})
    (found,) = json.loads(answer.body, parse_constant=pytest.fail)["results"]
    assert (found["values"]["temp"], found["statuses"]["temp"]) == (None, "present")


def test_arrow_goes_in_and_out_and_says_the_same(ask: Ask) -> None:
    table = pa.Table.from_pylist(ENTITIES)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    body = bytes(sink.getvalue())
    answer = ask(body, content_type=ARROW, x_request_id="r")
    assert (answer.status, answer.content_type) == (200, ARROW)
    found = pa.ipc.open_stream(answer.body).read_all()
    assert found.column_names == [
        *("request_id", "temp", "sky", "seats", "full"),
        *("weather__status", "weather__event", "plane__status", "plane__event"),
    ]
    assert found["request_id"].to_pylist() == ["r/0", "r/1", "r/2"]
    assert found["temp"].to_pylist() == [1.5, None, None]
    assert found["sky"].to_pylist() == [["fog"], None, None]
    assert found["full"].to_pylist() == [0.5, None, None]
    assert found["weather__status"].to_pylist() == ["present", "expired", "missing"]
    assert found["weather__event"].to_pylist() == [NOW - HOUR, NOW - 3 * HOUR, None]
    plain = ask(body, content_type=ARROW, accept="application/json", x_request_id="r")
    assert plain.body == ask({"entities": ENTITIES}, x_request_id="r").body
    early = ask(body, content_type=ARROW, query="at=2013-12-31T10:30:00Z")
    known = pa.ipc.open_stream(early.body).read_all()
    assert known["weather__status"].to_pylist() == ["missing", "present", "missing"]


def test_an_early_moment_finds_what_was_known_then(ask: Ask) -> None:
    answer = ask({"entities": ENTITIES[1:2], "at": "2013-12-31T10:30:00Z"})
    (found,) = json.loads(answer.body)["results"]
    assert (found["values"]["temp"], found["statuses"]["temp"]) == (2.5, "present")


def test_what_was_served_is_in_the_log_as_it_was(ask: Ask) -> None:
    ask({"entities": ENTITIES}, x_request_id="log-many")
    ask({"entities": ENTITIES[:1], "at": "2013-12-31T11:30:00+00:00"}, x_request_id="log-one")
    ask({"entities": [{"origin": 7}]}, x_request_id="log-none")
    table = logged("log", 4)
    ids = ["log-many/0", "log-many/1", "log-many/2", "log-one"]
    assert table["request_id"].to_pylist() == ids
    assert set(table["time"].to_pylist()) == {NOW}
    assert table["at"].to_pylist() == [NOW] * 3 + [NOW - HOUR / 2]
    assert table["origin"].to_pylist() == ["JFK", "LGA", "XXX", "JFK"]
    assert table["tailnum"].to_pylist() == ["N1", "N2", None, "N1"]
    assert table["booked"].to_pylist() == [75, 1, 1, 75]
    assert table["temp"].to_pylist() == [1.5, None, None, 1.5]
    assert table["sky"].to_pylist() == [["fog"], None, None, ["fog"]]
    assert table["full"].to_pylist() == [0.5, None, None, 0.5]
    assert table["weather__status"].to_pylist() == ["present", "expired", "missing", "present"]
    assert table["weather__event"].to_pylist() == [NOW - HOUR, NOW - 3 * HOUR, None, NOW - HOUR]


def test_the_log_says_at_which_moment_a_table_stood_still(own: Workspace) -> None:
    app, ask = asking(own)
    materialize("weather", at=NOW - 2 * HOUR)
    ask({"entities": ENTITIES[1:2]})
    app.close()
    (row,) = feature_log(SERVICE).read().to_pylist()
    assert (row["temp"], row["weather__at"]) == (2.5, NOW - 2 * HOUR)
    assert (row["at"], row["plane__at"]) == (NOW, NOW)


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        (b"", "not JSON", "Arrow"),
        (b"[" * 100_000, "not JSON", "Arrow"),
        (b"[]", "a list", "JSON object"),
        ({}, "'entities' is missing", "carrier"),
        ({"entities": []}, "'entities' is empty", "carrier"),
        ({"entities": {"origin": "JFK"}}, "'entities' is {'origin'", "carrier"),
        ({"entities": ["JFK"]}, "'entities' has 'JFK' at 0", "object"),
        ({"entitys": []}, "'entitys'", "did you mean 'entities'?"),
        ({"entities": [{"origin": "JFK"}]}, "no 'tailnum'", "origin"),
        ({"entities": [{**ENTITIES[0], "origin": 7}]}, "7 cannot be the key 'origin'", "as text"),
        ({"entities": [{"origin": "JFK", "tailnum": "N1"}]}, "no 'booked'", "with the keys"),
        ({"entities": [{**ENTITIES[0], "booked": "x"}]}, "'booked' = 'x'", "whole number"),
        ({"entities": ENTITIES[:1], "inputs": []}, "0 inputs for 1 entities", "one object"),
        ({"entities": ENTITIES[:1], "inputs": [{"booked": 2}]}, "its inputs say 2", "once"),
        ({"entities": ENTITIES[:1], "at": "soon"}, "'at' = 'soon'", "a time such as"),
        ({"entities": ENTITIES[:1], "at": "0001-01-01T00:00+10:00"}, "'at' = ", "a time such as"),
        ({"entities": ENTITIES[:1] * 10_001}, "10,001 rows", "several"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    ask: Ask, content: Any, said: str, hint: str
) -> None:
    answer = ask(content)
    assert answer.status == 400
    error = json.loads(answer.body)
    assert said in error["error"]
    assert hint in error["hint"]


def test_what_is_not_there_is_named(ask: Ask) -> None:
    for method, path, status, said in (
        ("POST", "/v1/features/nothing", 404, "'nothing' is not served here"),
        ("DELETE", PATH, 405, "takes POST and GET"),
        ("GET", "/v1/elsewhere", 404, "nothing is at GET /v1/elsewhere"),
        ("GET", "/v1/events/landings", 405, "takes POST"),
    ):
        answer = ask(b"", method, path)
        assert (answer.status, said in json.loads(answer.body)["error"]) == (status, True)
    assert ask(b"x", content_type="text/csv").status == 415
    assert ask(b"x", content_type=ARROW).status == 400
    assert ask({"entities": ENTITIES}, x_request_id="x" * 129).status == 400


def test_a_view_that_was_never_materialized_is_said_to_be_unavailable(own: Workspace) -> None:
    for path in own.home.glob("online.db*"):
        path.unlink()
    app, ask = asking(own)
    answer = ask({"entities": ENTITIES})
    assert answer.status == 503
    assert json.loads(answer.body)["hint"] == "run wb.materialize(['weather'])"
    app.close()


def test_a_service_says_what_it_takes_and_gives(ask: Ask) -> None:
    said = json.loads(ask(b"", "GET").body)
    assert [each["name"] for each in said["keys"]] == ["origin", "tailnum"]
    assert said["inputs"] == [{"name": "booked", "type": "int64"}]
    assert {each["name"]: each["view"] for each in said["features"]} == {
        "temp": "weather@1",
        "sky": "weather@1",
        "seats": "plane@1",
        "full": "full@1",
    }
    assert json.loads(ask(b"", "GET", "/v1/features/").body) == {"services": [SERVICE]}


def test_metrics_count_requests_statuses_and_the_log(ask: Ask) -> None:
    ask({"entities": ENTITIES})
    ask({"entities": []})
    lines = ask(b"", "GET", "/metrics").body.decode().splitlines()
    named = f'service="{SERVICE}"'

    def value(name: str, *labels: str) -> float:
        (line,) = [
            each
            for each in lines
            if each.startswith(name + "{") and all(label in each for label in (named, *labels))
        ]
        return float(line.rpartition(" ")[2])

    assert value("workbench_feature_requests_total", 'status="200"') == 1
    assert value("workbench_feature_requests_total", 'status="400"') == 1
    assert value("workbench_feature_entities_total") == 3
    assert value("workbench_feature_request_seconds_count") == 2
    for status in ("present", "missing", "expired"):
        labels = ('feature="temp"', f'status="{status}"')
        assert value("workbench_feature_statuses_total", *labels) == 1
    assert value("workbench_feature_log_dropped") == 0
    assert value("workbench_feature_log_failing") == 0
    assert value("workbench_feature_log_waiting") + value("workbench_feature_log_written") == 1


def test_events_are_tracked_by_the_ids_that_were_given(ask: Ask) -> None:
    events = [{"id": "r/0", "late": True}, {"id": "r/1", "late": False, "time": "2014-01-01"}]
    answer = ask({"events": events}, path="/v1/events/landings")
    assert json.loads(answer.body) == {"tracked": 2}
    assert tracked_events("landings")["id"].to_pylist() == ["r/1", "r/0"]
    for wrong in ({}, {"events": [{"late": True}]}, {"events": [{"id": "r", "late": 7}]}):
        assert ask(wrong, path="/v1/events/landings").status == 400
    assert tracked_events("landings").num_rows == 2


def test_a_number_that_the_log_has_no_room_for_costs_a_line_of_it_not_the_request(
    ask: Ask,
) -> None:
    huge = {"origin": "JFK", "tailnum": "N1", "booked": 2**70}
    assert ask({"entities": [huge]}).status == 200
    lines = ask(b"", "GET", "/metrics").body.decode()
    assert f'workbench_feature_log_dropped{{service="{SERVICE}"}} 1.0' in lines


def test_a_token_guards_all_but_health(place: Workspace) -> None:
    app, ask = asking(place, token="sesam")

    def status(path: str, authorization: str) -> int:
        return ask(b"", "GET", path, authorization=authorization).status

    assert status("/v2/health/live", "") == 200
    for path in ("/metrics", "/v1/features", PATH):
        assert status(path, "Bearer sesam") == 200
        assert status(path, "Bearer séance") == status(path, "") == 401
    app.close()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["JFK", "N1", "2013-12-31T11:00:00Z", "9999-12-31T23:59:59-23:59"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
ENTITY = st.dictionaries(st.sampled_from(["origin", "tailnum", "booked", "x"]), VALUES)
BODY = st.fixed_dictionaries(
    {"entities": st.lists(ENTITY | st.just(ENTITIES[0]), max_size=3)},
    optional={"inputs": st.lists(ENTITY, max_size=3) | VALUES, "at": VALUES},
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODY | VALUES)
def test_whatever_is_sent_gets_an_answer_or_an_error_that_says_why(ask: Ask, content: Any) -> None:
    answer = ask(content)
    said = json.loads(answer.body, parse_constant=pytest.fail)
    assert answer.status in (200, 400), said
    assert ("results" in said) == (answer.status == 200)
    assert ("error" in said) == (answer.status == 400)
