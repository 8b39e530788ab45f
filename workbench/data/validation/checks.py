"""The checks of one column against what the schema says; each yields what it found.

Which condition raises which anomaly follows TFDV's reference (g3doc/anomalies.md), but for whole
numbers where any are expected, which pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from workbench.data.schemas import bounds_of, domain_of, type_of
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.anomalies import Anomaly, Measurement, Severity

NAMED = 10
# Other writers of statistics say INT for truth values and times. And a column of whole delays is
# INT on a day when none is missing and FLOAT on others: whole numbers are numbers.
_ALSO = {"BOOL": "INT", "TIME": "INT", "FLOAT": "INT"}


def is_expected(proto: Any, feature: Any, environment: str | None) -> bool:
    """Return whether a feature must be there at all, in this environment."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    passive = (
        schema_pb2.PLANNED,
        schema_pb2.ALPHA,
        schema_pb2.DEBUG_ONLY,
        schema_pb2.DEPRECATED,
        schema_pb2.DISABLED,
    )
    if feature.deprecated or feature.lifecycle_stage in passive:
        return False
    if environment is None:
        return True
    if environment in feature.not_in_environment:
        return False
    return (
        environment in feature.in_environment
        or environment in proto.default_environment
        or (not feature.in_environment and not proto.default_environment)
    )


def missing_column(feature: Any) -> Iterator[Anomaly]:
    """Yield an anomaly if a column that must be there is not."""
    if feature.presence.min_count > 0 or feature.presence.min_fraction > 0:
        yield _error(
            feature.name,
            "SCHEMA_MISSING_COLUMN",
            "Column dropped",
            "The column is not in the data.",
        )


def new_column(figures: FeatureStatistics) -> Anomaly:
    """Return the anomaly of a column that the schema does not have."""
    return _error(
        figures.name,
        "SCHEMA_NEW_COLUMN",
        "New column",
        f"The column ({figures.type}) is in the data and not in the schema.",
    )


def check_column(proto: Any, feature: Any, figures: FeatureStatistics) -> Iterator[Anomaly]:
    """Yield every way in which a column that is there is not as expected."""
    yield from check_presence(feature, figures)
    if not figures.count:
        return
    mismatch = list(check_type(feature, figures))
    yield from mismatch
    if not mismatch:
        yield from check_values(proto, feature, figures)
        yield from check_range(feature, figures)


def check_presence(feature: Any, figures: FeatureStatistics) -> Iterator[Anomaly]:
    """Yield an anomaly for a column with no values, too few, or too small a share of them."""
    presence = feature.presence
    count, rows = figures.count, figures.rows
    if not count and (presence.min_count > 0 or presence.min_fraction > 0):
        yield _error(
            feature.name,
            "FEATURE_TYPE_NOT_PRESENT",
            "Column dropped",
            f"The column has no value in any of {rows:,} rows.",
        )
        return
    if count < presence.min_count:
        yield _error(
            feature.name,
            "FEATURE_TYPE_LOW_NUMBER_PRESENT",
            "Too few values",
            f"{count:,} rows have a value; at least {presence.min_count:,} were expected.",
        )
    share = count / rows if rows else 0.0
    if presence.HasField("min_fraction") and (
        share < presence.min_fraction or (presence.min_fraction == 1.0 and figures.missing)
    ):
        expected = "all" if presence.min_fraction == 1 else f"at least {presence.min_fraction:.1%}"
        yield _error(
            feature.name,
            "FEATURE_TYPE_LOW_FRACTION_PRESENT",
            "Missing values",
            f"{figures.missing:,} of {rows:,} rows ({_percent(figures.missing, rows)}) "
            f"have no value; {expected} were expected to.",
        )


def check_type(feature: Any, figures: FeatureStatistics) -> Iterator[Anomaly]:
    """Yield an anomaly for a column of another type."""
    expected = type_of(feature)
    if expected and figures.type not in (expected, _ALSO.get(expected)):
        example = f", such as {figures.top[0][0]!r}" if figures.top else ""
        yield _error(
            feature.name,
            "UNEXPECTED_DATA_TYPE",
            "Unexpected data type",
            f"Expected {expected}, found {figures.type}{example}.",
        )


