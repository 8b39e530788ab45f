"""Statistics of a million flights of twenty columns, beside facets-overview and TFDV in one run.

python -m tests.benchmarks.bench_statistics [--peers .venv-peers/bin/python] [--times 3]
prints JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from tests.benchmarks.measuring import output_of
from workbench import workspace
from workbench.data.datasets.ingest import ingest
from workbench.data.samples import nycflights13
from workbench.data.statistics import Statistics, statistics

ROUNDS = 5
PEERS = Path(".venv-peers/bin/python")


def measure(peers: Path | None = PEERS, times: int = 3) -> dict[str, Any]:
    """Return seconds and ratios; a peer without an environment is left out.

    Parameters
    ----------
    peers : Path, optional
        The Python of the environment that holds the peers.
    times : int
        How often the flights of the year are repeated.
    """
    frame = pd.concat([nycflights13("flights")] * times, ignore_index=True)
    frame["late"] = frame["arr_delay"] > 15
    result: dict[str, Any] = {"rows": len(frame), "columns": len(frame.columns)}
    with tempfile.TemporaryDirectory() as folder:
        kept = workspace.connect(home=folder).home / "cache" / "parts"
        flights = ingest(frame, name="flights", time="time_hour")
        result["frame"] = _timed(lambda: statistics(frame))
        result["dataset"] = _timed(lambda: statistics(flights), lambda: _forget(kept))
        result["again"] = _timed(lambda: statistics(flights))
        counted = {each.name: each.count for each in statistics(flights).features}
        if peers is None or not peers.exists():
            return result
        path = Path(folder) / "flights.parquet"
        frame.to_parquet(path)
        for peer in ("tfdv", "facets"):
            told = _peer(peers, peer, path)
            result[peer] = median(told["seconds"])
            result[f"{peer}_version"] = told["version"]
            result[f"times_faster_than_{peer}"] = result[peer] / result["frame"]
            # Rows reconciled: a peer that counts NaN as a value says so here.
            result[f"{peer}_counts_differ"] = sorted(
                name for name, count in counted.items() if told["counted"].get(name) != count
            )
    return result


def _forget(kept: Path) -> None:
    """Clear away what an earlier round left, so that all rows are read."""
    shutil.rmtree(kept, ignore_errors=True)


def _timed(run: Callable[[], Statistics], before: Callable[[], None] | None = None) -> float:
    seconds = []
    for _ in range(ROUNDS):
        if before is not None:
            before()
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def _peer(python: Path, peer: str, path: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("peers_statistics.py")
    said = output_of([python, script, peer, path, str(ROUNDS)])
    told: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=PEERS)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.peers, asked.times), indent=2))


if __name__ == "__main__":
    main()
