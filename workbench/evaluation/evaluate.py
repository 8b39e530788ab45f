"""Judging a model on one split: overall, by slice, against a baseline, through gates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.evaluation.bootstrap import compare
from workbench.evaluation.gates import Gate, judge
from workbench.evaluation.metrics import Metric, check_scores, choose
from workbench.evaluation.results import Evaluation, Findings, SliceResult
from workbench.evaluation.slices import Slice, SliceBy, cut
from workbench.evaluation.subjects import Material, Subject, material, subject
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# With fewer of the rarer class, an interval says more about luck than about the model.
_RAREST = 10


def evaluate(
    model: object,
    data: object,
    *,
    split: str = "test",
    label: str | None = None,
    metrics: Sequence[str] = ("auc", "log_loss"),
    slices: Sequence[SliceBy] = (),
    baseline: object = None,
    gates: Sequence[Gate] = (),
    min_rows: int = 200,
    resamples: int = 200,
) -> Evaluation:
    """Judge a model's probabilities on rows that it was not trained on.

    Parameters
    ----------
    model : str, model version, run or object with ``predict``
        What is judged; ``predict`` takes a frame and returns one probability a row.
    data : Dataset, str or DataFrame
        Where the rows are; a frame is judged whole and needs `label`.
    split : str
        Which part of a dataset.
    label : str, optional
        The column of the truth, 0 or 1; the dataset's own label by default. Rows where it is
        missing are left out, and counted.
    metrics : sequence of str
        From "auc", "log_loss" and "brier".
    slices : sequence
        Names of columns; "month", "weekday" and the like of the time column; or
        ``{"evening": "hour >= 18"}`` in SQL or as a function of the frame.
    baseline : optional
        A second model, judged on the same rows; intervals of the difference are paired.
    gates : sequence of Gate
        What must hold; the result's `passed` and `gates` say whether, and why.
    min_rows : int
        A slice with fewer rows gets no figures but the words "too few rows".
    resamples : int
        Bootstrap draws behind each 95 % interval.

    Returns
    -------
    Evaluation
        Also recorded, with a picture, as an artifact that reads the model and the data.

    Raises
    ------
    InvalidInput
        If the label is missing, is not 0 or 1 or has one class only; if no row is left; if the
        model does not give probabilities; if a name is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import mkdtemp
    >>> from workbench.workspace import connect
    >>> _ = connect(home=mkdtemp())
    >>> frame = pd.DataFrame({"p": [0.1, 0.9, 0.8, 0.3], "late": [0, 1, 1, 0]})
    >>> evaluate(lambda rows: rows["p"], frame, label="late").overall["auc"].model.value
    1.0
    """
    space = workspace.current()
    chosen = choose(dict.fromkeys([*metrics, *(gate.metric for gate in gates)]))
    judged = subject(model)
    against = None if baseline is None else subject(baseline)
    rows = material(data, split, label)
    reads = [*rows.reads, *judged.reads, *(against.reads if against else ())]
    facts = {"split": rows.split, "metrics": [metric.name for metric in chosen]}
    with space.metadata.record("evaluate", judged.name, reads=reads, properties=facts) as step:
        measure = _prepare(judged, against, rows, chosen, min_rows, resamples)
        overall = measure.all_rows()
        findings = Findings(
            model=judged.title,
            data=rows.title,
            baseline=against.title if against else "",
            split=rows.split,
            rows=len(measure.labels),
            positives=int(measure.labels.sum()),
            dropped=len(rows.frame) - len(measure.labels),
            overall=overall,
            slices=tuple(measure.of(each) for each in cut(measure.frame, slices, rows.time)),
            gates=tuple(judge(gate, overall) for gate in gates),
        )
        content = findings.to_json()
        blob = space.blobs.put_bytes(json.dumps(content).encode())
        artifact = step.write(
            "evaluation",
            judged.name,
            digest=blob.digest,
            size=blob.size,
            properties={**content, "run": judged.run, "pictures": [_picture(findings)]},
            columns=_sources(chosen, judged, rows),
        )
    return Evaluation(**vars(findings), artifact=artifact)


@dataclass(frozen=True)
class _Measure:
    frame: pd.DataFrame
    labels: Floats
    scores: Floats
    baseline: Floats | None
    metrics: list[Metric]
    min_rows: int
    resamples: int

    def all_rows(self) -> dict[str, Any]:
        return compare(
            self.labels, self.scores, self.baseline, self.metrics, resamples=self.resamples
        )

    def of(self, part: Slice) -> SliceResult:
        labels = self.labels[part.mask]
        rows, positives = len(labels), int(labels.sum())
        note = _too_few(rows, positives, self.min_rows)
        found = {}
        if not note:
            other = None if self.baseline is None else self.baseline[part.mask]
            found = compare(
                labels, self.scores[part.mask], other, self.metrics, resamples=self.resamples
            )
        return SliceResult(part.by, part.value, rows, positives, found, note)


def _prepare(
    judged: Subject,
    against: Subject | None,
    rows: Material,
    metrics: list[Metric],
    min_rows: int,
    resamples: int,
) -> _Measure:
    frame, labels = _labelled(rows)
    # The truth is kept from the models, which could otherwise read it.
    asked = frame.drop(columns=rows.label)
    scores = _scores(judged, asked)
    other = None if against is None else _scores(against, asked)
    return _Measure(frame, labels, scores, other, metrics, min_rows, resamples)


def _labelled(rows: Material) -> tuple[pd.DataFrame, Floats]:
    import numpy as np

    if not len(rows.frame):
        raise InvalidInput(
            f"{rows.title} ({rows.split}) has no rows", hint="judge on another split"
        )
    known = rows.frame[rows.label].notna()
    frame = rows.frame[known.to_numpy()].reset_index(drop=True)
    where = f"the label {rows.label!r} of {rows.title} ({rows.split})"
    if not len(frame):
        raise InvalidInput(
            f"{where} is missing in all {len(rows.frame)} rows",
            hint="choose a split whose labels have arrived",
        )
    values = frame[rows.label].unique().tolist()
    if wrong := [value for value in values if value not in (0, 1)]:
        raise InvalidInput(f"{where} has the value {wrong[0]!r}", hint="a label must be 0 or 1")
    if len({int(value) for value in values}) == 1:
        raise InvalidInput(
            f"{where} has one class only: all {len(frame):,} rows are {int(values[0])}",
            hint="judge on rows that hold both classes",
        )
    return frame, frame[rows.label].to_numpy(dtype=np.float64)


def _scores(judged: Subject, frame: pd.DataFrame) -> Floats:
    import numpy as np

    scores = np.asarray(judged.model.predict(frame), dtype=np.float64)
    check_scores(scores, len(frame))
    return scores


def _too_few(rows: int, positives: int, least: int) -> str:
    rarer = min(positives, rows - positives)
    if rows < least:
        return f"too few rows ({rows:,})"
    if rarer < _RAREST:
        return f"too few of one class ({rarer} of {rows:,})"
    return ""


def _picture(findings: Findings) -> dict[str, str]:
    blob = workspace.current().blobs.put_bytes(findings.picture)
    return {"digest": blob.digest, "title": "By slice", "alt": findings.sentence()}


def _sources(
    metrics: list[Metric], judged: Subject, rows: Material
) -> dict[str, list[ColumnSource]]:
    sources = [ColumnSource(each, rows.label, "judged against") for each in rows.reads]
    sources += [ColumnSource(each, "probability", "judged") for each in judged.reads]
    return {metric.name: sources for metric in metrics}
