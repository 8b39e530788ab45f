"""Who uses a feature, what nobody does and what that costs; taking a view away."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pytest

from tests.unit.features.governance.chain import CARRIER, Chain, delays, flights
from workbench.core.clock import FakeClock
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.selections import resolve
from workbench.features.governance.removal import delete_view, rename_view
from workbench.features.governance.tags import tag, tags
from workbench.features.governance.unused import unused_features
from workbench.features.governance.usage import usage
from workbench.features.log.predictions import PredictionLog, prediction_folder
from workbench.features.offline.training_sets import training_set
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import online
from workbench.features.online.stores.store import kept_open
from workbench.workspace import Workspace


def test_what_is_in_use_is_counted_a_feature(chain: Chain) -> None:
    found = {each.feature: each for each in usage()}
    assert list(found) == ["delays:last_delay", "delays:name", "pace:pace"]
    assert found["delays:last_delay"].counts == {
        "views": 1,
        "services": 1,
        "training_sets": 1,
        "models": 1,
        "deployments": 1,
    }
    assert found["delays:last_delay"].owner == "ada"
    assert found["pace:pace"].counts["views"] == 0
    assert not found["delays:name"].used
    told = usage("delays").to_json()
    assert json.loads(json.dumps(told)) == told
    assert [each["feature"] for each in told] == ["delays:last_delay", "delays:name"]
    assert "model delay@1" in told[0]["by"]


def test_reads_are_those_of_late(place: Workspace, chain: Chain, clock: FakeClock) -> None:
    plan = {
        "retrieval": {
            "views": [{"view": "delays", "ref": "delays@1", "columns": [{"position": 1}]}],
            "on_demand": [],
        }
    }
    place.metadata.update_artifact(chain.deployment.id, plan=plan)
    log = PredictionLog(prediction_folder(place.home, "endpoint"))
    for days in (0.5, 40):
        log.append(
            {
                "time": (clock.now() - timedelta(days=days)).isoformat(),
                "request_id": str(days),
                "deployment": "endpoint",
                "model": "delay@1",
                "probability": 0.5,
                "latency_ms": 1.0,
                "inputs": {"name": 3},
            }
        )
    log.close()
    found = {each.feature: each for each in usage("delays")}
    assert found["delays:name"].reads == 1
    assert found["delays:name"].used
    assert found["delays:last_delay"].reads == 0
    assert {each.feature: each.reads for each in usage("delays", days=50)}["delays:name"] == 2
    with pytest.raises(InvalidInput, match="days=-1 is negative"):
        usage(days=-1)
    with pytest.raises(NotFound, match=r"no view is named 'delys'.*'delays'"):
        usage("delys")


def test_nothing_is_used_where_there_is_nothing(place: Workspace) -> None:
    assert usage() == []
    assert usage()._repr_html_() == "<p>There are no feature views.</p>"
    assert unused_features()._repr_html_() == "<p>Every feature is used.</p>"


def test_what_nobody_uses_is_listed_with_its_cost(chain: Chain, clock: FakeClock) -> None:
    delays_of = feature_view(
        name="idle<b>", entities=[CARRIER], source="flights", features=["seats", "distance"]
    )
    materialize([delays_of], progress=lambda *_: clock.advance(timedelta(seconds=3)))
    spine = flights().select(["carrier", "time"])
    training_set(spine, ["delays:last_delay"], name="examples2", time="time")
    found = {each.view: each for each in unused_features()}
    assert set(found) == {"idle<b>", "delays"}
    whole, part = found["idle<b>"], found["delays"]
    assert (whole.whole, whole.features) == (True, ("idle<b>:seats", "idle<b>:distance"))
    assert whole.online_rows == 2
    assert whole.online_bytes is not None
    assert 2 * 20 < whole.online_bytes < 2 * 100
    assert whole.stored_bytes > 100
    assert whole.seconds >= 3
    assert (part.whole, part.features) == (False, ("delays:name",))
    assert (part.online_rows, part.seconds) == (0, 0.0)
    assert 0 < part.stored_bytes < whole.stored_bytes
    told = unused_features().to_json()
    assert json.loads(json.dumps(told)) == told
    html = unused_features()._repr_html_()
    assert "all of idle&lt;b&gt;" in html
    assert "<b>" not in html


def test_windows_that_nobody_uses_cost_as_well(place: Workspace) -> None:
    ingest(flights(), name="flights", time="time")
    view = feature_view(
        name="windows",
        entities=[CARRIER],
        source="flights",
        aggregations=[
            Aggregation("mean", "dep_delay", windows=["1h", "1d"]),
            Aggregation("max", "seats", windows=["1h"]),
        ],
    )
    materialize([view])
    feature_service("s", ["windows:dep_delay_mean_1h"])
    (found,) = unused_features()
    assert found.features == ("windows:dep_delay_mean_1d", "windows:seats_max_1h")
    assert found.stored_bytes > 0  # the seats; delays are needed for the other window
    assert found.online_rows == 2


def test_a_view_in_use_is_not_deleted(chain: Chain) -> None:
    with pytest.raises(Conflict, match=r"the view 'delays' is used by .*the model delay@1"):
        delete_view("delays")
    with pytest.raises(Conflict, match=r"'delays' is used by .*force=True"):
        rename_view("delays", "lateness")
    assert [each.view.ref for each in resolve("delays")] == ["delays@1"]


def test_deleting_takes_all_versions_and_what_is_online(place: Workspace) -> None:
    ingest(flights(), name="flights", time="time")
    view = delays()
    materialize([view])
    newer = delays("dep_delay * 2 AS last_delay")
    materialize([newer])
    assert len(kept_open(place.settings.online_url).tables()) == 2
    delete_view(newer)
    assert kept_open(place.settings.online_url).tables() == []
    with pytest.raises(NotFound, match="delays"):
        resolve("delays")
    with pytest.raises(NotFound, match="delays"):
        delete_view("delays")
    assert delays().ref == "delays@3"  # a version never comes twice


def test_force_deletes_what_is_used(chain: Chain) -> None:
    delete_view("pace", force=True)
    with pytest.raises(NotFound, match="pace"):
        resolve("pace")


def test_renaming_keeps_definition_data_and_lineage(place: Workspace) -> None:
    from workbench.lineage import lineage

    ingest(flights(), name="flights", time="time")
    former = delays()
    materialize([former])
    with pytest.raises(Conflict, match="a view 'delays' already"):
        rename_view("delays", "delays")
    tag("delays:name", "pii")
    view = rename_view("delays", "lateness")
    assert tags(view).to_json()["columns"]["name"]["pii"] == "lateness@1:name"
    assert (view.ref, view.definition) == ("lateness@1", former.definition)
    assert (view.artifact.id, "last_delay") in lineage("dataset:flights").column_path("dep_delay")
    materialize([view])
    assert online("lateness", {"carrier": "UA"})[0]["name"] is not None
    spine = pa.table({"carrier": ["UA"], "at": flights().column("time").slice(9, 1)})
    made = training_set(spine, "lateness", name="t", time="at")
    assert made.to_arrow().column("last_delay").null_count == 0

    @on_demand_view(inputs={"x": float})
    def half(x: float) -> float:
        return x / 2

    assert rename_view(half, "halved").features == ("halved:half",)
