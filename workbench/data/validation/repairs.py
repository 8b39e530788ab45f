"""How each kind of anomaly is mended in a schema; the tables at the end list them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.schemas import domain_of
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.domains import physical, texts_of
from workbench.data.validation.evidence import Evidence, path_of
from workbench.data.validation.presence import levels_of
from workbench.data.validation.semantics import largest_bytes, supported_share, token_of

if TYPE_CHECKING:
    from workbench.data.validation.examination import Examination


def _deprecate(proto: Any, feature: Any, figures: Any, evidence: Evidence) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    feature.lifecycle_stage = schema_pb2.DEPRECATED


def _presence(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    presence = feature.presence
    presence.min_count = min(presence.min_count, int(figures.count))
    if presence.HasField("min_fraction") and figures.missing:
        presence.min_fraction = min(presence.min_fraction, figures.count / figures.rows)


def _lengths(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    which = feature.WhichOneof("shape_type")
    counts = (
        [feature.value_count] if which == "value_count" else list(feature.value_counts.value_count)
    )
    for count, level in zip(counts, levels_of(figures), strict=True):
        if count.HasField("min"):
            count.min = min(count.min, level.minimum)
        if count.HasField("max"):
            count.max = max(count.max, level.maximum)


def _nesting(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    levels = levels_of(figures)
    feature.ClearField(feature.WhichOneof("shape_type"))
    counts = [feature.value_count] if len(levels) == 1 else []
    counts = counts or [feature.value_counts.value_count.add() for _ in levels]
    for count, level in zip(counts, levels, strict=True):
        count.min, count.max = level.minimum, level.maximum


def _shape(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    feature.ClearField("shape")


def _unique(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    limits = feature.unique_constraints
    if figures.type != "STRING" and not figures.unique:
        feature.ClearField("unique_constraints")
        return
    limits.min = min(limits.min, figures.unique)
    limits.max = max(limits.max, figures.unique)


def _type(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    _clear_domain(proto, feature, figures, evidence)
    feature.ClearField("distribution_constraints")
    feature.type = schema_pb2.FeatureType.Value(physical(figures))
    if figures.type == "BOOL":
        feature.bool_domain.SetInParent()
    elif figures.type == "TIME":
        feature.time_domain.integer_format = schema_pb2.TimeDomain.UNIX_MICROSECONDS


def _clear_domain(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    which = feature.WhichOneof("domain_info")
    if which is not None:
        feature.ClearField(which)
    feature.ClearField("distribution_constraints")


def _texts(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    texts = texts_of(figures)
    if figures.unique > len(texts):
        _clear_domain(proto, feature, figures, evidence)  # not all of them can be named
        return
    domain = domain_of(proto, feature)
    if domain is None:
        return
    known = set(domain.value)
    domain.value.extend(sorted(value for value, _ in texts if value not in known))


def _range(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    which = feature.WhichOneof("domain_info")
    domain = getattr(feature, which)
    low, high = figures.minimum, figures.maximum
    if low is None or high is None:
        values = [float(value) for value, _ in figures.top]
        low, high = min(values), max(values)
    whole = which == "int_domain"
    for bound, value, wider in (("min", low, min), ("max", high, max)):
        if domain.HasField(bound) and math.isinf(value):
            domain.ClearField(bound)
        elif domain.HasField(bound):
            held = int(value) if whole else float(np.float32(value))
            setattr(domain, bound, wider(getattr(domain, bound), held))


def _number_of_truth(
    proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence
) -> None:
    _clear_domain(proto, feature, figures, evidence)
    low, high = figures.minimum, figures.maximum
    if figures.type == "FLOAT":
        feature.float_domain.SetInParent()
    elif low is not None and high is not None:
        feature.int_domain.min, feature.int_domain.max = int(low), int(high)


def _words(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    domain = feature.bool_domain
    text = figures.type == "STRING"
    if text:
        _clear_domain(proto, feature, figures, evidence)
    else:
        domain.ClearField("true_value")
        domain.ClearField("false_value")


def _nan(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    feature.float_domain.disallow_nan = False


def _infinity(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    feature.float_domain.disallow_inf = False


def _images(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    domain = feature.image_domain
    share = supported_share(figures)
    if share is not None:
        _lower(domain, "minimum_supported_image_fraction", share)
    if domain.HasField("max_image_byte_size"):
        domain.max_image_byte_size = max(domain.max_image_byte_size, largest_bytes(figures))


def _meaning(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    from google.protobuf import text_format

    text_format.Merge(evidence.domains[path_of(figures)], feature)


def _language(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    domain = feature.natural_language_domain
    known = evidence.language.get(path_of(figures))
    if known is None or any(
        (token := token_of(each)) is not None and token not in known.tokens
        for each in domain.token_constraints
    ):
        feature.ClearField("natural_language_domain")
        return
    _lower(domain.coverage, "min_coverage", known.coverage)
    _lower(domain.coverage, "min_avg_token_length", known.token_length)
    for each in domain.token_constraints:
        token = token_of(each)
        if token is not None:
            seen = known.tokens[token]
            _lower(each, "min_fraction_of_sequences", seen.share)
            _lower(each, "min_per_sequence", int(seen.least))
            _raise(each, "max_fraction_of_sequences", seen.share)
            _raise(each, "max_per_sequence", int(seen.most))


def _lower(message: Any, field: str, value: float) -> None:
    if message.HasField(field) and getattr(message, field) > value:
        setattr(message, field, value)


def _raise(message: Any, field: str, value: float) -> None:
    if message.HasField(field) and getattr(message, field) < value:
        setattr(message, field, value)


def _derived(proto: Any, feature: Any, figures: FeatureStatistics, evidence: Evidence) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    source = evidence.derived.get(path_of(figures))
    if source is not None:
        feature.validation_derived_source.CopyFrom(source)
    feature.lifecycle_stage = schema_pb2.VALIDATION_DERIVED


OF_COLUMN: dict[str, Callable[[Any, Any, Any, Evidence], None]] = {
    "SCHEMA_MISSING_COLUMN": _deprecate,
    "FEATURE_TYPE_NOT_PRESENT": _deprecate,
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": _presence,
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": _presence,
    "FEATURE_TYPE_LOW_NUMBER_VALUES": _lengths,
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": _lengths,
    "VALUE_NESTEDNESS_MISMATCH": _nesting,
    "INVALID_FEATURE_SHAPE": _shape,
    "FEATURE_TYPE_LOW_UNIQUE": _unique,
    "FEATURE_TYPE_HIGH_UNIQUE": _unique,
    "FEATURE_TYPE_NO_UNIQUE": _unique,
    "UNEXPECTED_DATA_TYPE": _type,
    "DOMAIN_INVALID_FOR_TYPE": _clear_domain,
    "ENUM_TYPE_INVALID_UTF8": _clear_domain,
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": _texts,
    "BOOL_TYPE_UNEXPECTED_STRING": _clear_domain,
    "BOOL_TYPE_INVALID_CONFIG": _words,
    "BOOL_TYPE_SMALL_INT": _number_of_truth,
    "BOOL_TYPE_BIG_INT": _number_of_truth,
    "BOOL_TYPE_UNEXPECTED_FLOAT": _number_of_truth,
    "INT_TYPE_SMALL_INT": _range,
    "INT_TYPE_BIG_INT": _range,
    "FLOAT_TYPE_SMALL_FLOAT": _range,
    "FLOAT_TYPE_BIG_FLOAT": _range,
    "INT_TYPE_NOT_INT_STRING": _clear_domain,
    "FLOAT_TYPE_STRING_NOT_FLOAT": _clear_domain,
    "FLOAT_TYPE_HAS_NAN": _nan,
    "FLOAT_TYPE_HAS_INF": _infinity,
    "LOW_SUPPORTED_IMAGE_FRACTION": _images,
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED": _images,
    "SEMANTIC_DOMAIN_UPDATE": _meaning,
    "STATS_NOT_AVAILABLE": _language,
    "FEATURE_COVERAGE_TOO_LOW": _language,
    "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH": _language,
    "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES": _language,
    "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES": _language,
    "SEQUENCE_VALUE_TOO_SMALL_FRACTION": _language,
    "SEQUENCE_VALUE_TOO_LARGE_FRACTION": _language,
    "DERIVED_FEATURE_BAD_LIFECYCLE": _derived,
    "DERIVED_FEATURE_INVALID_SOURCE": _derived,
}


def _fewest(proto: Any, examination: Examination) -> bool:
    proto.dataset_constraints.min_examples_count = int(examination.evidence.figures.rows)
    return True


def _most(proto: Any, examination: Examination) -> bool:
    proto.dataset_constraints.max_examples_count = int(np.ceil(examination.evidence.figures.rows))
    return True


def _ratios(proto: Any, examination: Examination) -> bool:
    limits = proto.dataset_constraints
    rows = examination.evidence.figures.rows
    for comparator, other in (
        (limits.num_examples_drift_comparator, examination.baseline_rows),
        (limits.num_examples_version_comparator, examination.previous_rows),
    ):
        if other == 0:
            comparator.ClearField("max_fraction_threshold")
        elif other is not None:
            if comparator.HasField("min_fraction_threshold"):
                least = comparator.min_fraction_threshold
                comparator.min_fraction_threshold = min(least, rows / other)
            if comparator.HasField("max_fraction_threshold"):
                most = comparator.max_fraction_threshold
                comparator.max_fraction_threshold = max(most, rows / other)
    return True


OF_DATASET: dict[str, Callable[[Any, Examination], bool]] = {
    "DATASET_LOW_NUM_EXAMPLES": _fewest,
    "DATASET_HIGH_NUM_EXAMPLES": _most,
    "COMPARATOR_LOW_NUM_EXAMPLES": _ratios,
    "COMPARATOR_HIGH_NUM_EXAMPLES": _ratios,
}
