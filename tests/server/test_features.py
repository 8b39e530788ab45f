"""Features in the lab: the catalogue, each part of a view's page, and the builder's preview."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from tornado.httpclient import HTTPClientError

import workbench as wb
from tests.server import features_room
from workbench import workspace
from workbench.features.online.freshness import Freshness
from workbench.server.features.freshness import word_of

pytestmark = pytest.mark.server


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A workspace with views, and the ids of its records; tests only add to it."""
    place = workspace.connect(home=tmp_path_factory.mktemp("features"))
    with workspace.use(place):
        return place, features_room.fill(every=200)


@pytest.fixture
def ids(filled):
    place, ids = filled
    with workspace.use(place):
        yield ids


@pytest.fixture
def ask(ids, jp_fetch):
    """Ask the server; the answer's JSON, which must be JSON to a browser too."""

    async def ask(*path, **options):
        def refuse(constant):
            raise AssertionError(f"{constant} is not JSON")

        answer = await jp_fetch("workbench", "api", *path, **options)
        return json.loads(answer.body, parse_constant=refuse)

    return ask


def rows_of(part, title):
    """Return a table's rows as dictionaries."""
    table = next(each for each in part["tables"] if each["title"] == title)
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, map(text, row), strict=True)) for row in table["rows"]]


def reply_of(error: HTTPClientError) -> Any:
    """Return the JSON that explains an error."""
    assert error.response is not None
    return json.loads(error.response.body)


def text(cell):
    if isinstance(cell, dict) and "links" in cell:
        return ", ".join(each["text"] for each in cell["links"])
    return cell["text"] if isinstance(cell, dict) else cell


async def test_the_catalogue_shows_what_was_defined_and_pushed_since(ask, ids):
    async def known():
        return {each["ref"]: each for each in (await ask("features"))["features"]}

    before = await known()
    at = datetime.now(UTC)
    rows = wb.ingest(pd.DataFrame({"k": ["a"], "at": [at], "x": [1]}), name="since", time="at")
    view = wb.feature_view(entities=wb.Entity("k"), source=rows, name="since")
    defined = await known()
    assert defined.keys() - before.keys() == {"since@1"}
    assert defined["since@1"]["freshness"] == "never"
    wb.push(view, [{"k": "a", "at": at, "x": 2}])
    assert (await known())["since@1"]["freshness"] == "fresh"
    workspace.current().metadata.delete_artifact(view.artifact.id)
    assert (await known()).keys() == before.keys()


async def test_the_catalogue_says_of_each_what_finds_it(ask, ids):
    listed = {each["name"]: each for each in (await ask("features"))["features"]}
    hourly = listed["weather_hourly"]
    assert hourly["features"][:2] == ["temp", "wind_gust"]
    assert (hourly["entities"], hourly["owner"], hourly["tags"]) == (
        ["origin"],
        "anna",
        ["weather"],
    )
    assert hourly["description"] == "What the airport's station measured"
    fresh = {name: each["freshness"] for name, each in listed.items()}
    assert fresh == {
        "weather_hourly": "fresh",
        "plane": "static",
        "carrier_delay": "fresh",
        "carrier_week": "fresh",
        "seat_miles": "on demand",
        "wind 阵风": "never",
        "late_flights": "service",
    }


@pytest.mark.parametrize(
    ("newest", "as_of", "word"),
    [
        ("2026-01-01T00:00:00+00:00", None, "stale"),
        ("2026-01-01T17:00:00+00:00", None, "fresh"),
        ("2026-01-01T00:00:00+00:00", "2026-01-01T06:00:00+00:00", "fresh"),  # to the last second
        ("2026-01-01T00:00:00+00:00", "2026-01-01T06:00:01+00:00", "stale"),
    ],
)
def test_a_view_is_stale_when_its_newest_row_may_answer_no_longer(newest, as_of, word):
    newest = datetime.fromisoformat(newest)
    standing = None if as_of is None else datetime.fromisoformat(as_of)
    known = Freshness("v", "v@1", 1, newest, newest, newest, None, "push", standing)
    assert word_of({"ttl_seconds": 6 * 3600}, known, datetime(2026, 1, 1, 22, tzinfo=UTC)) == word


