"""Statistics made by the workers of a real Ray are those made here, to the last bit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import InvalidInput, Unavailable
from workbench.data.datasets.ingest import ingest
from workbench.data.statistics import statistics

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def trips(here):
    """Four splits of more distinct numbers than are counted one by one: their sketches merge."""
    rng = np.random.default_rng(0)
    rows = 200_000
    frame = pd.DataFrame(
        {
            "part": rng.choice(["a", "b", "c", "d"], rows),
            "distance": rng.lognormal(size=rows),
            "carrier": rng.choice(["UA", "AA", "DL"], rows),
            "id": [f"trip {number}" for number in range(rows)],
            "weight": rng.random(rows),
        }
    )
    return ingest(frame, name="trips", split="part")


def forget(here):
    """Clear away what was kept, so that every row is read again."""
    for path in (here.home / "cache" / "parts").rglob("*"):
        if path.is_file():
            path.unlink()


def test_the_cluster_says_what_this_process_says(here, trips):
    asked: dict[str, Any] = {"by": "carrier", "weight": "weight"}
    local = statistics(trips, **asked)
    forget(here)
    spread = statistics(trips, **asked, cluster=True)
    assert spread.to_proto() == local.to_proto()
    assert spread["distance"].approximate
    assert spread.rows == trips.rows


def test_the_cluster_says_the_same_of_pairs_of_columns(here, trips):
    asked: dict[str, Any] = {"cross": ["distance", "weight", "carrier"]}
    for weight in (None, "weight"):
        local = statistics(trips, **asked, weight=weight)
        forget(here)
        spread = statistics(trips, **asked, weight=weight, cluster=True)
        assert len(spread.datasets[0].cross) == 3
        assert spread.to_proto() == local.to_proto()


def test_a_wrong_weight_in_a_worker_is_the_same_error(here):
    frame = pd.DataFrame({"x": range(40_000), "weight": 1.0})
    frame.loc[31_000, "weight"] = -1.0
    heavy = ingest(frame, name="heavy")
    with pytest.raises(InvalidInput, match=r"row 31,001 weighs -1.0 in 'weight'"):
        statistics(heavy, weight="weight", cluster=True)


def test_data_that_no_worker_reaches_is_said_so(here, trips):
    forget(here)
    (file, *_) = trips.files
    path = here.blobs.local_path(file.digest)
    hidden = path.with_name("hidden")
    path.rename(hidden)
    try:
        with pytest.raises(Unavailable, match="a worker cannot read the data"):
            statistics(trips, cluster=True)
    finally:
        hidden.rename(path)


def test_a_frame_is_not_sent_to_workers(here):
    with pytest.raises(InvalidInput, match="lies in this process"):
        statistics(pd.DataFrame({"x": [1]}), cluster=True)
