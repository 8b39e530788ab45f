"""A training set joined by the tasks of a real Ray is the one joined here."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.offline import ray
from workbench.features.offline.training_sets import training_set

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ROWS = 50_000


def times(seconds):
    return pa.array(seconds.astype("M8[s]")).cast(pa.timestamp("us", "UTC"))


@pytest.fixture(scope="module")
def views(here):
    """Late rows by a composite key, sums over an hour and a day, and a view that holds always."""
    random = np.random.default_rng(0)
    event = random.integers(0, 1_000_000, ROWS)
    rows = {
        "card": pa.array(random.integers(0, 500, ROWS), pa.int32()),
        "shop": pa.array([f"shop {n}" for n in random.integers(0, 20, ROWS)]),
        "at": times(event),
        "known": times(event + random.integers(0, 50_000, ROWS)),
        "amount": pa.array(random.random(ROWS)),
        "cents": pa.array(random.integers(0, 10_000, ROWS)),  # whole: their sums do not round
    }
    ingest(pa.table(rows), name="payments", time="at", created="known")
    held = {"card": pa.array(range(400), pa.int32()), "limit": range(400)}
    cards = ingest(pa.table(held), name="cards")
    card = Entity("card")
    return [
        feature_view(
            name="last",
            entities=[Entity("visit", keys=["card", "shop"])],
            source="payments",
            features=["amount"],
            ttl=timedelta(days=2),
        ),
        feature_view(
            name="spent",
            entities=[card],
            source="payments",
            aggregations=[Aggregation("sum", "cents", windows=["1h", "1d"])],
        ),
        feature_view(name="limits", entities=[card], source=cards),
    ]


@pytest.fixture(scope="module")
def spine(here):
    random = np.random.default_rng(1)
    columns = {
        "shop": [f"shop {n}" for n in random.integers(0, 20, ROWS)],
        "card": random.integers(0, 500, ROWS),
        "now": times(random.integers(0, 1_000_000, ROWS)),
        "row": range(ROWS),
    }
    return ingest(pa.table(columns), name="spine", time="now")


def test_the_cluster_joins_what_this_process_joins(here, views, spine, monkeypatch):
    here_joined = training_set(spine, views, name="made").to_arrow()
    monkeypatch.setattr(ray, "_ROWS", 7_001)  # several pieces, the last one smaller
    there = training_set(spine, views, name="made", cluster=True)
    assert there.to_arrow().equals(here_joined)
    assert here_joined["row"].to_pylist() == list(range(ROWS))
    assert all(each.null_count < ROWS for each in here_joined.columns)


def test_a_wrong_spine_is_the_same_error(here, views):
    wrong = pa.table({"card": ["a"], "shop": ["b"], "now": times(np.zeros(1, np.int64))})
    for spread in (False, True):
        with pytest.raises(InvalidInput, match="'card' holds string, and the view 'last'"):
            training_set(wrong, views, name="wrong", time="now", cluster=spread)
