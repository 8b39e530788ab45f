"""Tags follow values from raw columns to endpoints, and can keep a model from being deployed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pytest

from tests.unit.features.governance.chain import CARRIER, Chain, delays, flights
from workbench import workspace
from workbench.core.errors import GateFailed, InvalidInput, NotFound
from workbench.core.settings import load_settings
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.registration import feature_view
from workbench.features.governance.permits import check_permitted
from workbench.features.governance.tags import tag, tags, untag
from workbench.registry import ModelVersion, register
from workbench.serving.deployments import _deploy
from workbench.serving.plans import compile_plan
from workbench.workspace import Workspace


def of(ref: object, name: str = "pii") -> set[str]:
    return {each.column for each in tags(ref) if each.tag == name}


def test_a_tag_follows_values_to_the_endpoint(chain: Chain) -> None:
    assert of("endpoint") == set()
    tag("flights.dep_delay", "pii")
    assert of("delays") == {"last_delay"}
    assert of("pace") == {"pace"}
    assert of("inputs") == {"last_delay", "pace"}
    assert of("examples") == {"last_delay", "pace"}
    assert of(chain.model) == {"probability"}
    assert of("endpoint") >= {"probability", "last_delay"}
    (way,) = [each.way for each in tags(chain.model) if each.tag == "pii"]
    assert way.startswith("flights@1.dep_delay → delays@1:last_delay → examples@1.last_delay")


def test_what_only_filters_gives_no_tag(chain: Chain) -> None:
    tag("flights.seats", "pii")
    assert of("delays") == set()


def test_a_tag_holds_for_versions_to_come(chain: Chain) -> None:
    tag("flights.dep_delay", "pii")
    ingest(flights(50), name="flights", time="time")
    newer = chain.view.refresh()
    assert newer.ref == "delays@2"
    assert of(newer) == {"last_delay"}


def test_untag_says_where_it_no_longer_holds(chain: Chain) -> None:
    tag("flights", "pii")
    assert of("delays") == {"carrier", "last_delay", "name"}
    untag("delays:last_delay", "pii")
    assert of("delays") == {"carrier", "name"}
    assert of(chain.model) == set()
    tag("delays:last_delay", "pii")
    assert of(chain.model) == {"probability"}
    untag("flights", "pii")
    untag("delays:last_delay", "pii")
    assert of(chain.model) == set()


def test_a_views_own_tags_follow_its_features(chain: Chain) -> None:
    assert of("delays", "ops") == {"last_delay", "name"}
    assert of(chain.model, "ops") == {"probability"}
    untag("delays", "ops")
    assert of(chain.model, "ops") == set()
    tag("delays:name", "ops")  # of one column stands above what is said of all
    assert of("delays", "ops") == {"name"}


def test_saying_it_again_records_nothing(place: Workspace, chain: Chain) -> None:
    tag("flights.pilot", "pii")
    tag("flights.pilot", "pii")
    assert [each.version for each in place.metadata.versions("tags", "flights")] == [1]
    told = tags("delays").to_json()
    assert json.loads(json.dumps(told)) == told
    assert told["columns"]["name"]["pii"] == "flights@1.pilot → delays@1:name"


def test_many_who_speak_at_once_are_all_heard(chain: Chain) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda i: tag("flights.pilot", f"t{i}"), range(8)))
    assert set(tags("flights.pilot").names) == {f"t{i}" for i in range(8)}


def test_tags_are_shown_escaped(place: Workspace) -> None:
    ingest(pa.table({"k": [1], "<i>x": [1]}), name="raw")
    html = tag("raw.<i>x", "<b>bad").__class__._repr_html_(tags("raw"))
    assert "&lt;b&gt;bad" in html
    assert "<b>" not in html
    assert tags("raw.k")._repr_html_() == "<p>raw@1 has no tags.</p>"


def test_what_is_not_there_cannot_be_tagged(chain: Chain) -> None:
    with pytest.raises(NotFound, match=r"no column 'pilt'.*'pilot'"):
        tag("flights.pilt", "pii")
    with pytest.raises(InvalidInput, match="no tag was named"):
        tag("flights.pilot")
    with pytest.raises(InvalidInput, match="cannot be a name"):
        tag("flights.pilot", "a@b")


def blocking(place: Workspace, *names: str) -> Workspace:
    settings = load_settings(home=place.home, blocked_tags=names)
    return replace(place, settings=settings)


def test_a_blocked_tag_keeps_a_model_from_being_deployed(place: Workspace, chain: Chain) -> None:
    tag("flights.dep_delay", "pii")
    columns = compile_plan(chain.model).columns
    check_permitted(chain.model.artifact, columns)  # there is no rule
    with workspace.use(blocking(place, "pii", "secret")):
        with pytest.raises(GateFailed) as refused:
            check_permitted(chain.model.artifact, columns)
        message = str(refused.value)
        assert "delay@1 may not be deployed: it carries the tag 'pii'" in message
        assert "flights@1.dep_delay → delays@1:last_delay → examples@1.last_delay" in message
        assert 'wb.untag("delays:last_delay", "pii")' in message
        assert 'allow_tags=["pii"]' in message
        check_permitted(chain.model.artifact, columns, allowed=["pii"])
        untag("delays:last_delay", "pii")
        check_permitted(chain.model.artifact, columns)


def test_deploying_asks_before_anything_is_started(place: Workspace, chain: Chain) -> None:
    tag("flights.dep_delay", "pii")
    with workspace.use(blocking(place, "pii")), pytest.raises(GateFailed, match="'pii'"):
        _deploy(chain.model, "delay", "other")
    assert place.metadata.artifacts("deployment", "other") == []
    assert place.metadata.executions("deploy", "other") == []


def line(features: str | None = None) -> ModelVersion:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    frame = pd.DataFrame({"last_delay": [1.0, 2.0, 3.0, 4.0]})
    return register(LogisticRegression().fit(frame, [0, 1, 0, 1]), "line", features=features)


def test_a_feature_that_is_looked_up_counts_as_well(place: Workspace, chain: Chain) -> None:
    tag("flights.dep_delay", "pii")
    with workspace.use(blocking(place, "pii")):
        made = line()
        check_permitted(made.artifact, compile_plan(made).columns)
        made = line("inputs")
        with pytest.raises(GateFailed, match="last_delay"):
            check_permitted(made.artifact, compile_plan(made).columns)


def test_a_run_that_does_not_say_what_it_learned_from_may_have_learned_it(
    place: Workspace, chain: Chain
) -> None:
    from workbench.training import train

    def fit(context: object) -> object:
        return lambda frame: frame["distance"] * 0 + 0.5

    run = train(fit, data=chain.training_set)
    model = register(run, "silent")
    tag("flights.dep_delay", "pii")
    (way,) = [each.way for each in tags(model) if each.tag == "pii"]
    assert way.endswith("→ silent@1.probability")


def test_views_of_a_dataset_without_tags_have_none(place: Workspace) -> None:
    ingest(flights(), name="flights", time="time")
    assert tags(delays()).names == ("ops",)
    plain = feature_view(name="plain", entities=[CARRIER], source="flights", features=["seats"])
    assert tags(plain).names == ()
    assert tags(plain)._repr_html_() == "<p>plain@1 has no tags.</p>"
