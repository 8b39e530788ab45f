"""`workbench features`: what the library does, by the same words."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import pytest
from click.testing import CliRunner

import workbench as wb
from workbench import workspace as workspaces
from workbench.cli import commands


@pytest.fixture
def call(tmp_path):
    """Call the command line over a workspace with two views; only standard output is returned."""
    before = workspaces._current
    home = tmp_path / "home"
    workspaces.connect(home=home)
    times = pd.date_range("2013-01-01", periods=4, freq="h", tz="UTC")
    readings = pd.DataFrame({"origin": "JFK", "at": times, "temp": [30.0, 31.0, 32.0, 33.0]})
    wb.ingest(readings, name="readings", time="at")
    origin = wb.Entity("origin")
    wb.feature_view(
        name="hourly",
        entities=[origin],
        source="readings",
        ttl=timedelta(hours=6),
        owner="anna",
        tags=["open"],
        description="What the station measured",
    )
    wb.ingest(pd.DataFrame({"origin": ["JFK"], "runways": [4]}), name="airports")
    wb.feature_view(name="airport", entities=[origin], source="airports", owner="ben")
    runner = CliRunner(env={"WORKBENCH_HOME": str(home)})

    def call(*words, code=0, **options):
        done = runner.invoke(commands, ["features", *map(str, words)], **options)
        assert done.exit_code == code, done.output
        return done.output

    yield call
    workspaces._current = before


def names(text):
    return [each["ref"] for each in json.loads(text)]


def test_views_are_listed_and_searched(call):
    assert "hourly@1" in call("list")
    assert names(call("list", "--owner", "ben", "--json")) == ["airport@1"]
    assert names(call("search", "station", "temp", "--json")) == ["hourly@1"]
    assert names(call("search", "origin", "--tag", "open", "--json")) == ["hourly@1"]
    assert call("search", "nothing") == "No view is like that\n"


def test_a_view_is_shown_with_its_features(call):
    shown = call("show", "hourly")
    for said in ("hourly@1", "origin (string)", "6 h", "readings@1", "anna", "temp"):
        assert said in shown
    assert json.loads(call("show", "hourly", "--json"))["ttl"] == 6 * 3600
    assert "did you mean 'hourly'" in call("show", "houlry", code=1)


def test_values_are_carried_online_asked_for_and_pushed(call):
    assert json.loads(call("materialize", "airport", "--json")) == {"airport": 1}
    assert json.loads(call("online", "airport", "origin=JFK")) == {"runways": 4}
    assert call("push", "airport", "origin=LGA", "runways=2") == "1 rows\n"
    assert json.loads(call("online", "airport", "origin=LGA")) == {"runways": 2}
    lines = '{"origin": "EWR", "runways": 3}\n\n{"origin": "BOS", "runways": 6}\n'
    assert call("push", "airport", "--file", "-", input=lines) == "2 rows\n"
    (fresh,) = json.loads(call("freshness", "airport", "--json"))
    assert (fresh["rows"], fresh["source"]) == (4, "push")
    assert "push" in call("freshness")


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("push", "airport"), None, "KEY=VALUE"),
        (("push", "airport", "a=1", "--file", "-"), "{}", "KEY=VALUE"),
        (("push", "airport", "--file", "-"), '{"origin": "EWR"}\n{\n', "line 2"),
        (("push", "airport", "origin=EWR", "runways=many"), None, "runways"),
    ],
)
def test_what_cannot_be_pushed_says_why(call, words, given, said):
    code = 2 if "KEY" in said else 1
    assert said in call(*words, code=code, input=given)


def test_why_tells_the_row_taken_and_those_that_were_not(call):
    spine = pd.DataFrame({"origin": ["JFK"], "when": [pd.Timestamp("2013-01-01 02:30", tz="UTC")]})
    wb.training_set(spine, ["hourly"], name="examples", time="when")
    told = call("why", "examples", 0, "temp")
    assert "32" in told
    assert "taken" in told
    known = json.loads(call("why", "examples", 0, "temp", "--json"))
    assert known["value"] == 32.0
    assert [each["reason"] for each in known["rejected"]].count("future") == 1


def test_materialization_is_scheduled_or_over_a_stretch_of_time(call, monkeypatch):
    from workbench.jobs.schedules import schedules

    monkeypatch.setitem(schedules.__globals__, "start_daemon", lambda: None)
    said = call("materialize", "hourly", "airport", "--every", "*/15 * * * *")
    assert said.startswith("materialize hourly airport is scheduled, next at ")
    (kept,) = schedules()
    assert (kept.cron, kept.parameters) == ("*/15 * * * *", {"views": ["hourly", "airport"]})
    assert "did you mean 'hourly'" in call("materialize", "houlry", "--every", "@daily", code=1)
    assert "--every goes" in call("materialize", "--every", "@daily", "--since", "2013", code=2)
    words = (
        "materialize",
        "hourly",
        "--since",
        "2013-01-01T01:00Z",
        "--until",
        "2013-01-01T02:00Z",
    )
    assert json.loads(call(*words, "--json")) == {"hourly": 1}
    wb.ingest(pd.DataFrame({"origin": ["LGA"], "runways": [2]}), name="airports")
    wb.feature_service("both", ["hourly", "airport"])
    written = json.loads(call("materialize", "both", "--refresh", "--precompute", "--json"))
    assert written == {"hourly": 1, "airport": 1, "both@1": 2}


def test_what_is_asked_of_features_is_answered(call):
    times = [pd.Timestamp("2013-01-01 02:30", tz="UTC"), pd.Timestamp("2013-01-01 03:30", tz="UTC")]
    spine = pd.DataFrame({"origin": ["JFK", "LGA"], "when": times, "late": [True, False]})
    wb.ingest(spine, name="flights", time="when", label="late")
    wb.training_set("flights", ["hourly"], name="examples")
    assert json.loads(call("leakage", "flights", "hourly", "--json"))["rows"] == 2
    assert "hourly:temp" in call("leakage", "flights", "hourly")
    assert "has no log" in call("skew", "hourly", code=1)


def test_what_related_datasets_could_tell_is_found(call):
    days = pd.date_range("2013-01-01 06:00", periods=120, freq="h", tz="UTC")
    late = [day.hour % 3 == 0 for day in days]
    wb.ingest(
        pd.DataFrame(
            {"origin": "JFK", "at": days, "wind": [9.0 if each else 2.0 for each in late]}
        ),
        name="winds",
        time="at",
    )
    spine = pd.DataFrame({"origin": "JFK", "when": days, "late": late})
    wb.ingest(spine, name="flights", time="when", label="late")
    words = ("discover", "flights", "--dataset", "winds", "--window", "1d")
    found = json.loads(call(*words, "--json", "--limit", 3))
    assert found["label"] == "late"
    assert len(found["candidates"]) == 3
    assert found["candidates"][0]["feature"] == "winds_by_origin:wind_last_1d"
    told = call(*words)
    first = told.splitlines()[1]
    assert first.startswith("winds_by_origin:wind_last_1d ")
    assert "last of wind of winds of the same origin in 1d" in first
    code = call(*words, "--code", "--limit", 1)
    assert 'wb.Aggregation("last", "wind", windows=["1d"])' in code
    assert "winds_by_origin" not in call("list")
    assert "no label column 'lat'" in call(*words, "--label", "lat", code=1)
    assert "Missing option '--dataset'" in call("discover", "flights", code=2)
