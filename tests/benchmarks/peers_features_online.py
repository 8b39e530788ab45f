"""Feast's online reads and writes over the same rows, timed; runs in Feast's environment.

python peers_features_online.py FOLDER STORE READS ROUNDS reads spend.parquet, … (card, at,
features), writes them into an online store (STORE is its configuration as JSON) and prints
{"one": [[seconds…]…], "hundred": …, "written": [rows a second…], "version": …}.
"""

from __future__ import annotations

import json
import random
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
  type: file
online_store: {store}
entity_key_serialization_version: 3
"""


def store_over(folder, place, configuration):
    """A feature store over a folder's views, and their features."""
    from feast import (  # type: ignore[import-not-found]
        Entity,
        FeatureStore,
        FeatureView,
        Field,
        FileSource,
        ValueType,
    )
    from feast.types import Float64, Int64, String  # type: ignore[import-not-found]
    from pyarrow import parquet

    kinds = {"double": Float64, "int64": Int64, "string": String, "large_string": String}
    written = json.dumps(configuration).replace("PLACE", place)
    Path(place, "feature_store.yaml").write_text(REPOSITORY.format(place=place, store=written))
    store = FeatureStore(repo_path=place)
    card = Entity(name="card", join_keys=["card"], value_type=ValueType.STRING)
    views = []
    for path in sorted(folder.glob("*.parquet")):
        schema = parquet.read_schema(path)
        fields = [
            Field(name=each.name, dtype=kinds[str(each.type)])
            for each in schema
            if each.name not in ("card", "at")
        ]
        views.append(
            FeatureView(
                name=path.stem,
                entities=[card],
                ttl=timedelta(days=30),
                schema=fields,
                source=FileSource(name=path.stem, path=str(path), timestamp_field="at"),
            )
        )
    store.apply([card, *views])
    names = [
        f"{each.name}:{field.name}"
        for each in views
        for field in each.schema
        if field.name != "card"
    ]
    return store, names


def main() -> None:
    """Time them."""
    from importlib.metadata import version

    import pandas as pd

    folder, configuration = Path(sys.argv[1]), json.loads(sys.argv[2])
    reads, rounds = int(sys.argv[3]), int(sys.argv[4])
    one, hundred, written = [], [], []
    with tempfile.TemporaryDirectory() as place:
        store, names = store_over(folder, place, configuration)
        for path in sorted(folder.glob("*.parquet")):
            frame = pd.read_parquet(path)
            start = time.perf_counter()
            store.write_to_online_store(path.stem, frame)
            written.append(len(frame) / (time.perf_counter() - start))
        cards = list(frame["card"])

        def asked(count: int) -> float:
            entities = [{"card": each} for each in random.sample(cards, count)]
            start = time.perf_counter()
            found = store.get_online_features(features=names, entity_rows=entities).to_dict()
            took = time.perf_counter() - start
            assert all(found[name.partition(":")[2]][0] is not None for name in names)
            return took

        asked(1)
        for _ in range(rounds):
            one.append([asked(1) for _ in range(reads)])
            hundred.append([asked(100) for _ in range(max(reads // 10, 5))])
    print(
        json.dumps(
            {"one": one, "hundred": hundred, "written": written, "version": version("feast")}
        )
    )


if __name__ == "__main__":
    main()
