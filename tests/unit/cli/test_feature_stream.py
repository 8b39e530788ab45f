"""`workbench features stream`: a run to the end, its counts and its dead letters."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from click.testing import CliRunner

import workbench as wb
from workbench import workspace as workspaces
from workbench.cli import commands


@pytest.fixture
def call(tmp_path):
    before = workspaces._current
    home = tmp_path / "home"
    workspaces.connect(home=home)
    past = pd.DataFrame({"card": ["old"], "at": ["2013-01-01"], "amount": [1.0]})
    wb.ingest(past, name="paid", time="at")
    wb.feature_view(name="latest", entities=wb.Entity("card"), source="paid")
    runner = CliRunner(env={"WORKBENCH_HOME": str(home)})

    def call(*words, code=0):
        done = runner.invoke(commands, ["features", *map(str, words)])
        assert done.exit_code == code, done.output
        return done.output

    yield call
    workspaces._current = before


def test_events_are_taken_in_and_what_is_none_is_shown(call, tmp_path):
    events = tmp_path / "events.jsonl"
    event = json.dumps({"card": "c1", "at": datetime.now(UTC).isoformat(), "amount": 2.5})
    events.write_text(f"{event}\n{event}\nnot <json>\n")
    said = call("stream", "latest", events, "--caught-up")
    assert "latest@1 stopped: 1 events (0 late), 1 duplicates, 1 dead letters, lag 0" in said
    assert json.loads(call("online", "latest", "card=c1")) == {"amount": 2.5}
    (dead,) = map(json.loads, call("stream", "latest", events, "--dead").splitlines())
    assert dead["value"] == "not <json>"
    assert dead["reason"].startswith("no JSON")
    known = json.loads(call("stream", "latest", events, "--caught-up", "--json"))
    assert (known["state"], known["counts"]["read"]) == ("stopped", 3)
    assert "no file" in call("stream", "latest", tmp_path / "none.jsonl", "--restart", code=1)
    assert "'soon' is no stretch of time" in call(
        "stream", "latest", events, "--lateness", "soon", code=1
    )
