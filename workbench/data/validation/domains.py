"""Whether a column's values are of the type and in the domain that the schema says.

Which condition raises which anomaly follows TFDV's ``…_domain_util.cc``, but for whole numbers
where any are expected: a column of whole delays is INT on a day when none is missing, and FLOAT on
others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.data.schemas import domain_of, type_of
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import Path
from workbench.data.validation.wording import counted, number, percent

NAMED = 10
_PHYSICAL = {"BOOL": "INT", "TIME": "INT", "STRING": "BYTES", "LIST": "BYTES"}
_INT = re.compile(r"\s*[-+]?\d+\s*")
_FLOAT = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+|inf(inity)?|nan)(e[-+]?\d+)?\s*", re.IGNORECASE)


def check_type(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for a column of another type."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    expected, actual = schema_pb2.FeatureType.Name(feature.type), physical(figures)
    if not feature.HasField("type") or expected == actual or (expected, actual) == ("FLOAT", "INT"):
        return
    example = f", such as {figures.top[0][0]!r}" if figures.top else ""
    yield found(
        path,
        "UNEXPECTED_DATA_TYPE",
        "Unexpected data type",
        f"Expected {type_of(feature) or expected}, found {figures.type}{example}.",
    )


def physical(figures: FeatureStatistics) -> str:
    """Return a column's type as a schema's message knows it: BYTES, INT, FLOAT or STRUCT."""
    return _PHYSICAL.get(figures.type, figures.type)


def check_domain(
    proto: Any, feature: Any, figures: FeatureStatistics, path: Path
) -> Iterator[Anomaly]:
    """Yield anomalies for values outside the domain."""
    which = feature.WhichOneof("domain_info")
    if figures.type == "BYTES" and which in _NOT_OF_BYTES:
        yield found(
            path,
            "DOMAIN_INVALID_FOR_TYPE",
            "Invalid domain type",
            f"The values are bytes, which no {which} describes.",
        )
    elif which in ("domain", "string_domain"):
        yield from _check_texts(proto, feature, figures, path)
    elif which == "bool_domain":
        yield from _check_truth(feature, figures, path)
    elif which == "int_domain":
        yield from _check_whole(feature.int_domain, figures, path)
    elif which == "float_domain":
        yield from _check_float(feature.float_domain, figures, path)


_NOT_OF_BYTES = (
    "domain",
    "string_domain",
    "bool_domain",
    "int_domain",
    "float_domain",
    "struct_domain",
    "mid_domain",
    "time_domain",
)


def texts_of(figures: FeatureStatistics) -> tuple[tuple[str, int], ...]:
    """Return a column's most frequent texts; truth values are none, categories are."""
    text = figures.type == "STRING" or (figures.type == "INT" and figures.categorical)
    return figures.top if text else ()


def _check_texts(
    proto: Any, feature: Any, figures: FeatureStatistics, path: Path
) -> Iterator[Anomaly]:
    if figures.invalid_utf8:
        yield found(
            path,
            "ENUM_TYPE_INVALID_UTF8",
            "Invalid UTF-8",
            f"No text in UTF-8 in {counted(figures.invalid_utf8, 'row')}.",
        )
        return
    texts = texts_of(figures)
    domain = domain_of(proto, feature)
    known = set(domain.value) if domain is not None else set()
    odd = [(value, count) for value, count in texts if value not in known]
    # Beyond the most frequent ones values have no name: so many of them at least are not known.
    unnamed = figures.unique - len(texts) if texts else 0
    hidden = max(0, unnamed - len(known - {value for value, _ in texts}))
    total = values_in(figures)
    mass: float = sum(count for _, count in odd)
    if hidden:
        mass += max(0, total - sum(count for _, count in texts))
    limits = feature.distribution_constraints
    allowed = 1.0 - limits.min_domain_mass if limits.HasField("min_domain_mass") else 0.0
    if not (odd or hidden) or (allowed and mass / total <= allowed):
        return
    named = [f"{value!r} ({number(count)})" for value, count in odd[:NAMED]]
    more = len(odd) - len(named) + hidden
    named += [f"and {more:,} more"] if more else []
    yield found(
        path,
        "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
        "Unexpected string values",
        f"Values not in the schema in {counted(mass, 'value' if figures.lists else 'row')} "
        f"({percent(mass, total)}): {', '.join(named)}.",
    )


def values_in(figures: FeatureStatistics) -> float:
    """Return how many values there are in all rows together."""
    return figures.lists[-1].total if figures.lists else figures.count


