"""What is wrong with a schema by itself, and how TFDV mends it (``Schema::UpdateFeatureSelf``).

The feature is mended in place, so that what is checked afterwards is checked by a sound one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import Path

_ALLOWED = {
    "domain": ("BYTES",),
    "bool_domain": ("INT", "BYTES", "FLOAT"),
    "int_domain": ("INT", "BYTES"),
    "float_domain": ("FLOAT", "BYTES"),
    "string_domain": ("BYTES",),
    "struct_domain": ("STRUCT",),
    "natural_language_domain": ("BYTES", "INT"),
    "image_domain": ("BYTES",),
    "mid_domain": ("BYTES",),
    "url_domain": ("BYTES",),
    "time_domain": ("INT", "BYTES"),
}
_UNKNOWN = ("audio_domain", "video_domain", "content_chunk_domain", "time_of_day_domain")


def mend(proto: Any, feature: Any, path: Path) -> Iterator[Anomaly]:
    """Yield what is wrong with a feature, mending it; one past mending is deprecated."""
    if not feature.name:
        _deprecate(feature)
        yield found(path, "FEATURE_MISSING_NAME", "No name", "A column of the schema has no name.")
        return
    yield from _mend_type(feature, path)
    yield from _mend_presence(feature, path)
    yield from _mend_counts(feature, path)
    yield from _mend_domain(proto, feature, path)


def _deprecate(feature: Any) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    feature.lifecycle_stage = schema_pb2.DEPRECATED


def _mend_type(feature: Any, path: Path) -> Iterator[Anomaly]:
    from tensorflow_metadata.proto.v0 import schema_pb2

    if feature.HasField("type") or _may_be_empty(feature):
        return
    if feature.WhichOneof("domain_info") in ("domain", "string_domain"):
        feature.type = schema_pb2.BYTES
        inferred = "its domain says that it is BYTES"
    else:
        _deprecate(feature)
        inferred = "nothing in the schema tells it"
    yield found(path, "FEATURE_MISSING_TYPE", "No type", f"The schema says no type; {inferred}.")


def _may_be_empty(feature: Any) -> bool:
    """Return whether a schema was inferred where the column had no values to tell its type."""
    presence = feature.presence
    return bool(presence.HasField("min_count") and not presence.min_count)


def _mend_presence(feature: Any, path: Path) -> Iterator[Anomaly]:
    share = feature.presence.min_fraction
    if share < 0:
        feature.presence.ClearField("min_fraction")
        yield _invalid(path, f"The least share of rows is {share:g}, below 0.")
    if share > 1:
        feature.presence.min_fraction = 1.0
        yield _invalid(path, f"The least share of rows is {share:g}, above 1.")


def _mend_counts(feature: Any, path: Path) -> Iterator[Anomaly]:
    which = feature.WhichOneof("shape_type")
    counts: list[Any] = []
    if which == "value_count":
        counts = [feature.value_count]
    elif which == "value_counts":
        counts = list(feature.value_counts.value_count)
    for level, count in enumerate(counts):
        if count.min < 0:
            yield _invalid(path, f"The fewest values at level {level} are {count.min}, below 0.")
            count.ClearField("min")
        if count.HasField("max") and count.max < count.min:
            yield _invalid(
                path,
                f"The most values at level {level} are {count.max}, below the fewest, {count.min}.",
            )
            count.max = count.min
    sizes = [each.size for each in feature.shape.dim]
    if any(size <= 0 for size in sizes):
        feature.ClearField("shape")
        yield _invalid(path, f"The shape {sizes} has a size that is not above 0.")


def _mend_domain(proto: Any, feature: Any, path: Path) -> Iterator[Anomaly]:
    from tensorflow_metadata.proto.v0 import schema_pb2

    which = feature.WhichOneof("domain_info")
    kind = schema_pb2.FeatureType.Name(feature.type)
    if which is not None and kind not in _ALLOWED.get(which, (kind,)) and feature.HasField("type"):
        yield found(
            path,
            "DOMAIN_INVALID_FOR_TYPE",
            "The domain does not match the type",
            f"A {which} cannot be that of {kind}.",
        )
        feature.ClearField(which)
        which = None
    if which in _UNKNOWN:
        yield _domain(path, "Unknown domain", f"A {which} cannot be checked.")
        feature.ClearField(which)
        return
    if which == "domain" and feature.domain not in [each.name for each in proto.string_domain]:
        yield _domain(path, "Missing domain", f"The schema has no domain {feature.domain!r}.")
        feature.ClearField(which)
    if which == "string_domain":
        yield from _mend_values(feature.string_domain, path)
    if which == "bool_domain":
        yield from _mend_truth(feature.bool_domain, path)
    if which not in ("domain", "string_domain") and feature.HasField("distribution_constraints"):
        feature.ClearField("distribution_constraints")
        yield _invalid(path, "A share of values in the domain needs a domain of texts.")


def _mend_values(domain: Any, path: Path) -> Iterator[Anomaly]:
    kept = list(dict.fromkeys(domain.value))
    if len(kept) < len(domain.value):
        twice = [value for value in kept if list(domain.value).count(value) > 1]
        named = ", ".join(repr(value) for value in twice[:10])
        domain.value[:] = kept
        yield _domain(path, "Repeated values", f"The domain says {named} more than once.")


def _mend_truth(domain: Any, path: Path) -> Iterator[Anomaly]:
    both = domain.HasField("true_value") and domain.HasField("false_value")
    if both and domain.true_value == domain.false_value:
        said = domain.true_value
        domain.ClearField("false_value")
        yield _domain(
            path, "Malformed domain", f"True and false are both {said!r}; false is taken back."
        )


def _invalid(path: Path, description: str) -> Anomaly:
    return found(path, "INVALID_SCHEMA_SPECIFICATION", "Invalid schema", description)


def _domain(path: Path, short: str, description: str) -> Anomaly:
    return found(path, "INVALID_DOMAIN_SPECIFICATION", short, description)
