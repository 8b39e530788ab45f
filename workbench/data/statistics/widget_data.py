"""What the statistics widget and the REST interface show of statistics, as JSON.

It stays small: the sets of rows share each column's bars and values, and each has a list of counts.
Times are in milliseconds since 1970, as a browser counts them. A number that JSON lacks does not
occur: the range of a column with infinite values is that of the finite ones, beside their number.
What is only drawn is rounded to what can be seen; what is read is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.data.statistics.drawn_bars import (
    bars,
    bent_edges,
    bounds,
    counts,
    is_whole,
    named,
    shared_bars,
    shared_values,
    unit_of,
)
from workbench.data.statistics.drawn_numbers import (
    Draw,
    cut,
    drawn_in,
    exact_in,
    present,
    significant,
)
from workbench.data.statistics.figures import (
    CrossFigures,
    DatasetStatistics,
    FeatureStatistics,
    ImageFigures,
    ListFigures,
    WordFigures,
)

if TYPE_CHECKING:
    from workbench.data.drift import Drift
    from workbench.data.statistics.distributions import Floats
    from workbench.data.validation.anomalies import Anomaly

_WORDS = 20
_PAIRS, _PAIRED = 150, 20

Json = dict[str, Any]


def statistics_data(
    datasets: Sequence[DatasetStatistics],
    drift: Drift | None = None,
    *,
    anomalies: Iterable[Anomaly] = (),
    edits: Mapping[str | int, str] | None = None,
) -> Json:
    """Return the features of one or more sets of rows, their histograms over the same bars.

    Parameters
    ----------
    datasets : sequence of DatasetStatistics
    drift : Drift, optional
        From the first to the last; measured here when there are two.
    anomalies : iterable of Anomaly
        What validation found, such as ``Anomalies``; shown at their columns.
    edits : dict of str or int to str, optional
        By column, or by an anomaly's place, the code of a schema edit that accepts it.
    """
    if drift is None and len(datasets) == 2:
        from workbench.data.drift import drift_of_statistics

        drift = drift_of_statistics(*datasets)
    moved = {} if drift is None else {each.column: each.jsd for each in drift.columns}
    reasons = _by_column(anomalies, edits or {})
    by_name = [{feature.name: feature for feature in each.features} for each in datasets]
    names = list(dict.fromkeys(name for features in by_name for name in features))
    features = [
        _feature([each.get(name) for each in by_name])
        | present(drift=significant(moved.get(name), 4), anomalies=reasons.pop(name, None))
        for name in names
    ]
    labels = [each["name"] for each in features if each.get("role") == "label"]
    cross = next((each.cross for each in datasets if each.cross), ())
    return {
        "datasets": [_dataset(each) for each in datasets],
        "features": features,
        **present(
            anomalies=[each for found in reasons.values() for each in found],
            pairs=_pairs(cross, labels),
        ),
    }


def _dataset(dataset: DatasetStatistics) -> Json:
    return {"name": dataset.name, "rows": dataset.rows} | present(
        weight=dataset.weight,
        weighted_rows=dataset.weighted_rows,
        sampled_from=dataset.sampled_from,
    )


def _by_column(
    anomalies: Iterable[Anomaly], edits: Mapping[str | int, str]
) -> dict[str, list[Json]]:
    """Return the anomalies of each column; the dataset's own are those of no column."""
    found: dict[str, list[Json]] = {}
    for place, each in enumerate(anomalies):
        code = edits.get(place, edits.get(each.column))
        reason = {
            "column": each.column,
            "kind": each.kind,
            "severity": each.severity,
            "short": each.short,
            "description": each.description,
        }
        found.setdefault(each.column, []).append(reason | present(code=code))
    return found


def _feature(features: list[FeatureStatistics | None]) -> Json:
    """Return a column's figures in each set of rows, and what the sets share."""
    known = [each for each in features if each is not None]
    first = known[0]
    ranked = first.categorical or first.type in ("STRING", "BOOL", "BYTES")
    edges = None if ranked else shared_bars(known)
    values = shared_values(known) if ranked else []
    unit = unit_of(known, edges)
    bent = None if edges is None or unit is None else bent_edges(edges, unit)
    draw = drawn_in(first.type, edges)
    shared = {} if edges is None else bounds(edges, draw)
    return {
        "name": first.name,
        "type": first.type,
        **present(
            role=first.role,
            path=first.path if len(first.path) > 1 else None,
            categorical=first.categorical,
            values=[cut(value) for value in values],
            unit=unit,
        ),
        **shared,
        "stats": [each and _stats(each, edges, bent, values, draw) for each in features],
    }


