"""What is in some rows.

`figures` are the records that other rooms read. `counting` counts each column's values,
`distributions` keeps them, `describing` takes a column's figures, `statistics` those of all columns
and slices. `protos` speaks what TFX and facets read,
`widget_data` what the widget draws.
"""

from workbench.data.statistics.figures import DatasetStatistics, FeatureStatistics
from workbench.data.statistics.statistics import (
    KIND,
    Statistics,
    describe_source,
    keep_statistics,
    load_statistics,
    statistics,
)

__all__ = [
    "KIND",
    "DatasetStatistics",
    "FeatureStatistics",
    "Statistics",
    "describe_source",
    "keep_statistics",
    "load_statistics",
    "statistics",
]
