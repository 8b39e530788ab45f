"""A model that takes an on-demand feature, deployed on a real Ray: requests give its inputs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

import workbench as wb
from workbench import cluster, workspace
from workbench.core.errors import InvalidInput
from workbench.workspace import Workspace

pytestmark = pytest.mark.timeout(400)

START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 400
FASTEST = 600.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    space = wb.connect(home=tmp_path_factory.mktemp("home"))
    with workspace.use(space):
        yield space
        cluster.stop()


def test_a_replica_computes_what_a_training_set_had(place: Workspace) -> None:
    generator = np.random.default_rng(0)
    flights = pa.table(
        {
            "carrier": generator.choice(["UA", "AA"], ROWS),
            "time": [START + timedelta(hours=i) for i in range(ROWS)],
            "delay": generator.normal(10, 5, ROWS),
        }
    )
    raw = wb.ingest(flights, name="flights", time="time")
    view = wb.feature_view(
        name="delays", entities=[wb.Entity("carrier")], source=raw, features=["delay"]
    )

    @wb.on_demand_view(inputs={"distance": float}, features=[view])
    def hours(distance: float, delay: float) -> float:
        """How long a flight takes, late as its carrier is."""
        return min(distance, 10 * FASTEST) / FASTEST + delay / 60

    service = wb.feature_service("inputs", ["delays", "hours"])
    spine = flights.select(["carrier", "time"]).append_column(
        "distance", pa.array(generator.uniform(100, 2500, ROWS))
    )
    late = generator.random(ROWS) < 0.5
    examples = wb.training_set(
        spine.append_column("late", pa.array(late.astype(int))),
        service,
        name="examples",
        label="late",
        time="time",
        split={"train": "2013-01-15", "test": None},
    )
    run = wb.gradient_boosting(examples, columns=["delay", "hours"], iterations=5)
    model = wb.register(run, "late", features=service)
    wb.materialize(service)
    request = {"carrier": "UA", "distance": 800.0}
    (row,) = wb.online(service, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        served = wb.deploy("late")
    try:
        wanted = float(model.predict([row])[0])
        assert served.predict(request) == pytest.approx(wanted, abs=1e-12)
        given = {**request, "hours": row["hours"], "delay": row["delay"]}
        assert served.predict(given) == pytest.approx(wanted, abs=1e-12)
        with pytest.raises(InvalidInput, match=r"no 'distance', by which the feature 'hours'"):
            served.predict({"carrier": "UA"})
        assert "hours" in served.predictions().column_names
        affected = {each.ref for each in wb.impact("flights.delay")}
        assert {"hours@1", "late@1", served.ref} <= affected
        reads = {each.feature: each.reads for each in wb.usage()}
        assert reads["hours:hours"] == reads["delays:delay"] == 2
    finally:
        served.stop()