def _stats(
    feature: FeatureStatistics,
    edges: Floats | None,
    bent: Floats | None,
    values: list[str],
    draw: Draw,
) -> Json:
    exact = exact_in(feature.type)
    low, high = feature.minimum, feature.maximum
    if feature.infinite:
        finite = feature.quantiles or (None,)
        low, high = finite[0], finite[-1]
    return {
        "count": feature.count,
        "missing": feature.missing,
        "unique": feature.unique,
        **present(
            nan=feature.nan,
            zeros=feature.zeros,
            infinite=feature.infinite,
            mean=significant(exact(feature.mean), 10),
            std=significant(exact(feature.std), 10),
            min=exact(low),
            median=exact(feature.median),
            max=exact(high),
            approximate=feature.approximate,
            bars=bars(feature.histogram, feature.distribution, edges),
            bent_bars=bars(feature.histogram, feature.distribution, bent),
            counts=counts(named(feature), values, whole=is_whole(feature)),
            quantiles=[draw(each) for each in feature.quantiles],
            avg_length=significant(feature.avg_length, 6),
            min_length=feature.min_length,
            max_length=feature.max_length,
            invalid_utf8=feature.invalid_utf8,
            lists=[_list(each) for each in feature.lists],
            weighted=_weighted(feature, edges, values, draw),
            words=feature.words and _words(feature.words),
            images=feature.images and _images(feature.images),
        ),
    }


def _weighted(
    feature: FeatureStatistics, edges: Floats | None, values: list[str], draw: Draw
) -> Json | None:
    figures = feature.weighted
    if figures is None:
        return None
    exact = exact_in(feature.type)
    return {
        "count": significant(figures.count, 10),
        "missing": significant(figures.missing, 10),
        **present(
            mean=significant(exact(figures.mean), 10),
            std=significant(exact(figures.std), 10),
            median=exact(figures.median),
            bars=bars(figures.histogram, None, edges),
            counts=counts(figures.top, values, whole=is_whole(feature)),
            quantiles=[draw(each) for each in figures.quantiles],
        ),
    }


def _list(figures: ListFigures) -> Json:
    return {
        "count": figures.count,
        "missing": figures.missing,
        "empty": figures.empty,
        "min": figures.minimum,
        "max": figures.maximum,
        "total": figures.total,
        "quantiles": [significant(each, 6) for each in figures.quantiles],
    }


def _words(figures: WordFigures) -> Json:
    return {
        "count": figures.count,
        "mean": significant(figures.mean, 6),
        "unique": figures.unique,
        "top": [[cut(word), count] for word, count in figures.top[:_WORDS]],
    }


def _images(figures: ImageFigures) -> Json:
    return {
        "formats": figures.formats,
        "modes": figures.modes,
        "unreadable": figures.unreadable,
        "widths": [significant(each, 6) for each in figures.widths],
        "heights": [significant(each, 6) for each in figures.heights],
        "max_bytes": figures.max_bytes,
    }


def _pairs(cross: Sequence[CrossFigures], labels: list[str]) -> list[list[Any]]:
    """Return pairs of columns as [a, b, correlation, mutual information], the strongest first.

    Of many, those of the label, the strongest, and all between the columns that these name most.
    """
    ordered = sorted(cross, key=lambda pair: (-_strength(pair), pair.a, pair.b))
    of_label = [pair for pair in ordered if pair.a in labels or pair.b in labels]
    named = dict.fromkeys(name for pair in ordered for name in (pair.a, pair.b))
    among = {*list(named)[:_PAIRED], *labels}
    between = [pair for pair in ordered if pair.a in among and pair.b in among]
    chosen = {*of_label[:_PAIRS], *ordered[:_PAIRS], *between}
    return [
        [
            pair.a,
            pair.b,
            significant(pair.correlation, 4),
            significant(pair.mutual_information, 4),
        ]
        for pair in ordered
        if pair in chosen
    ]


def _strength(pair: CrossFigures) -> float:
    """Return bits shared: of a correlation, what two normal variables with it share."""
    square = min((pair.correlation or 0.0) ** 2, 1 - 1e-12)
    return max(pair.mutual_information or 0.0, -0.5 * math.log2(1 - square))
