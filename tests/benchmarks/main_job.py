"""The main job, as `workbench demo` runs it: in an empty workspace, with each stage's time."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.measuring import Measure, output_of


def measure() -> list[Measure]:
    """Run it once in a workspace that holds nothing."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as home:
        command = [str(Path(sys.executable).with_name("workbench")), "demo", "--json"]
        environment = {"PATH": str(Path(sys.executable).parent), "WORKBENCH_HOME": home}
        begin = perf_counter()
        said = output_of(command, env={**environment, "HOME": home})
        took = perf_counter() - begin
    stages = json.loads(said)["stages"]
    dominant = max(stages, key=stages.__getitem__)
    return [
        Measure("workbench demo", (took,), note=f"aim: within 150 s; {dominant} takes longest"),
        *(Measure(f"  {name}", (seconds,)) for name, seconds in stages.items()),
    ]
