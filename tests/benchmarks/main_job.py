"""The main job, as `workbench demo` runs it: in an empty workspace, with each stage's time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.measuring import Measure

# What `workbench demo` writes to standard error when a stage is done: its title, then its seconds.
STAGE = re.compile(r"^\W*(?P<title>\w.*?)\s+(?P<seconds>\d+\.\d+)\s*s\b", re.MULTILINE)


def measure() -> list[Measure]:
    """Run it once in a workspace that holds nothing."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as home:
        command = [Path(sys.executable).with_name("workbench"), "demo", "--json"]
        environment = {"PATH": str(Path(sys.executable).parent), "WORKBENCH_HOME": home}
        begin = perf_counter()
        done = subprocess.run(
            command, env={**environment, "HOME": home}, capture_output=True, text=True, check=False
        )
        took = perf_counter() - begin
    if done.returncode:
        sys.exit(done.stderr)
    json.loads(done.stdout)
    stages = [
        Measure(f"  {found['title']}", (float(found["seconds"]),))
        for found in STAGE.finditer(done.stderr)
    ]
    return [Measure("workbench demo", (took,), note="aim: within 150 s"), *stages]
