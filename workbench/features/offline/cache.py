"""A view's known rows, worked out once for each version of its data and kept beside the artifacts.

The file is a cache: it can be deleted at any time and is made again from the datasets.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import storage_errors
from workbench.core.ids import new_id
from workbench.data.datasets import dataset
from workbench.data.engine import open_engine
from workbench.features.definitions.sources import relation_of
from workbench.features.offline.known_rows import Layout, prepare

if TYPE_CHECKING:
    from workbench.features.definitions.views import FeatureView


def known_rows(view: FeatureView) -> Path:
    """Return the Parquet file of a view's known rows (see `known_rows.prepare` for its columns).

    Raises
    ------
    NotFound
        If a dataset that it reads is gone.
    InvalidInput
        If its query fails on the data.
    StorageFull
        If there is no room.
    """
    path = workspace.current().home / "cache" / "features" / f"{_fingerprint(view)}.parquet"
    if path.is_file():
        return path
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{new_id()}")
    layout = Layout(
        [each.name for each in view.keys],
        [each.name for each in view.inputs],
        view.time,
        view.created,
        ordered=view.source.kind != "sql",
    )
    try:
        with storage_errors(f"the rows of {view.ref}"), open_engine() as connection:
            prepare(connection, relation_of(connection, view.source), layout, part)
            part.replace(path)
    except duckdb.Error as error:
        raise InvalidInput(f"the rows of {view.ref} cannot be computed: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return path


def _fingerprint(view: FeatureView) -> str:
    contents = {
        name: [file.digest for file in dataset(ref).files]
        for name, ref in sorted(view.source.datasets.items())
    }
    said = [view.definition, contents, view.source.digest]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
