"""One peer's statistics of a Parquet file, timed; runs in the peers' environment.

python peers_statistics.py facets|tfdv FILE ROUNDS prints {"seconds": [...], "version": …}.
"""

from __future__ import annotations

import json
import os
import sys
import time


def facets(frame):
    """facets-overview's generator."""
    from facets_overview.generic_feature_statistics_generator import (
        GenericFeatureStatisticsGenerator,
    )

    truths = dict.fromkeys(frame.select_dtypes("bool"), "int8")  # it fails on truth values
    frame = frame.astype(truths)
    generator = GenericFeatureStatisticsGenerator()
    return generator.ProtoFromDataFrames([{"name": "flights", "table": frame}])


def tfdv(frame):
    """TFDV, on one process as by default."""
    import tensorflow_data_validation  # type: ignore[import-not-found]

    return tensorflow_data_validation.generate_statistics_from_dataframe(frame, n_jobs=1)


def main() -> None:
    """Time one peer."""
    peer, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from importlib.metadata import version

    import pandas as pd

    frame = pd.read_parquet(path)
    zoned = frame.select_dtypes("datetimetz").columns
    frame[zoned] = frame[zoned].apply(
        lambda times: times.dt.tz_localize(None)
    )  # facets fails on zones
    run = {"facets": facets, "tfdv": tfdv}[peer]
    run(frame.head(1000))  # imports are not what is measured
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = run(frame)
        seconds.append(time.perf_counter() - start)
    counted = {
        ".".join(each.path.step) or each.name: (
            each.num_stats if each.HasField("num_stats") else each.string_stats
        ).common_stats.num_non_missing
        for each in result.datasets[0].features
    }
    package = {"facets": "facets-overview", "tfdv": "tensorflow-data-validation"}[peer]
    print(json.dumps({"seconds": seconds, "version": version(package), "counted": counted}))


if __name__ == "__main__":
    main()
