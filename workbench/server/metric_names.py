"""Which of a run's metrics says most, and how it is called where room is short."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SCORES = ("auc", "accuracy", "f1", "r2", "precision", "recall", "ndcg", "map")
_LOSSES = ("loss", "rmse", "mae", "mse", "error")


def main_metric(metrics: Mapping[str, float]) -> str | None:
    """Return the metric that says most: a validation score, then any score, then a loss.

    Examples
    --------
    >>> main_metric({"train/loss": 0.5, "validation/auc": 0.73, "validation/loss": 0.6})
    'validation/auc'
    """
    if not metrics:
        return None
    return min(metrics, key=_worth)


def short_metric(key: str) -> str:
    """Return a metric's name without the part of the data it was taken on.

    Examples
    --------
    >>> short_metric("validation/auc")
    'auc'
    """
    return (
        re.split(r"[/.]", key)[-1]
        .removeprefix("validation_")
        .removeprefix("val_")
        .replace("_", " ")
    )


def _worth(key: str) -> tuple[int, int, str]:
    name = key.lower()
    held_out = 0 if re.search(r"\b(validation|val|test|eval)", name) else 1
    for rank, word in enumerate((*_SCORES, *_LOSSES)):
        if re.search(rf"(^|[^a-z]){word}", name):
            return (0 if rank < len(_SCORES) else 1, held_out * 100 + rank, key)
    return (2, held_out, key)
