"""Ten times as much data as memory, from files to a transform; `make bench ARGS=large`.

The rows are made up by a seed, written to a temporary folder and deleted at the end. Each size runs
in a process of its own, whose data may take no more than the cap, and which says what each stage
took. Rows are validated by the statistics that the stage before kept, and by two conditions in SQL
that every row is asked. `python -m tests.benchmarks.larger_than_memory 1 3` takes 1 and 3 million
rows.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.made_flights import IN_MEMORY, STORED, made_flights, write_span
from tests.benchmarks.measuring import ROOT, Measure, output_of, show

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.data import transforms as t

SPAN_ROWS = 1_000_000
SPANS = (1, 3, 10, 30, 100)
CAP = 2 << 30
#: Rows that go before all others, untimed.
FEW = 10_000
#: One that every row fulfils, and one that a row in a thousand breaks.
HELD = "dep_delay IS NULL OR air_time IS NULL OR carrier <> 'XX'"
BROKEN = "id % 1000 <> 0"

#: By stage: seconds, seconds of processors, and bytes at most.
Told = dict[str, tuple[float, float, float]]


def measure(spans: tuple[int, ...] = SPANS) -> list[Measure]:
    """Take more and more spans through the room, as many as half of the free disk takes."""
    with tempfile.TemporaryDirectory() as folder:
        # Every row lies in a file that is read and in one of the dataset.
        room = shutil.disk_usage(folder).free // 2
        fitting = [each for each in spans if each * SPAN_ROWS * STORED * 2 <= room]
        told = []
        made = 0
        for count in fitting:
            for span in range(made, count):
                write_span(Path(folder), span, SPAN_ROWS)
            made = count
            told.append(_in_a_process(Path(folder), count * SPAN_ROWS))
    rows = [count * SPAN_ROWS for count in fitting]
    largest = rows[-1] * IN_MEMORY / 1e9
    stages = [each for stage in told[0] for each in _measures(stage, rows, told)]
    size = Measure("the largest in memory", (largest,), "GB", f"cap: {CAP / 1e9:.1f} GB of data")
    return [*stages, size]


def _measures(stage: str, rows: list[int], told: list[Told]) -> Iterator[Measure]:
    """Yield what a stage took of each number of rows, and to which powers of them that grows."""
    for count, each in zip(rows, told, strict=True):
        seconds, cpu, peak = each[stage]
        note = f"{cpu:.1f} s of processors, {peak / 1e9:.2f} GB at most"
        yield Measure(f"{stage}, {count:,} rows", (seconds,), note=note)
    if len(rows) > 1:
        for place, name in enumerate(("time", "processors' time")):
            took = [each[stage][place] for each in told]
            power = float(np.polyfit(np.log(rows), np.log(took), 1)[0])
            yield Measure(f"{stage}: {name} grows with rows to the", (power,), "", "linear: 1")


def _in_a_process(folder: Path, rows: int) -> Told:
    code = f"from tests.benchmarks import larger_than_memory as l; l.run({str(folder)!r}, {rows})"
    command = [sys.executable, "-c", code]
    told: Told = json.loads(output_of(command, cwd=ROOT).splitlines()[-1])
    return told


def run(folder: str, rows: int) -> None:
    """Take a folder's rows from stage to stage under the cap, and print what each of them took."""
    resource.setrlimit(resource.RLIMIT_DATA, (CAP, CAP))
    from workbench import workspace

    told: Told = {}
    with tempfile.TemporaryDirectory() as home:
        workspace.connect(home=home)
        _stages(made_flights(0, FEW), FEW, {})  # loads libraries
        _stages(folder, rows, told)
    print(json.dumps(told))


def _stages(source: pa.Table | str, rows: int, told: Told) -> None:
    import workbench as wb

    with _timed("ingest", told):
        data = wb.ingest(source, name="made", time="at", span="day")
    with _timed("statistics", told):
        figures = wb.statistics(data)
    with _timed("schema and validation", told):
        found = wb.validate(data, wb.infer_schema(figures), constraints=[HELD, BROKEN])
    with _timed("fitting a transform", told):
        fitted = wb.Transform(_outputs).fit(data)
    with _timed("applying it", told):
        applied = sum(len(each["bucket"]) for each in fitted.apply_batches(data))
    counted = {"kept": data.rows, "described": figures.rows, "transformed": applied}
    if wrong := {what: count for what, count in counted.items() if count != rows}:
        raise RuntimeError(f"not {rows} rows: {wrong}")
    broken = [(each.constraint, each.description) for each in found]
    if len(broken) != 1 or f"{rows // 1000:,} of {rows:,} rows" not in broken[0][1]:
        raise RuntimeError(f"a row in a thousand breaks one constraint, and found was {broken}")


def _outputs(c: t.Columns) -> dict[str, t.Expression]:
    from workbench.data import transforms as t

    return {
        "delay": t.z_score(c["dep_delay"]),
        "plane": t.vocabulary(c["tailnum"]),
        "bucket": t.bucketize(c["temperature"], 100),
    }


@contextmanager
def _timed(stage: str, told: Told) -> Iterator[None]:
    """Say what a block took; its most memory is its own, not that of what ran before."""
    Path("/proc/self/clear_refs").write_text("5")
    start, began = perf_counter(), process_time()
    yield
    seconds, cpu = perf_counter() - start, process_time() - began
    # Not getrusage: its maximum is that of the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    told[stage] = seconds, cpu, peak


if __name__ == "__main__":
    show("large", measure(tuple(int(each) for each in sys.argv[1:]) or SPANS))
