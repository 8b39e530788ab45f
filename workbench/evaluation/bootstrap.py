"""How far a metric, or the difference of two models on the same rows, may be off by chance.

The bootstrap draws rows with replacement, as many as there are, some hundred times; the middle 95 %
of the metric over those draws is its interval (Efron and Tibshirani 1993, the percentile interval).
Drawing the same rows for both models makes the interval of their difference a paired one, and much
narrower than the two intervals taken apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.evaluation.metrics import Metric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Weights held at once: half a million float64 are 4 MB, which processors' caches still hold.
_CELLS = 500_000


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the interval's width: what is written after the ±."""
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.half_width:.2g}"


@dataclass(frozen=True)
class Comparison:
    """A model's metric, the baseline's on the same rows, and the first less the second."""

    model: Estimate
    baseline: Estimate | None = None
    difference: Estimate | None = None


def compare(
    labels: Floats,
    scores: Floats,
    baseline: Floats | None,
    metrics: Sequence[Metric],
    *,
    resamples: int = 300,
    seed: int = 0,
) -> dict[str, Comparison]:
    """Return each metric with its interval, for the model, the baseline and their difference.

    Parameters
    ----------
    labels, scores : ndarray, shape (n,)
        0 or 1, and probabilities.
    baseline : ndarray, shape (n,), or None
    metrics : sequence of Metric
    resamples : int
        Draws of n rows with replacement.
    seed : int
        The same seed gives the same intervals.
    """
    import numpy as np

    rows = len(labels)
    sides = [scores] if baseline is None else [scores, baseline]
    prepared = [[metric.prepare(labels, side) for side in sides] for metric in metrics]
    draws = np.empty((len(metrics), len(sides), resamples))
    generator = np.random.default_rng(seed)
    chunk = max(1, _CELLS // max(rows, 1))
    for start in range(0, resamples, chunk):
        stop = min(start + chunk, resamples)
        weights = _counts(generator, stop - start, rows)
        for m, functions in enumerate(prepared):
            for s, function in enumerate(functions):
                draws[m, s, start:stop] = function(weights)
    return {
        metric.name: _comparison([metric.value(labels, side) for side in sides], draws[m])
        for m, metric in enumerate(metrics)
    }


def _counts(generator: np.random.Generator, draws: int, rows: int) -> Floats:
    import numpy as np

    counts = np.empty((draws, rows))
    for each in counts:
        each[:] = np.bincount(generator.integers(0, rows, rows), minlength=rows)
    return counts


def _comparison(values: list[float], draws: Floats) -> Comparison:
    model = _estimate(values[0], draws[0])
    if len(values) == 1:
        return Comparison(model)
    return Comparison(
        model,
        _estimate(values[1], draws[1]),
        _estimate(values[0] - values[1], draws[0] - draws[1]),
    )


def _estimate(value: float, draws: Floats) -> Estimate:
    import numpy as np

    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
