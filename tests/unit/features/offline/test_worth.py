"""What a column is worth for a label: all, something, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.features.offline.worth import target_of, worth

CHANCE = np.random.default_rng(5)
ROWS = 4_000
LABEL = CHANCE.random(ROWS) < 0.3


def column(values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values)])


def worth_of(values: object, label: object = LABEL) -> float:
    return worth(column(values), target_of(column(label), "label"))


@pytest.mark.parametrize(
    "values",
    [
        CHANCE.normal(size=ROWS),
        CHANCE.integers(0, ROWS, ROWS).astype(str),
        CHANCE.integers(0, 5, ROWS),
        [None] * ROWS,
        [datetime(2013, 1, 1, tzinfo=UTC) + timedelta(hours=h) for h in range(ROWS)],
        [[1, 2]] * ROWS,
    ],
    ids=["numbers", "texts of which none repeats", "few numbers", "nulls", "times", "lists"],
)
def test_chance_is_worth_nothing(values: object) -> None:
    assert worth_of(values) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "values",
    [
        LABEL,
        LABEL.astype(float),
        np.where(LABEL, -1, 1),
        np.where(LABEL, "yes", "no"),
        [None if each else 1.0 for each in LABEL],
        [None if each else "x" for each in LABEL],
        [[int(each)] for each in LABEL],
        np.where(LABEL, 0.0, CHANCE.choice([-5.0, 5.0], ROWS)),
    ],
    ids=["itself", "numbers", "turned", "texts", "null", "null text", "lists", "in the middle"],
)
def test_what_tells_the_label_is_worth_all(values: object) -> None:
    assert worth_of(values) == pytest.approx(1.0, abs=0.01)


def test_several_classes_are_guessed_each_against_the_rest() -> None:
    label = np.array(list("aabc"))[CHANCE.integers(0, 4, ROWS)]
    target = target_of(column(label), "label")
    assert (target.metric, target.values.shape) == ("AUC", (ROWS, 3))
    assert worth(column(label), target) == pytest.approx(1.0, abs=0.01)
    half = worth(column(label == "a"), target)
    assert 0.6 < half < 0.95


def test_rows_without_a_label_do_not_count() -> None:
    label = [None if place % 2 else bool(each) for place, each in enumerate(LABEL)]
    values = [1.0 if place % 2 else float(each) for place, each in enumerate(LABEL)]
    assert worth_of(values, label) == pytest.approx(1.0, abs=0.01)


def test_a_number_is_correlated() -> None:
    number = CHANCE.normal(size=ROWS)
    assert worth_of(number, number) == pytest.approx(1.0, abs=0.06)
    assert worth_of(CHANCE.normal(size=ROWS), number) == pytest.approx(0.0, abs=0.06)


def test_labels_that_say_nothing_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no value"):
        target_of(column(pa.nulls(3)), "label")
    with pytest.raises(InvalidInput, match="4,000 different values"):
        target_of(column(np.arange(ROWS).astype(str)), "label")


def test_two_rows_are_enough_not_to_fail() -> None:
    assert worth_of([1, 2], [True, False]) == 0.5
