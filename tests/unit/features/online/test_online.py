"""Features by key: materialized, pushed, read; present, missing, expired."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.data.statistics import load_statistics
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.features.online.reading import online, open_store, plan_of, read
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
JFK, EWR = {"origin": "JFK"}, {"origin": "EWR"}


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.fixture
def weather(place: Workspace) -> FeatureView:
    table = pa.table(
        {
            "origin": ["JFK", "JFK", "JFK", "EWR", "JFK"],
            "time_hour": [ago(30), ago(2), ago(3), ago(30), ago(-1)],
            "known": [ago(30), ago(2), ago(1), ago(30), ago(-1)],
            "temp": [28.0, 31.0, 30.0, 27.0, 40.0],
        }
    )
    source = ingest(table, name="weather", time="time_hour", created="known")
    return feature_view(
        name="weather_hourly",
        entities=[Entity("origin")],
        source=source,
        ttl=timedelta(hours=6),
        description="What the weather was.",
    )


@pytest.fixture
def plane(place: Workspace) -> FeatureView:
    planes = ingest(
        pa.table({"tailnum": ["N1", "N2"], "built": [1, 2], "year": [2003, None]}), name="planes"
    )
    return feature_view(
        name="plane", entities=[Entity("plane", keys=["tailnum", "built"])], source=planes
    )


def test_the_latest_known_row_answers_and_an_old_one_has_expired(weather: FeatureView) -> None:
    assert materialize([weather]) == {"weather_hourly": 2}
    assert online(weather, [JFK, EWR, {"origin": "LGA"}, {"origin": None}, JFK]) == [
        {"temp": 31.0},
        {"temp": None},
        {"temp": None},
        {"temp": None},
        {"temp": 31.0},
    ]


def test_the_first_time_records_statistics_of_all_that_a_view_ever_said(
    weather: FeatureView, place: Workspace
) -> None:
    materialize([weather])
    view = place.metadata.artifact("feature_view", "weather_hourly")
    kept = place.metadata.find_artifact(view.properties["statistics"])
    assert kept is not None
    figures = load_statistics(kept)
    # The reading of three hours ago became known after a fresher one, so it was never the answer.
    assert (figures.name, figures.rows, figures["temp"].mean) == ("weather_hourly@1", 4, 31.5)
    materialize([weather])
    assert [each.id for each in place.metadata.artifacts("statistics")] == [kept.id]


def test_a_list_is_carried_online_and_left_out_of_the_statistics(
    weather: FeatureView, place: Workspace
) -> None:
    @feature_view(entities=[Entity("origin")], time="known", ttl=timedelta(days=9))
    def lists() -> str:
        return "SELECT origin, known, temp, [temp, 1] AS pair, INTERVAL 1 DAY AS d FROM weather"

    materialize([lists])
    assert online(["lists:pair"], [EWR])[0]["pair"] == [27.0, 1.0]
    (kept,) = place.metadata.artifacts("statistics")
    assert [each.name for each in load_statistics(kept).features] == ["temp"]


def test_age_is_measured_when_it_is_asked(weather: FeatureView, clock: FakeClock) -> None:
    materialize([weather])
    clock.advance(timedelta(hours=4))
    assert online(weather, JFK) == [{"temp": 31.0}]  # six hours old, and six are allowed
    clock.advance(timedelta(seconds=1))
    assert online(weather, JFK) == [{"temp": None}]


def test_a_view_shown_as_of_a_moment_keeps_its_clock_there(
    place: Workspace, weather: FeatureView, clock: FakeClock
) -> None:
    materialize([weather])
    assert materialize([weather], at=ago(29)) == {"weather_hourly": 2}
    assert online(weather, [JFK, EWR]) == [{"temp": 28.0}, {"temp": 27.0}]
    clock.advance(timedelta(days=4000))
    assert online(weather, JFK) == [{"temp": 28.0}]
    known = place.metadata.artifact("feature_view", "weather_hourly").properties["online"]
    assert (known["rows"], known["as_of"]) == (2, ago(29).isoformat())
    assert known["newest"] == ago(30).isoformat()


def test_a_moment_asked_for_sees_nothing_known_later(weather: FeatureView) -> None:
    materialize([weather])
    assert online(weather, JFK, at=ago(1)) == [{"temp": 31.0}]
    assert online(weather, JFK, at=ago(2.5)) == [{"temp": None}]
    assert online(weather, JFK, at=ago(-5)) == [{"temp": None}]


def test_offline_and_online_agree(weather: FeatureView, plane: FeatureView) -> None:
    spine = pa.table(
        {
            "origin": ["JFK", "EWR", "LGA"],
            "tailnum": ["N1", "N2", None],
            "built": [1, 2, 3],
            "at": [NOW] * 3,
        }
    )
    service = feature_service("delay_features", [weather, plane])
    offline = training_set(spine, service, name="delays", time="at").to_arrow()
    materialize()
    rows = online(service, spine.to_pylist())
    assert rows == offline.select(["temp", "year"]).to_pylist()


def test_each_materialization_is_recorded(place: Workspace, weather: FeatureView) -> None:
    seen: list[tuple[str, int, int]] = []
    materialize(progress=lambda *step: seen.append(step))
    (execution,) = place.metadata.executions("materialize")
    assert (execution.state, execution.properties["rows"]) == ("complete", 2)
    assert [each.ref for each in place.metadata.inputs(execution.id)] == [weather.ref]
    assert seen == [("weather_hourly", 2, 2)]


def test_what_is_pushed_is_read_at_once_and_never_goes_back(
    place: Workspace, weather: FeatureView, clock: FakeClock
) -> None:
    assert push(weather, [{"origin": "JFK", "temp": 33.0}]) == 1
    assert online(weather, JFK) == [{"temp": 33.0}]
    materialize([weather])
    late = pd.DataFrame({"origin": ["JFK"], "time_hour": [ago(5)], "temp": [1.0]})
    push("weather_hourly", late)
    assert online(weather, JFK) == [{"temp": 33.0}]
    clock.advance(timedelta(minutes=1))
    push(weather, [{"origin": "JFK", "temp": None}])
    assert online(weather, JFK) == [{"temp": None}]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"temp": 1.0}, "no column 'origin'"),
        ({"origin": "JFK"}, "no column 'temp'"),
        ({"origin": None, "temp": 1.0}, "has no key"),
        ({"origin": "JFK", "temp": "warm"}, "'temp' pushed to 'weather_hourly' is not of type"),
        ({"origin": "JFK", "temp": "7"}, "'temp' pushed to 'weather_hourly' is not of type"),
        ({"origin": 7, "temp": 1.0}, "'origin' pushed to 'weather_hourly' is not of type string"),
        ({"origin": "JFK", "temp": 1.0, "time_hour": 12.5}, "does not say a time"),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_of_its_batch_is_written(
    weather: FeatureView, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        push(weather, [row])
    with pytest.raises(NotFound, match="'weather_hourly' has nothing in the online store"):
        online(weather, JFK)


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"tailnumb": "N1", "built": 1}, "entity 0 has no 'tailnum'.*'tailnumb'"),
        ({"tailnum": 1, "built": 1}, "1 cannot be the key 'tailnum', which is of type string"),
        ({"tailnum": "N1", "built": "1"}, "'1' cannot be the key 'built'"),
        ("N1", "no list of entities"),
        (None, "no list of entities"),
    ],
)
def test_a_wrong_entity_is_refused(plane: FeatureView, entity: Any, message: str) -> None:
    materialize()
    with pytest.raises(InvalidInput, match=message):
        online(plane, [entity])


def test_a_plan_is_json_and_picks_columns_by_a_training_set_s_names(
    weather: FeatureView, plane: FeatureView, place: Workspace
) -> None:
    materialize()
    plan = json.loads(json.dumps(plan_of([weather, plane], ["plane__year", "temp"])))
    assert (plan["keys"], plan["features"]) == (
        ["origin", "tailnum", "built"],
        ["plane__year", "temp"],
    )
    store = open_store(place.settings.online_url)
    entity = {"origin": "JFK", "tailnum": "N1", "built": 1, "ignored": object()}
    assert read(store, plan, [entity], now=NOW) == [{"plane__year": 2003, "temp": 31.0}]
    store.close()
    with pytest.raises(InvalidInput, match=r"'yeer' is none of the features.*'year'"):
        plan_of([weather, plane], ["yeer"])


def test_another_definition_reads_from_a_table_of_its_own(weather: FeatureView) -> None:
    materialize()
    changed = feature_view(
        name="weather_hourly", entities=[Entity("origin")], source="weather", ttl=timedelta(days=9)
    )
    with pytest.raises(NotFound, match="nothing in the online store"):
        online(changed, JFK)
    assert online(weather, JFK) == [{"temp": 31.0}]


def test_nothing_to_materialize_is_said(place: Workspace) -> None:
    with pytest.raises(InvalidInput, match="no feature views"):
        materialize()


def test_a_replica_reads_without_metadata_pandas_or_duckdb() -> None:
    code = (
        "import sys; from workbench.features.online.reading import open_store, read; "
        "heavy = {'pandas', 'pyarrow', 'duckdb', 'sqlmodel', 'sqlglot', 'numpy'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert output.stdout.strip() == "[]"
