"""`%features` lists, shows, looks up, carries online and explains."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import workbench as wb
from workbench import workspace as workspaces
from workbench.core.errors import InvalidInput, NotFound
from workbench.features.definitions.views import FeatureService, FeatureView
from workbench.magics import MAGICS, load_ipython_extension
from workbench.magics.framework import candidates

(MAGIC,) = (magic for magic in MAGICS if magic.name == "%features")


@pytest.fixture
def ask(tmp_path):
    before = workspaces._current
    workspaces.connect(home=tmp_path / "home")
    times = pd.date_range("2013-01-01", periods=3, freq="h", tz="UTC")
    readings = pd.DataFrame({"origin": "JFK", "at": times, "temp": [30.0, 31.0, 32.0]})
    wb.ingest(readings, name="readings", time="at")
    wb.feature_view(name="hourly", entities=[wb.Entity("origin")], source="readings", tags=["open"])
    wb.feature_service("all", ["hourly"])
    shell = InteractiveShell()
    load_ipython_extension(shell)

    def ask(line):
        result = shell.run_cell(f"%features {line}")
        result.raise_error()
        return result.result

    yield ask
    if shell.history_manager is not None:
        shell.history_manager.end_session()
    workspaces._current = before


def test_alone_it_lists_the_views_and_words_narrow_the_list(ask):
    assert ask("").view.tolist() == ["hourly@1"]
    assert ask("--search temp --tag open").view.tolist() == ["hourly@1"]
    assert ask("--search temp --tag pii").view.tolist() == []


def test_a_name_shows_the_view_or_the_service(ask):
    assert isinstance(ask("hourly"), FeatureView)
    assert isinstance(ask("all"), FeatureService)
    with pytest.raises(NotFound):
        ask("houlry")


def test_keys_look_an_entity_up_once_it_was_carried_online(ask):
    with pytest.raises(NotFound):
        ask("hourly origin=JFK")
    assert ask('hourly --materialize --at "2013-01-01 01:30"') == {"hourly": 1}
    assert ask("hourly origin=JFK") == {"temp": 31.0}
    fresh = ask("hourly --freshness")
    assert fresh.view.tolist() == ["hourly@1"]
    assert fresh.by.tolist() == ["materialize"]


def test_why_explains_a_value_of_a_training_set(ask):
    spine = pd.DataFrame({"origin": ["JFK"], "when": [pd.Timestamp("2013-01-01 01:30", tz="UTC")]})
    wb.training_set(spine, ["hourly"], name="examples", time="when")
    assert ask("--why examples 0 temp").value == 31.0


@pytest.mark.parametrize(
    "line", ["--at 2013 hourly", "hourly --materialize --freshness", "--why examples first temp"]
)
def test_what_makes_no_sense_is_said(ask, line):
    with pytest.raises(InvalidInput):
        ask(line)


def test_views_services_and_options_complete(ask):
    assert candidates(MAGIC, "%features h", "h") == ["hourly"]
    assert candidates(MAGIC, "%features al", "al") == ["all"]
    assert candidates(MAGIC, "%features --fr", "--fr") == ["--freshness"]


def test_who_uses_features_and_what_breaks_is_asked_for(ask):
    assert [each.ref for each in ask("--impact readings.temp")] == ["hourly@1", "all@1"]
    assert [each.feature for each in ask("hourly --usage")] == ["hourly:temp"]
    assert ask("--unused") == []


@pytest.fixture
def spine(ask):
    days = pd.date_range("2013-01-01", periods=90, freq="h", tz="UTC")
    late = [day.hour % 3 == 0 for day in days]
    winds = pd.DataFrame(
        {"origin": "JFK", "at": days, "wind": [9.0 if each else 2 for each in late]}
    )
    wb.ingest(winds, name="winds", time="at")
    wb.ingest(
        pd.DataFrame({"origin": "JFK", "when": days, "late": late}),
        name="flights",
        time="when",
        label="late",
    )


def test_what_related_datasets_could_tell_is_found(ask, spine):
    found = ask("--discover flights --label late --dataset winds --window 1d --window 7d")
    assert found[0].feature == "winds_by_origin:wind_last_1d"
    assert {each.feature.rpartition("_")[2] for each in found} == {"1d", "7d"}
    assert ask("").view.tolist() == ["hourly@1"]


def test_what_a_join_by_event_time_leaks_is_counted(ask, spine):
    found = ask("--leakage flights hourly --label late")
    assert (found.rows, [each.feature for each in found.features]) == (90, ["hourly:temp"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--discover flights", "a dataset that is related"),
        ("--leakage flights", "names no feature"),
        ("--dataset winds", "said of --discover"),
        ("--discover flights --dataset winds --unused", "two things"),
    ],
)
def test_a_search_that_lacks_something_says_what(ask, line, said):
    with pytest.raises(InvalidInput, match=said):
        ask(line)


def test_help_says_how(ask, capsys):
    ask("--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "--discover SPINE" in told
    assert "%features --leakage flights weather_hourly" in told
