"""Skew: none where both sides agree; and where they do not, how much and why."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.log.served import feature_log
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.features.online.skew import FeatureSkew, skew
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_protocol import Question
from workbench.serving.feature_service import ServedFeatures, compile_service
from workbench.workspace import Workspace

HOUR = timedelta(hours=1)
CARRIER, PLANE = Entity("carrier", keys=["carrier"]), Entity("plane", keys=["tailnum"])


class Service:
    """Answers and logs as a feature service does."""

    def __init__(self, place: Workspace, name: str) -> None:
        self._served = ServedFeatures(compile_service(name), FeatureMeasures(), now=place.clock.now)

    def ask(self, *entities: dict[str, Any]) -> list[dict[str, Any]]:
        return self._served.get(Question(list(entities)))[0].rows

    def close(self) -> None:
        self._served.close()


def ingested(now: datetime, delays: Sequence[float], name: str = "delays") -> Any:
    """Ingest a row of UA an hour, the last one now."""
    hours = [now - HOUR * (len(delays) - 1 - i) for i in range(len(delays))]
    rows = {
        "carrier": ["UA"] * len(delays) + ["DL"],
        "at": [*hours, hours[0]],
        "delay": [*delays, 7.0],
        "sky": [[f"sky {each}"] for each in delays] + [["fog"]],
    }
    return ingest(pa.table(rows), name=name, time="at")


@pytest.fixture
def service(place: Workspace) -> Iterator[Service]:
    now = place.clock.now()
    delays = feature_view(name="delays", entities=[CARRIER], source=ingested(now, [1.0, 2.0]))
    planes = feature_view(
        name="planes",
        entities=[PLANE],
        source=ingest(pa.table({"tailnum": ["N1"], "seats": [150]}), name="planes"),
    )

    @on_demand_view(inputs={"booked": int}, features=[planes, delays])
    def worst(booked: int, seats: int | None, delay: float | None) -> float | None:
        return None if seats is None or delay is None else delay * booked / seats

    feature_service("flights", [delays, planes, worst])
    materialize([delays, planes])
    made = Service(place, "flights")
    yield made
    made.close()


def asked(carrier: str = "UA", tailnum: str | None = "N1") -> dict[str, Any]:
    return {"carrier": carrier, "tailnum": tailnum, "booked": 75}


def kinds(found: FeatureSkew) -> tuple[int, int, int, int]:
    return found.rows, found.stale, found.ahead, found.wrong


def test_there_is_no_skew_where_both_sides_agree(service: Service, clock: FakeClock) -> None:
    service.ask(asked(), asked("DL"), asked("XX", "none"), asked(tailnum=None))
    service.close()
    found = skew("flights")
    assert [each.feature for each in found.features] == ["delay", "sky", "seats", "worst"]
    assert all(kinds(each) == (4, 0, 0, 0) for each in found.features)
    assert found["delay"].mean_difference == 0.0
    assert found["delay"].lag is None
    assert found["sky"].mean_difference is None
    assert (found.served, found.rows) == (4, 4)


def test_a_row_that_online_did_not_have_yet_is_stale(service: Service, clock: FakeClock) -> None:
    clock.advance(2 * HOUR)
    # Rows of the last two hours come to the dataset; online they are not carried over yet.
    newer = ingested(clock.now(), [1.0, 2.0, 3.0, 5.0])
    feature_view(name="delays", entities=[CARRIER], source=newer)
    service.ask(asked(), asked("DL"))
    service.close()
    found = skew("flights")
    assert kinds(found["delay"]) == (2, 1, 0, 0)
    assert found["delay"].share == 0.5
    assert found["delay"].mean_difference == 1.5
    assert found["delay"].largest_difference == 3.0
    assert found["delay"].lag == 2 * HOUR
    assert kinds(found["sky"]) == (2, 1, 0, 0)
    assert kinds(found["worst"]) == (2, 1, 0, 0)  # computed of a stale one
    assert kinds(found["seats"]) == (2, 0, 0, 0)
    (example,) = found["delay"].examples
    assert (example.online, example.offline, example.kind) == (2.0, 5.0, "stale")
    assert example.keys == {"carrier": "UA", "tailnum": "N1"}
    assert (example.online_event, example.offline_event) == (clock.now() - 2 * HOUR, clock.now())
    assert example.at == clock.now()


def test_a_row_that_was_pushed_and_not_ingested_is_ahead(
    service: Service, clock: FakeClock
) -> None:
    clock.advance(HOUR)
    push("delays", [{"carrier": "UA", "delay": 9.0, "sky": ["x"], "at": clock.now()}])
    service.ask(asked())
    service.close()
    found = skew("flights")
    assert kinds(found["delay"]) == (1, 0, 1, 0)
    assert kinds(found["worst"]) == (1, 0, 1, 0)


def test_another_value_of_the_same_row_is_wrong(
    service: Service, place: Workspace, clock: FakeClock
) -> None:
    push("delays", [{"carrier": "UA", "delay": 2.5, "sky": ["sky 2.0"], "at": clock.now()}])
    service.ask(asked(), asked("DL"))
    service.close()
    found = skew("flights")
    assert kinds(found["delay"]) == (2, 0, 0, 1)
    assert kinds(found["sky"]) == (2, 0, 0, 0)
    assert found.features[0].feature in ("delay", "worst")
    assert found["delay"].mean_difference == 0.25
    (example,) = found["delay"].examples
    assert (example.online, example.offline, example.kind) == (2.5, 2.0, "wrong")


def test_views_that_stood_still_are_compared_at_their_moment(
    service: Service, place: Workspace
) -> None:
    materialize("delays", at=place.clock.now() - HOUR)
    assert service.ask(asked())[0]["delay"] == 1.0
    service.close()
    assert kinds(skew("flights")["delay"]) == (1, 0, 0, 0)


def test_what_is_too_old_is_missing_on_both_sides(place: Workspace, clock: FakeClock) -> None:
    source = ingested(clock.now(), [1.0, 2.0])
    feature_service(
        "short", [feature_view(name="short", entities=[CARRIER], source=source, ttl=HOUR)]
    )
    materialize("short")
    made = Service(place, "short")
    for step in (HOUR, timedelta(microseconds=1)):
        clock.advance(step)
        made.ask({"carrier": "UA"})
    made.close()
    log = feature_log("short").read()
    assert log["short__status"].to_pylist() == ["present", "expired"]
    assert kinds(skew("short")["delay"]) == (2, 0, 0, 0)


def test_windows_are_the_same_at_every_instant(place: Workspace, clock: FakeClock) -> None:
    now = clock.now()
    # The first two came at once, the older one last.
    events = pa.table(
        {
            "carrier": ["UA", "UA", "UA", "DL"],
            "at": [now - timedelta(minutes=m) for m in (100, 170, 5, 30)],
            "came": [now - timedelta(minutes=m) for m in (90, 90, 5, 30)],
            "amount": [2.0, 1.0, 4.0, 0.1],
        }
    )
    view = feature_view(
        name="windows",
        entities=[CARRIER],
        source=ingest(events, name="events", time="at", created="came"),
        aggregations=[
            Aggregation("sum", "amount", ["1h", "3h"]),
            Aggregation("count", None, ["1h"]),
            Aggregation("mean", "amount", ["3h"]),
        ],
    )
    feature_service("sums", [view])
    materialize(view)
    made = Service(place, "sums")
    for minutes in (0, 1, 17, 60, 61, 500):
        clock.advance(timedelta(minutes=minutes))
        made.ask({"carrier": "UA"}, {"carrier": "DL"}, {"carrier": "XX"}, {"carrier": None})
    made.close()
    found = skew("sums")
    assert {each.feature: kinds(each) for each in found.features} == {
        column.name: (24, 0, 0, 0) for column in view.columns
    }


def test_versions_of_a_service_are_put_together(
    service: Service, place: Workspace, clock: FakeClock
) -> None:
    service.ask(asked())
    service.close()
    feature_service("flights", ["planes"])
    second = Service(place, "flights")
    second.ask({"tailnum": "N1"})
    second.close()
    found = skew("flights")
    assert {each.feature: each.rows for each in found.features} == {
        "delay": 1,
        "sky": 1,
        "worst": 1,
        "seats": 2,
    }


def test_many_rows_are_sampled_evenly(service: Service) -> None:
    service.ask(*[asked() for _ in range(50)])
    service.close()
    found = skew("flights", rows=7)
    assert (found.served, found.rows, found["delay"].rows) == (50, 7, 7)


def test_it_is_said_as_json_as_a_frame_and_as_a_table(service: Service, place: Workspace) -> None:
    push("delays", [{"carrier": "UA", "delay": math.nan, "sky": ["<b>"], "at": place.clock.now()}])
    service.ask(asked())
    service.close()
    found = skew("flights")
    said = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert said["features"][0]["share"] == 1.0
    frame = found.to_pandas()
    assert list(frame.columns[:3]) == ["feature", "view", "rows"]
    assert frame.set_index("feature").loc["delay", "wrong"] == 1
    assert "100.00%" in found._repr_html_()
    with pytest.raises(NotFound, match="no feature 'dely'; did you mean 'delay'"):
        found["dely"]


def test_names_are_shown_as_text(place: Workspace) -> None:
    table = pa.table({"carrier": ["UA"], "<script>": [1]})
    view = feature_view(name="<i>", entities=[CARRIER], source=ingest(table, name="odd"))
    feature_service("<b>", [view])
    materialize(view)
    made = Service(place, "<b>")
    made.ask({"carrier": "UA"})
    made.close()
    html = skew("<b>")._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<b>" not in html


def test_a_service_that_served_nothing_is_refused(service: Service) -> None:
    with pytest.raises(NotFound, match="'trains' has no log"):
        skew("trains")
    service.ask(asked())
    service.close()
    with pytest.raises(InvalidInput, match="nothing of 'flights' was logged"):
        skew("flights", until="2000-01-01")
