"""Immutable versions of tables.

`ingest` takes a source's rows under a `declaration`; `splits` (by `quotas` within strata) and
`spans` part them; `writing` stores them, by `packing`, as Parquet files that a `manifest` lists.
`dataset` is the version that can be read back. `diff` tells two versions apart, `exchange` takes
one out as a folder and in again, `retention` lets go of old ones. `sources` opens a dataset, or a
frame like one, by column and in batches; `kept` remembers what was worked out of a file.
"""

from workbench.data.datasets.dataset import KIND, Dataset, dataset
from workbench.data.datasets.manifest import File

__all__ = ["KIND", "Dataset", "File", "dataset"]
