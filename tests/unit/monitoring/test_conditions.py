"""Alert conditions: what they mean, and that they can do nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.monitoring.conditions import Condition, Values

VALUES: Values = {
    "drift": {"temp": 0.3, "wind": 0.15, "humid": 0.01, "odd name": 0.05},
    "missing": {"temp": 0.0},
    "prediction_mean": 0.4,
    "p99_ms": math.nan,
    "rows": 200.0,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("drift > 0.1", True),
        ("drift > 0.3", False),
        ('drift["temp"] >= 0.3', True),
        ("drift.temp >= 0.3", True),
        ('drift["odd name"] > 0.04', True),
        ("drift.humid > 0.1", False),
        ("rows >= 100 and drift > 0.1", True),
        ("rows < 100 or prediction_mean > 0.5", False),
        ("not rows < 100", True),
        ("0.1 < drift.wind < 0.2", True),
        ("0.2 < drift.wind < 0.3", False),
        ("p99_ms > 0", False),
        ("p99_ms < 1", False),
        ("prediction_mean > -1", True),
        ("rows == 200 and rows != 3", True),
        ("not (drift > 0.1 and rows > 1000)", True),
    ],
)
def test_what_a_condition_means(text: str, holds: bool) -> None:
    assert Condition(text).judge(VALUES).holds is holds


def test_the_reasons_name_each_column_worst_first() -> None:
    verdict = Condition("rows >= 100 and drift > 0.1").judge(VALUES)
    named = [reason.column for reason in verdict.reasons if reason.column]
    assert named == ["temp", "wind"]
    assert "temp drift 0.3 (> 0.1)" in [str(reason) for reason in verdict.reasons]
    assert "rows 200 (>= 100)" in [str(reason) for reason in verdict.reasons]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drift",
        "drift >",
        "__import__('os').system('true') > 0",
        "drift.__class__.__bases__ > 0",
        "(lambda: 1)() > 0",
        "drift in rows",
        "drift > 'x'",
        "rows + 1 > 0",
        "[x for x in drift] > 0",
        "True",
        "rows > True",
        "drift[temp] > 0",
        "rows := 3",
        "a" * 1000,
        None,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Condition(text)


@given(st.text(max_size=60))
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    try:
        Condition(text).judge(VALUES)
    except InvalidInput:
        return


def test_an_unknown_value_or_column_offers_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"'drfit'.*did you mean 'drift'"):
        Condition("drfit > 1").judge(VALUES)
    with pytest.raises(InvalidInput, match=r"'tmp'.*did you mean 'temp'"):
        Condition("drift.tmp > 1").judge(VALUES)
    with pytest.raises(InvalidInput, match="'rows' has no columns"):
        Condition("rows.temp > 1").judge(VALUES)
