"""`make bench` measures, prints tables and writes `results/`; `ARGS="imports"` picks.

What takes many minutes and gigabytes of disk is only measured when it is picked.
"""

from __future__ import annotations

import sys

from tests.benchmarks import (
    dive_speed,
    features_online,
    features_service,
    features_streams,
    features_training,
    features_windows,
    import_time,
    larger_than_memory,
    main_job,
    reading_speed,
    statistics_speed,
    training_speed,
    transform_speed,
    widget_speed,
)
from tests.benchmarks.measuring import save, show

BENCHMARKS = {
    "dive": dive_speed.measure,
    "features-online": features_online.measure,
    "features-service": features_service.measure,
    "features-streams": features_streams.measure,
    "features-training": features_training.measure,
    "features-windows": features_windows.measure,
    "imports": import_time.measure,
    "reading": reading_speed.measure,
    "statistics": statistics_speed.measure,
    "training": training_speed.measure,
    "transforms": transform_speed.measure,
    "job": main_job.measure,
    "widget": widget_speed.measure,
}
LONG = {
    "features-training-large": features_training.measure_large,
    "large": larger_than_memory.measure,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all but the long ones."""
    known = {**BENCHMARKS, **LONG}
    if unknown := set(names) - set(known):
        sys.exit(f"There is no benchmark {min(unknown)!r}. There are: {', '.join(known)}.")
    results = {}
    for name in names or BENCHMARKS:
        results[name] = known[name]()
        show(name, results[name])
    print(f"Written to {save(results)}")


if __name__ == "__main__":
    main(sys.argv[1:])
