"""Views are found by all their words and by what they are about."""

from __future__ import annotations

import pyarrow as pa
import pytest

import workbench as wb
from workbench.features.definitions.searching import search


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
