"""A category as its label's mean: over all fitted rows; in training, over the other folds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.data.hashing import mixed, stable_hash
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.lanes import Distinct
from workbench.data.transforms.operations.registry import Params, op


@op("position", Kind.CODE, reads=True, host=True)
def _position(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.positions  # type: ignore[no-any-return]  # a lane's own


@op("position_fold", Kind.CODE, host=True)
def _position_fold(lane: Any, params: Params) -> Callable[..., Any]:
    folds = np.uint64(params["folds"])
    return lambda positions: mixed(positions) % folds


@op("text_fold", Kind.CODE, host=True)
def _text_fold(lane: Any, params: Params) -> Callable[..., Any]:
    folds = params["folds"]
    return lambda text: lane.code_of(lambda word: stable_hash(word or "") % folds, text)


def smoothed(total: float, count: float, prior: float, smoothing: float) -> float:
    """Return a category's mean, drawn to the mean of all by `smoothing` rows' weight."""
    weight = count + smoothing
    return (total + smoothing * prior) / weight if weight else prior


def _serving(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    smoothing, prior = params["smoothing"], _share(sum(state["totals"]), sum(state["counts"]))
    means = {
        word: smoothed(math.fsum(totals), sum(counts), prior, smoothing)
        for word, (totals, counts) in state["words"].items()
    }
    return lambda text: lane.number_of(lambda word: means.get(word, prior), text)


def _training(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    """Return the function that gives each row the mean of the folds that it is not in."""
    smoothing = params["smoothing"]
    all_totals, all_counts = state["totals"], state["counts"]
    priors = [
        _share(_without(all_totals, fold), _without(all_counts, fold))
        for fold in range(len(all_counts))
    ]
    nothing = ([0.0] * len(priors), [0] * len(priors))

    def means(word: str | None) -> list[float]:
        totals, counts = state["words"].get(word, nothing)
        return [
            smoothed(_without(totals, fold), _without(counts, fold), prior, smoothing)
            for fold, prior in enumerate(priors)
        ]

    def encode(text: Distinct, _: Any, __: Any, folds: Any) -> Any:
        table = np.array([means(word) for word in [*text.values, None]])
        return table[text.codes, folds.astype(np.int64)]

    return encode


def _without(parts: list[Any], fold: int) -> float:
    return math.fsum(each for place, each in enumerate(parts) if place != fold)


def _share(total: float, count: float) -> float:
    return total / count if count else 0.0


op("target_mean", host=True, training=_training)(_serving)
