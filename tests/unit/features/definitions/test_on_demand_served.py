"""On-demand features: the same online, in a serving replica and in a training set."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import Served, online, open_store, plan_of
from workbench.serving.retrieval import Retrieval
from workbench.workspace import Workspace

PLANE = Entity("plane", keys=["tailnum"])


@pytest.fixture
def full(place: Workspace) -> OnDemandView:
    table = pa.table({"tailnum": ["N1", "N2"], "seats": [150, None], "year": [2003, 1999]})
    planes = feature_view(name="plane", entities=[PLANE], source=ingest(table, name="planes"))

    @on_demand_view(inputs={"booked": int}, features=[planes])
    def full(booked: int, seats: int) -> float | None:
        return booked / seats if seats else None

    materialize(full)
    return full


def test_a_request_gives_inputs_with_its_keys(full: OnDemandView) -> None:
    asked = [{"tailnum": "N1", "booked": 75}, {"tailnum": "N2", "booked": 1}]
    assert online(full, asked) == [{"full": 0.5}, {"full": None}]
    assert online(["plane:year", "full", "plane:seats"], asked[0]) == [
        {"year": 2003, "seats": 150, "full": 0.5}
    ]
    assert online(full, asked[0], statuses=True) == [{"full": Served(0.5, "present", None)}]
    with pytest.raises(InvalidInput, match="entity 1 has no 'booked', which the on-demand view"):
        online(full, [asked[0], {"tailnum": "N1"}])


def test_a_plan_reads_what_its_columns_take(full: OnDemandView) -> None:
    plan = plan_of(["plane", "full"], ["full"])
    assert json.loads(json.dumps(plan)) == plan
    assert (plan["features"], plan["between"]) == (["full"], ["plane:seats"])
    assert [[each["name"] for each in view["columns"]] for view in plan["views"]] == [
        ["plane:seats"]
    ]
    assert plan_of(["plane", "full"], ["year"])["on_demand"] == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"tailnum": "N1", "booked": 75}, {"year": 2003, "full": 0.5}),
        ({"tailnum": "N1"}, {"year": 2003}),
        ({"booked": 75}, {}),
        ({"tailnum": "N1", "booked": 75, "full": 9.0}, {"year": 2003}),
        ({"tailnum": "N1", "booked": 75, "plane:seats": 100}, {"year": 2003, "full": 0.75}),
    ],
)
def test_a_replica_computes_what_a_request_gives_the_inputs_of(
    place: Workspace, full: OnDemandView, given: dict[str, Any], found: dict[str, Any]
) -> None:
    service = feature_service("s", ["plane:year", full])
    plan = json.loads(json.dumps(plan_of(service)))
    retrieval = Retrieval(open_store(place.settings), plan)
    assert retrieval.keys == {"year": ("tailnum",), "full": ("tailnum", "booked")}
    assert retrieval.fetch([given, {}]) == [found, {}]
    with pytest.raises(InvalidInput, match="instance 1 has 'booked' = 'x'"):
        retrieval.fetch([given, {"tailnum": "N1", "booked": "x"}])
