"""A transform fitted by the workers of a real Ray is the one fitted here, to the last bit."""

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import InvalidInput
from workbench.data import transforms as t
from workbench.data.datasets.ingest import ingest
from workbench.data.transforms import Transform

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def trips(here):
    """Five files with more distinct numbers than are kept one by one, so that summaries merge."""
    random = np.random.default_rng(0)
    rows = 400_000
    frame = pd.DataFrame(
        {
            "part": random.choice(list("abcde"), rows),
            "distance": random.lognormal(size=rows),
            "carrier": np.array(["UA", "AA", "DL", None])[random.integers(0, 4, rows)],
            "late": random.integers(0, 2, rows),
        }
    )
    return ingest(frame, name="trips", split="part")


def features(c):
    far = t.impute(t.log(c["distance"]), "median")
    return {
        "far": t.z_score(far),
        "bucket": t.bucketize(c["distance"], 50),
        "carrier": t.vocabulary(c["carrier"], oov_buckets=2),
        "late": t.target_encode(c["carrier"], c["late"]),
        "components": t.pca([far, t.z_score(c["distance"])], 2),
    }


def forget(here):
    """Clear away what was kept, so that every row is read again."""
    for path in (here.home / "cache" / "parts").rglob("*"):
        if path.is_file():
            path.unlink()


def test_the_cluster_fits_what_this_process_fits(here, trips):
    local = Transform(features).fit(trips)
    forget(here)
    spread = Transform(features).fit(trips, cluster=True)
    assert spread.to_json() == local.to_json()
    assert len(local.graph.layers) == 2
    # What the workers found is kept: nothing is left for them to do.
    assert Transform(features).fit(trips).to_json() == local.to_json()


def test_an_error_in_a_worker_is_the_same_error(trips):
    with pytest.raises(InvalidInput, match="in 'carrier' is not a number"):
        Transform(lambda c: {"x": t.z_score(c["carrier"])}).fit(trips, cluster=True)


def test_a_frame_cannot_be_read_by_workers(here):
    frame = pd.DataFrame({"x": [1.0]})
    with pytest.raises(InvalidInput, match="not a frame"):
        Transform(lambda c: {"x": t.z_score(c["x"])}).fit(frame, cluster=True)
