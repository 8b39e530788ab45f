"""What a schema's message says of a column: its type, its values, where it is expected.

A column inside a struct is named by its path, joined by points: ``address.city``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]

PASSIVE = ("PLANNED", "ALPHA", "DEPRECATED", "DEBUG_ONLY", "DISABLED")


def walk(proto: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every feature of a schema or a struct with its path, a struct before its fields."""
    for feature in proto.feature:
        here = (*path, feature.name)
        yield here, feature
        if feature.HasField("struct_domain"):
            yield from walk(feature.struct_domain, here)


def find(proto: Any, column: str) -> Any | None:
    """Return the feature of a column, or None."""
    for path, feature in walk(proto):
        if ".".join(path) == column:
            return feature
    return None


def is_passive(feature: Any) -> bool:
    """Return whether a feature's lifecycle stage keeps it from being looked at.

    Works for features, sparse features and weighted ones, as TFDV's ``feature_util.cc`` has it.
    """
    from tensorflow_metadata.proto.v0 import schema_pb2

    if getattr(feature, "deprecated", False):
        return True
    return schema_pb2.LifecycleStage.Name(feature.lifecycle_stage) in PASSIVE


def in_environment(proto: Any, feature: Any, environment: str | None) -> bool:
    """Return whether a feature belongs to an environment; to no particular one, all do."""
    if environment is None or environment in feature.in_environment:
        return True
    if environment in feature.not_in_environment:
        return False
    return environment in proto.default_environment


def is_required(proto: Any, feature: Any, environment: str | None) -> bool:
    """Return whether a feature must be in the data."""
    presence = feature.presence
    asked = presence.min_count > 0 or presence.min_fraction > 0
    return asked and not is_passive(feature) and in_environment(proto, feature, environment)


def environments_of(proto: Any) -> list[str]:
    """Return every environment that a schema names, in order of their names."""
    named = {*proto.default_environment}
    for _, feature in walk(proto):
        named |= {*feature.in_environment, *feature.not_in_environment}
    return sorted(named)


def domain_of(proto: Any, feature: Any) -> Any | None:
    """Return the string domain of a feature, its own or a shared one, or None."""
    which = feature.WhichOneof("domain_info")
    if which == "string_domain":
        return feature.string_domain
    if which == "domain":
        return next((each for each in proto.string_domain if each.name == feature.domain), None)
    return None


def bounds_of(feature: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest number that a feature may hold, None where open."""
    which = feature.WhichOneof("domain_info")
    if which not in ("int_domain", "float_domain"):
        return None, None
    domain = getattr(feature, which)
    low = domain.min if domain.HasField("min") else None
    high = domain.max if domain.HasField("max") else None
    return low, high


def type_of(feature: Any) -> str:
    """Return a feature's type as statistics name it; an unknown one is empty."""
    which = feature.WhichOneof("domain_info")
    # Truth values and times may be written as text, by a domain that says how.
    if which == "bool_domain" and feature.type == 2:
        return "BOOL"
    if which == "time_domain" and feature.type == 2:
        return "TIME"
    if which == "image_domain":
        return "BYTES"
    return {1: "STRING", 2: "INT", 3: "FLOAT", 4: "STRUCT"}.get(feature.type, "")
