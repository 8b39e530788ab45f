"""Statistics from the protos that TFX and TFDV write, and `proto_writing` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from workbench.core.errors import InvalidInput
from workbench.data.columns import Family
from workbench.data.statistics.figures import (
    CrossFigures,
    DatasetStatistics,
    FeatureStatistics,
    ImageFigures,
    ListFigures,
    WeightedFigures,
    WordFigures,
)
from workbench.data.statistics.number_figures import TOP
from workbench.data.statistics.proto_numbers import Custom, read_deciles, read_numbers
from workbench.data.statistics.proto_writing import OURS

_FAMILIES: dict[int, Family] = {0: "INT", 1: "FLOAT", 2: "STRING", 3: "BYTES", 4: "STRUCT"}


def from_proto(proto: Any) -> tuple[DatasetStatistics, ...]:
    """Return the statistics in tensorflow_metadata's message, or in another of its wire format.

    Raises
    ------
    InvalidInput
        If it is no such message.
    """
    return tuple(_read_dataset(each) for each in _ours(proto).datasets)


def _ours(proto: Any) -> Any:
    """Return a message in tensorflow_metadata's class; facets generates its own of the same."""
    from google.protobuf.message import Message
    from tensorflow_metadata.proto.v0 import statistics_pb2

    wanted = statistics_pb2.DatasetFeatureStatisticsList
    if isinstance(proto, wanted):
        return proto
    if isinstance(proto, Message) and proto.DESCRIPTOR.name == wanted.DESCRIPTOR.name:
        return wanted.FromString(proto.SerializeToString())
    raise InvalidInput(
        f"a {type(proto).__name__} is no {wanted.DESCRIPTOR.name}",
        hint="of bytes, make one first: statistics_pb2.DatasetFeatureStatisticsList.FromString",
    )


def _read_dataset(message: Any) -> DatasetStatistics:
    weighted = message.weighted_num_examples > 0
    rows = message.num_examples
    customs = [{each.name: each for each in one.custom_stats} for one in message.features]
    of_rows = customs[0] if customs else {}
    sampled, weight = (of_rows.get(f"{OURS}{name}") for name in ("sampled_from", "weight"))
    return DatasetStatistics(
        message.name,
        rows,
        tuple(
            _read_feature(feature, rows, custom, weighted)
            for feature, custom in zip(message.features, customs, strict=True)
        ),
        weight=None if weight is None else weight.str,
        weighted_rows=message.weighted_num_examples if weighted or weight is not None else None,
        sampled_from=None if sampled is None else int(sampled.num),
        cross=_read_cross(message),
    )


def _read_feature(message: Any, rows: int, custom: Custom, weighted: bool) -> FeatureStatistics:
    kind = message.WhichOneof("stats")
    stats = getattr(message, kind or "num_stats")
    common = stats.common_stats
    path = tuple(message.path.step) or (message.name,)
    family = _FAMILIES.get(message.type, "STRING")
    role = custom.get(f"{OURS}role")
    feature = FeatureStatistics(
        name=".".join(path),
        path=path if len(path) > 1 else (),
        type=cast("Family", custom[f"{OURS}type"].str) if f"{OURS}type" in custom else family,
        rows=rows,
        count=common.num_non_missing,
        # Writers of this proto may leave out rows that lack the column altogether.
        missing=max(common.num_missing, rows - common.num_non_missing),
        role=None if role is None else role.str,
        approximate=f"{OURS}approximate" in custom,
        lists=_read_lists(common, custom),
        words=_read_words(custom),
        images=_read_images(custom),
        min_length=_whole(custom, "min_length"),
        max_length=_whole(custom, "max_length"),
    )
    if weighted or common.HasField("weighted_common_stats"):
        heavy = common.weighted_common_stats
        feature = replace(
            feature, weighted=WeightedFigures(heavy.num_non_missing, heavy.num_missing)
        )
    if kind == "string_stats":
        return _read_texts(stats, feature, custom)
    if kind == "bytes_stats":
        return _read_bytes(stats, feature, custom)
    return read_numbers(stats, feature, custom) if kind == "num_stats" else feature


def _read_lists(common: Any, custom: Custom) -> tuple[ListFigures, ...]:
    """Return the lists of each level; of rows that hold one value each there are none."""
    ours = custom.get(f"{OURS}empty_lists")
    levels = list(common.presence_and_valency_stats)
    if len(levels) < 2:
        single = common.min_num_values == common.max_num_values == 1
        single |= not common.HasField("num_values_histogram")
        if ours is None and single:
            return ()
        levels = [common]
    empty = [int(each.sample_count) for each in ours.histogram.buckets] if ours is not None else []
    found = []
    for depth, level in enumerate(levels):
        lengths: Any = common.num_values_histogram
        if depth:
            deeper = custom.get(f"level_{depth + 1}_value_list_length_quantiles")
            lengths = None if deeper is None else deeper.histogram
        found.append(
            ListFigures(
                level.num_non_missing,
                level.num_missing,
                empty[depth] if depth < len(empty) else 0,
                level.min_num_values,
                level.max_num_values,
                level.tot_num_values,
                () if lengths is None else read_deciles(lengths),
            )
        )
    return tuple(found)


