"""What a changed definition touches, and what is refused because others use it."""

from __future__ import annotations

import warnings
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.features.governance.chain import CARRIER, Chain, delays, flights
from tests.unit.features.governance.conftest import chain, original
from workbench.core.errors import Conflict, InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.selections import resolve
from workbench.features.governance.removal import rename_view
from workbench.features.offline.training_sets import training_set
from workbench.workspace import Workspace

__all__ = ["chain", "original"]  # fixtures


def test_a_changed_definition_says_what_goes_on_with_the_former(chain: Chain) -> None:
    with pytest.warns(UserWarning, match=r"delays@2 is another definition than delays@1") as said:
        newer = delays("dep_delay * 2 AS last_delay")
    (message,) = [str(each.message) for each in said]
    assert "the training set examples@1" in message
    assert "the model delay@1" in message
    assert "the deployment endpoint@1" in message
    assert {each.ref for each in newer.touches} == {
        "pace@1",
        "inputs@1",
        "examples@1",
        "delay@1",
        "endpoint@1",
    }
    assert chain.view.touches == ()
    assert [each.view.ref for each in resolve(chain.service)] == ["delays@1"]  # it goes on


def test_newer_data_and_other_words_touch_nothing(chain: Chain) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ingest(flights(50), name="flights", time="time")
        newer = chain.view.refresh()
        assert (newer.ref, newer.touches) == ("delays@2", ())
        same = feature_view(
            name="delays", entities=[CARRIER], time="time", description="Else", owner="eve"
        )(lambda: str(chain.view.source.sql))
    assert (same.ref, same.definition) == ("delays@3", newer.definition)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("dep_delay AS other", r"would lose the feature 'last_delay', which .* use; keep it"),
        ("seats AS last_delay", "would change the feature 'last_delay' from float64 to int64"),
    ],
)
def test_a_feature_that_others_use_cannot_go(chain: Chain, sql: str, message: str) -> None:
    with pytest.raises(Conflict, match=message) as refused:
        delays(sql)
    for each in ("on-demand view pace@1", "feature service inputs@1", "model delay@1"):
        assert f"the {each}" in str(refused.value)
    assert resolve("delays")[0].view.ref == "delays@1"  # nothing was recorded


def test_keys_that_others_use_cannot_change(chain: Chain) -> None:
    with pytest.raises(Conflict, match="be keyed by time in place of carrier"):
        feature_view(name="delays", entities=[Entity("time")], static=True)(
            lambda: "SELECT time, dep_delay AS last_delay, 1::BIGINT AS name FROM flights"
        )


def test_a_key_that_others_use_cannot_become_another_type(chain: Chain) -> None:
    ingest(
        flights().drop_columns("carrier").append_column("carrier", pa.array(range(60))), name="n"
    )
    with pytest.raises(Conflict, match="keyed by carrier as int64 in place of string"):
        feature_view(name="delays", entities=[CARRIER], time="time")(
            lambda: "SELECT carrier, time, dep_delay AS last_delay, 1::BIGINT AS name FROM n"
        )


@pytest.mark.filterwarnings("ignore:.*another definition")
def test_a_key_of_another_width_is_asked_for_as_before(chain: Chain) -> None:
    far = feature_view(name="far", entities=Entity("far"), time="time")
    feature_service("by", far(lambda: "SELECT distance::INT AS far, time, seats FROM flights"))
    newest = far(lambda: "SELECT distance::BIGINT AS far, time, seats FROM flights")
    assert [each.type for each in newest.keys] == ["int64"]


@pytest.mark.filterwarnings("ignore:.*another definition")
def test_an_input_that_no_request_gives_cannot_be_asked_for(chain: Chain) -> None:
    def pace(distance: float, last_delay: float, wind: float) -> float:
        return distance

    given = {"distance": float, "wind": float}
    options: dict[str, Any] = {"name": "pace", "features": ["delays:last_delay"]}
    with pytest.raises(Conflict, match=r"take the input 'wind'.* which nobody gives yet"):
        on_demand_view(inputs=given, **options)(pace)
    assert resolve(chain.service)
    assert on_demand_view(inputs=given, replace=True, **options)(pace).version == 2
    # One that is no longer needed may still be given.
    assert on_demand_view(inputs={"distance": float}, **options)(_slower).version == 3


