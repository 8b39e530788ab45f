"""What breaks without a column: through SQL and Python to the endpoint, and nothing else."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pytest

from tests.unit.features.governance.chain import CARRIER, Chain, flights
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.governance.impact import impact, way
from workbench.lineage import lineage
from workbench.registry import register
from workbench.serving.plans import compile_plan
from workbench.workspace import Workspace

EVERYTHING = {
    "feature view delays@1",
    "on-demand view pace@1",
    "feature service inputs@1",
    "training set examples@1",
    "model delay@1",
    "deployment endpoint@1",
}


def affected(ref: str) -> set[str]:
    return {f"{each.kind} {each.ref}" for each in impact(ref)}


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("flights.dep_delay", EVERYTHING),
        ("flights@1.dep_delay", EVERYTHING),
        ("delays:last_delay", EVERYTHING - {"feature view delays@1"}),
        ("flights.seats", EVERYTHING),  # the view filters by it
        ("flights.time", EVERYTHING),
        ("flights.carrier", EVERYTHING),  # the view's key
        ("flights.distance", set()),  # the spine was another table
        ("delays:name", set()),
        ("pace:pace", EVERYTHING - {"feature view delays@1", "on-demand view pace@1"}),
        ("flights", EVERYTHING),
        ("examples.pace", {"model delay@1", "deployment endpoint@1"}),
        ("examples.time", set()),
    ],
)
def test_what_depends_on_a_column_breaks(chain: Chain, ref: str, expected: set[str]) -> None:
    assert affected(ref) == expected


def test_the_lineage_of_a_record_says_the_same(chain: Chain) -> None:
    graph = lineage("dataset:flights")
    assert {"delays@1", "delay@1", "endpoint@1"} <= {each.ref for each in graph.impact("seats")}
    assert graph.impact("distance") == []
    assert graph.column_path("seats") == [(chain.flights.artifact.id, "seats")]  # no value of it


def test_the_way_is_told(chain: Chain) -> None:
    found = impact("flights.dep_delay")
    ways = {each.ref: way(each) for each in found}
    assert ways["delay@1"] == (
        "flights@1.dep_delay → delays@1:last_delay → examples@1.last_delay → delay@1.probability"
    )
    told = found.to_json()
    assert json.loads(json.dumps(told)) == told
    assert told["of"] == "flights.dep_delay"
    assert str(impact("delays:name")) == "nothing in use depends on delays:name"


def test_columns_of_functions_and_of_renamed_data_are_followed(place: Workspace) -> None:
    ingest(flights(), name="flights", time="time")

    @feature_view(entities=[CARRIER], time="time")
    def fast(flights: pd.DataFrame) -> pd.DataFrame:
        return flights.assign(speed=flights["distance"] / 60)[["carrier", "time", "speed"]]

    feature_service("s", ["fast"])
    both = {"feature view fast@1", "feature service s@1"}
    assert affected("flights.distance") == both
    assert affected("flights.pilot") == set()

    @feature_view(name="fast", entities=[CARRIER], time="time")
    def passed(flights: pd.DataFrame) -> pd.DataFrame:
        return flights.assign(speed=flights["distance"] / 60).drop(columns=["pilot"])

    feature_service("s", ["fast:speed"])
    both = {"feature view fast@2", "feature service s@2"}
    assert affected("flights.carrier") == both  # its key, which the code does not name
    assert affected("flights.time") == both
    assert affected("flights.seats") == {"feature view fast@2"}  # another feature of it


def test_only_what_is_in_use_breaks(chain: Chain) -> None:
    """A service that no longer takes the feature does not; an old model that is served does."""
    feature_service("inputs", ["delays:name"])
    run = chain.model.run
    register(run, "delay")  # delay@2 learned from the same
    assert "feature service inputs@1" not in affected("flights.dep_delay")
    assert {"model delay@1", "model delay@2"} <= affected("flights.dep_delay")
    assert chain.model.aliases == ("champion",)


def test_versions_of_the_data_are_one_name(chain: Chain) -> None:
    ingest(flights(50), name="flights", time="time")
    assert affected("flights.dep_delay") == EVERYTHING
    assert affected("flights@2.dep_delay") == set()


def test_a_model_made_elsewhere_depends_on_what_it_looks_up(chain: Chain) -> None:
    from sklearn.linear_model import LogisticRegression

    frame = pd.DataFrame({"last_delay": [1.0, 2.0, 3.0, 4.0]})
    model = register(LogisticRegression().fit(frame, [0, 1, 0, 1]), "line", features="inputs")
    assert "model line@1" in affected("flights.dep_delay")
    assert "model line@1" not in affected("pace:pace")
    assert [each["view"] for each in compile_plan(model).content["retrieval"]["views"]] == [
        "delays"
    ]


def test_names_with_dots_and_markup_are_read_and_escaped(place: Workspace) -> None:
    table = pa.table({"k": [1], "a.b": [2.0], "<i>x</i>": [1.0]})
    ingest(table, name="raw.data")
    feature_view(name="<b>v</b>", entities=[CARRIER.__class__("k")], source="raw.data")
    assert affected("raw.data.a.b") == {"feature view <b>v</b>@1"}
    html = impact("raw.data.<i>x</i>")._repr_html_()
    assert "&lt;b&gt;v&lt;/b&gt;@1" in html
    assert "<b>" not in html
    assert "<i>" not in html


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("flights.dep_dely", "no column 'dep_dely'.*did you mean 'dep_delay'"),
        ("fligths.dep_delay", "named 'fligths'.*did you mean 'flights'"),
        ("delays:last", "no column 'last'.*'last_delay'"),
        ("flights@7.dep_delay", "'flights'"),
        ("", "named ''"),
    ],
)
def test_what_is_not_there_is_named(chain: Chain, ref: str, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        impact(ref)
    with pytest.raises(InvalidInput, match="3 is no record"):
        impact(3)
