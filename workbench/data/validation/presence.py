"""Whether a column is there, in enough rows, with as many values a row as expected.

Which condition raises which anomaly follows TFDV's ``feature_util.cc``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from workbench.data.statistics.figures import FeatureStatistics, ListFigures
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import Path
from workbench.data.validation.wording import counted, number, percent


def missing_column(path: Path) -> Anomaly:
    """Return the anomaly of a column that must be there and is not."""
    return found(path, "SCHEMA_MISSING_COLUMN", "Column dropped", "The column is not in the data.")


def new_column(path: Path, figures: FeatureStatistics) -> Anomaly:
    """Return the anomaly of a column that the schema does not have."""
    said = f"The column ({figures.type}) is in the data and not in the schema."
    return found(path, "SCHEMA_NEW_COLUMN", "New column", said)


def strayed_column(path: Path, environment: str | None) -> Anomaly:
    """Return the anomaly of a column that should not be there in this environment."""
    return found(
        path,
        "SCHEMA_NEW_COLUMN",
        "Column missing in environment",
        f"The column is in the data, and the schema does not expect it in {environment}.",
    )


def no_values(path: Path, figures: FeatureStatistics) -> Anomaly:
    """Return the anomaly of a required column without a value."""
    return found(
        path,
        "FEATURE_TYPE_NOT_PRESENT",
        "Column dropped",
        f"The column has no value in any of {counted(figures.rows, 'row')}.",
    )


def check_presence(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for too few rows with a value, or too small a share of them."""
    presence, count, rows = feature.presence, figures.count, figures.rows
    if count < presence.min_count:
        yield found(
            path,
            "FEATURE_TYPE_LOW_NUMBER_PRESENT",
            "Too few values",
            f"A value in {counted(count, 'row')}; at least {presence.min_count:,} were expected.",
        )
    share = 1.0 if not figures.missing else count / rows if rows else 0.0
    if presence.HasField("min_fraction") and (
        share < presence.min_fraction or (presence.min_fraction == 1.0 and figures.missing)
    ):
        expected = "all" if presence.min_fraction == 1 else f"at least {presence.min_fraction:.1%}"
        yield found(
            path,
            "FEATURE_TYPE_LOW_FRACTION_PRESENT",
            "Missing values",
            f"No value in {number(figures.missing)} of {counted(rows, 'row')} "
            f"({percent(figures.missing, rows)}); {expected} were expected to have one.",
        )


def check_lengths(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    """Yield anomalies for rows with fewer or more values than expected, or nested otherwise."""
    which = feature.WhichOneof("shape_type")
    levels = levels_of(figures)
    if which == "value_count":
        if len(levels) > 1:
            yield _nested(path, len(levels), 1)
        else:
            yield from _check_count(feature.value_count, levels[0], path, "")
    elif which == "value_counts":
        counts = feature.value_counts.value_count
        if len(counts) != len(levels):
            yield _nested(path, len(levels), len(counts))
            return
        for depth, (count, level) in enumerate(zip(counts, levels, strict=True)):
            yield from _check_count(count, level, path, f" at level {depth}")


def check_shape(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for a column that does not always have the one shape of the schema."""
    if feature.WhichOneof("shape_type") != "shape":
        return
    levels = levels_of(figures)
    expected = prod(each.size for each in feature.shape.dim)
    said = f"Every row should have {expected:,} value{'s' if expected != 1 else ''}"
    missing = figures.missing or any(each.missing for each in levels)
    varying = any(each.minimum != each.maximum or not each.minimum for each in levels)
    if missing or varying:
        what = "some have none" if missing else "the number varies"
        yield _misshapen(path, f"{said}, and {what}.")
    elif (actual := prod(each.minimum for each in levels)) != expected:
        yield _misshapen(path, f"{said}, and every row has {actual:,}.")


def check_unique(feature: Any, figures: FeatureStatistics, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for too few or too many distinct values, or where none were counted."""
    if not feature.HasField("unique_constraints"):
        return
    limits, unique = feature.unique_constraints, figures.unique
    if figures.type != "STRING" and not unique:
        yield found(
            path,
            "FEATURE_TYPE_NO_UNIQUE",
            "No unique values",
            f"The distinct values of {figures.type} were not counted.",
        )
        return
    if unique < limits.min:
        yield found(
            path,
            "FEATURE_TYPE_LOW_UNIQUE",
            "Few distinct values",
            f"{counted(unique, 'distinct value')}; at least {limits.min:,} were expected.",
        )
    if limits.HasField("max") and unique > limits.max:
        yield found(
            path,
            "FEATURE_TYPE_HIGH_UNIQUE",
            "Many distinct values",
            f"{counted(unique, 'distinct value')}; at most {limits.max:,} were expected.",
        )


def levels_of(figures: FeatureStatistics) -> tuple[ListFigures, ...]:
    """Return how many values a row has, a level of nesting each; a plain column has one."""
    one = ListFigures(figures.count, 0, 0, 1, 1, figures.count)
    return figures.lists or (one,)


def _check_count(count: Any, level: ListFigures, path: Path, where: str) -> Iterator[Anomaly]:
    if count.HasField("min") and level.minimum < count.min:
        yield found(
            path,
            "FEATURE_TYPE_LOW_NUMBER_VALUES",
            "Missing values",
            f"Some rows have {counted(level.minimum, 'value')}{where}; at least {count.min:,} were "
            "expected.",
        )
    if count.HasField("max") and level.maximum > count.max:
        yield found(
            path,
            "FEATURE_TYPE_HIGH_NUMBER_VALUES",
            "Superfluous values",
            f"Some rows have {counted(level.maximum, 'value')}{where}; at most {count.max:,} were "
            "expected.",
        )


def _nested(path: Path, actual: int, expected: int) -> Anomaly:
    return found(
        path,
        "VALUE_NESTEDNESS_MISMATCH",
        "Other nesting",
        f"Values are nested {actual} deep; the schema expects {expected}.",
    )


def _misshapen(path: Path, description: str) -> Anomaly:
    return found(path, "INVALID_FEATURE_SHAPE", "Other shape", description)