async def test_the_head_names_its_parts(ask, ids):
    page = await ask("records", ids["hourly"])
    assert [each["key"] for each in page["view"]["parts"]] == [
        "definition",
        "through",
        "freshness",
        "online",
        "versions",
        "users",
    ]
    assert page["chips"] == ["weather"]
    assert (page["facts"]["owner"], page["facts"]["ttl"]) == ("anna", 6 * 3600)
    assert page["code"] == 'wb.online("weather_hourly", {"origin": ...})'


async def test_the_definition_says_where_each_feature_comes_from(part, ids):
    found = await part(ids["hourly"], "definition")
    (temp,) = [each for each in rows_of(found, "Features") if each["feature"] == "temp"]
    assert (temp["type"], temp["from"]) == ("float64", "weather@1.temp")
    meaning = {each["what"]: each["value"] for each in rows_of(found, "Meaning")}
    assert meaning["entity"] == "origin: origin (string)"
    assert (meaning["known from"], meaning["valid for"]) == ("known", "6 h")


@pytest.mark.parametrize("name", ["hourly", "plane", "carrier"])
async def test_the_code_of_a_definition_defines_the_same_view(part, ids, name):
    code = (await part(ids[name], "definition"))["code"]
    named: dict[str, object] = {"wb": wb}
    before = workspace.current().metadata.find_artifact(ids[name])
    assert before is not None
    exec(code, named)
    after = workspace.current().metadata.artifact("feature_view", before.name)
    assert after.id == before.id


async def test_the_code_of_aggregations_defines_the_same_view(part, ids):
    from workbench.features.definitions.aggregations import Aggregation

    view = wb.feature_view(
        name="carrier_window",
        entities=[wb.Entity("carrier", keys=["carrier"])],
        source="flights",
        aggregations=[
            Aggregation("mean", "arr_delay", windows=["1h", "30d"]),
            Aggregation("top_k", "dest", windows=["7d"], k=3),
            Aggregation("decayed", "distance", half_life="1d"),
        ],
    )
    found = await part(view.artifact.id, "definition")
    aggregated = {each["feature"]: each["aggregated"] for each in rows_of(found, "Features")}
    assert aggregated["arr_delay_mean_30d"] == "mean of arr_delay, 30d"
    assert aggregated["distance_decayed_1d"] == "decayed of distance, half-life 1d"
    exec(found["code"], {"wb": wb})
    assert workspace.current().metadata.artifact("feature_view", view.name).id == view.artifact.id


async def test_values_are_drawn_through_time_from_the_rows_as_known(part, ids):
    drawn = (await part(ids["hourly"], "through"))["through"]
    assert drawn["unit"] == "week"
    temp = next(each for each in drawn["features"] if each["name"] == "temp")
    rows = workspace.current()  # the reference is computed apart, by pandas
    assert rows is not None
    frame = wb.dataset("weather").to_pandas()
    frame["visible"] = frame[["time_hour", "known"]].max(axis=1)
    frame = frame.sort_values(["origin", "visible", "time_hour"])
    kept = frame[frame.time_hour >= frame.groupby("origin").time_hour.cummax()]
    kept = kept.drop_duplicates(["origin", "visible"], keep="last")
    weeks = kept.groupby(kept.time_hour.dt.tz_localize(None).dt.to_period("W-SUN")).temp
    assert drawn["rows"] == weeks.size().tolist()
    assert temp["middle"] == pytest.approx(weeks.median().tolist())
    assert temp["low"] == pytest.approx(weeks.quantile(0.25).tolist())
    assert (await part(ids["plane"], "through"))["through"] is None


async def test_freshness_tells_each_time_that_it_was_carried_online(part, ids):
    found = await part(ids["hourly"], "freshness")
    (only,) = rows_of(found, "Materializations")
    assert (only["state"], only["rows"]) == ("complete", 3)
    assert found["freshness"]["as_of"].startswith("2013-12-30")
    assert len(found["freshness"]["times"]) == 1
    never = await part(ids["awkward"], "freshness")
    assert (never["freshness"], never["tables"]) == (None, [])
    assert never["code"] == 'wb.materialize("wind 阵风@1")'


