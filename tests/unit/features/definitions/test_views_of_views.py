"""Views made of views and of transforms: their rows, lineage, versions and refreshing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.transforms import Transform
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import online
from workbench.lineage import lineage
from workbench.workspace import Workspace

PLANE = Entity("plane", keys=["tailnum"])
ROUTE = Entity("route", keys=["origin", "dest"])
START = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.fixture
def flights(place: Workspace) -> Dataset:
    return ingest(rows([5.0, 7.0, -3.0]), name="flights", time="time")


def rows(delays: list[float]) -> pa.Table:
    return pa.table(
        {
            "tailnum": ["N1", "N2", "N1"],
            "origin": ["1", "12", "1"],
            "dest": ["23", "3", "23"],
            "time": [START + timedelta(hours=i) for i in range(3)],
            "delay": delays,
        }
    )


@pytest.fixture
def late(flights: Dataset) -> FeatureView:
    return feature_view(name="late", entities=[PLANE], time="time", owner="ada")(
        lambda: "SELECT tailnum, time, delay - 1 AS delay FROM flights WHERE delay > 0"
    )


def asked(view: FeatureView, hour: int = 9) -> list[object]:
    spine = pa.table({"tailnum": ["N1", "N2"], "at": [START + timedelta(hours=hour)] * 2})
    made = training_set(spine, view, name="t", time="at")
    values: list[object] = made.to_arrow().column(made.columns[-1].name).to_pylist()
    return values


def test_a_view_is_a_source(late: FeatureView) -> None:
    same = feature_view(name="same", entities=[PLANE], source=late, ttl=timedelta(hours=5))
    assert (same.source.kind, same.source.views, same.time) == ("view", {"late": "late@1"}, "time")
    assert same.features == ("same:delay",)
    assert asked(same, 4) == [4.0, 6.0]
    assert asked(same, 6) == [None, 6.0]
    by_name = feature_view(name="same", entities=[PLANE], source="late", ttl=timedelta(hours=5))
    assert by_name.ref == same.ref


def test_sql_and_python_name_views_as_tables(late: FeatureView) -> None:
    @feature_view(entities=[PLANE], time="time")
    def doubled() -> str:
        return "SELECT l.tailnum, l.time, 2 * l.delay AS twice FROM late l"

    @feature_view(entities=[PLANE], time="time")
    def tripled(late: pd.DataFrame) -> pd.DataFrame:
        return late.assign(thrice=late.delay * 3)[["tailnum", "time", "thrice"]]

    assert asked(doubled) == [8.0, 12.0]
    assert asked(tripled) == [12.0, 18.0]
    for view, column in ((doubled, "twice"), (tripled, "thrice")):
        assert view.source.views == {"late": "late@1"}
        path = lineage("dataset:flights").column_path("delay")
        assert (view.artifact.id, column) in path
    materialize([doubled])
    assert online(doubled, {"tailnum": "N1"}) == [{"twice": 8.0}]


def test_queries_within_queries_keep_their_own_names(flights: Dataset, late: FeatureView) -> None:
    """Each query reads the version of `flights` that its own view is pinned to."""
    ingest(rows([50.0, 70.0, -30.0]), name="flights", time="time")
    both = feature_view(name="both", entities=[PLANE], time="time")(
        lambda: (
            """
        WITH newest AS (SELECT * FROM flights)
        SELECT n.tailnum, n.time, n.delay - l.delay AS more
        FROM newest n JOIN late l USING (tailnum, time)
        """
        )
    )
    assert (both.source.datasets, both.source.views) == (
        {"flights": "flights@2"},
        {"late": "late@1"},
    )
    assert asked(both) == [46.0, 64.0]


def test_a_dataset_comes_before_a_view_of_its_name(flights: Dataset) -> None:
    view = feature_view(name="flights", entities=[PLANE], source=flights, features=["delay"])
    top = feature_view(name="a", entities=[PLANE], time="time")(
        lambda: "SELECT tailnum, time, delay FROM flights"
    )
    below = feature_view(name="b", entities=[PLANE], time="time")(
        lambda: 'SELECT tailnum, time, delay FROM "view:flights"'
    )
    assert (top.source.views, below.source.views) == ({}, {"view:flights": view.ref})
    with pytest.raises(NotFound, match=r"'fligths'.*did you mean 'flights'"):
        feature_view(name="c", entities=[PLANE])(lambda: "FROM fligths")


def test_refreshing_follows_to_the_views_that_it_reads(late: FeatureView) -> None:
    top = feature_view(name="top", entities=[PLANE], source=late)
    assert top.refresh().ref == "top@1"
    ingest(rows([50.0, 70.0, -30.0]), name="flights", time="time")
    newer = top.refresh()
    assert (newer.ref, newer.source.views) == ("top@2", {"late": "late@2"})
    assert newer.table == top.table  # the same meaning
    assert (asked(top), asked(newer)) == ([4.0, 6.0], [49.0, 69.0])


def test_data_that_lost_a_column_are_named_with_the_view(late: FeatureView) -> None:
    top = feature_view(name="top", entities=[PLANE], source=late)
    plain = feature_view(name="plain", entities=[PLANE], source="flights")
    ingest(rows([1.0, 2.0, 3.0]).drop_columns("delay"), name="flights", time="time")
    for view, message in (
        (top, r'top@1 cannot follow what it reads: late@1 cannot .*"delay" not found'),
        (plain, "plain@1 cannot follow what it reads: the view 'plain' has no column 'delay'"),
    ):
        with pytest.raises(InvalidInput, match=message):
            view.refresh()
    assert asked(top) == [4.0, 6.0]  # it goes on with the data it has


def test_windows_over_a_view_are_those_of_its_rows(late: FeatureView) -> None:
    windows = [Aggregation("mean", "delay", windows=["1d"]), Aggregation("count", windows="1d")]
    view = feature_view(name="w", entities=[PLANE], source=late, aggregations=windows)
    spine = pa.table({"tailnum": ["N1", "N2"], "at": [START + timedelta(hours=9)] * 2})
    made = training_set(spine, view, name="t", time="at").to_arrow()
    assert made.column("delay_mean_1d").to_pylist() == [4.0, 6.0]
    assert made.column("count_1d").to_pylist() == [1, 1]


def test_another_definition_below_is_another_definition(late: FeatureView) -> None:
    top = feature_view(name="top", entities=[PLANE], source=late)
    feature_view(name="late", entities=[PLANE], time="time")(
        lambda: "SELECT tailnum, time, delay FROM flights WHERE delay > 0"
    )
    newer = feature_view(name="top", entities=[PLANE], source="late")
    assert newer.definition != top.definition
    assert newer.table != top.table


def test_a_view_cannot_read_itself(late: FeatureView) -> None:
    top = feature_view(name="top", entities=[PLANE], source=late)
    for source in (late, top):
        with pytest.raises(InvalidInput, match="'late' would read itself"):
            feature_view(name="late", entities=[PLANE], source=source)


def test_what_has_no_rows_is_no_source(flights: Dataset) -> None:
    windows = [Aggregation("mean", "delay", windows=["1d"])]
    view = feature_view(name="mean", entities=[PLANE], source=flights, aggregations=windows)
    for source in (view, "view:mean"):
        with pytest.raises(InvalidInput, match=r"'mean' aggregates.*on_demand_view"):
            feature_view(name="top", entities=[PLANE], source=source)
    with pytest.raises(InvalidInput, match="source=3 is no source"):
        feature_view(name="top", entities=[PLANE], source=3)  # type: ignore[call-overload]


def test_a_transform_is_a_source(flights: Dataset) -> None:
    def scaled(of: Dataset) -> Transform:
        return Transform(numeric=["delay"]).fit(of)

    view = feature_view(name="scaled", entities=[PLANE], source=scaled(flights), owner="ada")
    assert (view.source.kind, view.time) == ("transform", "time")
    assert [each.name for each in view.columns] == ["numeric"]  # there are no categories
    again = feature_view(name="scaled", entities=[PLANE], source=scaled(flights), owner="ada")
    assert again.ref == view.ref
    wanted = scaled(flights).apply(flights.to_arrow())["numeric"]
    assert asked(view) == [wanted[2].tolist(), wanted[1].tolist()]
    assert (view.artifact.id, "numeric") in lineage("dataset:flights").column_path("delay")
    ingest(rows([50.0, 70.0, -30.0]), name="flights", time="time")
    newer = view.refresh()
    assert (newer.ref, newer.table) == ("scaled@2", view.table)
    assert asked(newer) != asked(view)
    frame = Transform(numeric=["delay"]).fit(flights.to_arrow())
    with pytest.raises(InvalidInput, match="fitted on no dataset"):
        feature_view(name="scaled", entities=[PLANE], source=frame)


def test_keys_of_several_entities_are_compared_one_by_one(flights: Dataset) -> None:
    view = feature_view(name="routes", entities=[PLANE, ROUTE], source=flights)
    assert [each.name for each in view.keys] == ["tailnum", "origin", "dest"]
    at = START + timedelta(hours=9)
    spine = pa.table(
        {
            "tailnum": ["N1", "N2", "N2", "N1"],
            "origin": ["1", "12", "1", "12"],
            "dest": ["23", "3", "23", None],
            "at": [at] * 4,
        }
    )
    made = training_set(spine, view, name="t", time="at").to_arrow()
    assert made.column("delay").to_pylist() == [-3.0, 7.0, None, None]
    materialize(view)
    found = online(view, spine.drop_columns("at").to_pylist())
    assert [each["delay"] for each in found] == [-3.0, 7.0, None, None]
    with pytest.raises(InvalidInput, match="'origin'"):
        online(view, {"tailnum": "N1", "dest": "23"})


@pytest.mark.parametrize("table", [rows([1.0, 2.0, 3.0]).slice(0, 1), rows([1.0, 2.0, 3.0])])
def test_the_uses_of_a_view_are_recorded(place: Workspace, table: pa.Table) -> None:
    ingest(table, name="flights", time="time")
    view = feature_view(name="late", entities=[PLANE], time="time")(
        lambda: "SELECT tailnum, time, delay FROM flights WHERE origin = '1'"
    )
    assert view.artifact.properties["uses"] == {"flights": ["tailnum", "origin", "time", "delay"]}
    whole = feature_view(name="whole", entities=[PLANE], source="flights", features=["delay"])
    assert whole.artifact.properties["uses"] == {"flights": ["tailnum", "delay", "time"]}
