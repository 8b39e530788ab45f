"""What `import workbench` adds to a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter

from tests.benchmarks.measuring import Measure

PAIRS = 15


def measure() -> list[Measure]:
    """Start interpreters in pairs, with and without the import, taking turns."""
    times: dict[str, list[float]] = {"pass": [], "import workbench": []}
    for statement in times:
        _start(statement)
    for _ in range(PAIRS):
        for statement, readings in times.items():
            readings.append(_start(statement))
    bare, full = times.values()
    added = tuple(after - before for before, after in zip(bare, full, strict=True))
    return [
        Measure("a bare interpreter", tuple(bare)),
        Measure("with import workbench", tuple(full)),
        Measure("added", added, note="aim: under 0.3 s"),
    ]


def _start(statement: str) -> float:
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return perf_counter() - begin
