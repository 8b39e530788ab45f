"""Training sets, their explanations and their leakage against a reference without an engine."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.features.offline.brute_force import (
    UTC_TIME,
    Case,
    Made,
    Row,
    alike,
    cases,
    expected,
    features_of,
    forms,
    registered,
    spine_of,
)
from workbench.data.datasets import Dataset
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.leakage import leakage
from workbench.features.offline.training_sets import training_set
from workbench.features.offline.why import why
from workbench.workspace import Workspace

SETTINGS: dict[str, Any] = {"suppress_health_check": [HealthCheck.function_scoped_fixture]}


def joined(
    case: Case, form: str = "UTC", *, wide: bool = False
) -> tuple[Dataset, list[FeatureView]]:
    views = [registered(each) for each in case.views]
    spine = spine_of(case.spine, form, wide=wide)
    return training_set(spine, views, name="set", time="at"), views


def check(case: Case, form: str = "UTC", *, wide: bool = False) -> None:
    made, views = joined(case, form, wide=wide)
    table = made.to_arrow()
    assert table["row"].to_pylist() == list(range(len(case.spine)))
    assert table["at"].cast(UTC_TIME).to_pylist() == [row["at"] for row in case.spine]
    for known, view in zip(case.views, views, strict=True):
        for found, row in zip(features_of(table, view), case.spine, strict=True):
            assert alike(found, expected(known, row)), (found, expected(known, row), row, known)


@settings(max_examples=30, **SETTINGS)
@given(cases(), forms, st.booleans())
def test_each_spine_row_has_what_was_known_then(
    place: Workspace, case: Case, form: str, wide: bool
) -> None:
    check(case, form, wide=wide)


@settings(max_examples=30, **SETTINGS)
@given(cases(aggregate=True))
def test_each_spine_row_has_what_its_windows_held_then(place: Workspace, case: Case) -> None:
    check(case)


@settings(max_examples=15, **SETTINGS)
@given(st.one_of(cases(count=1), cases(aggregate=True, count=1)), st.data())
def test_an_explanation_agrees_with_what_it_explains(
    place: Workspace, case: Case, data: st.DataObject
) -> None:
    (known,) = case.views
    made, (view,) = joined(case)
    stored = features_of(made.to_arrow(), view)
    for row in data.draw(st.lists(st.integers(0, len(case.spine) - 1), min_size=3, max_size=3)):
        position = data.draw(st.integers(0, len(view.columns) - 1))
        told = why(made, row=row, feature=view.columns[position].name, limit=100)
        early = expected(known, case.spine[row], by_event_time=True)[position]
        assert alike([told.value, told.by_event_time], [stored[row][position], early])
        assert alike([told.online], [told.value])
        assert told.leaks == (not alike([told.value], [early]))
        if told.chosen is not None:
            assert alike([told.chosen.value], [told.value])
        elif not known.asked:
            assert told.value is None
        taken = len(told.counted) + (told.chosen is not None)
        assert taken + sum(told.counts.values()) == ever_known(known, case.spine[row])


def ever_known(view: Made, asked: Row) -> int:
    """Return how many rows a key has that are ever known."""
    return sum(
        1
        for row in view.rows
        if all(row[key] == asked[key] and asked[key] is not None for key in view.keys)
        and (view.static or (row["event"] and (row["created"] or not view.late)))
    )


@settings(max_examples=15, **SETTINGS)
@given(st.one_of(cases(), cases(aggregate=True)))
def test_leakage_counts_the_rows_on_which_event_time_says_something_else(
    place: Workspace, case: Case
) -> None:
    views = [registered(each) for each in case.views]
    found = leakage(spine_of(case.spine), views, time="at")
    counts = {each.feature: each.rows for each in found.features}
    for known, view in zip(case.views, views, strict=True):
        pairs = [
            (expected(known, row), expected(known, row, by_event_time=True)) for row in case.spine
        ]
        for position, feature in enumerate(view.features):
            differ = sum(not alike([one[position]], [two[position]]) for one, two in pairs)
            assert counts[feature] == differ, (feature, known)