async def test_online_equals_offline_and_what_was_pushed_differs(part, ids):
    found = await part(ids["plane"], "online")
    counts = rows_of(found, "Online against offline")
    assert {(each["equal"], each["differ"]) for each in counts} == {(300, 0)}
    assert found["compared"]["equal"] == found["compared"]["cells"] == 900
    assert all(each["title"] != "Values that differ" for each in found["tables"])
    (key,) = (await part(ids["carrier"], "online"))["code"].split('"')[5:6]
    wb.push("carrier_delay", [{"carrier": key, "arr_delay": 999.0, "dep_delay": 1.0}])
    cells = rows_of(await part(ids["carrier"], "online"), "Values that differ")
    pushed = {(each["key"], each["feature"]): each["online"] for each in cells}
    assert pushed[f"carrier={key}", "arr_delay"] == "999.0"


async def test_windows_are_the_same_on_both_sides(part, ids):
    found = await part(ids["week"], "online")
    assert found["compared"]["equal"] == found["compared"]["cells"] > 0


async def test_windows_move_through_time_as_a_training_set_has_them(part, ids):
    drawn = (await part(ids["week"], "through"))["through"]
    carriers = wb.dataset("landings").to_pandas().carrier.unique()
    assert drawn["keys"] == len(carriers)
    ends = pd.to_datetime([*drawn["starts"][1:], drawn["starts"][-1] + 7 * 86_400_000], unit="ms")
    spine = pd.DataFrame([(c, at) for at in ends for c in carriers], columns=["carrier", "at"])
    spine["at"] = spine["at"].dt.tz_localize("UTC")
    made = wb.training_set(spine, ["carrier_week"], name="ends", time="at").to_pandas()
    medians = made.groupby("at").count_7d.median().tolist()
    (count,) = [each for each in drawn["features"] if each["name"] == "count_7d"]
    assert count["middle"] == medians


async def test_an_on_demand_view_shows_the_program_that_it_runs(ask, part, ids):
    page = await ask("records", ids["miles"])
    assert page["code"] == 'wb.online("seat_miles", {"tailnum": ..., "distance": ...})'
    assert page["view"]["carry"] is None
    found = await part(ids["miles"], "definition")
    assert "distance * (seats or 0)" in found["code"]
    meaning = {each["what"]: each["value"] for each in rows_of(found, "Meaning")}
    assert meaning["takes"] == "distance (float64)"
    (feature,) = rows_of(found, "Features")
    assert feature["from"] == "plane@1.seats"


async def test_a_view_that_is_not_online_says_what_carries_it_there(part, ids):
    found = await part(ids["awkward"], "online")
    assert found["compared"] is None
    assert found["code"] == 'wb.materialize("wind 阵风@1")'


async def test_users_are_listed_from_near_to_far(part, ids):
    found = await part(ids["hourly"], "users")
    users = [each["record"] for each in rows_of(found, "Users")]
    used = {each["feature"]: each for each in rows_of(found, "Use of each feature")}
    assert (used["temp"]["training sets"], used["temp"]["services"]) == (1, 1)
    assert users == ["examples@1", "late_flights@1", "first try", "late@1"]
    nobody = await part(ids["awkward"], "users")
    assert nobody["tables"] == []
    assert nobody["code"] == 'wb.training_set(spine, ["wind 阵风"], name="examples")'


async def test_a_service_names_the_version_of_each_view(ask, part, ids):
    page = await ask("records", ids["service"])
    assert [each["key"] for each in page["view"]["parts"]] == ["definition", "versions", "users"]
    rows = rows_of(await part(ids["service"], "definition"), "Features")
    assert [each["view"] for each in rows if each["feature"] == "seats"] == ["plane@1"]


async def test_an_unknown_part_is_not_found_and_names_the_nearest(part, ids):
    with pytest.raises(HTTPClientError) as error:
        await part(ids["hourly"], "fresness")
    assert error.value.code == 404
    assert "freshness" in reply_of(error.value)["hint"]


