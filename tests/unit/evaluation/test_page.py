"""What a notebook shows of an evaluation."""

import re

import pytest

from workbench.evaluation.bootstrap import Comparison, Estimate
from workbench.evaluation.page import page
from workbench.evaluation.results import Findings, SliceResult


def compared(value, low, high, baseline=0.7):
    difference = value - baseline
    return Comparison(
        Estimate(value, value - 0.005, value + 0.005),
        Estimate(baseline, baseline - 0.005, baseline + 0.005),
        Estimate(difference, low, high),
    )


@pytest.fixture
def findings():
    def make(overall, slices=()):
        return Findings(
            "delay@2", "flights@1", "delay@1", "test", 54_065, 13_512, 0, overall, slices, ()
        )

    return make


def rows(shown):
    found = re.findall(r"<tr>(.*?)</tr>", shown.replace("\N{NO-BREAK SPACE}", " "))
    return [re.findall(r"<t[hd]>(.*?)</t[hd]>", each) for each in found]


def test_a_row_says_the_value_the_difference_and_what_it_means(findings):
    slices = (
        SliceResult("carrier", "UA", 900, 90, {"auc": compared(0.75, 0.04, 0.06)}),
        SliceResult("carrier", "<b>", 800, 80, {"auc": compared(0.65, -0.06, -0.04)}),
        SliceResult("carrier", "HA", 57, 8, {}, "too few rows (57)"),
    )
    shown = page(findings({"auc": compared(0.701, -0.002, 0.004)}, slices))
    assert rows(shown) == [
        ["slice", "rows", "positives", "AUC", "baseline", "difference", "verdict"],
        [
            *("all rows", "54,065", "13,512", "0.701 ± 0.005"),
            *("0.700", "+0.001 ± 0.003", "no difference shown"),
        ],
        ["carrier = UA", "900", "90", "0.750 ± 0.005", "0.700", "+0.050 ± 0.010", "▲ better"],
        [
            *("carrier = &lt;b&gt;", "800", "80", "0.650 ± 0.005"),
            *("0.700", "−0.050 ± 0.010", "▼ worse"),
        ],
        ["carrier = HA", "57", "8", "–", "–", "–", "too few rows (57)"],
    ]
    assert shown.index("<img") < shown.index("<table")


def test_a_smaller_loss_is_better(findings):
    shown = page(findings({"log_loss": compared(0.5, -0.21, -0.19)}))
    assert rows(shown)[1][-1] == "▲ better"


def test_without_a_baseline_there_is_nothing_to_compare(findings):
    alone = Comparison(Estimate(0.7, 0.69, 0.71))
    shown = page(findings({"auc": alone}))
    assert rows(shown)[0] == ["slice", "rows", "positives", "AUC"]
    assert rows(shown)[1][-1] == "0.700 ± 0.010"
