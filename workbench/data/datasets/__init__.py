"""Immutable versions of tables.

`ingest` takes a source's rows, `splits` orders them, `writing` stores them as Parquet, and
`dataset` is the version that can be read back. `sources` opens a dataset, or a frame like one, by
column.
"""

from workbench.data.datasets.dataset import KIND, Dataset, File, dataset

__all__ = ["KIND", "Dataset", "File", "dataset"]
