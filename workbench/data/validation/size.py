"""Whether there are as many rows as expected: TFDV's ``dataset_constraints_util.cc``, and history.

TFDV looks at the most rows only where the fewest are set too; here each holds by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from workbench.data.schemas import RowCount
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.wording import counted

# What makes the median absolute deviation of normal counts their standard deviation.
_SCALE = 1.4826


def check_size(
    proto: Any, rows: float, baseline: float | None, previous: float | None
) -> Iterator[Anomaly]:
    """Yield anomalies for too few or too many rows, by themselves and against other data.

    Parameters
    ----------
    proto : Schema
    rows : float
    baseline, previous : float or None
        The rows of the baseline, and of the version before.
    """
    if not proto.HasField("dataset_constraints"):
        return
    limits = proto.dataset_constraints
    for comparator, other, what in (
        (limits.num_examples_drift_comparator, baseline, "baseline"),
        (limits.num_examples_version_comparator, previous, "version before"),
    ):
        if other is not None:
            yield from _check_ratio(comparator, rows, other, what)
    if limits.HasField("min_examples_count") and rows < limits.min_examples_count:
        yield found(
            (),
            "DATASET_LOW_NUM_EXAMPLES",
            "Few rows",
            f"The data has {counted(rows, 'row')}; at least {limits.min_examples_count:,} were "
            "expected.",
        )
    if limits.HasField("max_examples_count") and rows > limits.max_examples_count:
        yield found(
            (),
            "DATASET_HIGH_NUM_EXAMPLES",
            "Many rows",
            f"The data has {counted(rows, 'row')}; at most {limits.max_examples_count:,} were "
            "expected.",
        )


def _check_ratio(comparator: Any, rows: float, other: float, what: str) -> Iterator[Anomaly]:
    if comparator.HasField("max_fraction_threshold"):
        most = comparator.max_fraction_threshold
        if not other or rows / other > most:
            times = f"{rows / other:.3g} times as many rows as" if other else "rows, and none has"
            yield _many(f"The data has {times} the {what}; at most {most:g} times were expected.")
    if comparator.HasField("min_fraction_threshold") and other:
        least = comparator.min_fraction_threshold
        if rows / other < least:
            yield _few(
                f"The data has {rows / other:.3g} times as many rows as the {what}; at least "
                f"{least:g} times were expected."
            )


def check_history(constraint: RowCount, rows: float, earlier: tuple[int, ...]) -> Iterator[Anomaly]:
    """Yield an anomaly for a number of rows unlike earlier ones; where there are none, nothing."""
    counts = earlier[-constraint.last :]
    if not counts:
        return
    low, high, said = expected_rows(constraint, counts)
    what = f"the last {len(counts)} {constraint.against} had {median(counts):,g} in the median"
    more = {"constraint": constraint}
    if rows < low:
        yield _few(f"The data has {counted(rows, 'row')}; {what}, and {said}.", **more)
    elif rows > high:
        yield _many(f"The data has {counted(rows, 'row')}; {what}, and {said}.", **more)


def expected_rows(constraint: RowCount, counts: tuple[int, ...]) -> tuple[float, float, str]:
    """Return the fewest and the most rows that history lets expect, and how to say it."""
    middle = median(counts)
    if constraint.ratio is not None:
        low, high = (ratio * middle for ratio in constraint.ratio)
    else:
        spread = _SCALE * median(abs(count - middle) for count in counts)
        low, high = (middle + sign * constraint.deviations * spread for sign in (-1, 1))
    return low, high, f"from {max(low, 0):,.0f} to {high:,.0f} were expected"


def _few(description: str, **more: Any) -> Anomaly:
    return found((), "COMPARATOR_LOW_NUM_EXAMPLES", "Few rows", description, **more)


def _many(description: str, **more: Any) -> Anomaly:
    return found((), "COMPARATOR_HIGH_NUM_EXAMPLES", "Many rows", description, **more)
