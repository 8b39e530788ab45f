"""How far a column moved from the data before, or from the data served, held against thresholds.

Shares are of values: what is missing is told by presence. The measures follow TFDV's
``metrics.cc``, but for numbers, of which bins are finer here, and for NaN, which it takes for a
difference even where both sides have as many. Spreads are those of statistics, in which whole
numbers beyond 2^53 are doubles; ``wb.drift`` compares them exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.data.drift.measures import jensen_shannon, shares
from workbench.data.drift.profiles import Profile, profile_feature, shared_bins
from workbench.data.schemas.expectations import MEASURES
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.anomalies import Anomaly, Comparator, Measure, Measurement, found
from workbench.data.validation.evidence import Evidence, Path

_MEASURES: dict[str, Measure] = {
    MEASURES[0]: "L_INFTY",
    MEASURES[1]: "JENSEN_SHANNON_DIVERGENCE",
    MEASURES[2]: "NORMALIZED_ABSOLUTE_DIFFERENCE",
}
_SAID: dict[Measure, str] = {
    "L_INFTY": "L-infinity distance",
    "JENSEN_SHANNON_DIVERGENCE": "Jensen-Shannon divergence",
    "NORMALIZED_ABSOLUTE_DIFFERENCE": "normalised absolute difference",
}
_OTHERS: dict[Comparator, str] = {"drift": "the baseline", "skew": "what is served"}

Controls = Mapping[Comparator, Evidence]


def thresholds_of(feature: Any, comparator: Comparator) -> dict[Measure, float]:
    """Return the thresholds that a feature sets, by measure."""
    limits = getattr(feature, f"{comparator}_comparator")
    return {
        measure: getattr(limits, field).threshold
        for field, measure in _MEASURES.items()
        if getattr(limits, field).HasField("threshold")
    }


def measure_feature(
    feature: Any, figures: FeatureStatistics, controls: Controls, path: Path
) -> Iterator[Measurement]:
    """Yield what was measured of a column that has thresholds and that the other side has."""
    for comparator, control in controls.items():
        thresholds = thresholds_of(feature, comparator)
        other = control.columns.get(path)
        if not thresholds or other is None:
            continue
        before, after = (_values_only(profile_feature(each)) for each in (other, figures))
        bins = shared_bins(before, after)
        for name, threshold in thresholds.items():
            if name == "JENSEN_SHANNON_DIVERGENCE" and _is_text(other) != _is_text(figures):
                continue  # numbers have no value in common with texts, and their type says so
            value, place = _value(name, bins.a, bins.b)
            edges = bins.edges if bins.edges is not None and place + 1 < len(bins.edges) else None
            yield Measurement(
                comparator,
                name,
                path,
                value,
                threshold,
                bins.labels[place],
                float(shares(bins.a)[place]),
                float(shares(bins.b)[place]),
                None if edges is None else (float(edges[place]), float(edges[place + 1])),
            )


def check_measurement(measured: Measurement) -> Iterator[Anomaly]:
    """Yield an anomaly for a drift or skew over its threshold."""
    if measured.value <= measured.threshold:
        return
    suffix = measured.measure
    said = _SAID[measured.measure]
    yield found(
        measured.path,
        f"COMPARATOR_{suffix}_HIGH",
        f"High {measured.comparator}",
        f"The {said} from {_OTHERS[measured.comparator]} is {measured.value:.3g}, over "
        f"{measured.threshold:g}; most changed {measured.where}, from {measured.before:.1%} to "
        f"{measured.after:.1%}.",
    )


def check_controls(feature: Any, controls: Controls, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for each side of a comparison that lacks the column."""
    for comparator, control in controls.items():
        if thresholds_of(feature, comparator) and path not in control.columns:
            other = "baseline" if comparator == "drift" else "serving"
            yield found(
                path,
                "COMPARATOR_CONTROL_DATA_MISSING",
                f"{other.capitalize()} data missing",
                f"The {other} data lacks the column, so its {comparator} cannot be measured.",
            )


def check_treatment(feature: Any, controls: Controls, path: Path) -> Iterator[Anomaly]:
    """Yield an anomaly for a column to be compared that only the other side has."""
    compared = [
        comparator
        for comparator, control in controls.items()
        if thresholds_of(feature, comparator) and path in control.columns
    ]
    if compared:
        yield found(
            path,
            "COMPARATOR_TREATMENT_DATA_MISSING",
            "Data missing",
            f"The data lacks the column, so its {' and '.join(compared)} cannot be measured.",
        )


def _is_text(figures: FeatureStatistics) -> bool:
    return figures.type in ("STRING", "BYTES")


def _values_only(profile: Profile) -> Profile:
    return replace(profile, rows=profile.rows - profile.missing, missing=0)


def _value(
    name: Measure, before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]
) -> tuple[float, int]:
    """Return a measure's value and the bin that differs most."""
    p, q = shares(before), shares(after)
    change = np.abs(p - q)
    if name == "JENSEN_SHANNON_DIVERGENCE":
        return jensen_shannon(p, q), int(change.argmax())
    if name == "NORMALIZED_ABSOLUTE_DIFFERENCE":
        total = before.sum() + after.sum()
        change = np.abs(before - after) / (total or 1.0)
    return float(change.max()), int(change.argmax())
