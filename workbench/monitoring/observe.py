"""Figures that compare what was served with what a model was trained or tested on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# The features that are drawn, worst first.
DRAWN = 6
_BINS = 20
_CATEGORIES = 12


@dataclass(frozen=True)
class Observation:
    """What was seen.

    Attributes
    ----------
    rows : int
        Predictions.
    drift : dict
        Jensen-Shannon divergence of each feature in bits, 0 to 1, the largest first; of a struct,
        that of the field that moved most.
    missing, baseline_missing : dict
        The share of each feature's values that are missing, as served and in the baseline.
    prediction_mean, label_mean : float
        Of the predictions, and of the baseline's label (NaN without one).
    p50_ms, p99_ms : float
        Of the latency of requests.
    histograms : list of dict
        For the features that drifted most: ``feature``, ``jsd`` and ``bins``, each with ``label``,
        ``baseline`` and ``served`` (shares).
    skipped : dict
        Features that could not be compared, and why.
    """

    rows: int
    drift: Mapping[str, float]
    missing: Mapping[str, float]
    baseline_missing: Mapping[str, float]
    prediction_mean: float
    label_mean: float
    p50_ms: float
    p99_ms: float
    histograms: Sequence[Mapping[str, Any]]
    skipped: Mapping[str, str]


def observe(
    served: pa.Table, baseline: pa.Table, features: Sequence[str], label: str | None
) -> Observation:
    """Compare a prediction log with a baseline.

    Parameters
    ----------
    served : Table
        With probability, latency_ms and the features.
    baseline : Table
        With the features, and `label` when there is one.
    features : sequence of str
        What to compare.
    label : str or None
        The baseline's label, 0 or 1.
    """
    import numpy as np

    from workbench.data.drift import drift

    comparable, skipped = _comparable(served, baseline, features)
    names = list(comparable)
    measured: dict[str, float] = {}
    histograms: list[dict[str, Any]] = []
    if names:
        import pyarrow as pa

        left, right = baseline.select(names), pa.table(comparable)
        moved = drift(left, right).by_column(names)
        measured = {name: each.jsd for name, each in moved.items()}
        # Lists and structs have no bars of their own.
        single = [name for name in names if not pa.types.is_nested(left.schema.field(name).type)]
        histograms = [
            {"feature": name, "jsd": measured[name], "bins": _bins(left[name], right[name])}
            for name in [name for name in measured if name in single][:DRAWN]
        ]
    latency = served["latency_ms"].drop_null().to_numpy()
    p50, p99 = np.quantile(latency, [0.5, 0.99]) if len(latency) else (math.nan, math.nan)
    return Observation(
        rows=served.num_rows,
        drift=measured,
        missing={name: _missing(comparable[name]) for name in names},
        baseline_missing={name: _missing(baseline[name]) for name in names},
        prediction_mean=_mean(served["probability"]),
        label_mean=math.nan if label is None else _mean(baseline[label]),
        p50_ms=float(p50),
        p99_ms=float(p99),
        histograms=histograms,
        skipped=skipped,
    )


def _comparable(
    served: pa.Table, baseline: pa.Table, features: Sequence[str]
) -> tuple[dict[str, pa.ChunkedArray], dict[str, str]]:
    """Return the served columns in the baseline's types; JSON has fewer types than Arrow."""
    import pyarrow as pa

    columns, skipped = {}, {}
    for name in features:
        if name not in baseline.column_names:
            skipped[name] = "the baseline has no such column"
        elif name not in served.column_names:
            skipped[name] = "no prediction has it"
        else:
            kind = baseline.schema.field(name).type
            try:
                columns[name] = served[name].cast(
                    kind.value_type if pa.types.is_dictionary(kind) else kind, safe=False
                )
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                skipped[name] = f"served as {served.schema.field(name).type}, not {kind}"
    return columns, skipped


def _missing(column: pa.ChunkedArray) -> float:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(column):
        return math.nan
    nan = pa.types.is_floating(column.type)
    return float(pc.sum(pc.is_null(column, nan_is_null=nan)).as_py() or 0) / len(column)


def _mean(column: pa.ChunkedArray) -> float:
    import pyarrow as pa
    import pyarrow.compute as pc

    value = pc.mean(column.cast(pa.float64())).as_py()
    return math.nan if value is None else float(value)


def _bins(baseline: pa.ChunkedArray, served: pa.ChunkedArray) -> list[dict[str, Any]]:
    import pyarrow as pa

    kind = baseline.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if numeric and len(baseline.unique()) > _CATEGORIES:
        return _number_bins(_numbers(baseline), _numbers(served))
    return _category_bins(baseline, served)


def _numbers(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.float64]]:
    import numpy as np
    import pyarrow as pa

    values = column.cast(pa.float64()).drop_null().to_numpy()
    finite: np.ndarray[Any, np.dtype[np.float64]] = values[np.isfinite(values)]
    return finite


def _number_bins(
    baseline: np.ndarray[Any, np.dtype[np.float64]], served: np.ndarray[Any, np.dtype[np.float64]]
) -> list[dict[str, Any]]:
    """Return bins of equal width from the first to the last per cent; the ends hold the rest."""
    import numpy as np

    both = np.concatenate([baseline, served])
    low, high = np.quantile(both, [0.01, 0.99])
    if low == high:
        low, high = both.min(), both.max() + 1e-9
    edges = np.linspace(low, high, _BINS + 1)
    shares = []
    for values in (baseline, served):
        counts, _ = np.histogram(np.clip(values, low, high), edges)
        shares.append(counts / max(len(values), 1))
    return [
        {
            "label": f"{edges[i]:.3g}",
            "low": float(edges[i]),
            "high": float(edges[i + 1]),
            "baseline": float(shares[0][i]),
            "served": float(shares[1][i]),
        }
        for i in range(_BINS)
    ]


def _category_bins(baseline: pa.ChunkedArray, served: pa.ChunkedArray) -> list[dict[str, Any]]:
    first, second = _shares(baseline), _shares(served)
    common = sorted({*first, *second}, key=lambda each: -(first.get(each, 0) + second.get(each, 0)))
    return [
        {"label": name, "baseline": first.get(name, 0.0), "served": second.get(name, 0.0)}
        for name in common[:_CATEGORIES]
    ]


def _shares(column: pa.ChunkedArray) -> dict[str, float]:
    counts = column.value_counts().to_pylist()
    return {
        "(missing)" if each["values"] is None else str(each["values"]): each["counts"] / len(column)
        for each in counts
    }