@pytest.fixture
def preview(jp_fetch, ids):
    async def preview(**wanted):
        answer = await jp_fetch(
            "workbench", "api", "features", "preview", method="POST", body=json.dumps(wanted)
        )
        return json.loads(answer.body)

    return preview


FEATURES = ["weather_hourly", "plane:seats", "carrier_delay:arr_delay"]


async def test_a_preview_holds_what_the_training_set_holds(preview, ids):
    found = await preview(spine="flights", features=FEATURES)
    made = wb.training_set("flights", FEATURES, name="previewed").to_pandas()
    (counted,) = [each for each in found["tables"] if each["title"] == "Rows that find something"]
    assert found["trouble"] is None
    rows = rows_of({"tables": [counted]}, "Rows that find something")
    assert [each["view"] for each in rows] == ["weather_hourly@1", "plane@1", "carrier_delay@1"]
    for each in rows:
        assert each["found"] + each["nothing known"] + each["too old"] == len(made)
    assert rows[1]["found"] == made.seats.notna().sum()
    shown = rows_of(found, "Rows of the training set")
    assert [each["row"] for each in shown] == list(range(20))
    assert [each["temp"] for each in shown] == pytest.approx(made.temp[:20].tolist())
    first = [str(each) for each in made.time_hour.dt.strftime("%Y-%m-%d %H:%M")[:20]]
    assert [each["time_hour"] for each in shown] == first


async def test_what_is_drawn_is_what_a_walk_over_every_row_finds(preview, ids):
    found = await preview(spine="flights", features=FEATURES)
    weather = wb.dataset("weather").to_pandas()
    flights = wb.dataset("flights").to_pandas()
    ttl = 6 * 3600 * 1000
    reasons = set()
    assert len(found["drawn"]) == 6
    for each in found["drawn"]:
        view = each["views"][0]
        origin = flights.origin[each["row"]]
        rows = weather[weather.origin == origin]
        event = rows.time_hour.astype("int64").to_numpy() / _scale(rows.time_hour)
        known = rows.known.astype("int64").to_numpy() / _scale(rows.known)
        at = each["at"]
        visible = [max(e, k) <= at for e, k in zip(event, known, strict=True)]
        best = max(e for e, seen in zip(event, visible, strict=True) if seen)
        fresh = at - best <= ttl
        taken = [one for one in view["candidates"] if one["reason"] is None]
        assert [one["event"] for one in taken] == ([best] if fresh else [])
        assert view["status"] == ("present" if fresh else "expired")
        for one in view["candidates"]:
            reasons.add(one["reason"])
            assert (one["visible"] > at) == (one["reason"] in ("late", "future"))
            assert (one["event"] > at) == (one["reason"] == "future")
    assert {None, "older", "late", "future"} <= reasons


def _scale(times):
    """Return how many of a column's units make a millisecond."""
    return {"us": 1_000, "ns": 1_000_000, "ms": 1}[times.dt.unit]


async def test_windows_and_features_on_demand_are_joined_as_well(preview, ids):
    features = ["carrier_week", "seat_miles"]
    found = await preview(spine="flights", features=features)
    assert found["trouble"] is None
    made = wb.training_set("flights", features, name="windowed").to_pandas()
    shown = rows_of(found, "Rows of the training set")
    for name in ("arr_delay_mean_7d", "count_7d", "seat_miles"):
        expected = [None if pd.isna(each) else each for each in made[name][:20]]
        assert [each[name] for each in shown] == pytest.approx(expected)
    views = {each["view"]: each for row in found["drawn"] for each in row["views"]}
    week = views["carrier_week@1"]
    assert (week["isAggregated"], week["ttl"]) == (True, 24 * 3600 * 1000)


