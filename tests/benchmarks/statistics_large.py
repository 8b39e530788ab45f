"""Statistics of a hundred million rows under a cap of memory; `make bench ARGS=large`.

The rows are made up by a seed, written to a temporary folder and deleted at the end. Each size runs
in a process of its own, whose data may take no more than the cap, and which says what it took.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from tests.benchmarks.made_flights import IN_MEMORY, STORED, source_of, write_span
from tests.benchmarks.measuring import ROOT, Measure

SPAN_ROWS = 1_000_000
SPANS = (1, 3, 10, 30, 100)
CAP = 2 << 30


def measure(spans: tuple[int, ...] = SPANS) -> list[Measure]:
    """Make as many spans as half of the free disk takes, and describe more and more of them."""
    with tempfile.TemporaryDirectory() as folder:
        room = shutil.disk_usage(folder).free // 2
        fitting = [each for each in spans if each * SPAN_ROWS * STORED <= room]
        for span in range(fitting[-1]):
            write_span(Path(folder), span, SPAN_ROWS)
        told = [_described(Path(folder), each) for each in fitting]
    sizes = np.array(fitting) * SPAN_ROWS

    def exponent(what: str) -> float:
        """Return to which power of the rows something grows."""
        return float(np.polyfit(np.log(sizes), np.log([each[what] for each in told]), 1)[0])

    largest = sizes[-1] * IN_MEMORY / 1e9
    return [
        *(
            Measure(
                f"{rows:,} rows",
                (each["seconds"],),
                note=f"{each['cpu']:.1f} s of processors, {each['peak'] / 1e9:.2f} GB at most",
            )
            for rows, each in zip(sizes, told, strict=True)
        ),
        Measure("time grows with rows to the", (exponent("seconds"),), "", "linear: 1"),
        Measure("processors' time, to the", (exponent("cpu"),), "", "whoever else is at work"),
        Measure("the largest in memory", (largest,), "GB", f"cap: {CAP / 1e9:.1f} GB of data"),
    ]


def _described(folder: Path, spans: int) -> dict[str, float]:
    module = "tests.benchmarks.statistics_large"
    command = [sys.executable, "-m", module, str(folder), str(spans)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main(folder: Path, spans: int) -> None:
    """Describe the first spans of a folder under the cap, and print what that took."""
    resource.setrlimit(resource.RLIMIT_DATA, (CAP, CAP))
    from workbench import workspace
    from workbench.data.statistics import describe_source

    with tempfile.TemporaryDirectory() as home:
        workspace.connect(home=home)
        source = source_of(sorted(folder.glob("*.parquet"))[:spans])
        start, began = perf_counter(), process_time()
        figures, *_ = describe_source(source)
        seconds, cpu = perf_counter() - start, process_time() - began
    if figures.rows != spans * SPAN_ROWS:
        raise RuntimeError(f"{figures.rows} rows were counted")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
