"""What a model must reach before it may go on: a pure judgement, with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core.errors import InvalidInput, near
from workbench.evaluation.bootstrap import Comparison
from workbench.evaluation.metrics import METRICS


@dataclass(frozen=True)
class Gate:
    """A condition on one metric over all rows.

    Parameters
    ----------
    metric : str
        "auc", "log_loss" or "brier".
    at_least, at_most : float, optional
        Bounds on the metric's value.
    better_than_baseline : bool
        The paired 95 % interval of the difference must lie wholly on the better side of zero.

    Raises
    ------
    InvalidInput
        If the metric is unknown or no condition is given.

    Examples
    --------
    >>> Gate("auc", at_least=0.65).at_least
    0.65
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    better_than_baseline: bool = False

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise InvalidInput(f"{self.metric!r} is not a metric", hint=near(self.metric, METRICS))
        if self.at_least is None and self.at_most is None and not self.better_than_baseline:
            raise InvalidInput(
                f"the gate on {self.metric!r} asks for nothing",
                hint="give at_least=, at_most= or better_than_baseline=True",
            )


@dataclass(frozen=True)
class GateResult:
    """A gate, whether it was passed, and why."""

    gate: Gate
    passed: bool
    reason: str


def judge(gate: Gate, overall: Mapping[str, Comparison]) -> GateResult:
    """Judge one gate.

    Raises
    ------
    InvalidInput
        If the gate compares with a baseline and there is none.
    """
    title = METRICS[gate.metric].title
    found = overall[gate.metric]
    value = found.model.value
    reasons: list[tuple[bool, str]] = []
    if gate.at_least is not None:
        reasons.append(_bound(title, value, value >= gate.at_least, "at least", gate.at_least))
    if gate.at_most is not None:
        reasons.append(_bound(title, value, value <= gate.at_most, "at most", gate.at_most))
    if gate.better_than_baseline:
        reasons.append(_against_baseline(gate.metric, title, found))
    failed = [text for good, text in reasons if not good]
    return GateResult(gate, not failed, "; ".join(failed or [text for _, text in reasons]))


def _bound(title: str, value: float, good: bool, word: str, bound: float) -> tuple[bool, str]:
    return good, f"{title} {value:.4g} is {'' if good else 'not '}{word} {bound:g}"


def _against_baseline(metric: str, title: str, found: Comparison) -> tuple[bool, str]:
    if found.difference is None or found.baseline is None:
        raise InvalidInput(
            f"the gate on {metric!r} compares with a baseline, and none was given",
            hint="pass baseline= to evaluate, for example wb.base_rate(data)",
        )
    larger = METRICS[metric].larger_is_better
    good = found.difference.low > 0 if larger else found.difference.high < 0
    verdict = "better than" if good else "not clearly better than"
    return good, (
        f"{title} {found.model.value:.4g} is {verdict} the baseline's {found.baseline.value:.4g} "
        f"(difference {found.difference})"
    )
