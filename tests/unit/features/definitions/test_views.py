"""Views and services: what is recorded, when a version is new, and what is refused."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.selections import choose, resolve
from workbench.features.definitions.views import FeatureView, view_from
from workbench.workspace import Workspace

CARRIER = Entity("carrier", keys=["carrier"])
PLANE = Entity("plane", keys=["tailnum"])
START = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.fixture
def flights(place: Workspace) -> Dataset:
    table = pa.table(
        {
            "carrier": ["UA", "UA", "AA"],
            "tailnum": ["N1", "N2", "N1"],
            "time": [START, START + timedelta(hours=1), START],
            "landed_at": [START + timedelta(hours=2), None, START + timedelta(hours=3)],
            "arr_delay": [5.0, None, -3.0],
        }
    )
    return ingest(table, name="flights", time="time", created="landed_at")


@pytest.fixture
def planes(place: Workspace) -> Dataset:
    return ingest(pa.table({"tailnum": ["N1", "N2"], "year": [2003, 1999]}), name="planes")


def edges(place: Workspace, view: FeatureView) -> set[tuple[str, str, str]]:
    from workbench.lineage import lineage

    return {
        (each.source_column, each.target_column, each.how)
        for each in lineage(f"feature_view:{view.ref}").columns
        if each.target == view.artifact.id
    }


def test_a_view_of_a_dataset_takes_its_times_and_all_other_columns(flights: Dataset) -> None:
    view = feature_view(entities=[CARRIER], source=flights)
    assert (view.ref, view.time, view.created) == ("flights@1", "time", "landed_at")
    assert view.features == ("flights:tailnum", "flights:arr_delay")
    assert [(key.name, key.type) for key in view.keys] == [("carrier", "string")]


def test_a_view_reads_back_from_its_record(place: Workspace, flights: Dataset) -> None:
    view = feature_view(name="delays", entities=[CARRIER], source="flights", ttl=timedelta(hours=3))
    assert view_from(place.metadata.artifact("feature_view", "delays")) == view
    assert resolve("delays:arr_delay")[0].view.ttl == timedelta(hours=3)


@pytest.mark.parametrize(
    ("sql", "warned"),
    [
        ("SELECT f.*, w.wind FROM flights f JOIN winds w USING (tailnum)", True),
        ("SELECT f.*, (SELECT max(wind) FROM winds) AS wind FROM flights f", True),
        ("SELECT f.*, w.wind FROM flights f ASOF JOIN winds w ON f.time >= w.at", False),
        ("SELECT f.*, p.year AS wind FROM flights f JOIN planes p USING (tailnum)", False),
    ],
)
def test_rows_that_a_query_takes_whenever_they_were_known_are_named(
    flights: Dataset, planes: Dataset, sql: str, warned: bool
) -> None:
    later = {"tailnum": ["N1"], "at": [START + timedelta(days=9)], "wind": [3.0]}
    ingest(pa.table(later), name="winds", time="at")
    windy = feature_view(
        name="windy", entities=PLANE, time="time", created="landed_at", features=["wind"]
    )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        view = windy(lambda: sql)
        view.refresh()
    told = "the view 'windy' reads winds@1 and never asks when its rows became known ('at')"
    assert [str(each.message)[: len(told)] for each in said] == warned * [told]
    assert {each.filename for each in said} <= {__file__}


@pytest.mark.parametrize(
    ("known", "warned"),
    [
        ("date_trunc('day', landed_at)", True),
        ("landed_at::DATE", True),
        ("min(landed_at)", True),
        ("max(landed_at)", False),
        ("date_trunc('day', max(landed_at)) + INTERVAL 1 DAY", False),
    ],
)
def test_rows_that_count_before_what_they_are_made_of_are_named(
    flights: Dataset, known: str, warned: bool
) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        feature_view(name="daily", entities=CARRIER, time="day")(
            lambda: f"SELECT carrier, {known} AS day, sum(arr_delay) s FROM flights GROUP BY ALL"
        )
    told = "rows of the view 'daily' count from 'day' on, which is "
    assert [str(each.message)[: len(told)] for each in said] == warned * [told]
    assert {each.filename for each in said} <= {__file__}


def test_sql_is_followed_to_the_columns_it_reads(place: Workspace, planes: Dataset) -> None:
    @feature_view(entities=[PLANE])
    def plane() -> str:
        """How old a plane is."""
        return "SELECT tailnum, 2013 - year AS age FROM planes"

    assert (plane.ref, plane.time, plane.description) == ("plane@1", None, "How old a plane is.")
    assert edges(place, plane) == {("tailnum", "tailnum", ""), ("year", "age", "2013 - year")}


def test_python_is_followed_to_the_columns_it_mentions(place: Workspace, planes: Dataset) -> None:
    @feature_view(entities=[PLANE])
    def plane(planes: pd.DataFrame) -> pd.DataFrame:
        return planes[["tailnum"]].assign(age=2013 - planes.year)

    assert plane.source.kind == "function"
    assert ("year", "age", "python plane") in edges(place, plane)


def test_the_same_definition_over_the_same_data_is_the_same_version(planes: Dataset) -> None:
    def defined(sql: str = "SELECT tailnum, 2013 - year AS age FROM planes") -> FeatureView:
        return feature_view(name="plane", entities=[PLANE])(lambda: sql)

    first = defined()
    assert defined().ref == first.ref == "plane@1"
    ingest(pa.table({"tailnum": ["N1"], "year": [2000]}), name="planes")
    newer = defined()
    assert (newer.ref, newer.source.datasets) == ("plane@2", {"planes": "planes@2"})
    assert newer.table == first.table  # the same meaning, so the same rows online
    changed = defined("SELECT tailnum, 2014 - year AS age FROM planes")
    assert changed.ref == "plane@3"
    assert changed.table != first.table


def test_refresh_moves_a_view_to_the_newest_data(planes: Dataset) -> None:
    view = feature_view(name="plane", entities=[PLANE], source=planes)
    assert view.refresh().ref == view.ref
    ingest(pa.table({"tailnum": ["N1"], "year": [2000]}), name="planes")
    assert view.refresh().source.datasets == {"planes": "planes@2"}


def test_a_query_may_name_a_version(planes: Dataset) -> None:
    view = feature_view(name="plane", entities=[PLANE])(lambda: 'SELECT * FROM "planes@1"')
    assert view.source.datasets == {"planes@1": "planes@1"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"features": ["arr_dely"]}, "no column 'arr_dely'.*'arr_delay'"),
        ({"entities": [Entity("carier")]}, "no column 'carier'.*'carrier'"),
        ({"features": "arr_delay"}, "is text"),
        ({"time": "arr_delay"}, "holds float64, not times"),
        ({"features": ["carrier"]}, "both a key and a feature"),
        ({"ttl": timedelta(hours=-1)}, "negative"),
        ({"entities": []}, "needs an entity"),
        ({"entities": ["carrier"]}, "is not an entity"),
    ],
)
def test_a_wrong_definition_is_refused(
    flights: Dataset, given: dict[str, object], message: str
) -> None:
    arguments: dict[str, object] = {"name": "delays", "entities": [CARRIER], "source": flights}
    with pytest.raises(InvalidInput, match=message):
        feature_view(**(arguments | given))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("sql", "time", "message"),
    [
        ("SELECT carrier, avg(arr_delay) AS m FROM flights GROUP BY ALL", None, "have times, and"),
        ("SELECT carrier, time, arr_delay FROM flights", "time", "known at 'landed_at'"),
        ("SELECT carrier, tim FROM flights", "time", "does not run.*tim"),
        ("SELECT 1 AS carrier, 2 AS x", None, "reads no dataset"),
    ],
)
def test_sql_that_would_know_too_early_or_does_not_run_is_refused(
    flights: Dataset, sql: str, time: str | None, message: str
) -> None:
    with pytest.raises(InvalidInput, match=f"(?s){message}"):
        feature_view(name="delays", entities=[CARRIER], time=time)(lambda: sql)


def test_a_static_view_of_timed_rows_must_say_so(flights: Dataset) -> None:
    sql = "SELECT carrier, max(arr_delay) AS worst FROM flights GROUP BY carrier"
    view = feature_view(name="worst", entities=[CARRIER], static=True)(lambda: sql)
    assert view.time is None
    with pytest.raises(InvalidInput, match="static, so its rows have no age"):
        feature_view(name="worst", entities=[CARRIER], static=True, ttl=timedelta(1))(lambda: sql)


def test_an_unknown_dataset_is_named(planes: Dataset) -> None:
    with pytest.raises(NotFound, match=r"'plane'.*did you mean 'planes'"):
        feature_view(name="plane", entities=[PLANE])(lambda: "SELECT * FROM plane")


def test_a_function_that_returns_no_table_is_refused(planes: Dataset) -> None:
    with pytest.raises(InvalidInput, match="returned int"):
        feature_view(name="plane", entities=[PLANE])(lambda planes: planes.shape[0])


def test_a_service_pins_versions_and_is_versioned_itself(planes: Dataset) -> None:
    view = feature_view(name="plane", entities=[PLANE], source=planes)
    service = feature_service("model_features", ["plane:year"])
    assert service.features == (f"{view.ref}:year",)
    assert feature_service("model_features", [view]).ref == service.ref
    assert [each.columns for each in resolve("model_features")] == [("year",)]


@pytest.mark.parametrize(
    ("asked", "message"),
    [("plane:yeer", "no feature 'yeer'.*'year'"), ("plan", "'plan'.*'plane'"), ("plane@9", "9")],
)
def test_an_unknown_view_or_feature_is_named(planes: Dataset, asked: str, message: str) -> None:
    feature_view(name="plane", entities=[PLANE], source=planes)
    with pytest.raises(NotFound, match=message):
        resolve(asked)


def test_features_bear_their_columns_names_unless_taken(planes: Dataset) -> None:
    one = feature_view(name="one", entities=[PLANE], source=planes)
    two = feature_view(name="two", entities=[PLANE], source=planes)
    assert list(choose([one]).names().values()) == ["year"]
    assert list(choose([one, two]).names().values()) == ["one__year", "two__year"]
    assert list(choose([one]).names(["year"]).values()) == ["one__year"]
