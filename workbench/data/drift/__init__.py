"""How far two tables lie apart.

`profiles` says how values are spread, `measures` holds two spreads together, `drift` does so column
by column, `classifier` by all columns together; `report` is what they found.
"""

from workbench.data.drift.drift import drift, drift_of_statistics, measure
from workbench.data.drift.report import ColumnDrift, Drift, ToldApart

__all__ = ["ColumnDrift", "Drift", "ToldApart", "drift", "drift_of_statistics", "measure"]
