"""A thousand columns in a real JupyterLab: how long until their table answers, and what it weighs.

The widget counts as answering when a search that was typed into it has been drawn. What is weighed
is the notebook's file with the widgets' state in it: the module, the style sheet, the figures and
the still picture.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import nbformat

from tests.benchmarks.measuring import ROOT, Measure, output_of
from tests.ui.conftest import TOKEN, serving

TIMES = 7
ROWS, COLUMNS = 100_000, 1_000
_FRAME = f"""
import numpy as np
import pandas as pd
import workbench as wb
from workbench.widgets import StatisticsWidget

rng = np.random.default_rng(7)
values = [f"value number {{n}}" for n in range(300)]
makers = [
    lambda: rng.normal(size={ROWS}),
    lambda: rng.exponential(50, size={ROWS}),
    lambda: rng.integers(0, 500, {ROWS}),
    lambda: pd.Categorical.from_codes(rng.zipf(1.5, {ROWS}) % 300, values),
]
columns = {{f"column_{{n}}": makers[n % 4]() for n in range({COLUMNS})}}
figures = wb.statistics(pd.DataFrame(columns), name="wide")
"""
#: A widget lives as long as its kernel, and would be saved as often as its cell was run.
_WIDGET = "StatisticsWidget.close_all()\nStatisticsWidget(figures)"
_STATE = "@jupyter-widgets/jupyterlab-manager/plugin.jupyterlab-settings"


def measure() -> list[Measure]:
    """Run the cell in Chromium a few times, scroll through the table once, and save."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as place:
        folder = Path(place)
        with serving(folder, folder / "workspace") as url:
            settings = folder / "settings" / _STATE
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text(json.dumps({"saveState": True}))
            notebook = folder / "notebooks" / "wide.ipynb"
            nbformat.write(_notebook(_FRAME, _WIDGET), notebook)
            told = _browse(url, notebook.name)
        weight = notebook.stat().st_size
    shape = f"{ROWS:,} rows × {COLUMNS:,} columns"
    frames = sorted(told["spans"])
    return [
        Measure("cell's end → answers", tuple(told["waits"]), "ms", f"{shape}; aim: under 2,000"),
        Measure("notebook with the widget's state", (weight / 1e6,), "MB", "aim: under 3"),
        Measure(
            "between two pictures while it scrolls",
            (frames[len(frames) // 2],),
            "ms",
            f"95 in 100 within {frames[int(len(frames) * 0.95)]:.0f} ms, "
            f"the longest {frames[-1]:.0f} ms, {told['blank']} of {len(frames)} blank",
        ),
    ]


def _notebook(*cells: str) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in cells]
    return notebook


def _browse(url: str, notebook: str) -> dict[str, list[float]]:
    environment = {
        **os.environ,
        "LAB_URL": url,
        "LAB_TOKEN": TOKEN,
        "NOTEBOOK": notebook,
        "EXTENSIONS": str(ROOT / "extensions"),
        "TIMES": str(TIMES),
    }
    script = Path(__file__).with_suffix(".mjs")
    told: dict[str, list[float]] = json.loads(output_of(["node", script], env=environment))
    return told