def _check_truth(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    domain = feature.bool_domain
    words = [
        getattr(domain, name) for name in ("true_value", "false_value") if domain.HasField(name)
    ]
    text = figures.type == "STRING"
    if bool(words) != text and (text is (feature.type == 1)) and figures.type != "STRUCT":
        said = "says no word for true or false" if text else f"says {words} for true or false"
        yield found(
            path,
            "BOOL_TYPE_INVALID_CONFIG",
            "Invalid domain",
            f"The values are {figures.type}, and the schema {said}.",
        )
    if text:
        odd = [value for value, _ in figures.top if value not in words]
        if odd:
            yield found(
                path,
                "BOOL_TYPE_UNEXPECTED_STRING",
                "Non-boolean values",
                f"Found {odd[0]!r} instead of {' or '.join(map(repr, words)) or 'a truth value'}.",
            )
    elif figures.type in ("INT", "TIME") and figures.minimum is not None:
        if figures.minimum < 0:
            yield _not_truth(path, "BOOL_TYPE_SMALL_INT", figures.minimum)
        elif (figures.maximum or 0) > 1:
            yield _not_truth(path, "BOOL_TYPE_BIG_INT", figures.maximum or 0)
    elif figures.type == "FLOAT":
        odd_number = _no_truth(figures)
        if odd_number is not None:
            yield _not_truth(path, "BOOL_TYPE_UNEXPECTED_FLOAT", odd_number)


def _not_truth(path: Path, kind: str, value: float) -> Anomaly:
    said = f"Numbers such as {value:g} are neither 0 nor 1."
    return found(path, kind, "Non-boolean values", said)


def _no_truth(figures: FeatureStatistics) -> float | None:
    """Return a number that is neither 0 nor 1, as far as the figures show one."""
    for value in (figures.minimum, figures.maximum):
        if value is not None and value not in (0, 1):
            return value
    if figures.nan:
        return math.nan
    spread = figures.distribution
    if spread is not None:
        between = (spread.low > 0) & (spread.high < 1) & (spread.counts > 0)
        if between.any():
            return float(spread.low[between][0])
    return None


def _check_whole(domain: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    labels = [value for value, _ in texts_of(figures)]
    if figures.type == "STRING" or (labels and figures.minimum is None):
        wrong = next((value for value in labels if not is_whole(value)), None)
        if wrong is not None:
            yield found(
                path,
                "INT_TYPE_NOT_INT_STRING",
                "Invalid values",
                f"Texts that are no whole numbers were found, such as {wrong!r}.",
            )
            return
        values = [int(value) for value in labels]
        low: float | None = min(values, default=None)
        high: float | None = max(values, default=None)
    elif figures.type in ("INT", "BOOL", "TIME"):
        low, high = figures.minimum, figures.maximum
    else:
        return
    bounded = domain.HasField("min") or domain.HasField("max")
    far = [value for value in (low, high) if value is not None and not -(2**63) <= value < 2**63]
    if far and bounded:
        yield found(
            path,
            "DOMAIN_INVALID_FOR_TYPE",
            "Invalid values",
            f"{far[0]} is no 64-bit number, so the range cannot hold it.",
        )
        return
    yield from _check_range(domain, low, high, path, "INT")


def is_whole(text: str) -> bool:
    """Return whether a text is a whole number of 64 bits, written out."""
    return _INT.fullmatch(text) is not None and -(2**63) <= int(text) < 2**63


def _check_float(domain: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    texts = [value for value, _ in figures.top] if figures.type == "STRING" else []
    wrong = next((value for value in texts if _FLOAT.fullmatch(value) is None), None)
    numbers = [float(value) for value in texts if _FLOAT.fullmatch(value) is not None]
    nan = figures.nan if figures.type == "FLOAT" else sum(map(math.isnan, numbers))
    if domain.disallow_nan and nan:
        yield found(path, "FLOAT_TYPE_HAS_NAN", "NaN values", f"NaN in {counted(nan, 'row')}.")
    if wrong is not None:
        yield found(
            path,
            "FLOAT_TYPE_STRING_NOT_FLOAT",
            "Invalid values",
            f"Texts that are no numbers were found, such as {wrong!r}.",
        )
        return
    known = [value for value in numbers if not math.isnan(value)]
    if figures.type in ("FLOAT", "INT"):
        low, high = figures.minimum, figures.maximum
    else:
        low, high = (min(known), max(known)) if known else (None, None)
    yield from _check_range(domain, low, high, path, "FLOAT")
    infinite = any(value is not None and math.isinf(value) for value in (low, high))
    if domain.disallow_inf and (infinite or figures.infinite):
        where = counted(figures.infinite, "row") if figures.infinite else "some rows"
        yield found(path, "FLOAT_TYPE_HAS_INF", "Infinite values", f"Infinite in {where}.")


def _check_range(
    domain: Any, low: float | None, high: float | None, path: Path, kind: str
) -> Iterator[Anomaly]:
    def held(value: float) -> float:
        # The message holds bounds in single precision, in which 0.1 is more than 0.1.
        return float(np.float32(value)) if kind == "FLOAT" else value

    with np.errstate(over="ignore"):
        if domain.HasField("min") and low is not None and held(low) < domain.min:
            yield found(
                path,
                f"{kind}_TYPE_SMALL_{kind}",
                "Out-of-range values",
                f"The least value is {low:g}, below {domain.min:g}.",
            )
        if domain.HasField("max") and high is not None and held(high) > domain.max:
            yield found(
                path,
                f"{kind}_TYPE_BIG_{kind}",
                "Out-of-range values",
                f"The greatest value is {high:g}, above {domain.max:g}.",
            )