def check_values(proto: Any, feature: Any, figures: FeatureStatistics) -> Iterator[Anomaly]:
    """Yield an anomaly for texts that the schema does not list, naming them."""
    domain = domain_of(proto, feature)
    if domain is None or figures.type != "STRING":
        return
    known = set(domain.value)
    odd = [(value, count) for value, count in figures.top if value not in known]
    unnamed = figures.unique - len(figures.top)
    mass = sum(count for _, count in odd) + (figures.count - sum(n for _, n in figures.top))
    constraints = feature.distribution_constraints
    allowed = 1.0 - constraints.min_domain_mass if constraints.HasField("min_domain_mass") else 0.0
    if not odd or mass / figures.count <= allowed:
        return
    named = [f"{value!r} ({count:,})" for value, count in odd[:NAMED]]
    more = len(odd) - len(named) + unnamed
    named += [f"and {more:,} more"] if more else []
    yield _error(
        feature.name,
        "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
        "Unexpected string values",
        f"{mass:,} rows ({_percent(mass, figures.count)}) hold values not in the schema: "
        f"{', '.join(named)}.",
    )


def check_range(feature: Any, figures: FeatureStatistics) -> Iterator[Anomaly]:
    """Yield anomalies for numbers outside the range, and for NaN or infinity where forbidden."""
    low, high = bounds_of(feature)
    kind = "FLOAT" if feature.WhichOneof("domain_info") == "float_domain" else "INT"
    if low is not None and figures.minimum is not None and figures.minimum < low:
        yield _error(
            feature.name,
            f"{kind}_TYPE_SMALL_{kind}",
            "Out-of-range values",
            f"The least value is {figures.minimum:g}, below {low:g}.",
        )
    if high is not None and figures.maximum is not None and figures.maximum > high:
        yield _error(
            feature.name,
            f"{kind}_TYPE_BIG_{kind}",
            "Out-of-range values",
            f"The greatest value is {figures.maximum:g}, above {high:g}.",
        )
    if kind == "FLOAT" and feature.float_domain.disallow_nan and figures.nan:
        yield _error(
            feature.name, "FLOAT_TYPE_HAS_NAN", "NaN values", f"{figures.nan:,} values are NaN."
        )
    infinite = figures.infinite or any(
        value is not None and math.isinf(value) for value in (figures.minimum, figures.maximum)
    )
    if kind == "FLOAT" and feature.float_domain.disallow_inf and infinite:
        yield _error(
            feature.name,
            "FLOAT_TYPE_HAS_INF",
            "Infinite values",
            f"{figures.infinite:,} values are infinite.",
        )


def check_measurement(measured: Measurement) -> Iterator[Anomaly]:
    """Yield an anomaly for a drift or skew over its threshold."""
    if measured.value <= measured.threshold:
        return
    names = {
        "L_INFTY": ("COMPARATOR_L_INFTY_HIGH", "L-infinity distance"),
        "JENSEN_SHANNON_DIVERGENCE": (
            "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH",
            "Jensen-Shannon divergence",
        ),
    }
    kind, distance = names[measured.measure]
    other = "the baseline" if measured.comparator == "drift" else "what is served"
    moved = measured.moved
    yield _error(
        moved.column,
        kind,
        f"High {measured.comparator}",
        f"The {distance} from {other} is {measured.value:.3g}, over {measured.threshold:g}; most "
        f"changed {moved.where}, from {moved.share_a:.1%} to {moved.share_b:.1%}.",
    )


def control_missing(column: str, comparator: str) -> Anomaly:
    """Return the anomaly of a column that the other side of a comparison lacks."""
    other = "baseline" if comparator == "drift" else "serving"
    return _error(
        column,
        "COMPARATOR_CONTROL_DATA_MISSING",
        f"{other.capitalize()} data missing",
        f"The {other} data lacks the column, so its {comparator} cannot be measured.",
    )


def _error(column: str, kind: str, short: str, description: str) -> Anomaly:
    severity: Severity = "ERROR"
    return Anomaly(column, kind, severity, short, description)


def _percent(part: float, whole: float) -> str:
    share = part / whole if whole else 0.0
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"
