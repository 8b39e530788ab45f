"""`workbench features impact`, `usage`, `unused`, `tag`, `rename`: what the library does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import workbench as wb
from workbench import workspace as workspaces
from workbench.cli import commands


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Callable[..., str]]:
    before = workspaces._current
    home = tmp_path / "home"
    workspaces.connect(home=home)
    rows = pd.DataFrame({"origin": ["JFK"], "runways": [4], "owner": ["Ada"]})
    wb.ingest(rows, name="airports")
    wb.feature_view(name="airport", entities=wb.Entity("origin"), source="airports", owner="ben")

    @wb.on_demand_view(inputs={"planes": int}, features=["airport:runways"], owner="eve")
    def share(planes: int, runways: int) -> float:
        """Planes a runway."""
        return planes / runways

    wb.feature_service("inputs", ["share"])
    runner = CliRunner(env={"WORKBENCH_HOME": str(home)})

    def call(*words: str, code: int = 0) -> str:
        done = runner.invoke(commands, ["features", *words])
        assert done.exit_code == code, done.output
        return done.output

    yield call
    workspaces._current = before


def test_what_breaks_is_told_with_its_way(call: Callable[..., str]) -> None:
    said = call("impact", "airports.runways")
    assert "airports@1.runways → airport@1:runways → share@1:share" in said
    assert (
        json.loads(call("impact", "airports.owner", "--json"))["affected"][0]["ref"] == "airport@1"
    )
    assert call("impact", "airport:owner") == "Nothing in use depends on airport:owner\n"


def test_who_uses_what_and_what_nobody_does(call: Callable[..., str]) -> None:
    (used, idle, _) = json.loads(call("usage", "--json"))
    assert (used["feature"], used["services"], idle["services"]) == ("airport:runways", 1, 0)
    assert "training sets" in call("usage", "airport")
    assert "airport:owner" in call("unused")
    assert json.loads(call("unused", "--json"))[0]["features"] == ["airport:owner"]


def test_tags_are_said_taken_back_and_shown(call: Callable[..., str]) -> None:
    assert "airports@1.owner" in call("tag", "airports.owner", "pii")
    assert json.loads(call("tag", "airport", "--json"))["tags"] == ["pii"]
    assert call("tag", "airports.owner", "pii", "--remove") == "airports@1 has no tags\n"


def test_an_on_demand_view_is_shown_with_its_code(call: Callable[..., str]) -> None:
    assert "return planes / runways" in call("show", "share")
    assert json.loads(call("show", "share", "--json"))["inputs"] == {"planes": "int64"}
    assert "on demand" in call("list")


def test_views_are_renamed_and_deleted(call: Callable[..., str]) -> None:
    call("delete", "airport", code=1)
    assert call("delete", "share", "--force") == "deleted share\n"
    call("rename", "airport", "field", "--force")
    assert "field@1" in call("list")
