"""Features as the quickstart makes them, in small: three views, a service, a training set, a model.

Run as a script it fills a folder's workspace: `python -m tests.server.features_room HOME`.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pandas as pd

import workbench as wb
from workbench import workspace
from workbench.data.samples import nycflights13

#: A name that must arrive whole and harm nothing.
AWKWARD_COLUMN = '<img src=x onerror="window.broken=1"> 风'


def fill(*, every: int = 40) -> dict[str, str]:
    """Make the records in the current workspace; return ids by name."""
    flights = nycflights13("flights").iloc[::every]
    flights = flights.assign(
        late=(flights.arr_delay > 15).astype("boolean").mask(flights.arr_delay.isna()),
        landed=flights.time_hour + pd.to_timedelta(flights.air_time.fillna(0) + 45, unit="min"),
    )
    wb.ingest(
        flights, name="flights", time="time_hour", label="late", split={"train": 0.8, "test": 0.2}
    )
    landings = flights[["carrier", "time_hour", "landed", "arr_delay"]]
    wb.ingest(landings, name="landings", time="time_hour", created="landed")
    weather = nycflights13("weather")
    # What a station measures is known twenty minutes later, and in one hour of seven a day later.
    known = weather.time_hour + pd.Timedelta(minutes=20)
    known = known.where(weather.hour % 7 != 3, weather.time_hour + pd.Timedelta(hours=26))
    weather = weather.assign(known=known, **{AWKWARD_COLUMN: weather.wind_dir})
    wb.ingest(weather, name="weather", time="time_hour", created="known")
    wb.ingest(nycflights13("planes"), name="planes")
    origin = wb.Entity("origin", keys=["origin"])
    hourly = wb.feature_view(
        name="weather_hourly",
        entities=[origin],
        source="weather",
        features=["temp", "wind_gust", "humid", AWKWARD_COLUMN],
        ttl=timedelta(hours=6),
        description="What the airport's station measured",
        owner="anna",
        tags=["weather"],
    )
    plane = wb.feature_view(
        name="plane",
        entities=[wb.Entity("plane", keys=["tailnum"])],
        source="planes",
        features=["seats", "engines", "type"],
        description="What the register of planes says",
        owner="ben",
    )

    @wb.feature_view(
        name="carrier_delay",
        entities=[wb.Entity("carrier", keys=["carrier"])],
        time="time_hour",
        created="landed",
        owner="anna",
        tags=["delays"],
    )
    def carrier_delay() -> str:
        """How late the carrier's latest flight was, known when it landed."""
        return "SELECT carrier, time_hour, landed, arr_delay, dep_delay FROM flights"

    week = wb.feature_view(
        name="carrier_week",
        entities=[wb.Entity("carrier", keys=["carrier"])],
        source="landings",
        aggregations=[
            wb.Aggregation("mean", "arr_delay", windows=["1d", "7d"]),
            wb.Aggregation("count", windows=["7d"]),
        ],
        description="The carrier's landings of the last days",
        owner="ben",
        tags=["delays"],
    )

    @wb.on_demand_view(inputs={"distance": float}, features=[plane], owner="ben")
    def seat_miles(distance: float, seats: int) -> float:
        """What the flight carries, if every seat is taken."""
        return distance * (seats or 0)

    awkward = wb.feature_view(
        name="wind 阵风", entities=[origin], source="weather", features=["wind_gust"]
    )
    service = wb.feature_service("late_flights", [hourly, "plane:seats", carrier_delay])
    columns = ["origin", "carrier", "tailnum", "time_hour", "late"]
    examples = wb.training_set(
        "flights", [hourly, plane, carrier_delay], name="examples", columns=columns
    )
    wb.materialize([hourly, plane], at="2013-12-30")
    wb.materialize([week], at="2013-12-30")
    wb.materialize([carrier_delay])
    metadata = workspace.current().metadata
    with metadata.record("run", "first try", reads=[examples.artifact]) as run:
        trained = run.write("file", "first try/model", role="model")
    with metadata.record("register", "late", reads=[trained]) as step:
        step.write("model", "late", properties={"flavor": "torch", "run": run.id})
    return {
        "hourly": hourly.artifact.id,
        "plane": plane.artifact.id,
        "carrier": carrier_delay.artifact.id,
        "week": week.artifact.id,
        "miles": seat_miles.artifact.id,
        "awkward": awkward.artifact.id,
        "service": service.artifact.id,
        "examples": examples.id,
        "flights": metadata.artifact("dataset", "flights").id,
    }


if __name__ == "__main__":
    home = Path(sys.argv[1])
    home.mkdir(parents=True, exist_ok=True)
    workspace.connect(home=home)
    print(fill(every=int(sys.argv[2]) if len(sys.argv) > 2 else 40))
