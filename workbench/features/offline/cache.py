"""A view's known rows, worked out once for each version of its data and kept beside the artifacts.

The file is a cache: it can be deleted at any time and is made again from the datasets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import storage_errors
from workbench.data.datasets import dataset
from workbench.data.engine import open_engine
from workbench.features.definitions.relations import is_ordered, relation_of, tables_of
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.known_rows import Layout
from workbench.features.offline.known_writing import BATCH, prepare, write_known
from workbench.features.offline.spilling import scratch

#: Counted on when the file's columns or their meaning change.
FORMAT = 3
_AT_ONCE = 4
#: Rows that take seconds.
_FEW = 1 << 23


def known_rows(view: FeatureView) -> Path:
    """Return the Parquet file of a view's known rows; `known_writing.write_known` says its columns.

    Raises
    ------
    NotFound
        If a dataset that it reads is gone.
    InvalidInput
        If its query fails on the data.
    StorageFull
        If there is no room.
    """
    path = kept_at(view)
    if path.is_file():
        return path
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    layout = Layout(
        [each.name for each in view.keys],
        [each.name for each in view.inputs],
        view.time,
        view.created,
        ordered=is_ordered(view.source),
        every=bool(view.aggregations),
    )
    try:
        with storage_errors(f"the rows of {view.ref}"), scratch(workspace.current().home) as folder:
            _write(view, layout, folder / path.name)
            (folder / path.name).replace(path)
    except duckdb.Error as error:
        raise InvalidInput(f"the rows of {view.ref} cannot be computed: {error}") from error
    return path


def kept_at(view: FeatureView) -> Path:
    """Return where a view's known rows are kept, be they there or not yet.

    Raises
    ------
    NotFound
        If a dataset that it reads is gone.
    """
    return workspace.current().home / "cache" / "features" / f"{_fingerprint(view)}.parquet"


def known_rows_of(views: Sequence[FeatureView]) -> list[Path]:
    """Return the files of several views' known rows, two views at once where they are small.

    Raises as `known_rows`.
    """
    # Large ones stay in this thread, where they can be interrupted.
    small = [each for each in views if _rows(each) is not None]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        ready = {each: threads.submit(known_rows, each) for each in small}
        return [ready[each].result() if each in ready else known_rows(each) for each in views]


def _rows(view: FeatureView) -> int | None:
    """Return how many rows a view reads, if they are few and all from one dataset."""
    if view.source.kind != "dataset":
        return None
    (only,) = (dataset(ref) for ref in view.source.datasets.values())
    return only.rows if only.rows <= _FEW else None


def _write(view: FeatureView, layout: Layout, target: Path) -> None:
    import pyarrow.parquet as pq

    # Arrow reads files by the exact names of columns; SQL takes `a` and `A` for one.
    if view.source.kind == "dataset":
        (only,) = (dataset(ref) for ref in view.source.datasets.values())
        schema = only.manifest.schema
        batches = only.batches(columns=layout.columns, rows=BATCH)
        write_known(schema, batches, layout, target, rows=only.rows)
    elif view.source.digest is not None:
        path = workspace.current().blobs.local_path(str(view.source.digest))
        with pq.ParquetFile(path, pre_buffer=False) as file:
            write_known(
                file.schema_arrow,
                file.iter_batches(BATCH, columns=layout.columns),
                layout,
                target,
                rows=file.metadata.num_rows,
            )
    else:
        with open_engine() as connection:
            prepare(connection, relation_of(connection, view.source), layout, target)


def _fingerprint(view: FeatureView) -> str:
    contents = {
        name: [file.digest for file in dataset(ref).files]
        for name, ref in sorted(view.source.datasets.items())
    }
    below = [
        _fingerprint(each.record)
        for _, each in sorted(tables_of(view.source).items())
        if isinstance(each.record, FeatureView)
    ]
    said = [FORMAT, view.definition, contents, view.source.digest, below]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
