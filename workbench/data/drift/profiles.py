"""How a column's values are spread, and the bins over which two such spreads are held together."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns import Family, family_of
from workbench.data.statistics.counting import distinct, finite_part, text_counts
from workbench.data.statistics.distributions import Distribution, Floats

if TYPE_CHECKING:
    from workbench.data.statistics.figures import FeatureStatistics

BINS = 20
FEW = 50


@dataclass(frozen=True)
class Profile:
    """How a column's values are spread: numbers in cells, or texts counted."""

    type: Family
    rows: int
    missing: int
    infinite: int = 0
    numbers: Distribution | None = None
    texts: dict[str, int] = field(default_factory=dict)
    other: int = 0


def profile_column(column: pa.ChunkedArray) -> Profile:
    """Return how a column's values are spread, exactly."""
    family = family_of(column.type)
    rows = len(column)
    if family == "STRING":
        values, counts = text_counts(column)
        texts = dict(zip(values.to_pylist(), counts.tolist(), strict=True))
        return Profile(family, rows, rows - sum(texts.values()), texts=texts)
    if family == "BOOL":
        true = int(pc.sum(column).as_py() or 0)
        present = rows - column.null_count
        texts = {"false": present - true, "true": true}
        return Profile(family, rows, column.null_count, texts=texts)
    values, counts, _ = distinct(column)
    finite = finite_part(values, counts)
    present = int(counts.sum())
    return Profile(family, rows, rows - present, present - finite.total, finite)


def profile_feature(feature: FeatureStatistics) -> Profile:
    """Return how a column's values are spread, as far as its statistics tell."""
    texts = dict(feature.top)
    other = feature.count - sum(texts.values()) if feature.type == "STRING" else 0
    return Profile(
        feature.type,
        feature.rows,
        feature.missing,
        feature.infinite,
        feature.distribution if feature.type != "BOOL" else None,
        texts,
        other,
    )


def shared_bins(a: Profile, b: Profile) -> tuple[list[str], Floats, Floats]:
    """Return the bins' labels, and how many of each column's rows lie in each.

    Each value is a bin where there are few, else twenty hold equal shares of both together; missing
    and infinite values have bins of their own.
    """
    texts = [each.texts for each in (a, b)]
    numbers = [
        each.numbers for each in (a, b) if each.numbers is not None and len(each.numbers.low)
    ]
    if any(texts) or not numbers:
        # Numbers against texts have no value in common, and share only the missing ones.
        named = list(dict.fromkeys([*texts[0], *texts[1]]))
        labels = [*named, "other texts", "numbers", "missing"]
        counts = [
            [
                *(each.texts.get(name, 0) for name in named),
                each.other,
                _of_numbers(each),
                each.missing,
            ]
            for each in (a, b)
        ]
        return labels, np.array(counts[0], float), np.array(counts[1], float)
    edges, labels = _edges(numbers, a.type)
    filled = [
        np.zeros(len(edges) - 1) if each.numbers is None else each.numbers.binned(edges)
        for each in (a, b)
    ]
    ends = [np.array([each.infinite, each.missing], float) for each in (a, b)]
    return (
        [*labels, "infinite", "missing"],
        np.concatenate([filled[0], ends[0]]),
        np.concatenate([filled[1], ends[1]]),
    )


def _of_numbers(profile: Profile) -> int:
    return 0 if profile.texts else profile.rows - profile.missing


def _edges(numbers: list[Distribution], family: Family) -> tuple[Floats, list[str]]:
    values = np.unique(np.concatenate([each.low for each in numbers]))
    if len(values) <= FEW and all(each.exact for each in numbers):
        edges = np.append(values, np.nextafter(values[-1], np.inf))
        return edges, [_label(value, family) for value in values]
    low = np.concatenate([each.high for each in numbers])
    weight = np.concatenate([each.counts / max(each.total, 1) for each in numbers])
    order = np.argsort(low, kind="stable")
    cumulative = np.cumsum(weight[order]) / len(numbers)
    places = np.searchsorted(cumulative, np.arange(1, BINS) / BINS)
    inner = low[order][np.minimum(places, len(low) - 1)]
    first = min(each.low[0] for each in numbers)
    last = max(each.high[-1] for each in numbers)
    edges = np.unique(np.concatenate([[first], inner, [last]]))
    labels = [_label(edge, family) for edge in edges]
    return edges, [f"{low} – {high}" for low, high in pairwise(labels)]


def _label(value: float, family: Family) -> str:
    if family == "TIME":
        return str(np.datetime64(int(value), "us").astype("datetime64[s]"))
    return f"{value:.6g}"