def _slower(distance: float, last_delay: float) -> float:
    return distance / 2


@pytest.mark.parametrize("name", ["a:b", "view:delays"])
def test_a_name_that_reads_as_a_feature_is_refused(chain: Chain, name: str) -> None:
    with pytest.raises(InvalidInput, match="leave the ':' out"):
        feature_view(name=name, entities=[CARRIER], source=chain.flights)
    with pytest.raises(InvalidInput, match="leave the ':' out"):
        feature_service(name, chain.view)
    with pytest.raises(InvalidInput, match="leave the ':' out"):
        on_demand_view(name=name, features=chain.view)(lambda last_delay: last_delay)
    with pytest.raises(InvalidInput, match="leave the ':' out"):
        rename_view(chain.view, name)


def test_a_feature_that_nobody_uses_may_go(chain: Chain) -> None:
    assert "delays:name" in chain.view.features
    with pytest.warns(UserWarning, match="another definition"):
        newer = feature_view(name="delays", entities=[CARRIER], time="time")(
            lambda: "SELECT carrier, time, dep_delay AS last_delay FROM flights"
        )
    assert newer.features == ("delays:last_delay",)


def test_replace_takes_it_away_and_what_is_pinned_goes_on(chain: Chain) -> None:
    with pytest.warns(UserWarning, match="the feature service inputs@1"):
        newer = feature_view(name="delays", entities=[CARRIER], time="time", replace=True)(
            lambda: "SELECT carrier, time, dep_delay AS other FROM flights"
        )
    assert newer.ref == "delays@2"
    spine = flights().select(["carrier", "time", "distance"])
    again = training_set(spine, chain.service, name="again", time="time")
    wanted = chain.training_set.to_arrow().column("last_delay")
    assert again.to_arrow().column("last_delay").to_pylist() == wanted.to_pylist()


def test_only_what_is_in_use_keeps_a_feature(place: Workspace) -> None:
    """A service whose newest version no longer takes the feature does not."""
    ingest(flights(), name="flights", time="time")
    delays()
    feature_service("s", ["delays"])
    with pytest.raises(Conflict, match="the feature service s@1 uses"):
        delays("1 AS other")
    feature_service("s", ["delays:name"])
    with pytest.warns(UserWarning, match="The feature service s@2 goes on"):
        delays("1 AS other")


def test_an_on_demand_view_is_held_to_the_same(place: Workspace) -> None:
    @on_demand_view(inputs={"x": float}, outputs={"a": float, "b": float})
    def made_of(x: float) -> dict[str, float]:
        return {"a": x, "b": x}

    feature_service("s", ["made_of:a"])

    def lesser(x: float) -> dict[str, float]:
        return {"b": x}

    with pytest.raises(Conflict, match="would lose the feature 'a', which the feature service s@1"):
        on_demand_view(name="made_of", inputs={"x": float}, outputs={"b": float})(lesser)
    with pytest.warns(UserWarning, match="made_of@2 is another definition"):
        changed = on_demand_view(
            name="made_of", inputs={"x": float}, outputs={"b": float}, replace=True
        )(lesser)
    assert [each.ref for each in changed.touches] == ["s@1"]


def test_views_that_only_filter_by_a_feature_use_it(place: Workspace) -> None:
    ingest(flights(), name="flights", time="time")
    delays()
    feature_view(name="top", entities=[CARRIER], time="time")(
        lambda: "SELECT carrier, time, name FROM delays WHERE last_delay > 3"
    )
    with pytest.raises(Conflict, match="the feature view top@1 uses"):
        delays("1 AS other")
