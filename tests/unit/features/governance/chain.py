"""One of everything that lies between a raw column and an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.evaluation.baselines import gradient_boosting
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureService, FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.metadata import Artifact
from workbench.registry import ModelVersion, register
from workbench.serving.plans import compile_plan
from workbench.workspace import Workspace

CARRIER = Entity("carrier", keys=["carrier"])
START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 60


def flights(rows: int = ROWS) -> pa.Table:
    """Return flights, each an hour after the one before."""
    return pa.table(
        {
            "carrier": ["UA" if i % 2 else "AA" for i in range(rows)],
            "time": [START + timedelta(hours=i) for i in range(rows)],
            "dep_delay": [float(i % 7) for i in range(rows)],
            "distance": [100.0 * (i % 5 + 1) for i in range(rows)],
            "seats": [150] * rows,
            "pilot": [f"<b>Ada {i}</b>" for i in range(rows)],
        }
    )


def delays(sql: str = "dep_delay AS last_delay") -> FeatureView:
    """Define the view that the chain is made of, or another of its name."""
    return feature_view(
        name="delays",
        entities=[CARRIER],
        time="time",
        description="How late a carrier was",
        owner="ada",
        tags=["ops"],
    )(lambda: f"SELECT carrier, time, {sql}, length(pilot) AS name FROM flights WHERE seats > 0")


@dataclass(frozen=True)
class Chain:
    """What was made, from left to right."""

    flights: Dataset
    view: FeatureView
    on_demand: OnDemandView
    service: FeatureService
    training_set: Dataset
    model: ModelVersion
    deployment: Artifact


def made(place: Workspace) -> Chain:
    """Make it all; the deployment is a record, and nothing listens."""
    raw = ingest(flights(), name="flights", time="time", description="Departures")
    view = delays()

    @on_demand_view(inputs={"distance": float}, features=["delays:last_delay"], owner="eve")
    def pace(distance: float, last_delay: float | None) -> float | None:
        """Miles a minute of delay."""
        return distance / last_delay if last_delay else None

    service = feature_service("inputs", ["delays:last_delay", "pace"])
    spine = flights().select(["carrier", "time", "distance"])
    labelled = spine.append_column("late", pa.array([i % 3 == 0 for i in range(ROWS)]))
    training = training_set(
        labelled, service, name="examples", time="time", label="late", split={"train": 1.0}
    )
    run = gradient_boosting(training, iterations=3)
    model = register(run, "delay", alias="champion", features=service)
    compiled = compile_plan(model)
    facts = {"model": model.ref, "state": "live", "feature_service": service.ref, "plan": {}}
    reads = [model.artifact, *compiled.reads]
    with place.metadata.record("deploy", "endpoint", reads=reads) as step:
        deployment = step.write(
            "deployment", "endpoint", properties=facts, columns=compiled.columns
        )
    return Chain(raw, view, pace, service, training, model, deployment)
