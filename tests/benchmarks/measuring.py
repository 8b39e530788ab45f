"""Measured figures: their medians, their table, and their file."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: Python where Feast is installed; `make bench` makes it.
FEAST = ROOT / ".venv-feast" / "bin" / "python"
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Measure:
    """What was measured, and each of its readings, in the same unit."""

    name: str
    readings: tuple[float, ...]
    unit: str = "s"
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.readings)

    def row(self) -> tuple[str, ...]:
        low, high = min(self.readings), max(self.readings)
        spread = f"{low:.4g} … {high:.4g}" if len(self.readings) > 1 else ""
        return self.name, f"{self.median:.4g}", self.unit, spread, self.note


def ratio(name: str, above: Measure, below: Measure, note: str = "") -> Measure:
    """Return how many times the median of one is that of the other."""
    return Measure(name, (above.median / below.median,), "×", note)


def output_of(command: Sequence[str | Path], **options: Any) -> str:
    """Run a process and return what it printed; one that fails ends all with what it said."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def show(title: str, measures: Iterable[Measure]) -> None:
    """Print a table."""
    rows = [measure.row() for measure in measures]
    rows.insert(0, (title, "median", "", "spread", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        name, median, unit, spread, note = row
        line = f"{name:<{widths[0]}}  {median:>{widths[1]}} {unit:<{widths[2]}}"
        print(f"{line}  {spread:<{widths[3]}}  {note}".rstrip(), flush=True)
    print(flush=True)


def save(results: Mapping[str, Sequence[Measure]]) -> Path:
    """Write the results and what they were measured on to a new file."""
    now = datetime.now(UTC)
    content = {
        "measured_at": now.isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "load_before": os.getloadavg()[0],
        },
        "results": {
            title: [{**asdict(measure), "median": measure.median} for measure in measures]
            for title, measures in results.items()
        },
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    return path
