"""The rows that a worker gets: read where the worker is, from the dataset's Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput, NotFound, Unavailable, near
from workbench.storage import BlobStore

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset

_WHOLE_SPLITS = ("validation", "test")


@dataclass(frozen=True)
class SharedData:
    """A dataset as it is told to workers: where its files are, and nothing of the database.

    Attributes
    ----------
    ref : str
    columns : tuple of str
    label : str or None
    files : tuple of (digest, split)
    artifact_url : str
        The artifact store.
    cache : str
        A local folder for copies, used where the store is remote.
    """

    ref: str
    columns: tuple[str, ...]
    label: str | None
    files: tuple[tuple[str, str | None], ...]
    artifact_url: str
    cache: str

    @property
    def splits(self) -> list[str]:
        """The names of its splits."""
        return list(dict.fromkeys(split for _, split in self.files if split is not None))

    def shared(self, split: str | None) -> bool:
        """Return whether a split is divided among workers: all are, but validation and test."""
        return split not in _WHOLE_SPLITS

    def read(
        self,
        split: str | None,
        columns: Sequence[str] | None,
        *,
        rank: int = 0,
        world_size: int = 1,
        share: bool = True,
    ) -> pd.DataFrame:
        """Return rows as a frame.

        With `share`, worker `rank` gets every `world_size`-th row from row `rank` on, and all get
        equally many, so that their steps match: up to ``world_size - 1`` rows at the end are left
        out.

        Raises
        ------
        InvalidInput
            If there is no such split or column, or fewer rows than workers.
        Unavailable
            If the files are on another machine's disk.
        """
        if split is not None and split not in self.splits:
            raise InvalidInput(f"{self.ref} has no split {split!r}", hint=near(split, self.splits))
        for column in columns or ():
            if column not in self.columns:
                raise InvalidInput(
                    f"{self.ref} has no column {column!r}", hint=near(column, self.columns)
                )
        table = self._table(split, columns)
        if share and world_size > 1:
            each = table.num_rows // world_size
            if each == 0:
                raise InvalidInput(
                    f"{table.num_rows} rows of {self.ref} cannot be shared by {world_size} workers",
                    hint="use fewer workers",
                )
            table = _every(table, rank, world_size, each)
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def _table(self, split: str | None, columns: Sequence[str] | None) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        store = BlobStore(self.artifact_url, Path(self.cache))
        wanted = [digest for digest, each in self.files if split in (None, each)]
        try:
            paths = [store.local_path(digest) for digest in wanted]
        except NotFound as error:
            raise Unavailable(
                f"a worker cannot read {self.ref} at {self.artifact_url}: {error.message}",
                hint="workers on other machines need an artifact_url that they reach, like s3://…",
            ) from error
        chosen = None if columns is None else list(columns)
        return pa.concat_tables(
            [pq.read_table(path, columns=chosen, partitioning=None) for path in paths]
        )


def shared_data(dataset: Dataset, artifact_url: str, cache: Path) -> SharedData:
    """Return what workers need to know of a dataset."""
    return SharedData(
        ref=dataset.ref,
        columns=tuple(column.name for column in dataset.columns),
        label=dataset.label,
        files=tuple((each.digest, each.split) for each in dataset.files),
        artifact_url=artifact_url,
        cache=str(cache),
    )


def _every(table: pa.Table, rank: int, world_size: int, rows: int) -> pa.Table:
    import numpy as np

    return table.take(np.arange(rows, dtype=np.int64) * world_size + rank)
