"""Statistics to and from the protos that TFX and facets read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import numpy as np

from workbench.data.columns import Family
from workbench.data.statistics.distributions import Distribution
from workbench.data.statistics.figures import Bucket, DatasetStatistics, FeatureStatistics
from workbench.data.statistics.number_figures import TOP

_OURS = "workbench."
_SHOWN = 20


def to_proto(datasets: Iterable[DatasetStatistics]) -> Any:
    """Return tensorflow_metadata's message."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    result = statistics_pb2.DatasetFeatureStatisticsList()
    for each in datasets:
        _fill(result.datasets.add(), each, statistics_pb2, kept=True)
    return result


def to_facets_proto(datasets: Iterable[DatasetStatistics]) -> Any:
    """Return facets_overview's message."""
    from facets_overview import feature_statistics_pb2

    result = feature_statistics_pb2.DatasetFeatureStatisticsList()
    for each in datasets:
        _fill(result.datasets.add(), each, feature_statistics_pb2, kept=False)
    return result


def from_proto(proto: Any) -> tuple[DatasetStatistics, ...]:
    """Return the statistics in tensorflow_metadata's message."""
    return tuple(
        DatasetStatistics(
            each.name,
            each.num_examples,
            tuple(_read(feature, each.num_examples) for feature in each.features),
        )
        for each in proto.datasets
    )


def _fill(target: Any, source: DatasetStatistics, messages: Any, *, kept: bool) -> None:
    target.name = source.name
    target.num_examples = source.rows
    kinds = messages.FeatureNameStatistics
    types = {"STRING": kinds.STRING, "FLOAT": kinds.FLOAT}
    for feature in source.features:
        message = target.features.add(type=types.get(feature.type, kinds.INT))
        if kept:
            message.path.step.append(feature.name)
        else:
            message.name = feature.name
        if feature.type == "STRING":
            _fill_text(message.string_stats, feature)
            common = message.string_stats.common_stats
        else:
            _fill_numbers(message.num_stats, feature, messages)
            common = message.num_stats.common_stats
        _fill_common(common, feature, messages)
        if kept:
            _fill_ours(message, feature, messages)


def _fill_common(common: Any, feature: FeatureStatistics, messages: Any) -> None:
    common.num_non_missing = feature.count
    common.num_missing = feature.missing
    common.tot_num_values = feature.count
    if feature.count:
        common.min_num_values = common.max_num_values = 1
        common.avg_num_values = 1.0
        histogram = common.num_values_histogram
        histogram.type = messages.Histogram.QUANTILES
        for _ in range(10):
            histogram.buckets.add(low_value=1, high_value=1, sample_count=feature.count / 10)


def _fill_numbers(stats: Any, feature: FeatureStatistics, messages: Any) -> None:
    stats.num_zeros = feature.zeros
    if not feature.count:
        return
    for field, value in (
        ("mean", feature.mean),
        ("std_dev", feature.std),
        ("min", feature.minimum),
        ("median", feature.median),
        ("max", feature.maximum),
    ):
        if value is not None:
            setattr(stats, field, float(value))
    standard = stats.histograms.add(type=messages.Histogram.STANDARD, num_nan=feature.nan)
    for bar in feature.histogram:
        standard.buckets.add(low_value=bar.low, high_value=bar.high, sample_count=bar.count)
    share = (feature.count - feature.infinite) / 10
    deciles = stats.histograms.add(type=messages.Histogram.QUANTILES, num_nan=feature.nan)
    for low, high in zip(feature.quantiles, feature.quantiles[1:], strict=False):
        deciles.buckets.add(low_value=low, high_value=high, sample_count=share)


def _fill_text(stats: Any, feature: FeatureStatistics) -> None:
    stats.unique = feature.unique
    if feature.avg_length is not None:
        stats.avg_length = feature.avg_length
    for value, count in feature.top[:_SHOWN]:
        stats.top_values.add(value=value, frequency=count)
    for rank, (value, count) in enumerate(feature.top):
        stats.rank_histogram.buckets.add(
            low_rank=rank, high_rank=rank, label=value, sample_count=count
        )


