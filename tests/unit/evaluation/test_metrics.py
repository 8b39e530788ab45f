"""Metrics, intervals, slices and gates: figures against independent ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from workbench.core.errors import InvalidInput
from workbench.evaluation.bootstrap import Comparison, Estimate, compare
from workbench.evaluation.gates import Gate, judge
from workbench.evaluation.metrics import METRICS, check_scores, choose
from workbench.evaluation.slices import MISSING, MOST, REST, cut


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])), min_size=2)
)
def test_metrics_equal_scikit_learns_ties_included(rows: list[tuple[bool, float]]) -> None:
    labels = np.array([label for label, _ in rows], dtype=float)
    scores = np.array([score for _, score in rows])
    if 0 < labels.sum() < len(labels):
        assert METRICS["auc"].value(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    else:
        assert np.isnan(METRICS["auc"].value(labels, scores))
    clipped = np.clip(scores, 1e-15, 1 - 1e-15)
    assert METRICS["log_loss"].value(labels, scores) == pytest.approx(
        log_loss(labels, clipped, labels=[0, 1]), rel=1e-6
    )
    assert METRICS["brier"].value(labels, scores) == pytest.approx(brier_score_loss(labels, scores))


def test_a_weight_of_two_counts_a_row_twice() -> None:
    generator = np.random.default_rng(1)
    labels = (generator.random(40) < 0.4).astype(float)
    scores = generator.random(40)
    weights = generator.integers(0, 3, 40)
    repeated = np.repeat(np.arange(40), weights)
    for metric in METRICS.values():
        weighted = metric.prepare(labels, scores)(weights[None].astype(float))[0]
        assert weighted == pytest.approx(metric.value(labels[repeated], scores[repeated]))


def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty() -> None:
    generator = np.random.default_rng(2)
    held = 0
    for seed in range(100):
        scores = generator.random(400)
        labels = (generator.random(400) < scores).astype(float)
        found = compare(labels, scores, None, choose(["brier"]), resamples=200, seed=seed)
        # E[(y - p)^2] = E[p (1 - p)] = 1/6 for p uniform on 0 to 1.
        held += found["brier"].model.low <= 1 / 6 <= found["brier"].model.high
    assert 88 <= held <= 100


def test_the_paired_interval_is_narrower_than_the_two_apart() -> None:
    generator = np.random.default_rng(3)
    truth = generator.uniform(0.05, 0.95, 2000)
    labels = (generator.random(2000) < truth).astype(float)
    close = np.clip(truth + generator.normal(0, 0.02, 2000), 0.01, 0.99)
    found = compare(labels, truth, close, choose(["auc", "log_loss"]))
    for comparison in found.values():
        assert comparison.baseline is not None
        assert comparison.difference is not None
        apart = comparison.model.half_width + comparison.baseline.half_width
        assert comparison.difference.half_width < apart / 4


def test_scores_must_be_probabilities_one_a_row() -> None:
    with pytest.raises(InvalidInput, match=r"2 of 3 rows lie outside"):
        check_scores(np.array([0.5, -3.0, 2.0]), 3)
    with pytest.raises(InvalidInput, match=r"NaN.* for 1 of 2"):
        check_scores(np.array([0.5, np.nan]), 2)
    with pytest.raises(InvalidInput, match=r"\(2, 2\) values for 2 rows"):
        check_scores(np.zeros((2, 2)), 2)


def test_an_unknown_metric_offers_the_nearest() -> None:
    with pytest.raises(InvalidInput, match="did you mean 'log_loss'"):
        choose(["logloss"])
    with pytest.raises(InvalidInput, match="no metric"):
        choose([])


FRAME = pd.DataFrame(
    {
        "at": pd.to_datetime(
            ["2013-10-31 23:00", "2013-11-01 01:00", "2013-11-30 00:00"], utc=True
        ),
        "carrier": ["UA", None, "UA"],
        "distance": [100.0, 2000.0, 50.0],
    }
)


def rows_of(by: object) -> dict[str, list[int]]:
    return {
        each.value: np.flatnonzero(each.mask).tolist()
        for each in cut(FRAME, [by], "at")  # type: ignore[list-item]
    }


def test_slices_by_column_calendar_sql_and_function() -> None:
    assert rows_of("carrier") == {"UA": [0, 2], MISSING: [1]}
    assert rows_of("month") == {"2013-10": [0], "2013-11": [1, 2]}
    assert rows_of({"long": "distance > 1000"}) == {"True": [1], "False": [0, 2]}
    assert rows_of({"short": lambda frame: frame["distance"] < 60}) == {
        "True": [2],
        "False": [0, 1],
    }


def test_a_slice_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"'carier'.*did you mean 'carrier'"):
        cut(FRAME, ["carier"], "at")
    with pytest.raises(InvalidInput, match="'month'"):
        cut(FRAME, ["month"], None)
    with pytest.raises(InvalidInput, match="'far' is no expression"):
        cut(FRAME, [{"far": "distnace > 3"}], "at")
    with pytest.raises(InvalidInput, match="gave 1 values for 3 rows"):
        cut(FRAME, [{"bad": lambda frame: [1]}], "at")


def test_the_smallest_of_too_many_slices_are_put_together() -> None:
    frame = pd.DataFrame({"plane": [f"N{i}" for i in range(MOST + 20)] + ["N0"]})
    found = cut(frame, ["plane"], None)
    assert len(found) == MOST + 1
    assert found[-1].value == REST
    assert found[-1].mask.sum() == 20
    assert sum(each.mask.sum() for each in found) == len(frame)


def comparison(value: float, baseline: float, half: float) -> Comparison:
    gap = value - baseline
    return Comparison(
        Estimate(value, value - half, value + half),
        Estimate(baseline, baseline - half, baseline + half),
        Estimate(gap, gap - half, gap + half),
    )


@pytest.mark.parametrize(
    ("gate", "found", "passed", "reason"),
    [
        (Gate("auc", at_least=0.7), comparison(0.71, 0.5, 0.01), True, "AUC 0.71 is at least 0.7"),
        (Gate("auc", at_least=0.7), comparison(0.69, 0.5, 0.01), False, "is not at least 0.7"),
        (Gate("log_loss", at_most=0.5), comparison(0.6, 0.5, 0.01), False, "is not at most 0.5"),
        (Gate("auc", better_than_baseline=True), comparison(0.7, 0.6, 0.01), True, "better than"),
        (
            Gate("auc", better_than_baseline=True),
            comparison(0.7, 0.695, 0.01),
            False,
            "not clearly",
        ),
        (Gate("log_loss", better_than_baseline=True), comparison(0.4, 0.5, 0.01), True, "better"),
        (
            Gate("log_loss", better_than_baseline=True),
            comparison(0.5, 0.4, 0.01),
            False,
            "not clear",
        ),
    ],
)
def test_gates_judge_and_say_why(gate: Gate, found: Comparison, passed: bool, reason: str) -> None:
    result = judge(gate, {gate.metric: found})
    assert result.passed is passed
    assert reason in result.reason


def test_a_gate_must_ask_for_something_it_can_have() -> None:
    with pytest.raises(InvalidInput, match="asks for nothing"):
        Gate("auc")
    with pytest.raises(InvalidInput, match="did you mean 'auc'"):
        Gate("acu", at_least=1)
    with pytest.raises(InvalidInput, match="none was given"):
        judge(Gate("auc", better_than_baseline=True), {"auc": Comparison(Estimate(0.7, 0.6, 0.8))})
