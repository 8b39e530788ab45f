"""Views are found by all their words and by what they are about."""

from __future__ import annotations

import pyarrow as pa
import pytest

import workbench as wb
from workbench.features.governance.catalogue import search_features as search


@pytest.fixture
def known(place):
    table = pa.table({"origin": ["JFK"], "carrier": ["UA"], "temp": [1.0], "Delay": [2.0]})
    rows = wb.ingest(table, name="rows")
    for name, key, feature, owner, tags in (
        ("weather", "origin", "temp", "anna", ["open"]),
        ("delays", "carrier", "Delay", "ben", ["pii"]),
        ("temperatures", "carrier", "Delay", "anna", ["pii", "open"]),
    ):
        wb.feature_view(
            name=name,
            entities=[wb.Entity(key, keys=[key])],
            source=rows,
            features=[feature],
            description=f"About {name}",
            owner=owner,
            tags=tags,
        )


def found(*words, **wanted):
    return sorted(view.name for view in search(*words, **wanted))


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("query", "wanted", "names"),
    [
        ("", {}, ["delays", "temperatures", "weather"]),
        ("DELAY", {}, ["delays", "temperatures"]),
        ("anna temp", {}, ["temperatures", "weather"]),
        ("", {"tag": "pii"}, ["delays", "temperatures"]),
        ("", {"tag": "pi"}, []),
        ("", {"owner": "anna", "entity": "origin"}, ["weather"]),
        ("about", {"tag": "open", "owner": "anna", "entity": "carrier"}, ["temperatures"]),
        ("nothing like it", {}, []),
    ],
)
def test_all_words_and_all_conditions_hold(query, wanted, names):
    assert found(query, **wanted) == names


@pytest.mark.usefixtures("known")
def test_a_view_that_is_named_so_comes_before_one_that_has_such_a_feature():
    assert [view.name for view in search("temp")] == ["temperatures", "weather"]


@pytest.mark.usefixtures("known")
def test_names_come_before_features_and_these_before_what_is_said(known):
    table = pa.table({"k": ["a"], "delayed": [1.0]})
    wb.feature_view(
        name="other",
        entities=[wb.Entity("k")],
        source=wb.ingest(table, name="raw"),
        description="The delay of nobody",
    )
    names = [view.name for view in search("delay")]
    assert names[0] == "delays"
    assert names.index("temperatures") < names.index("other")
    assert [view.name for view in search("raw")] == ["other"]  # by what it reads
    assert [view.name for view in search("tempratures")] == ["temperatures"]  # a typo
    assert search("xy") == []


@pytest.mark.usefixtures("known")
def test_on_demand_views_and_inherited_tags_are_found():
    @wb.on_demand_view(features=["delays"], owner="eve")
    def twice(Delay: float) -> float:  # noqa: N803
        """Two times late."""
        return 2 * Delay

    assert [view.name for view in search("late", entity="carrier")] == ["twice"]
    assert [view.name for view in search(tag="pii")] == ["delays", "temperatures", "twice"]
    found = search("twice")
    assert found.to_json()[0] | {"owner": "eve", "kind": "on demand"} == found.to_json()[0]


def test_what_is_found_is_shown_escaped(place):
    table = pa.table({"k": ["a"], "<i>x": [1.0]})
    wb.feature_view(
        name="<b>v",
        entities=[wb.Entity("k")],
        source=wb.ingest(table, name="raw"),
        description="<script>alert(1)</script>",
    )
    html = search()._repr_html_()
    assert "&lt;b&gt;v" in html
    assert "<script>" not in html
    assert search("nothing")._repr_html_() == "<p>No view is like that.</p>"
