"""Figures of numbers from the protos that TFX and TFDV write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.data.statistics.distributions import Distribution
from workbench.data.statistics.figures import Bucket, FeatureStatistics, WeightedFigures
from workbench.data.statistics.proto_writing import OURS

_STANDARD, _QUANTILES = 0, 1

Custom = Mapping[str, Any]


def read_numbers(stats: Any, feature: FeatureStatistics, custom: Custom) -> FeatureStatistics:
    """Return a column's figures with those of its numbers."""
    standard, deciles = _histograms(stats)
    nan = int(standard.num_nan) if standard is not None else 0
    ours = custom.get(f"{OURS}distribution")
    infinite = int(custom[f"{OURS}infinite"].num) if f"{OURS}infinite" in custom else 0
    # Of infinite values alone, or of empty lists, there is no mean.
    values = feature.lists[-1].total if feature.lists else feature.count
    if not values or (not feature.count and not feature.lists):
        return replace(feature, nan=nan)
    seen = f"{OURS}type" not in custom or ours is not None
    finite = values > infinite and seen
    return replace(
        feature,
        nan=nan,
        zeros=stats.num_zeros,
        infinite=infinite,
        mean=stats.mean if finite else None,
        std=stats.std_dev if finite else None,
        minimum=_bound(stats.min, "minimum", feature, custom) if finite or infinite else None,
        median=stats.median if finite else None,
        maximum=_bound(stats.max, "maximum", feature, custom) if finite or infinite else None,
        unique=int(custom[f"{OURS}unique"].num) if f"{OURS}unique" in custom else 0,
        top=_truths(values, stats.num_zeros) if feature.type == "BOOL" else (),
        histogram=_bars(standard),
        quantiles=read_deciles(deciles),
        distribution=_cells(deciles if ours is None else ours.histogram),
        weighted=_read_weighted(stats, feature, custom),
    )


def _read_weighted(
    stats: Any, feature: FeatureStatistics, custom: Custom
) -> WeightedFigures | None:
    heavy = stats.weighted_numeric_stats
    if feature.weighted is None or not stats.HasField("weighted_numeric_stats"):
        return feature.weighted
    standard, deciles = _histograms(heavy)
    top = custom.get(f"{OURS}weighted_top")
    ranked = () if top is None else top.rank_histogram.buckets
    return replace(
        feature.weighted,
        mean=heavy.mean,
        std=heavy.std_dev,
        median=heavy.median,
        histogram=_bars(standard),
        quantiles=read_deciles(deciles),
        top=tuple((each.label, each.sample_count) for each in ranked),
    )


def _truths(values: int, zeros: int) -> tuple[tuple[str, int], ...]:
    present = [(label, n) for label, n in (("false", zeros), ("true", values - zeros)) if n]
    return tuple(sorted(present, key=lambda each: (-each[1], each[0])))


def _bound(value: float, name: str, feature: FeatureStatistics, custom: Custom) -> float | int:
    exact = custom.get(f"{OURS}{name}")
    if exact is not None:
        return int(exact.str)
    whole = feature.type in ("INT", "TIME") and np.isfinite(value)
    return int(value) if whole else float(value)


def _histograms(stats: Any) -> tuple[Any | None, Any | None]:
    by_type = {each.type: each for each in stats.histograms}
    return by_type.get(_STANDARD), by_type.get(_QUANTILES)


def _bars(histogram: Any | None) -> tuple[Bucket, ...]:
    buckets: Iterable[Any] = () if histogram is None else histogram.buckets
    return tuple(Bucket(each.low_value, each.high_value, each.sample_count) for each in buckets)


def read_deciles(histogram: Any | None) -> tuple[float, ...]:
    """Return the edges of a histogram of quantiles."""
    if histogram is None or not histogram.buckets:
        return ()
    return (
        histogram.buckets[0].low_value,
        *(each.high_value for each in histogram.buckets),
    )


def _cells(histogram: Any | None) -> Distribution | None:
    if histogram is None or not histogram.buckets:
        return None
    low = np.array([each.low_value for each in histogram.buckets])
    high = np.array([each.high_value for each in histogram.buckets])
    # Another writer's share of a bucket may be a fraction.
    counts = np.array([each.sample_count for each in histogram.buckets])
    return Distribution(low, high, np.rint(counts).astype(np.int64))