def _fill_ours(message: Any, feature: FeatureStatistics, messages: Any) -> None:
    message.custom_stats.add(name=f"{_OURS}type", str=feature.type)
    if feature.role is not None:
        message.custom_stats.add(name=f"{_OURS}role", str=feature.role)
    if feature.type == "STRING":
        return
    message.custom_stats.add(name=f"{_OURS}unique", num=feature.unique)
    message.custom_stats.add(name=f"{_OURS}infinite", num=feature.infinite)
    if feature.distribution is not None:
        cells = message.custom_stats.add(name=f"{_OURS}distribution").histogram
        cells.type = messages.Histogram.QUANTILES
        spread = feature.distribution
        for low, high, count in zip(spread.low, spread.high, spread.counts, strict=True):
            cells.buckets.add(low_value=low, high_value=high, sample_count=count)


def _read(message: Any, rows: int) -> FeatureStatistics:
    ours = {
        each.name.removeprefix(_OURS): each
        for each in message.custom_stats
        if each.name.startswith(_OURS)
    }
    text = message.WhichOneof("stats") in ("string_stats", "bytes_stats")
    stats = getattr(message, message.WhichOneof("stats") or "num_stats")
    family = "STRING" if text else {0: "INT", 1: "FLOAT"}.get(message.type, "STRING")
    if "type" in ours:
        family = ours["type"].str
    common = stats.common_stats
    feature = FeatureStatistics(
        name=".".join(message.path.step) or message.name,
        type=cast("Family", family),
        rows=rows,
        count=common.num_non_missing,
        # Writers of this proto may leave out rows that lack the column altogether.
        missing=max(common.num_missing, rows - common.num_non_missing),
        role=ours["role"].str if "role" in ours else None,
    )
    if text:
        return _read_text(stats, feature)
    return _read_numbers(stats, feature, ours) if message.WhichOneof("stats") else feature


def _read_text(stats: Any, feature: FeatureStatistics) -> FeatureStatistics:
    if not hasattr(stats, "rank_histogram"):  # bytes have no values to name
        return replace(feature, unique=stats.unique)
    ranked = [(each.label, int(each.sample_count)) for each in stats.rank_histogram.buckets]
    top = ranked or [(each.value, int(each.frequency)) for each in stats.top_values]
    length = stats.avg_length if feature.count else None
    return replace(feature, unique=stats.unique, top=tuple(top[:TOP]), avg_length=length)


def _read_numbers(
    stats: Any, feature: FeatureStatistics, ours: dict[str, Any]
) -> FeatureStatistics:
    if not feature.count:
        return feature
    whole = int if feature.type in ("INT", "TIME") else float
    by_type = {each.type: each for each in stats.histograms}
    standard, deciles = by_type.get(0), by_type.get(1)
    bars = tuple(
        Bucket(each.low_value, each.high_value, each.sample_count)
        for each in (standard.buckets if standard is not None else ())
    )
    quantiles: tuple[float, ...] = ()
    if deciles is not None and deciles.buckets:
        first = deciles.buckets[0].low_value
        quantiles = (first, *(each.high_value for each in deciles.buckets))
    cells = ours["distribution"].histogram if "distribution" in ours else deciles
    infinite = int(ours["infinite"].num) if "infinite" in ours else 0
    # Of infinite values alone there is no mean.
    finite = feature.count > infinite
    top: tuple[tuple[str, int], ...] = ()
    if feature.type == "BOOL":
        occurring = (("false", stats.num_zeros), ("true", feature.count - stats.num_zeros))
        present = [(label, int(n)) for label, n in occurring if n]
        top = tuple(sorted(present, key=lambda each: (-each[1], each[0])))
    return replace(
        feature,
        nan=int(standard.num_nan) if standard is not None else 0,
        zeros=stats.num_zeros,
        infinite=infinite,
        mean=stats.mean if finite else None,
        std=stats.std_dev if finite else None,
        minimum=_number(stats.min, whole),
        median=stats.median if finite else None,
        maximum=_number(stats.max, whole),
        unique=int(ours["unique"].num) if "unique" in ours else 0,
        top=top,
        histogram=bars,
        quantiles=quantiles,
        distribution=_cells(cells),
    )


def _number(value: float, whole: type[int] | type[float]) -> float:
    return whole(value) if np.isfinite(value) else value


def _cells(histogram: Any) -> Distribution | None:
    if histogram is None or not histogram.buckets:
        return None
    low = np.array([each.low_value for each in histogram.buckets])
    high = np.array([each.high_value for each in histogram.buckets])
    # Another writer's share of a bucket may be a fraction.
    counts = np.array([each.sample_count for each in histogram.buckets])
    return Distribution(low, high, np.rint(counts).astype(np.int64))
