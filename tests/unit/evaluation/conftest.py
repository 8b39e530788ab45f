"""A workspace with late flights made up by a known rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import workspace
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    space = workspace.connect(home=tmp_path / "home")
    with workspace.use(space):
        yield space


def flights(rows: int = 3000, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    wind = generator.normal(0, 1, rows)
    carrier = generator.choice(["UA", "DL", "OO"], rows, p=[0.6, 0.39, 0.01])
    chance = 1 / (1 + np.exp(1 - 1.5 * wind - (carrier == "UA")))
    late = (generator.random(rows) < chance).astype(float)
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2013-01-01", periods=rows, freq="h", tz="UTC"),
            "wind": wind,
            "carrier": carrier,
            "late": late,
        }
    )
    frame.loc[::50, "late"] = np.nan
    return frame


@pytest.fixture
def data(place: Workspace) -> Dataset:
    return ingest(
        flights(),
        name="flights",
        time="at",
        label="late",
        split={"train": "2013-03-01", "test": None},
    )
