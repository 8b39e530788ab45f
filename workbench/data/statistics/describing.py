"""Exact figures of one column; all of them follow from how often each value occurs.

Quantiles are NumPy's (linear between neighbours); the standard deviation is the population's, as in
TFDV and facets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns import Family, family_of
from workbench.data.statistics.counting import distinct, finite_part, text_counts
from workbench.data.statistics.distributions import Distribution, equal_edges
from workbench.data.statistics.figures import Bucket, FeatureStatistics

BINS = 20
TOP = 1000


def describe(name: str, column: pa.ChunkedArray, role: str | None = None) -> FeatureStatistics:
    """Return the figures of a column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> describe("delay", pa.chunked_array([[1.0, None, 3.0]])).mean
    2.0
    """
    family = family_of(column.type)
    if family == "STRING":
        return _describe_text(name, column, role)
    if family == "BOOL":
        return _describe_bools(name, column, role)
    return _describe_numbers(name, family, column, role)


def _describe_numbers(
    name: str, family: Family, column: pa.ChunkedArray, role: str | None
) -> FeatureStatistics:
    values, counts, nan = distinct(column)
    rows, count = len(column), int(counts.sum())
    known: dict[str, Any] = {
        "rows": rows,
        "count": count,
        "missing": rows - count,
        "nan": nan,
        "role": role,
    }
    if not count:
        return FeatureStatistics(name, family, **known)
    finite = finite_part(values, counts)
    known |= {
        "zeros": 0 if family == "TIME" else int(counts[values == 0].sum()),
        "infinite": count - finite.total,
        "minimum": values[0].item(),
        "maximum": values[-1].item(),
        "unique": len(values),
    }
    if finite.total:
        known |= _moments(finite)
    return FeatureStatistics(name, family, **known)


def _moments(finite: Distribution) -> dict[str, Any]:
    values, counts, total = finite.low, finite.counts, finite.total
    # Shares, not sums: the sum of large values may leave what a float holds, their mean does not.
    shares = counts / total
    mean = float(np.clip(np.sum(values * shares), values[0], values[-1]))
    scale = float(np.abs(values - mean).max()) or 1.0
    std = scale * float(np.sqrt(np.sum(((values - mean) / scale) ** 2 * shares)))
    quantiles = _quantiles(finite, np.linspace(0.0, 1.0, 11))
    edges = equal_edges(values[0], values[-1], BINS)
    bars = finite.binned(edges)
    return {
        "mean": mean,
        "std": std,
        "median": quantiles[5],
        "quantiles": tuple(quantiles),
        "histogram": _buckets(edges, bars),
        "distribution": finite.compressed(),
    }


def _buckets(edges: npt.NDArray[np.float64], bars: npt.NDArray[np.float64]) -> tuple[Bucket, ...]:
    return tuple(map(Bucket, edges[:-1].tolist(), edges[1:].tolist(), bars.tolist()))


def _quantiles(finite: Distribution, shares: npt.NDArray[np.float64]) -> list[float]:
    positions = shares * (finite.total - 1)
    below = np.floor(positions).astype(np.int64)
    cumulative = np.cumsum(finite.counts)
    low = finite.low[np.searchsorted(cumulative, below, side="right")]
    high = finite.low[
        np.searchsorted(cumulative, np.minimum(below + 1, finite.total - 1), side="right")
    ]
    part = positions - below
    return [float(value) for value in low * (1 - part) + high * part]


def _describe_text(name: str, column: pa.ChunkedArray, role: str | None) -> FeatureStatistics:
    values, counts = text_counts(column)
    rows, count = len(column), int(counts.sum())
    length = None
    if count:
        lengths = pc.utf8_length(values).to_numpy(zero_copy_only=False)
        length = float((lengths * counts).sum() / count)
    return FeatureStatistics(
        name,
        "STRING",
        rows,
        count,
        rows - count,
        unique=len(values),
        top=tuple(zip(values[:TOP].to_pylist(), counts[:TOP].tolist(), strict=True)),
        avg_length=length,
        role=role,
    )


def _describe_bools(name: str, column: pa.ChunkedArray, role: str | None) -> FeatureStatistics:
    rows, count = len(column), len(column) - column.null_count
    if not count:
        return FeatureStatistics(name, "BOOL", rows, 0, rows, role=role)
    true = int(pc.sum(column).as_py())
    occurring = {0: count - true, 1: true}
    values = np.array([value for value, n in occurring.items() if n], dtype=np.float64)
    counts = np.array([n for n in occurring.values() if n], dtype=np.int64)
    known = _moments(Distribution(values, values, counts))
    ranked = sorted(((-n, ("false", "true")[value]) for value, n in occurring.items() if n))
    known["histogram"] = (Bucket(0.0, 0.5, float(count - true)), Bucket(0.5, 1.0, float(true)))
    return FeatureStatistics(
        name,
        "BOOL",
        rows,
        count,
        rows - count,
        zeros=count - true,
        minimum=float(values[0]),
        maximum=float(values[-1]),
        unique=len(values),
        top=tuple((label, -n) for n, label in ranked),
        role=role,
        **known,
    )
