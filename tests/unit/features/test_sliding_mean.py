"""A sliding mean as changes: one row when a landing enters the window, one when it leaves.

The as-of join on those changes is exact at any instant, which a look at every flight confirms.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.offline.training_sets import training_set
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
DAY = timedelta(hours=24)

SLIDING_MEAN = """
WITH changes AS (
    SELECT carrier, landed_at AS changed_at, arr_delay AS delay, 1 AS landings FROM flights
    WHERE landed_at IS NOT NULL AND arr_delay IS NOT NULL
    UNION ALL
    SELECT carrier, landed_at + INTERVAL 24 HOUR, -arr_delay, -1 FROM flights
    WHERE landed_at IS NOT NULL AND arr_delay IS NOT NULL
), instants AS (
    SELECT carrier, changed_at, sum(delay) AS delay, sum(landings) AS landings
    FROM changes GROUP BY carrier, changed_at
), running AS (
    SELECT carrier, changed_at, sum(delay) OVER past AS delay, sum(landings) OVER past AS landings
    FROM instants WINDOW past AS (PARTITION BY carrier ORDER BY changed_at)
)
SELECT carrier, changed_at, landings AS landed_24h, delay / nullif(landings, 0) AS mean_delay_24h
FROM running
"""


@pytest.mark.parametrize("seed", range(3))
def test_it_equals_the_mean_over_the_flights_landed_in_the_last_day(
    place: Workspace, seed: int
) -> None:
    chance = random.Random(seed)
    flights: list[dict[str, Any]] = []
    for _ in range(400):
        scheduled = START + timedelta(minutes=chance.randrange(6 * 1440))
        landed = scheduled + timedelta(minutes=chance.randrange(60, 600))
        delay = float(chance.randrange(-30, 200))
        canceled = chance.random() < 0.1
        flights.append(
            {
                "carrier": chance.choice(["UA", "AA", "DL"]),
                "time": scheduled,
                "landed_at": None if canceled else landed,
                "arr_delay": None if canceled else delay,
            }
        )
    source = ingest(pa.Table.from_pylist(flights), name="flights", time="time", created="landed_at")
    view = feature_view(name="carrier_delay_24h", entities=[Entity("carrier")], time="changed_at")(
        lambda: SLIDING_MEAN
    )
    # Every scheduled departure, and the very instants at which something changes.
    edges = [f["landed_at"] for f in flights if f["landed_at"] is not None]
    moments = [f["time"] for f in flights] + edges + [edge + DAY for edge in edges]
    spine = pa.table({"carrier": ["UA", "AA", "DL"] * len(moments), "at": sorted(moments * 3)})
    made = training_set(spine, view, name="delays", time="at").to_arrow()
    assert source.rows == 400
    for row in made.to_pylist():
        past = [
            f["arr_delay"]
            for f in flights
            if f["carrier"] == row["carrier"]
            and f["landed_at"] is not None
            and f["landed_at"] <= row["at"] < f["landed_at"] + DAY
        ]
        assert (row["landed_24h"] or 0) == len(past)
        assert row["mean_delay_24h"] == (sum(past) / len(past) if past else None)
