"""Feast's training set over Parquet files, timed; runs in Feast's environment.

python peers_features.py FOLDER ROUNDS reads spine.parquet (key, at) and view0.parquet … (key,
event, created, a, b, c) and prints {"seconds": [...], "rows": …, "version": …}.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

REPOSITORY = """
project: bench
provider: local
registry: {place}/registry.db
offline_store:
  type: duckdb
online_store:
  type: sqlite
  path: {place}/online.db
entity_key_serialization_version: 3
"""


def store_over(folder, place):
    """A feature store that reads a folder's views."""
    from feast import (  # type: ignore[import-not-found]
        Entity,
        FeatureStore,
        FeatureView,
        Field,
        FileSource,
        ValueType,
    )
    from feast.types import Float64  # type: ignore[import-not-found]
    from pyarrow import parquet, types

    kind = parquet.read_schema(folder / "spine.parquet").field("key").type
    value = ValueType.STRING if types.is_string(kind) else ValueType.INT64
    Path(place, "feature_store.yaml").write_text(REPOSITORY.format(place=place))
    store = FeatureStore(repo_path=place)
    entity = Entity(name="key", join_keys=["key"], value_type=value)
    views = []
    for path in sorted(folder.glob("view*.parquet")):
        source = FileSource(
            name=path.stem,
            path=str(path),
            timestamp_field="event",
            created_timestamp_column="created",
        )
        views.append(
            FeatureView(
                name=path.stem,
                entities=[entity],
                ttl=timedelta(days=3650),
                schema=[Field(name=f"{path.stem}_{each}", dtype=Float64) for each in "abc"],
                source=source,
            )
        )
    store.apply([entity, *views])
    return store, [f"{each.name}:{field.name}" for each in views for field in each.schema]


def main() -> None:
    """Time it."""
    from importlib.metadata import version

    import pandas as pd

    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    spine = pd.read_parquet(folder / "spine.parquet").rename(columns={"at": "event_timestamp"})
    seconds = []
    rows = 0
    with tempfile.TemporaryDirectory() as place:
        store, features = store_over(folder, place)
        features = [each for each in features if not each.endswith(":key")]
        store.get_historical_features(spine.head(100), features).to_arrow()  # imports
        for _ in range(rounds):
            start = time.perf_counter()
            rows = store.get_historical_features(spine, features).to_arrow().num_rows
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "rows": rows, "version": version("feast")}))


if __name__ == "__main__":
    main()
