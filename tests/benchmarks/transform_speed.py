"""One row, a batch beside scikit-learn's, and the memory of a fit, on the flights of 2013."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.measuring import Measure, output_of, ratio
from workbench.data import transforms as t
from workbench.data.samples import nycflights13

ZONE = "America/New_York"
REPEATS = 7
NUMBERS = ["distance", "air_time", "dep_delay", "hour"]
WORDS = ["carrier", "origin", "dest"]
#: Rows, and spans, of the dataset whose fit's memory is measured.
MANY, SPANS = 10_000_000, 20


def realistic(c: t.Columns) -> dict[str, t.Expression]:
    """Return twenty outputs such as a model of delays takes."""
    at, air = c["time_hour"], t.number(c["air_time"])
    return {
        "distance": t.z_score(t.log1p(c["distance"])),
        "distance_share": t.min_max(c["distance"]),
        "distance_rank": t.quantile_normal(c["distance"]),
        "distance_bucket": t.bucketize(c["distance"], 10),
        "air_time": t.robust_scale(t.impute(air, "median")),
        "air_time_missing": t.is_missing(air),
        "speed": t.clip(c["distance"] / air * 60, 0, 700),
        "hour_sine": t.sin_of(t.hour(at, ZONE), 24),
        "hour_cosine": t.cos_of(t.hour(at, ZONE), 24),
        "weekday": t.weekday(at, ZONE),
        "weekend": t.is_weekend(at, ZONE),
        "month": t.month(at, ZONE),
        "minute": t.z_score(c["minute"]),
        "carrier": t.vocabulary(c["carrier"], min_count=5, oov_buckets=2),
        "origin": t.one_hot(t.vocabulary(c["origin"])),
        "dest": t.vocabulary(c["dest"], top_k=50, oov_buckets=4),
        "plane": t.hash_bucket(c["tailnum"], 100),
        "route": t.hash_bucket(t.cross(c["origin"], c["dest"]), 1000),
        "carrier_late": t.target_encode(c["carrier"], c["late"]),
        "dest_late": t.target_encode(c["dest"], c["late"]),
    }


def shared(c: t.Columns) -> dict[str, t.Expression]:
    """Return what scikit-learn can do as well, on the same columns."""
    scaled = [t.z_score(t.impute(c[name], "median")) for name in NUMBERS]
    coded = [t.one_hot(t.vocabulary(c[name])) for name in WORDS]
    return {"all": t.concat(*scaled, t.rank(c["distance"]), *coded)}


def measure() -> list[Measure]:
    """Measure in this process, and a fit in a process of its own."""
    flights = nycflights13("flights")
    flights["late"] = (flights["arr_delay"] > 15).astype(float)
    return [*_rows(flights), *_batches(flights), *_fit()]


def _rows(flights: pd.DataFrame) -> list[Measure]:
    transform = t.Transform(realistic).fit(flights)
    row = {str(name): value for name, value in flights.iloc[100].items()}
    transform.apply_row(row)
    readings = []
    for _ in range(5_000):
        start = time.perf_counter()
        transform.apply_row(row)
        readings.append((time.perf_counter() - start) * 1e6)
    note = f"{len(transform.outputs)} outputs; aim: under 100"
    rows = Measure("one row", tuple(readings), "µs", note)
    return [rows, Measure("one row, 99th percentile", (float(np.quantile(readings, 0.99)),), "µs")]


def _batches(flights: pd.DataFrame) -> list[Measure]:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

    frame = flights[[*NUMBERS, *WORDS]]
    peer = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
            ("rank", QuantileTransformer(subsample=None), ["distance"]),
            ("words", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), WORDS),
        ]
    )
    ours, theirs, fits, peer_fits = [], [], [], []
    for _ in range(REPEATS):
        fits.append(_seconds(lambda: t.Transform(shared).fit(frame)))
        peer_fits.append(_seconds(lambda: peer.fit(frame)))
        transform = t.Transform(shared).fit(frame)
        ours.append(_seconds(lambda: transform.apply(frame)))  # noqa: B023  # called at once
        theirs.append(_seconds(lambda: peer.transform(frame)))
    shape = f"{len(frame):,} rows × {transform.width} numbers"
    fit = Measure("fit of a frame", tuple(fits))
    peer_fit = Measure("ColumnTransformer.fit", tuple(peer_fits), note="scikit-learn")
    apply = Measure("apply to a frame", tuple(ours), note=shape)
    peer_apply = Measure("ColumnTransformer.transform", tuple(theirs), note="scikit-learn")
    rate = Measure("rows a second", tuple(len(frame) / each for each in ours), "/s")
    return [
        fit,
        peer_fit,
        ratio("ColumnTransformer.fit ÷ fit", peer_fit, fit),
        apply,
        peer_apply,
        ratio("ColumnTransformer.transform ÷ apply", peer_apply, apply),
        rate,
    ]


def _fit() -> list[Measure]:
    with tempfile.TemporaryDirectory() as home:
        size = int(_apart("make_many", home))
        rows, seconds, again, before, peak = map(float, _apart("fit_many", home).split())
    shape = f"{rows:,.0f} rows, {size / 2**20:,.0f} MiB in memory"
    return [
        Measure("fit of a dataset", (seconds,), note=f"{shape}, two passes"),
        Measure("fit of it again, kept", (again,)),
        Measure("memory that the fit took", ((peak - before) / 2**20,), "MiB", note="at most"),
        Measure("dataset ÷ memory of the fit", (size / max(peak - before, 1),), "×"),
    ]


def _apart(function: str, home: str) -> str:
    """Run a function of this module in a process of its own; return what it printed."""
    script = f"from tests.benchmarks import transform_speed as s; s.{function}({home!r})"
    command = [sys.executable, "-c", script]
    return output_of(command)


def make_many(home: str) -> None:
    """Store a dataset of spans, and print how large it is in memory."""
    import pyarrow as pa

    from workbench import workspace
    from workbench.data.datasets.ingest import ingest

    workspace.connect(home=home)
    random = np.random.default_rng(0)
    size, rows = 0, MANY // SPANS
    for span in range(SPANS):
        seconds = np.sort(random.integers(0, 86_400, rows)) + span * 86_400
        columns = {"at": (seconds * 1_000_000).astype("M8[us]")}
        columns |= {f"x{each}": random.lognormal(size=rows) for each in range(8)}
        columns |= {"c": random.choice(["UA", "AA", "DL", "B6"], rows)}
        table = pa.table(columns)
        size += table.nbytes
        ingest(table, name="many", time="at", span="day", append=span > 0)
    print(size)


def fit_many(home: str) -> None:
    """Fit on that dataset twice, and print its rows, the seconds, and memory before and at most."""
    from workbench import workspace
    from workbench.data.datasets import dataset
    from workbench.data.datasets.ingest import ingest

    workspace.connect(home=home)
    small = {"at": ["2013-01-01"] * 9, **{f"x{each}": range(1, 10) for each in range(8)}, "c": "UA"}
    t.Transform(_deep).fit(ingest(pd.DataFrame(small), name="small", time="at"))  # loads libraries
    data = dataset("many")
    before = _peak()
    seconds = _seconds(lambda: t.Transform(_deep).fit(data))
    peak = _peak()
    again = _seconds(lambda: t.Transform(_deep).fit(data))
    print(data.rows, seconds, again, before, peak)


def _peak() -> int:
    # Not getrusage: its maximum is that of the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _deep(c: t.Columns) -> dict[str, t.Expression]:
    return {
        **{f"z{each}": t.z_score(t.log(t.impute(c[f"x{each}"]))) for each in range(8)},
        "bucket": t.bucketize(c["x0"], 100),
        "c": t.vocabulary(c["c"]),
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
