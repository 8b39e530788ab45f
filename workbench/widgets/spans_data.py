"""How each column is spread in one span of rows after another, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.statistics.distributions import Distribution, Floats
from workbench.widgets.drawing import moment

if TYPE_CHECKING:
    from workbench.data.statistics import DatasetStatistics
    from workbench.data.statistics.figures import FeatureStatistics

BINS = 24
TOP = 11
_TAIL = 0.01
#: Shares travel as whole numbers: as fine as a picture shows, and short.
UNIT = 10_000


def spans_data(name: str, spans: Sequence[tuple[str, DatasetStatistics]]) -> dict[str, Any]:
    """Return the columns of several spans, each in bins that all spans share.

    Parameters
    ----------
    name : str
        What the rows are called.
    spans : sequence of (str, DatasetStatistics)
        In their order in time.

    Returns
    -------
    dict
        ``name``; ``spans`` with ``name`` and ``rows``; ``columns`` with ``name``, ``type``,
        ``role``, ``kind`` (ranges, numbers, values or none), ``marks`` (the edges of ranges, one
        more than there are bins; else the bins' values, an empty one for all others), and by span
        ``shares`` of the rows by bin in ten-thousandths, ``missing`` likewise, ``mean``, and
        ``moved``: the Jensen-Shannon divergence from the span before.
    """
    by_name = [{each.name: each for each in part.features} for _, part in spans]
    names = list(dict.fromkeys(column for features in by_name for column in features))
    rows = [part.rows for _, part in spans]
    return {
        "name": name,
        "spans": [{"name": label, "rows": part.rows} for label, part in spans],
        "columns": [
            _column(column, [features.get(column) for features in by_name], rows)
            for column in names
        ],
    }


def _column(name: str, features: list[FeatureStatistics | None], rows: list[int]) -> dict[str, Any]:
    known = [each for each in features if each is not None]
    kind, marks, counts = _binned(features, known)
    missing = np.array(
        [
            total if each is None else each.missing
            for each, total in zip(features, rows, strict=True)
        ],
        dtype=np.float64,
    )
    totals = np.maximum(np.array(rows, dtype=np.float64), 1.0)
    shares = counts / totals[:, None]
    whole = np.column_stack([shares, missing / totals])
    scale = 1000.0 if known[0].type == "TIME" else 1.0
    means = [None if each is None or each.mean is None else each.mean / scale for each in features]
    return {
        "name": name,
        "type": known[0].type,
        "role": known[0].role,
        "kind": kind,
        "marks": marks,
        "shares": np.rint(shares * UNIT).astype(int).tolist(),
        "missing": np.rint(missing / totals * UNIT).astype(int).tolist(),
        "mean": means,
        "moved": [None, *np.round(divergence(whole[:-1], whole[1:]), 5).tolist()][: len(rows)],
    }


def divergence(p: Floats, q: Floats) -> Floats:
    """Return the Jensen-Shannon divergence in bits of each row of shares from the other's.

    Parameters
    ----------
    p, q : float64[n, m]

    Returns
    -------
    float64[n]
    """
    middle = (p + q) / 2

    def bits(share: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(share > 0, share * np.log2(share / middle), 0.0).sum(axis=1))

    return np.asarray(np.clip((bits(p) + bits(q)) / 2, 0.0, 1.0))


def _binned(
    features: list[FeatureStatistics | None], known: list[FeatureStatistics]
) -> tuple[str, list[str], Floats]:
    """Return the kind of bins, what stands at them, and float64[spans, bins] of counts."""
    if any(each.top for each in known):
        return _values(features, known)
    spreads = [each.distribution for each in known if each.distribution is not None]
    spreads = [each for each in spreads if len(each.counts)]
    if not spreads:
        return "none", [], np.zeros((len(features), 0))
    edges, values = _edges(spreads, is_time=known[0].type == "TIME")
    counts = np.zeros((len(features), len(edges) - 1))
    for place, feature in enumerate(features):
        if feature is not None and feature.distribution is not None and feature.count:
            counts[place] = feature.distribution.binned(edges)
    if values is not None:
        return "numbers", _words(values, known[0].type), counts
    return "ranges", _words(edges, known[0].type), counts


def _values(
    features: list[FeatureStatistics | None], known: list[FeatureStatistics]
) -> tuple[str, list[str], Floats]:
    totals: dict[str, int] = {}
    for each in known:
        for value, count in each.top:
            totals[value] = totals.get(value, 0) + count
    ranked = sorted(totals, key=lambda value: (-totals[value], value))
    shown = ranked if len(ranked) <= TOP + 1 else ranked[:TOP]
    counts = np.zeros((len(features), len(shown) + 1))
    for place, feature in enumerate(features):
        if feature is not None:
            here = dict(feature.top)
            counts[place, :-1] = [here.get(value, 0) for value in shown]
            counts[place, -1] = max(0, feature.count - counts[place, :-1].sum())
    if not counts[:, -1].any():
        return "values", shown, counts[:, :-1]
    return "values", [*shown, ""], counts  # the empty label stands for all others


def _edges(spreads: list[Distribution], *, is_time: bool) -> tuple[Floats, Floats | None]:
    """Return the edges of bins over the middle of all spreads, the outermost reaching to the ends.

    Where there are few values, each has a bin, and they come too.
    """
    values = np.unique(np.concatenate([each.low for each in spreads]))
    if len(values) <= BINS and all(each.exact for each in spreads):
        edges = np.append(values, np.nextafter(values[-1], np.inf))
        return edges, values
    first, last = min(each.low[0] for each in spreads), max(each.high[-1] for each in spreads)
    middles = np.concatenate([(each.low + each.high) / 2 for each in spreads])
    weights = np.concatenate([each.counts for each in spreads]).astype(np.float64)
    order = np.argsort(middles, kind="stable")
    ranks = np.cumsum(weights[order]) / weights.sum()
    low, high = middles[order][np.searchsorted(ranks, [_TAIL, 1 - _TAIL])]
    if low == high:
        low, high = first, last
    edges = np.linspace(low, high, BINS + 1)
    if not is_time:
        edges = _rounded(edges)
    return np.unique(np.concatenate([[first], edges[1:-1], [last]])), None


def _rounded(edges: Floats) -> Floats:
    """Return edges a round step apart, so that their labels are short."""
    raw = (edges[-1] - edges[0]) / BINS
    size = 10.0 ** np.floor(np.log10(raw))
    step = size * next(each for each in (1, 2, 2.5, 5, 10) if each * size >= raw * 0.999)
    start = np.floor(edges[0] / step) * step
    return np.asarray(np.round(np.arange(start, edges[-1] + step, step), 12))


def _words(values: Floats, family: str) -> list[str]:
    if family != "TIME":
        return [f"{value:,.6g}".replace("-", "−") for value in values.tolist()]
    words = [moment(value / 1000) for value in values.tolist()]
    return (
        [word[:10] for word in words] if len({word[:10] for word in words}) == len(words) else words
    )