def _read_texts(stats: Any, feature: FeatureStatistics, custom: Custom) -> FeatureStatistics:
    whole = feature.type in ("INT", "TIME", "BOOL")
    length = custom.get(f"{OURS}avg_length")
    average = None if length is None else length.num
    if f"{OURS}type" not in custom and feature.count and not whole:
        average = stats.avg_length
    heavy = feature.weighted
    if heavy is not None:
        heavy = replace(heavy, top=_top(stats.weighted_string_stats))
    feature = replace(
        feature,
        unique=stats.unique,
        top=tuple((value, int(count)) for value, count in _top(stats)),
        avg_length=average,
        invalid_utf8=stats.invalid_utf8_count,
        categorical=whole,
        weighted=heavy,
    )
    if f"{OURS}numbers" not in custom:
        return feature
    from tensorflow_metadata.proto.v0 import statistics_pb2

    numbers = statistics_pb2.NumericStatistics()
    custom[f"{OURS}numbers"].any.Unpack(numbers)
    read = read_numbers(numbers, feature, custom)
    if read.weighted is not None and heavy is not None:
        read = replace(read, weighted=replace(read.weighted, top=heavy.top))
    return replace(read, unique=feature.unique, top=feature.top)


def _top(stats: Any) -> tuple[tuple[str, float], ...]:
    ranked = [(each.label, each.sample_count) for each in stats.rank_histogram.buckets]
    return tuple(ranked or [(each.value, each.frequency) for each in stats.top_values])[:TOP]


def _read_bytes(stats: Any, feature: FeatureStatistics, custom: Custom) -> FeatureStatistics:
    if not feature.count:
        return replace(feature, unique=stats.unique)
    length = custom.get(f"{OURS}avg_length")
    return replace(
        feature,
        unique=stats.unique,
        avg_length=stats.avg_num_bytes if length is None else length.num,
        min_length=int(stats.min_num_bytes),
        max_length=stats.max_num_bytes_int or int(stats.max_num_bytes),
    )


def _whole(custom: Custom, name: str) -> int | None:
    said = custom.get(f"{OURS}{name}")
    return None if said is None else int(said.num)


def _read_words(custom: Custom) -> WordFigures | None:
    if f"{OURS}words" not in custom:
        return None
    top = custom[f"{OURS}words_top"].rank_histogram.buckets
    return WordFigures(
        int(custom[f"{OURS}words"].num),
        custom[f"{OURS}words_mean"].num,
        int(custom[f"{OURS}words_unique"].num),
        tuple((each.label, int(each.sample_count)) for each in top),
    )


def _read_images(custom: Custom) -> ImageFigures | None:
    """Return figures of images, TFDV's too, which say formats and the greatest size."""
    if "image_format_histogram" not in custom:
        return None
    formats = _counts(custom["image_format_histogram"])
    unreadable = formats.pop("UNKNOWN", 0)

    def sizes(ours: str, theirs: str) -> tuple[float, ...]:
        if f"{OURS}image_{ours}" in custom:
            return read_deciles(custom[f"{OURS}image_{ours}"].histogram)
        return (custom[theirs].num,) if theirs in custom else ()

    modes = custom.get(f"{OURS}image_modes")
    return ImageFigures(
        formats,
        {} if modes is None else _counts(modes),
        unreadable,
        sizes("widths", "image_max_width"),
        sizes("heights", "image_max_height"),
        _whole(custom, "image_max_bytes") or 0,
    )


def _counts(custom: Any) -> dict[str, int]:
    return {each.label: int(each.sample_count) for each in custom.rank_histogram.buckets}


def _read_cross(message: Any) -> tuple[CrossFigures, ...]:
    found: dict[tuple[str, str], CrossFigures] = {}

    def say(a: str, b: str, name: str, value: float) -> None:
        known = found.get((a, b), CrossFigures(a, b))
        changed: dict[str, Any] = {name: value}
        found[a, b] = replace(known, **changed)

    for feature in message.features:
        for custom in feature.custom_stats:
            name = custom.name.removeprefix(OURS)
            if name in ("correlation", "mutual_information") and custom.name.startswith(OURS):
                (bucket,) = custom.rank_histogram.buckets
                say(_joined(feature.path.step), bucket.label, name, bucket.sample_count)
    for each in message.cross_features:
        if each.HasField("num_cross_stats"):
            pair = (_joined(each.path_x.step), _joined(each.path_y.step))
            if found.get(pair, CrossFigures(*pair)).correlation is None:
                say(*pair, "correlation", each.num_cross_stats.correlation)
    return tuple(found.values())


def _joined(steps: Sequence[str]) -> str:
    return ".".join(steps)
