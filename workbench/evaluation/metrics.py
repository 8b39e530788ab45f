"""The figures that judge a binary classifier, each over many weightings of the rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Weighted = Callable[[Floats], Floats]

# A probability of exactly 0 or 1 that turns out wrong would cost infinitely much.
_CLIP = 1e-15


@dataclass(frozen=True)
class Metric:
    """One way to judge probabilities against labels.

    Attributes
    ----------
    name : str
    larger_is_better : bool
    title : str
        The name as people write it.
    prepare : callable
        Takes labels (0 or 1) and scores, both of shape (n,), and returns a function from weights of
        shape (r, n) to the metric of each weighting, shape (r,). A weighting in which the metric is
        not defined gives NaN.
    """

    name: str
    larger_is_better: bool
    title: str
    prepare: Callable[[Floats, Floats], Weighted]

    def value(self, labels: Floats, scores: Floats) -> float:
        """Return the metric over all rows, each counted once."""
        import numpy as np

        return float(self.prepare(labels, scores)(np.ones((1, len(labels))))[0])


def _auc(labels: Floats, scores: Floats) -> Weighted:
    # The chance that a random positive scores above a random negative, ties counting half
    # (Mann and Whitney 1947).
    import numpy as np

    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    positive = labels[order].astype(np.float64)
    ties = len(starts) < len(scores)

    def weighted(weights: Floats) -> Floats:
        every = weights[:, order]
        positives = every * positive
        if ties:
            every = np.add.reduceat(every, starts, axis=1)
            positives = np.add.reduceat(positives, starts, axis=1)
        negatives = every - positives
        below = np.cumsum(negatives, axis=1)
        below -= negatives / 2
        wins = np.einsum("ij,ij->i", positives, below)
        return _ratio(wins, positives.sum(axis=1) * negatives.sum(axis=1))

    return weighted


def _mean_of(loss: Callable[[Floats, Floats], Floats]) -> Callable[[Floats, Floats], Weighted]:
    def prepare(labels: Floats, scores: Floats) -> Weighted:
        losses = loss(labels, scores)

        def weighted(weights: Floats) -> Floats:
            return _ratio(weights @ losses, weights.sum(axis=1))

        return weighted

    return prepare


def _ratio(part: Floats, whole: Floats) -> Floats:
    import numpy as np

    ratio: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return ratio


def _log_loss(labels: Floats, scores: Floats) -> Floats:
    import numpy as np

    clipped = np.clip(scores, _CLIP, 1 - _CLIP)
    return -np.where(labels == 1, np.log(clipped), np.log1p(-clipped))


def _squared(labels: Floats, scores: Floats) -> Floats:
    return (labels - scores) ** 2


METRICS = {
    metric.name: metric
    for metric in (
        Metric("auc", True, "AUC", _auc),
        Metric("log_loss", False, "log-loss", _mean_of(_log_loss)),
        Metric("brier", False, "Brier score", _mean_of(_squared)),
    )
}


def choose(names: Iterable[str]) -> list[Metric]:
    """Return the metrics of those names.

    Raises
    ------
    InvalidInput
        If a name is unknown or none is given.
    """
    chosen = []
    for name in names:
        if name not in METRICS:
            raise InvalidInput(f"{name!r} is not a metric", hint=near(str(name), METRICS))
        chosen.append(METRICS[name])
    if not chosen:
        raise InvalidInput("no metric was given", hint=f"choose from {', '.join(METRICS)}")
    return chosen


def check_scores(scores: Floats, rows: int) -> None:
    """See that a model gave one probability a row.

    Raises
    ------
    InvalidInput
        If there are too many or too few, some are missing, or some lie outside 0 to 1.
    """
    import numpy as np

    if scores.shape != (rows,):
        raise InvalidInput(
            f"the model gave {scores.shape} values for {rows} rows",
            hint="predict must return one probability a row",
        )
    if missing := int(np.isnan(scores).sum()):
        raise InvalidInput(
            f"the model gave no probability (NaN) for {missing} of {rows} rows",
            hint="let its transform fill missing values",
        )
    if outside := np.flatnonzero((scores < 0) | (scores > 1)).tolist():
        raise InvalidInput(
            f"{scores[outside[0]]:g} is not a probability "
            f"({len(outside)} of {rows} rows lie outside 0 to 1)",
            hint="return probabilities, not logits: apply a sigmoid",
        )
