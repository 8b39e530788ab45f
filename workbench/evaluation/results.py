"""What an evaluation found, as values to read, a table, a chart and a page in the notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import GateFailed
from workbench.evaluation.bootstrap import Comparison, Estimate
from workbench.evaluation.gates import GateResult
from workbench.evaluation.metrics import METRICS

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from workbench.metadata import Artifact


@dataclass(frozen=True)
class SliceResult:
    """The figures of one slice.

    Attributes
    ----------
    by, value : str
        ("carrier", "UA").
    rows, positives : int
    metrics : dict
        By metric; empty when there are too few rows to say anything.
    note : str
        Why there are no figures, such as "too few rows (57)".
    """

    by: str
    value: str
    rows: int
    positives: int
    metrics: Mapping[str, Comparison]
    note: str = ""


@dataclass(frozen=True)
class Findings:
    """A model judged on the rows of one split.

    Attributes
    ----------
    model, data, baseline : str
        References, or what was given in words; `baseline` is empty when there is none.
    split : str
    rows, positives : int
        Rows judged, and those whose label is 1.
    dropped : int
        Rows left out because they have no label.
    overall : dict
        A `Comparison` a metric, over all rows.
    slices : tuple of SliceResult
    gates : tuple of GateResult
    """

    model: str
    data: str
    baseline: str
    split: str
    rows: int
    positives: int
    dropped: int
    overall: Mapping[str, Comparison]
    slices: tuple[SliceResult, ...]
    gates: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate was passed; true when there are none."""
        return all(gate.passed for gate in self.gates)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a slice (all rows first) with each metric, its ± and the baseline's."""
        import pandas as pd

        whole = SliceResult("all rows", "all rows", self.rows, self.positives, self.overall)
        return pd.DataFrame([_row(each, list(self.overall)) for each in (whole, *self.slices)])

    def chart(self) -> alt.TopLevelMixin:
        """Return an Altair chart of each slice's metrics with their intervals."""
        import pandas as pd

        from workbench.evaluation.pictures import interval_chart

        whole = SliceResult("all rows", "all rows", self.rows, self.positives, self.overall)
        marks = [mark for each in (whole, *self.slices) for mark in _marks(each)]
        titles = {name: METRICS[name].title for name in self.overall}
        return interval_chart(pd.DataFrame(marks), titles)

    @property
    def picture(self) -> bytes:
        """The chart as a PNG, at two of its pixels to one of a page."""
        from workbench.evaluation.pictures import png

        return png(self.chart())

    def sentence(self) -> str:
        """Return what was found, in a sentence."""
        figures = []
        for name, found in self.overall.items():
            against = f" (baseline {found.baseline.value:.3g})" if found.baseline else ""
            figures.append(f"{METRICS[name].title} {found.model.value:.3g}{against}")
        left_out = f"; {self.dropped:,} rows without a label left out" if self.dropped else ""
        return (
            f"{self.model} on {self.rows:,} rows of {self.data} ({self.split}): "
            f"{', '.join(figures)}{left_out}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {
            "model": self.model,
            "data": self.data,
            "baseline": self.baseline,
            "split": self.split,
            "rows": self.rows,
            "positives": self.positives,
            "dropped": self.dropped,
            "passed": self.passed,
            "overall": {name: found.model.value for name, found in self.overall.items()},
            "comparisons": _plain(self.overall),
            "slices": [
                {
                    "slice": f"{each.by} {each.value}",
                    "by": each.by,
                    "value": each.value,
                    "rows": each.rows,
                    "positives": each.positives,
                    "note": each.note,
                    "metrics": {
                        name: each.metrics[name].model.value if name in each.metrics else None
                        for name in self.overall
                    },
                    "comparisons": _plain(each.metrics),
                }
                for each in self.slices
            ],
            "gates": [
                {**asdict(each.gate), "rule": each.reason, "passed": each.passed}
                for each in self.gates
            ],
        }

    def _repr_html_(self) -> str:
        from workbench.evaluation.page import page

        return page(self)


@dataclass(frozen=True)
class Evaluation(Findings):
    """Findings that were recorded.

    Attributes
    ----------
    artifact : Artifact
        Kind "evaluation"; its bytes are these findings as JSON, its picture is `chart()`.
    """

    artifact: Artifact

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def picture(self) -> bytes:
        """The chart as it was kept when this was recorded."""
        (kept,) = self.artifact.properties["pictures"]
        return workspace.current().blobs.read(kept["digest"])

    def require(self) -> Evaluation:
        """Return this evaluation if every gate was passed.

        Raises
        ------
        GateFailed
            Otherwise, with each reason.
        """
        if not self.passed:
            reasons = "; ".join(gate.reason for gate in self.gates if not gate.passed)
            raise GateFailed(
                f"{self.model} did not pass: {reasons}",
                hint="train on, or change the gate if it asks for too much",
            )
        return self


def _row(found: SliceResult, names: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "slice": found.by if found.by == "all rows" else f"{found.by} {found.value}",
        "rows": found.rows,
        "positives": found.positives,
    }
    for name in names:
        comparison = found.metrics.get(name)
        row[name] = comparison.model.value if comparison else float("nan")
        row[f"{name} ±"] = comparison.model.half_width if comparison else float("nan")
        if comparison and comparison.baseline and comparison.difference:
            row[f"{name} baseline"] = comparison.baseline.value
            row[f"{name} difference"] = comparison.difference.value
            row[f"{name} difference ±"] = comparison.difference.half_width
    return {**row, "note": found.note}


def _marks(found: SliceResult) -> Iterator[dict[str, Any]]:
    for name, comparison in found.metrics.items():
        sides: dict[str, Estimate | None] = {
            "model": comparison.model,
            "baseline": comparison.baseline,
        }
        for side, estimate in sides.items():
            if estimate is not None:
                yield {
                    "by": found.by,
                    "slice": found.value,
                    "metric": name,
                    "side": side,
                    "value": estimate.value,
                    "low": estimate.low,
                    "high": estimate.high,
                    "rows": found.rows,
                }


def _plain(metrics: Mapping[str, Comparison]) -> dict[str, Any]:
    return {name: asdict(comparison) for name, comparison in metrics.items()}
