"""What related datasets tell of a label is found, as it was known, and defined by code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

import workbench as wb
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.discovery.candidates import Candidate
from workbench.features.discovery.synthesis import discover_features
from workbench.features.offline.training_sets import training_set
from workbench.features.offline.worth import target_of, worth
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 600
CHANCE = np.random.default_rng(7)
WINDY = CHANCE.random(ROWS) < 0.4


def times(step: float = 0.0) -> list[datetime]:
    return [START + timedelta(hours=place + step) for place in range(ROWS)]


@pytest.fixture
def spine(place: Workspace) -> pa.Table:
    """A flight an hour; those in wind are mostly late."""
    return pa.table(
        {
            "origin": np.where(np.arange(ROWS) % 2, "JFK", "EWR"),
            "flight": np.arange(ROWS),
            "at": times(0.5),
            "late": WINDY ^ (CHANCE.random(ROWS) < 0.1),
        }
    )


def weather(**more: object) -> None:
    rows = {
        "origin": np.where(np.arange(ROWS) % 2, "JFK", "EWR"),
        "hour": times(),
        "wind": np.where(WINDY, 9.0, 2.0) + CHANCE.random(ROWS),
        "dew": CHANCE.random(ROWS),
        "sky": np.where(CHANCE.random(ROWS) < 0.5, "clear", "grey"),
    }
    ingest(pa.table(rows | more), name="weather", time="hour", created=(more and "made") or None)


def features(found: object) -> list[str]:
    return [each.feature for each in found]  # type: ignore[attr-defined]


def defined_by(code: str) -> wb.FeatureView:
    space: dict[str, object] = {}
    exec(code, space)  # what a person would run
    (view,) = (each for each in space.values() if isinstance(each, wb.FeatureView))
    return view


def test_what_tells_the_label_comes_first(spine: pa.Table) -> None:
    weather()
    found = discover_features(
        spine, label="late", time="at", datasets=["weather"], windows=["1h", "1d"]
    )
    best = found[0]
    assert best.feature.startswith("weather_by_origin:wind_")
    assert best.feature.endswith("_1h")
    assert best.worth > 0.8
    assert best.sure
    assert best.source.endswith("of wind of weather of the same origin in 1h")
    assert (found.metric, found.chance, found.rows) == ("AUC", 0.5, ROWS)
    chance = [each for each in found if "dew" in each.feature]
    assert not any(each.sure for each in chance)
    assert "weather_by_origin:count_1d" in features(found)
    assert [each.worth for each in found] == sorted((e.worth for e in found), reverse=True)


def test_of_several_that_say_the_same_one_stands(spine: pa.Table) -> None:
    weather()
    found = discover_features(
        spine,
        label="late",
        time="at",
        datasets="weather",
        windows=["1h"],
    )
    windy = [each for each in found if "wind" in each.feature and each.sure]
    assert len(windy) == 4
    assert [each.like for each in windy] == [None] + [found[0].feature] * 3
    assert features(found.distinct()) == [found[0].feature]


def test_the_code_and_accepting_define_one_view(spine: pa.Table) -> None:
    weather()
    found = discover_features(
        spine, label="late", time="at", datasets=["weather"], windows=["1h", "1d"]
    )
    first = found["weather_by_origin:wind_mean_1h"]
    code = first.code
    view = first.accept()
    assert [each.name for each in view.columns] == ["wind_mean_1h"]
    assert defined_by(code) == view
    second = found["weather_by_origin:wind_mean_1d"]
    code = second.code
    both = second.accept()
    assert [each.name for each in both.columns] == ["wind_mean_1h", "wind_mean_1d"]
    assert defined_by(code) == both
    third = found["weather_by_origin:sky_last_1h"].accept()
    assert [each.name for each in third.columns] == ["wind_mean_1h", "wind_mean_1d", "sky_last_1h"]
    assert third.version == 3


def test_a_candidate_is_worth_what_the_training_set_s_column_is(spine: pa.Table) -> None:
    weather()
    found = discover_features(spine, label="late", time="at", datasets=["weather"])
    asked = ("wind_mean_1d", "sky_distinct_1d", "count_7d", "dew_max_7d")
    for feature in asked:
        view = found[f"weather_by_origin:{feature}"].accept()
    made = training_set(spine, view, name="set", time="at").to_arrow()
    target = target_of(made["late"], "late")
    for feature in asked:
        each = found[f"weather_by_origin:{feature}"]
        assert worth(made[feature], target) == pytest.approx(each.worth)
        assert each.present == 1 - made[feature].null_count / ROWS


def test_what_was_not_known_yet_is_worth_nothing(spine: pa.Table) -> None:
    late = [each + timedelta(hours=5) for each in times()]
    weather(made=late, told=spine["late"].cast(pa.int64()))
    found = discover_features(spine, label="late", time="at", datasets=["weather"], windows=["2h"])
    assert not any(each.sure for each in found)


def test_rows_belong_to_a_spine_through_another_dataset(place: Workspace) -> None:
    count = 200
    users = np.arange(count) % 40
    spent = users / 40 + CHANCE.random(count) / 10
    placed = [START + timedelta(hours=place) for place in range(count)]
    ingest(
        pa.table({"order": np.arange(count), "user": users, "placed": placed}),
        name="orders",
        time="placed",
    )
    ingest(
        pa.table({"order": np.repeat(np.arange(count), 2), "price": np.repeat(spent, 2)}),
        name="items",
    )
    asked = np.arange(count) % 40
    spine = pa.table(
        {"user": asked, "at": [START + timedelta(days=20)] * count, "good": asked >= 20}
    )
    found = discover_features(
        spine, label="good", time="at", datasets=["orders", "items"], windows=["30d"]
    )
    each = found["items_of_orders_by_user:price_mean_30d"]
    assert each.worth > 0.95
    assert "items through orders of the same user" in each.source
    view = each.accept()
    assert defined_by(each.code) == view
    made = training_set(spine, view, name="set", time="at").to_arrow()
    for row in (0, 7, 39):
        mean = np.mean(spent[users == asked[row]])
        assert made["price_mean_30d"][row].as_py() == pytest.approx(mean)


def test_facts_without_a_time_are_candidates_themselves(spine: pa.Table) -> None:
    late = {"EWR": 1, "JFK": 0}
    ingest(pa.table({"origin": list(late), "busy": list(late.values())}), name="airports")
    told = spine.set_column(
        3, "late", pa.array([late[each] == 1 for each in spine["origin"].to_pylist()])
    )
    found = discover_features(told, label="late", time="at", datasets=["airports"])
    assert found[0].feature == "airports_by_origin:busy"
    assert found[0].worth == pytest.approx(1.0, abs=0.01)
    view = found[0].accept()
    assert view.time is None
    assert defined_by(found[0].code) == view


def test_a_declared_key_is_tried_whole(place: Workspace) -> None:
    a, b = np.arange(ROWS) % 2, np.arange(ROWS) // 2 % 2
    late = (a ^ b).astype(bool)
    rows = {"a": a.astype(str), "b": b, "time": times(), "value": late.astype(float)}
    ingest(pa.table(rows), name="pairs", time="time", key=["a", "b"])
    spine = pa.table({"a": a.astype(str), "b": b.astype("int32"), "at": times(4), "late": late})
    found = discover_features(spine, label="late", time="at", datasets=["pairs"])
    assert found[0].feature.startswith("pairs_by_a_b:value_")
    assert {each.definition.keys for each in found} == {("a",), ("b",), ("a", "b")}
    given = discover_features(
        spine, label="late", time="at", datasets=["pairs"], relations={"pairs": ["a", "b"]}
    )
    assert {each.definition.keys for each in given} == {("a", "b")}


def test_a_spine_s_own_rows_tell_only_what_was_known(spine: pa.Table) -> None:
    own = ingest(spine, name="flights", time="at", label="late")
    with pytest.raises(InvalidInput, match=r"flights@1 is the spine.*created=.*their own label"):
        discover_features(own, datasets=["flights"])
    landed = spine.append_column("landed", pa.array(times(9)))
    own = ingest(landed, name="flights", time="at", label="late", created="landed")
    found = discover_features(own, datasets=["flights"], windows=["30d"])
    assert {each.definition.keys for each in found} == {("origin",)}
    assert not any(each.sure for each in found)
    own = ingest(landed, name="flights", time="at", label="late", created="landed", key=["flight"])
    found = discover_features(own, datasets=["flights"], windows=["30d"])
    assert {each.definition.keys for each in found} == {("origin",), ("flight",)}


def test_a_cut_of_a_dataset_does_not_find_its_own_rows_there(spine: pa.Table) -> None:
    delay = np.where(spine["late"], 40.0, 2.0) + np.arange(ROWS) % 3
    spine = spine.append_column("miles", pa.array(CHANCE.random(ROWS)))
    ingest(spine.drop(["late"]).append_column("delay", pa.array(delay)), name="flights", time="at")
    with pytest.raises(InvalidInput, match=r"flights@1 has the spine's own rows.*own label"):
        discover_features(spine, label="late", time="at", datasets=["flights"])
    named = {"flights": ["origin"]}
    only = spine.select(["origin", "at", "late"])
    found = discover_features(only, label="late", time="at", datasets=["flights"], relations=named)
    assert any("flights@1 at their very moment" in each for each in found.notes)
    weather()
    found = discover_features(spine, label="late", time="at", datasets=["weather", "flights"])
    assert {each.definition.dataset for each in found} == {"weather"}
    assert [each for each in found.notes if "very moment" in each] == []


def test_it_is_told_as_json_and_escaped(place: Workspace) -> None:
    rows = pa.table({"<i>": [1, 2] * 50, "at": times()[:100], "<script>": [1.0, 2.0] * 50})
    ingest(rows, name="odd", time="at")
    spine = pa.table({"<i>": [1, 2] * 50, "at": times(1)[:100], "late": [True, False] * 50})
    found = discover_features(spine, label="late", time="at", datasets=["odd"])
    page = found._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    known = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert known["candidates"][0]["code"] == found[0].code
    assert found.to_pandas().index[0] == found[0].feature
    assert isinstance(found[0], Candidate)
    assert defined_by(found[0].code) == found[0].accept()


def test_a_view_of_other_rows_is_not_taken_for_it(spine: pa.Table) -> None:
    weather()
    found = discover_features(spine, label="late", time="at", datasets=["weather"])
    rows = pa.table({"origin": ["JFK"], "hour": times()[:1], "x": [1]})
    wb.feature_view(name="weather_by_origin", entities=wb.Entity("origin"), time="hour")(
        lambda: rows
    )
    with pytest.raises(InvalidInput, match="a view 'weather_by_origin' of other rows"):
        found[0].accept()


def test_what_cannot_be_found_is_said(spine: pa.Table) -> None:
    weather()
    ingest(pa.table({"x": [1]}), name="apart")
    with pytest.raises(InvalidInput, match=r"no dataset is related.*apart@1 has no column in"):
        discover_features(spine, label="late", time="at", datasets=["apart"])
    found = discover_features(spine, label="late", time="at", datasets=["apart", "weather"])
    assert "apart@1 has no column in common" in found.notes[0]
    with pytest.raises(InvalidInput, match="the spine has no label"):
        discover_features(spine, time="at", datasets=["weather"])
    with pytest.raises(InvalidInput, match="the spine has no time"):
        discover_features(spine, label="late", datasets=["weather"])
    with pytest.raises(NotFound, match="'wether'"):
        discover_features(spine, label="late", time="at", datasets=["wether"])
    with pytest.raises(InvalidInput, match="'orign' is no column of both"):
        discover_features(
            spine, label="late", time="at", datasets=["weather"], relations={"weather": ["orign"]}
        )
    with pytest.raises(InvalidInput, match="no candidate is called"):
        found["weather_by_origin:wimd"]


def test_many_rows_are_sampled(spine: pa.Table) -> None:
    weather()
    found = discover_features(
        [spine, spine], label="late", time="at", datasets=["weather"], sample=100
    )
    assert found.rows == 100