async def test_a_spine_alone_names_its_columns(preview, ids):
    found = await preview(spine="flights")
    assert (found["spine"]["time"], found["spine"]["label"]) == ("time_hour", "late")
    assert (found["tables"], found["drawn"]) == ([], [])


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"spine": "fligths", "features": ["plane"]}, 404, "did you mean 'flights'"),
        ({"spine": "flights", "features": "plane"}, 400, "list of names"),
        ({"spine": 7}, 400, "no text"),
    ],
)
async def test_what_cannot_be_joined_says_why(preview, ids, wanted, code, said):
    with pytest.raises(HTTPClientError) as error:
        await preview(**wanted)
    assert error.value.code == code
    reply = reply_of(error.value)
    assert said in f"{reply['message']} {reply['hint']}"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"spine": "planes", "features": ["weather_hourly"]}, "no column 'origin'"),
        ({"spine": "flights", "features": ["plane"], "time": "hours"}, "did you mean"),
        ({"spine": "flights", "features": ["plain"]}, "did you mean 'plane'"),
    ],
)
async def test_features_that_do_not_fit_say_why_beside_the_columns(preview, ids, wanted, said):
    found = await preview(**wanted)
    assert said in f"{found['trouble']['message']} {found['trouble']['hint']}"
    assert found["spine"]["columns"]


async def test_what_a_join_by_event_time_would_leak_is_counted(preview, ids):
    found = await preview(spine="flights", features=FEATURES)
    leaks = {each["feature"]: each for each in rows_of(found, LEAKS)}
    told = {each.feature: each.rows for each in wb.leakage("flights", FEATURES).features}
    assert leaks["weather_hourly:temp"]["rows"] == told["weather_hourly:temp"] > 0
    assert "plane:seats" not in leaks


LEAKS = "What a join by event time would leak"


def test_a_sample_is_spread_over_all_of_a_large_dataset(filled):
    import pyarrow as pa

    from workbench.server.features.sampling import ROW, sample

    place, _ = filled
    with workspace.use(place):
        numbers = pa.table({"x": pa.array(range(100_000)), "y": pa.array([0.5] * 100_000)})
        large = wb.ingest(numbers, name="numbers")
        found = sample(large, ["x"], 1_000)
    assert found.column(ROW).to_pylist() == found.column("x").to_pylist()
    assert found.num_rows == 1_000
    assert found.column("x")[-1].as_py() > 99_000


async def test_a_value_of_a_training_set_is_explained(ask, part, ids):
    asked = (await part(ids["examples"], "why"))["asked"]
    assert "weather_hourly:temp" in asked["features"]
    made = wb.dataset("examples@1").to_pandas()
    assert asked["rows"] == len(made)
    for row in (0, 100, len(made) - 1):
        path = ("records", ids["examples"], "why")
        told = await ask(*path, params={"row": row, "feature": "weather_hourly:temp"})
        (view,) = told["joined"]["views"]
        taken = [each["value"] for each in view["candidates"] if each["reason"] is None]
        expected = [] if pd.isna(made.temp[row]) else [f"{made.temp[row]:.5g}"]
        assert taken == expected
        assert told["value"] == (expected[0] if expected else None)
        at = pd.Timestamp(told["joined"]["at"], unit="ms", tz="UTC")
        assert at == made.time_hour[row]
    static = await ask(*path, params={"row": 0, "feature": "plane:seats"})
    assert static["joined"]["views"][0]["isStatic"]
    parts = (await ask("records", ids["flights"]))["dataset"]["parts"]
    assert "why" not in [each["key"] for each in parts]


async def test_what_services_answered_is_held_against_training_sets(part, ids):
    from workbench.serving.feature_measures import FeatureMeasures
    from workbench.serving.feature_protocol import Question
    from workbench.serving.feature_service import ServedFeatures, compile_service

    served = ServedFeatures(compile_service("late_flights"), FeatureMeasures())
    served.get(Question([{"origin": "JFK", "carrier": "UA", "tailnum": "N14228"}]))
    served.close()
    rows = rows_of(await part(ids["plane"], "online"), "Served against offline")
    assert [(each["service"], each["feature"], each["compared"]) for each in rows] == [
        ("late_flights", "seats", 1)
    ]
    assert (rows[0]["stale"], rows[0]["ahead"], rows[0]["wrong"]) == (0, 0, 0)
