"""On-demand features: the same online, in a serving replica and in a training set."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.offline.training_sets import training_set
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import Served, online, open_store, plan_of
from workbench.lineage import lineage
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


def test_a_training_set_gets_what_a_request_gets(place: Workspace, full: OnDemandView) -> None:
    spine = pa.table({"tailnum": ["N1", "N2", "N1", None], "booked": [75, 1, None, 3]})

    @on_demand_view(features=[full], inputs={"booked": int}, outputs={"state": str, "left": int})
    def told(full: float | None, booked: int | None) -> dict[str, object]:
        state = "?" if full is None or booked is None else f"{full:.0%}"
        return {"state": state, "left": None if booked is None else 150 - booked}

    with pytest.raises(InvalidInput, match=r"full@1 failed for row 2 \(booked=None, seats=150\)"):
        training_set(spine, ["told", "plane:year"], name="t")
    spine = spine.slice(0, 2)
    made = training_set(ingest(spine, name="spine"), ["told", "plane:year", "full"], name="t")
    rows = made.to_arrow().to_pylist()
    assert list(rows[0]) == ["tailnum", "booked", "state", "left", "year", "full"]
    features = [{k: row[k] for k in ("state", "left", "year", "full")} for row in rows]
    assert features == online(["told", "plane:year", "full"], spine.to_pylist())
    assert features[0] == {"state": "50%", "left": 75, "year": 2003, "full": 0.5}
    assert made.artifact.properties["features"][0] == "told@1:state"
    path = lineage("dataset:planes").column_path("seats")
    assert (made.artifact.id, "full") in path
    assert (made.artifact.id, "state") in path
    assert (made.artifact.id, "full") in lineage("dataset:spine").column_path("booked")


def test_inputs_alone_make_a_feature(place: Workspace) -> None:
    @on_demand_view(inputs={"at": datetime})
    def hour(at: datetime) -> int:
        return at.hour

    table = pa.table({"at": pa.array([datetime(2013, 1, 1, 7, tzinfo=UTC)], pa.timestamp("ns"))})
    made = training_set(table, hour, name="hours")
    assert made.to_arrow().column("hour").to_pylist() == [7]
    assert online(hour, {"at": "2013-01-01T08:30:00+01:00"}) == [{"hour": 7}]
    with pytest.raises(InvalidInput, match="the spine has no column 'at', which the on-demand"):
        training_set(pa.table({"a": [1]}), hour, name="hours")


VALUES = st.fixed_dictionaries(
    {
        "number": st.none() | st.floats(width=64),
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "text": st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
        "yes": st.none() | st.booleans(),
        "moment": st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "day": st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    }
)
TYPES = pa.schema(
    [
        ("number", pa.float64()),
        ("whole", pa.int64()),
        ("text", pa.string()),
        ("yes", pa.bool_()),
        ("moment", pa.timestamp("us", "UTC")),
        ("day", pa.date32()),
    ]
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(VALUES, min_size=1, max_size=4), asked=st.lists(VALUES, min_size=4))
def test_both_sides_give_a_function_the_same_values(
    place: Workspace, stored: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    """Of every type, to the last bit: the function returns how its arguments are written."""
    keys = pa.array(range(len(stored)), pa.int64())
    columns = {f"s_{name}": column for name, column in rows_of(stored).items()}
    view = feature_view(
        name="kept",
        entities=[Entity("k")],
        source=ingest(pa.table({"k": keys, **columns}), name="kept"),
        replace=True,
        owner="ada",
    )

    def written(
        s_number: float,
        s_whole: int,
        s_text: str,
        s_yes: bool,
        s_moment: datetime,
        s_day: date,
        number: float,
        whole: int,
        text: str,
        yes: bool,
        moment: datetime,
        day: date,
    ) -> str:
        return repr(
            [
                s_number,
                s_whole,
                s_text,
                s_yes,
                s_moment,
                s_day,
                number,
                whole,
                text,
                yes,
                moment,
                day,
            ]
        )

    inputs = {
        "number": float,
        "whole": int,
        "text": str,
        "yes": bool,
        "moment": datetime,
        "day": date,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        on_demand_view(inputs=inputs, features=[view], owner="ada")(written)
    materialize(view)
    asked = asked[:4]
    spine = pa.table({"k": pa.array(range(4), pa.int64()), **rows_of(asked)})
    made = training_set(spine, "written", name="t").to_arrow().column("written").to_pylist()
    requests = [{"k": i, **row} for i, row in enumerate(asked)]
    assert [each["written"] for each in online("written", requests)] == made


def rows_of(rows: list[dict[str, Any]]) -> dict[str, pa.ChunkedArray]:
    table = pa.Table.from_pylist(rows, TYPES)
    return dict(zip(table.column_names, table.columns, strict=True))
