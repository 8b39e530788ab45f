"""Statistics as the protos that TFX and facets read.

What the protos have no field for is in `custom_stats`: under TFDV's own names where it has one,
else under names that begin with ``workbench.``, which `proto_reading` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from workbench.data.statistics.figures import (
    Bucket,
    DatasetStatistics,
    FeatureStatistics,
    ImageFigures,
    ListFigures,
)

OURS = "workbench."
_SHOWN = 20
#: Beyond this a float may hold another whole number than is meant.
_SAFE = 1 << 53


def to_proto(datasets: Iterable[DatasetStatistics]) -> Any:
    """Return tensorflow_metadata's message."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    result = statistics_pb2.DatasetFeatureStatisticsList()
    for each in datasets:
        target = result.datasets.add()
        _write(target, each, statistics_pb2, whole=True)
        for pair in each.cross:
            if pair.correlation is not None:
                crossed = target.cross_features.add(count=each.rows)
                crossed.path_x.step.append(pair.a)
                crossed.path_y.step.append(pair.b)
                crossed.num_cross_stats.correlation = pair.correlation
    return result


def to_facets_proto(datasets: Iterable[DatasetStatistics]) -> Any:
    """Return facets_overview's message."""
    from facets_overview import feature_statistics_pb2

    result = feature_statistics_pb2.DatasetFeatureStatisticsList()
    for each in datasets:
        _write(result.datasets.add(), each, feature_statistics_pb2, whole=False)
    return result


def _write(target: Any, source: DatasetStatistics, messages: Any, *, whole: bool) -> None:
    target.name = source.name
    target.num_examples = source.rows
    if source.weighted_rows is not None:
        target.weighted_num_examples = source.weighted_rows
    for feature in source.features:
        message = target.features.add(type=_type(feature, messages))
        if whole:
            message.path.step.extend(feature.path or (feature.name,))
        else:
            message.name = feature.name
        common = _write_stats(message, feature, messages)
        _write_common(common, feature, messages, whole=whole)
        if whole:
            _write_ours(message, feature, messages)
    if whole and target.features:
        _write_rows(target, source)


def _type(feature: FeatureStatistics, messages: Any) -> int:
    kinds = messages.FeatureNameStatistics
    known = ("STRING", "FLOAT", "BYTES", "STRUCT")
    return int(getattr(kinds, feature.type if feature.type in known else "INT"))


def _write_stats(message: Any, feature: FeatureStatistics, messages: Any) -> Any:
    """Write the figures of a column's kind, and return where those of every kind go."""
    if feature.type == "STRING" or feature.categorical:
        _write_texts(message.string_stats, feature)
        return message.string_stats.common_stats
    if feature.type == "BYTES":
        _write_bytes(message.bytes_stats, feature)
        return message.bytes_stats.common_stats
    if feature.type == "STRUCT":
        return message.struct_stats.common_stats
    _write_numbers(message.num_stats, feature, messages)
    return message.num_stats.common_stats


def _write_common(common: Any, feature: FeatureStatistics, messages: Any, *, whole: bool) -> None:
    common.num_non_missing = feature.count
    common.num_missing = feature.missing
    held = feature.lists[0] if feature.lists else _one_each(feature)
    if feature.count:
        common.min_num_values, common.max_num_values = held.minimum, held.maximum
        common.avg_num_values = held.total / feature.count
        common.tot_num_values = held.total
        _write_deciles(common.num_values_histogram, held.quantiles, feature.count, messages)
    weighted = feature.weighted
    if weighted is not None:
        heavy = common.weighted_common_stats
        heavy.num_non_missing, heavy.num_missing = weighted.count, weighted.missing
        if not feature.lists:
            heavy.tot_num_values = weighted.count
            heavy.avg_num_values = 1.0 if weighted.count else 0.0
    for level in feature.lists if whole and len(feature.lists) > 1 else ():
        common.presence_and_valency_stats.add(
            num_non_missing=level.count,
            num_missing=level.missing,
            min_num_values=level.minimum,
            max_num_values=level.maximum,
            tot_num_values=level.total,
        )


