import numpy as np
import pandas as pd
import pytest

from workbench import workspace
from workbench.data.datasets.ingest import ingest


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    connected = workspace.connect()
    with workspace.use(connected):
        yield connected


@pytest.fixture
def points(here):
    """1,001 rows for training and 200 for validation, by a rule that can be learnt."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=1201),
            "kind": rng.choice(["a", "b", "c"], 1201),
            "at": pd.date_range("2013-01-01", periods=1201, freq="h", tz="UTC"),
        }
    )
    frame["late"] = (frame["x"] + (frame["kind"] == "a") > 0.3).astype(int)
    frame.loc[::50, "x"] = np.nan
    bound = str(frame["at"][1001])
    return ingest(
        frame, name="points", time="at", label="late", split={"train": bound, "validation": None}
    )
