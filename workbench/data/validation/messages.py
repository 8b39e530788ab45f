"""What TFDV's statistics say that ours have no field for: its generators' custom statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.data.statistics import FeatureStatistics, Statistics
from workbench.data.statistics.figures import ListFigures
from workbench.data.validation.evidence import (
    CompositeFigures,
    Evidence,
    LanguageFigures,
    Path,
    TokenFigures,
    path_of,
    weighed,
)


def evidence_of_message(message: Any) -> Evidence:
    """Return what a ``DatasetFeatureStatisticsList`` says.

    Of several datasets in it, the one without a slice counts: ``All Examples``, or the first.

    Raises
    ------
    InvalidInput
        If it is another message, or holds no dataset.
    """
    from tensorflow_metadata.proto.v0 import statistics_pb2

    whole = statistics_pb2.DatasetFeatureStatisticsList()
    if message.DESCRIPTOR.name == "DatasetFeatureStatistics":
        whole.datasets.add().CopyFrom(message)
    elif message.DESCRIPTOR.name == "DatasetFeatureStatisticsList" and message.datasets:
        named = [each for each in message.datasets if each.name == "All Examples"]
        whole.datasets.add().CopyFrom((named or list(message.datasets))[0])
    else:
        raise InvalidInput(
            f"a {message.DESCRIPTOR.name} holds no statistics",
            hint="give a DatasetFeatureStatisticsList with a dataset",
        )
    features = {_path(each): each for each in whole.datasets[0].features}
    composites = {
        ".".join(path): figures
        for path, each in features.items()
        if each.WhichOneof("stats") is None
        and (figures := _composite(each.custom_stats)) is not None
    }
    read = weighed(Statistics.from_proto(whole).datasets[0])
    return Evidence(
        replace(read, features=tuple(_told(each, features) for each in read.features)),
        composites=composites,
        language=_known(features, _language),
        domains=_known(features, _domain),
        derived={
            path: each.validation_derived_source
            for path, each in features.items()
            if each.HasField("validation_derived_source")
        },
    )


def _told(figures: FeatureStatistics, features: dict[Path, Any]) -> FeatureStatistics:
    """Return figures with what only the plainest fields of a message say."""
    message = features[path_of(figures)]
    stats = getattr(message, message.WhichOneof("stats") or "num_stats")
    common = stats.common_stats
    lengths = (max(common.min_num_values, 0), common.max_num_values)
    if figures.count and not figures.lists and lengths not in ((1, 1), (0, 0)):
        total = common.tot_num_values or common.num_non_missing * common.avg_num_values
        figures = replace(
            figures, lists=(ListFigures(figures.count, 0, 0, *lengths, round(total)),)
        )
    if message.HasField("num_stats"):
        nan = max((int(each.num_nan) for each in stats.histograms), default=0)
        figures = replace(figures, nan=max(figures.nan, nan))
    return figures


def _path(feature: Any) -> Path:
    return tuple(feature.path.step) or (feature.name,)


def _known(features: dict[Path, Any], read: Any) -> dict[Path, Any]:
    found = {path: read(each.custom_stats) for path, each in features.items()}
    return {path: value for path, value in found.items() if value is not None}


def _named(custom: Iterable[Any], name: str) -> Any | None:
    return next((each for each in custom if each.name == name), None)


def _composite(custom: Iterable[Any]) -> CompositeFigures | None:
    named = {each.name: each for each in custom}
    if "max_length_diff" in named or "missing_index" in named:
        return _sparse(named)
    if "missing_value" not in named and "missing_weight" not in named:
        return None
    if not any("weight" in name for name in named):
        return _sparse(named)

    def told(name: str) -> int:
        return int(named[name].num) if name in named else 0

    differences = (told("min_weight_length_diff"), told("max_weight_length_diff"))
    return CompositeFigures(
        told("missing_value"), {"weight": told("missing_weight")}, {"weight": differences}
    )


def _sparse(named: dict[str, Any]) -> CompositeFigures:
    def by_label(name: str) -> dict[str, int]:
        buckets = named[name].rank_histogram.buckets if name in named else ()
        return {each.label: int(each.sample_count) for each in buckets}

    least, most = by_label("min_length_diff"), by_label("max_length_diff")
    missing = int(named["missing_value"].num) if "missing_value" in named else 0
    return CompositeFigures(
        missing,
        by_label("missing_index"),
        {label: (least.get(label, 0), most.get(label, 0)) for label in {**least, **most}},
    )


def _language(custom: Iterable[Any]) -> LanguageFigures | None:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    held = _named(custom, "nl_statistics")
    figures = statistics_pb2.NaturalLanguageStatistics()
    if held is None or not held.any.Unpack(figures):
        return None
    return LanguageFigures(
        figures.feature_coverage,
        figures.avg_token_length,
        {
            getattr(each, each.WhichOneof("token")): TokenFigures(
                each.fraction_of_sequences,
                each.per_sequence_min_frequency,
                each.per_sequence_max_frequency,
            )
            for each in figures.token_statistics
            if each.WhichOneof("token") is not None
        },
    )


def _domain(custom: Iterable[Any]) -> str | None:
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    held = [each.str for each in custom if each.name == "domain_info"]
    if len(held) != 1:
        return None
    feature = schema_pb2.Feature()
    try:
        text_format.Parse(held[0], feature)
    except text_format.ParseError:
        return None  # TFDV, too, passes over a domain that it cannot read
    known = len(feature.ListFields()) == 1 and feature.WhichOneof("domain_info") is not None
    return held[0] if known else None
