"""What the statistics widget and the REST interface show of statistics, as JSON.

Times are in milliseconds since 1970, as a browser counts them. A number that JSON lacks does not
occur: the range of a column with infinite values is that of the finite ones, beside their number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.data.statistics.describing import BINS
from workbench.data.statistics.distributions import Distribution, shared_edges
from workbench.data.statistics.figures import FeatureStatistics

if TYPE_CHECKING:
    from workbench.data.drift import Drift
    from workbench.data.statistics import DatasetStatistics

_SHOWN = 20


def statistics_data(
    datasets: Sequence[DatasetStatistics], drift: Drift | None = None
) -> dict[str, Any]:
    """Return the features of one or more sets of rows, their histograms over the same bars.

    Parameters
    ----------
    datasets : sequence of DatasetStatistics
    drift : Drift, optional
        From the first to the last; measured here when there are two.
    """
    if drift is None and len(datasets) == 2:
        from workbench.data.drift import drift_of_statistics

        drift = drift_of_statistics(*datasets)
    moved = {} if drift is None else {each.column: each.jsd for each in drift.columns}
    by_name = [{feature.name: feature for feature in each.features} for each in datasets]
    names = list(dict.fromkeys(name for features in by_name for name in features))
    return {
        "datasets": [{"name": each.name, "rows": each.rows} for each in datasets],
        "features": [
            _feature(name, [features.get(name) for features in by_name], moved.get(name))
            for name in names
        ],
    }


def _feature(
    name: str, features: list[FeatureStatistics | None], drift: float | None
) -> dict[str, Any]:
    known = [each for each in features if each is not None]
    edges = None
    if len(known) > 1:
        spreads = [each.distribution for each in known if each.distribution is not None]
        edges = shared_edges(spreads, BINS) if spreads and known[0].type != "BOOL" else None
    return {
        "name": name,
        "type": known[0].type,
        "role": known[0].role,
        "stats": [None if each is None else _stats(each, edges) for each in features],
        "drift": drift,
    }


def _stats(feature: FeatureStatistics, edges: Any) -> dict[str, Any]:
    scale = 1000.0 if feature.type == "TIME" else 1.0

    def number(value: float | None) -> float | None:
        return None if value is None or not math.isfinite(value) else value / scale

    low, high = feature.minimum, feature.maximum
    if feature.infinite:
        low, high = (
            (feature.quantiles[0], feature.quantiles[-1]) if feature.quantiles else (None,) * 2
        )
    return {
        "count": feature.count,
        "missing": feature.missing,
        "zeros": feature.zeros,
        "infinite": feature.infinite,
        "mean": number(feature.mean),
        "std": number(feature.std),
        "min": number(low),
        "median": number(feature.median),
        "max": number(high),
        "unique": feature.unique,
        "top": [[value, count] for value, count in feature.top[:_SHOWN]],
        "histogram": [
            {"low": low / scale, "high": high / scale, "count": count}
            for low, high, count in _bars(feature, edges)
        ],
        "avg_length": feature.avg_length,
    }


def _bars(feature: FeatureStatistics, edges: Any) -> list[tuple[float, float, float]]:
    spread: Distribution | None = feature.distribution
    if edges is None or spread is None:
        return [(bar.low, bar.high, bar.count) for bar in feature.histogram]
    counts = spread.binned(edges)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), counts.round().tolist(), strict=True))