def _one_each(feature: FeatureStatistics) -> ListFigures:
    return ListFigures(feature.count, feature.missing, 0, 1, 1, feature.count, (1.0,) * 11)


def _write_numbers(stats: Any, feature: FeatureStatistics, messages: Any) -> None:
    stats.num_zeros = feature.zeros
    for field, value in (
        ("mean", feature.mean),
        ("std_dev", feature.std),
        ("min", feature.minimum),
        ("median", feature.median),
        ("max", feature.maximum),
    ):
        if value is not None:
            setattr(stats, field, float(value))
    values = sum(bar.count for bar in feature.histogram)
    if feature.count or feature.nan:
        _write_histograms(
            stats.histograms, feature.histogram, feature.quantiles, values, messages, feature.nan
        )
    weighted = feature.weighted
    if weighted is not None and weighted.mean is not None:
        heavy = stats.weighted_numeric_stats
        heavy.mean, heavy.std_dev = weighted.mean, weighted.std or 0.0
        heavy.median = weighted.median or 0.0
        total = sum(bar.count for bar in weighted.histogram)
        _write_histograms(
            heavy.histograms, weighted.histogram, weighted.quantiles, total, messages, feature.nan
        )


def _write_histograms(
    target: Any,
    bars: Sequence[Bucket],
    quantiles: Sequence[float],
    total: float,
    messages: Any,
    nan: int,
) -> None:
    standard = target.add(type=messages.Histogram.STANDARD, num_nan=nan)
    for bar in bars:
        standard.buckets.add(low_value=bar.low, high_value=bar.high, sample_count=bar.count)
    deciles = target.add(type=messages.Histogram.QUANTILES, num_nan=nan)
    _write_deciles(deciles, quantiles, total, messages)


def _write_deciles(target: Any, quantiles: Sequence[float], total: float, messages: Any) -> None:
    target.type = messages.Histogram.QUANTILES
    for low, high in pairwise(quantiles):
        target.buckets.add(low_value=low, high_value=high, sample_count=total / 10)


def _write_texts(stats: Any, feature: FeatureStatistics) -> None:
    stats.unique = feature.unique
    if feature.avg_length is not None:
        stats.avg_length = feature.avg_length
    if feature.invalid_utf8 and hasattr(stats, "invalid_utf8_count"):
        stats.invalid_utf8_count = feature.invalid_utf8
    _write_top(stats, feature.top)
    if feature.weighted is not None and feature.weighted.top:
        _write_top(stats.weighted_string_stats, feature.weighted.top)


def _write_top(stats: Any, top: Sequence[tuple[str, float]]) -> None:
    for value, count in top[:_SHOWN]:
        stats.top_values.add(value=value, frequency=count)
    _write_ranks(stats.rank_histogram, top)


def _write_ranks(histogram: Any, top: Iterable[tuple[str, float]]) -> None:
    for rank, (value, count) in enumerate(top):
        histogram.buckets.add(low_rank=rank, high_rank=rank, label=value, sample_count=count)


def _write_bytes(stats: Any, feature: FeatureStatistics) -> None:
    stats.unique = feature.unique
    if feature.avg_length is None:
        return
    stats.avg_num_bytes = feature.avg_length
    stats.min_num_bytes = float(feature.min_length or 0)
    stats.max_num_bytes = float(feature.max_length or 0)
    if hasattr(stats, "max_num_bytes_int"):
        stats.max_num_bytes_int = feature.max_length or 0


