"""Statistics of a million flights, beside the peers'; and of a year that grows by a day."""

from __future__ import annotations

from tests.benchmarks import bench_statistics, statistics_spans
from tests.benchmarks.measuring import ROOT, Measure, ratio


def measure() -> list[Measure]:
    """Measure here and in the peers' environment, in one run, then the growing year."""
    told = bench_statistics.measure(ROOT / ".venv-peers" / "bin" / "python")
    shape = f"{told['rows']:,} rows × {told['columns']} columns"
    frame = Measure("wb.statistics of a frame", (told["frame"],), note=shape)
    dataset = Measure("wb.statistics of a dataset", (told["dataset"],), note="recorded, from files")
    again = Measure("of the dataset again", (told["again"],), note="recorded, from what was kept")
    tfdv = Measure(f"TFDV {told['tfdv_version']}", (told["tfdv"],), note=_differ(told, "tfdv"))
    facets = Measure(
        f"facets-overview {told['facets_version']}",
        (told["facets"],),
        note=_differ(told, "facets") + ", pandas 2",
    )
    return [
        frame,
        dataset,
        again,
        tfdv,
        facets,
        ratio("TFDV ÷ frame", tfdv, frame, "aim: at least 4"),
        ratio("facets-overview ÷ frame", facets, frame, "aim: at least 40"),
        *statistics_spans.measure(),
    ]


def _differ(told: dict[str, list[str]], peer: str) -> str:
    columns = told[f"{peer}_counts_differ"]
    return f"counts differ in {', '.join(columns)}" if columns else "the same counts"
