"""Images and language: what their domains ask of values, and values that turn out to be such.

Which condition raises which anomaly follows TFDV's ``image_domain_util.cc``,
``natural_language_domain_util.cc`` and ``custom_domain_util.cc``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.statistics.images import Images
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import Evidence, LanguageFigures, Path, TokenFigures

# What TensorFlow decodes.
_SUPPORTED = ("JPEG", "PNG", "GIF", "BMP")


def check_semantics(
    feature: Any, figures: FeatureStatistics, evidence: Evidence, path: Path
) -> Iterator[Anomaly]:
    """Yield anomalies of images and of language."""
    which = feature.WhichOneof("domain_info")
    if which == "image_domain":
        yield from _check_images(feature.image_domain, figures, path)
    elif which == "natural_language_domain":
        yield from _check_language(feature.natural_language_domain, evidence, path)
    elif which is None and path in evidence.domains:
        yield found(
            path,
            "SEMANTIC_DOMAIN_UPDATE",
            "Values have a meaning",
            f"The values are those of {evidence.domains[path]}, which the schema does not say.",
        )


def supported_share(figures: FeatureStatistics) -> float | None:
    """Return the share of images that TensorFlow decodes, or None if none were looked at."""
    images = figures.images
    if images is None or not (total := sum(images.formats.values()) + images.unreadable):
        return None
    known = (count for name, count in images.formats.items() if name.upper() in _SUPPORTED)
    return sum(known) / total


def decodes(value: bytes) -> bool:
    """Return whether TensorFlow decodes an image, by what its first bytes say.

    Raises
    ------
    Unavailable
        If Pillow is not installed.
    """
    found = Images.of(pa.chunked_array([pa.array([value], pa.binary())]), 1)
    return any(name.upper() in _SUPPORTED for name in found.formats)


def largest_bytes(figures: FeatureStatistics) -> int:
    """Return how many bytes the largest value has."""
    return max(figures.images.max_bytes if figures.images else 0, figures.max_length or 0)


def _check_images(domain: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    share = supported_share(figures)
    least = domain.minimum_supported_image_fraction
    if share is not None and np.float32(share) < least:
        yield found(
            path,
            "LOW_SUPPORTED_IMAGE_FRACTION",
            "Unreadable images",
            f"{share:.1%} of values are images that TensorFlow decodes; at least {least:.1%} were "
            "expected.",
        )
    largest = largest_bytes(figures)
    if domain.HasField("max_image_byte_size") and largest > domain.max_image_byte_size:
        yield found(
            path,
            "MAX_IMAGE_BYTE_SIZE_EXCEEDED",
            "Large images",
            f"The largest has {largest:,} bytes; at most {domain.max_image_byte_size:,} were "
            "expected.",
        )


def token_of(constraint: Any) -> str | int | None:
    """Return the token that a constraint is about."""
    which = constraint.WhichOneof("value")
    return None if which is None else getattr(constraint, which)


def asks(domain: Any) -> bool:
    """Return whether a language domain asks for figures of language."""
    coverage = domain.coverage
    covered = coverage.HasField("min_coverage") or coverage.HasField("min_avg_token_length")
    return bool(covered or domain.token_constraints)


def _check_language(domain: Any, evidence: Evidence, path: Path) -> Iterator[Anomaly]:
    figures = evidence.language.get(path)
    if figures is None:
        if asks(domain):
            yield _not_available(path)
        return
    yield from _check_coverage(domain.coverage, figures, path)
    for constraint in domain.token_constraints:
        token = token_of(constraint)
        if token is None:
            continue
        if token not in figures.tokens:
            yield _not_available(path)
            return
        yield from _check_token(constraint, figures.tokens[token], token, path)


def _check_coverage(limits: Any, figures: LanguageFigures, path: Path) -> Iterator[Anomaly]:
    # The message holds bounds in single precision, in which 0.4 is more than 0.4.
    if limits.HasField("min_coverage") and np.float32(figures.coverage) < limits.min_coverage:
        yield found(
            path,
            "FEATURE_COVERAGE_TOO_LOW",
            "Few known words",
            f"The vocabulary has {figures.coverage:.1%} of the tokens; at least "
            f"{limits.min_coverage:.1%} were expected.",
        )
    least = limits.min_avg_token_length
    if limits.HasField("min_avg_token_length") and np.float32(figures.token_length) < least:
        yield found(
            path,
            "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH",
            "Short words",
            f"A token has {figures.token_length:.3g} characters on average; at least {least:.3g} "
            "were expected.",
        )


def _check_token(
    limits: Any, figures: TokenFigures, token: str | int, path: Path
) -> Iterator[Anomaly]:
    rows = (
        ("min_fraction_of_sequences", "TOO_SMALL_FRACTION", figures.share, "of sequences have"),
        ("max_fraction_of_sequences", "TOO_LARGE_FRACTION", figures.share, "of sequences have"),
        ("min_per_sequence", "TOO_FEW_OCCURRENCES", figures.least, "times at least occurs"),
        ("max_per_sequence", "TOO_MANY_OCCURRENCES", figures.most, "times at most occurs"),
    )
    for field, kind, value, how in rows:
        if not limits.HasField(field):
            continue
        limit, held = getattr(limits, field), np.float32(value)
        if held < limit if field.startswith("min") else held > limit:
            bound = "least" if field.startswith("min") else "most"
            yield found(
                path,
                f"SEQUENCE_VALUE_{kind}",
                "Frequency of a token",
                f"{value:.4g} {how} {token!r}; at {bound} {limit:.4g} was expected.",
            )


def _not_available(path: Path) -> Anomaly:
    return found(
        path,
        "STATS_NOT_AVAILABLE",
        "Not looked at",
        "What the schema says of the language cannot be checked: its figures were not taken.",
    )
