"""What is in some rows.

A source's `blocks` are read once. Of each, `partials_of` makes every column's partial: values
counted by `counting`, and summarised by `sketches` once there are too many. Partials merge, so
`scanning` adds up those of all blocks, made in threads or by `workers`, and `keeping` keeps them
for the next version. `describing` takes the figures of a column's partial; for `crossing`, those of
pairs of columns, a second pass makes `cross_partials`. `figures` are the records that other rooms
read, `result` what a person holds, `statistics` the way there. `proto_writing` and `proto_reading`
speak what TFX and facets do, `widget_data` what the widget draws.
"""

from workbench.data.statistics.figures import DatasetStatistics, FeatureStatistics
from workbench.data.statistics.result import Statistics
from workbench.data.statistics.statistics import (
    KIND,
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
