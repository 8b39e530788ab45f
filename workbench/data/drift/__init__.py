"""How far two tables lie apart: `profiles` says how values are spread, `drift` measures."""

from workbench.data.drift.drift import ColumnDrift, Drift, drift, drift_of_statistics, measure

__all__ = ["ColumnDrift", "Drift", "drift", "drift_of_statistics", "measure"]