def _write_ours(message: Any, feature: FeatureStatistics, messages: Any) -> None:
    custom = message.custom_stats

    def say(name: str, value: str | float | None) -> None:
        if isinstance(value, str):
            custom.add(name=f"{OURS}{name}", str=value)
        elif value is not None:
            custom.add(name=f"{OURS}{name}", num=value)

    say("type", feature.type)
    say("role", feature.role)
    say("approximate", 1 if feature.approximate else None)
    say("avg_length", feature.avg_length)
    say("min_length", feature.min_length)
    say("max_length", feature.max_length)
    if feature.type not in ("STRING", "BYTES", "STRUCT"):
        say("unique", feature.unique)
        say("infinite", feature.infinite)
        for bound, value in (("minimum", feature.minimum), ("maximum", feature.maximum)):
            large = feature.type in ("INT", "TIME") and value is not None and abs(value) > _SAFE
            say(bound, str(value) if large else None)
    if feature.categorical:
        # TFDV has a category's values where we have its numbers too.
        numbers = messages.NumericStatistics()
        _write_numbers(numbers, feature, messages)
        custom.add(name=f"{OURS}numbers").any.Pack(numbers)
    if feature.distribution is not None:
        cells = custom.add(name=f"{OURS}distribution").histogram
        cells.type = messages.Histogram.QUANTILES
        spread = feature.distribution
        for low, high, count in zip(spread.low, spread.high, spread.counts, strict=True):
            cells.buckets.add(low_value=low, high_value=high, sample_count=count)
    _write_lists(custom, feature, messages)
    if feature.words is not None:
        say("words", feature.words.count)
        say("words_mean", feature.words.mean)
        say("words_unique", feature.words.unique)
        _write_ranks(custom.add(name=f"{OURS}words_top").rank_histogram, feature.words.top)
    if feature.images is not None:
        _write_images(custom, feature.images, messages)
    if feature.weighted is not None and feature.type == "BOOL":
        top = custom.add(name=f"{OURS}weighted_top").rank_histogram
        _write_ranks(top, feature.weighted.top)


def _write_lists(custom: Any, feature: FeatureStatistics, messages: Any) -> None:
    if not feature.lists:
        return
    empty = custom.add(name=f"{OURS}empty_lists").histogram
    for depth, level in enumerate(feature.lists):
        empty.buckets.add(low_value=depth, high_value=depth, sample_count=level.empty)
        if depth:
            name = f"level_{depth + 1}_value_list_length_quantiles"
            deciles = custom.add(name=name).histogram
            _write_deciles(deciles, level.quantiles, level.count, messages)


def _write_images(custom: Any, images: ImageFigures, messages: Any) -> None:
    formats = custom.add(name="image_format_histogram").rank_histogram
    _write_ranks(formats, _ordered({**images.formats, "UNKNOWN": images.unreadable}))
    custom.add(name="image_max_width", num=max(images.widths, default=0))
    custom.add(name="image_max_height", num=max(images.heights, default=0))
    custom.add(name=f"{OURS}image_max_bytes", num=images.max_bytes)
    modes = custom.add(name=f"{OURS}image_modes").rank_histogram
    _write_ranks(modes, _ordered(images.modes))
    readable = sum(images.formats.values())
    for name, sizes in (("widths", images.widths), ("heights", images.heights)):
        deciles = custom.add(name=f"{OURS}image_{name}").histogram
        _write_deciles(deciles, sizes, readable, messages)


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    present = [(name, count) for name, count in counts.items() if count]
    return sorted(present, key=lambda each: (-each[1], each[0]))


def _write_rows(target: Any, source: DatasetStatistics) -> None:
    """Write what is of all rows on features: a dataset's message has no place for it."""
    first = target.features[0].custom_stats
    if source.sampled_from is not None:
        first.add(name=f"{OURS}sampled_from", num=source.sampled_from)
    if source.weight is not None:
        first.add(name=f"{OURS}weight", str=source.weight)
    by_name = {".".join(each.path.step): each for each in target.features}
    # Correlations once more, since the message's own are rounded.
    for pair in source.cross:
        for name in ("correlation", "mutual_information"):
            if (value := getattr(pair, name)) is not None:
                crossed = by_name[pair.a].custom_stats.add(name=f"{OURS}{name}").rank_histogram
                crossed.buckets.add(label=pair.b, sample_count=value)
