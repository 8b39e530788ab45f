"""Passes over all rows, by name; `exact` adds without rounding."""

from __future__ import annotations

from workbench.data.transforms.analyzers.analyzer import Analyzer, State
from workbench.data.transforms.analyzers.counts import (
    DocumentFrequencies,
    Mode,
    TargetSums,
    Words,
)
from workbench.data.transforms.analyzers.estimator_fitting import EstimatorOnRows, EstimatorStreamed
from workbench.data.transforms.analyzers.moments import (
    Covariance,
    Extremes,
    Moments,
    PrincipalComponents,
)
from workbench.data.transforms.analyzers.quantiles import Quantiles

ANALYZERS: dict[str, type[Analyzer]] = {
    each.name: each
    for each in (
        Covariance,
        DocumentFrequencies,
        EstimatorOnRows,
        EstimatorStreamed,
        Extremes,
        Mode,
        Moments,
        PrincipalComponents,
        Quantiles,
        TargetSums,
        Words,
    )
}

__all__ = ["ANALYZERS", "Analyzer", "State"]
