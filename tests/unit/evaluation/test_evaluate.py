"""Evaluating: figures by slice against a baseline, gates, records, and clear refusals."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
import pytest

from tests.unit.evaluation.conftest import flights
from workbench.core.errors import GateFailed, InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.evaluation.baselines import base_rate, gradient_boosting
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.gates import Gate
from workbench.workspace import Workspace


def by_wind(frame: pd.DataFrame) -> np.ndarray:
    return 1 / (1 + np.exp(0.4 - 1.5 * frame["wind"].to_numpy()))


def test_a_model_is_judged_by_slice_against_a_baseline(data: Dataset, place: Workspace) -> None:
    run = gradient_boosting(data, iterations=20)
    found = evaluate(
        run,
        data,
        slices=["carrier", "month"],
        baseline=base_rate(data),
        gates=[Gate("auc", at_least=0.6, better_than_baseline=True), Gate("log_loss", at_most=0.1)],
    )
    auc = found.overall["auc"]
    assert auc.baseline is not None
    assert auc.baseline.value == 0.5
    assert 0.65 < auc.model.low < auc.model.value < auc.model.high < 1
    assert found.rows + found.dropped == data.splits["test"]
    assert found.dropped > 0
    assert [gate.passed for gate in found.gates] == [True, False]
    assert not found.passed
    with pytest.raises(GateFailed, match=r"log-loss .* is not at most 0.1"):
        found.require()
    notes = {(each.by, each.value): each.note for each in found.slices}
    assert notes["carrier", "UA"] == ""
    assert notes["carrier", "OO"].startswith("too few rows (")
    assert ("month", "2013-03") in notes
    table = found.to_pandas()
    assert table["slice"].tolist()[:2] == ["all rows", "carrier DL"]
    assert table[table["slice"] == "carrier OO"]["auc"].isna().all()


def test_an_evaluation_is_recorded_with_what_it_read_and_a_picture(
    data: Dataset, place: Workspace
) -> None:
    run = base_rate(data)
    found = evaluate(run, data, slices=["carrier"])
    kept = place.metadata.artifact("evaluation", found.ref)
    assert kept.properties["overall"]["auc"] == 0.5
    assert kept.properties["slices"][0]["slice"] == "carrier DL"
    picture = place.blobs.read(kept.properties["pictures"][0]["digest"])
    assert picture.startswith(b"\x89PNG")
    step = place.metadata.producers(kept.id)[0]
    read = {(each.kind, each.name) for each in place.metadata.inputs(step.id)}
    assert read == {("dataset", "flights"), ("file", "base rate/model")}
    assert "base rate" in found.sentence()
    shown = found._repr_html_()
    assert base64.b64encode(picture).decode() in shown
    assert shown.count("<tr>") >= 4


def test_the_same_rows_give_the_same_intervals(data: Dataset) -> None:
    first, second = (evaluate(by_wind, data, slices=["month"]) for _ in range(2))
    assert first.to_json() == second.to_json()


def test_the_model_never_sees_the_label(data: Dataset) -> None:
    seen: list[str] = []

    def model(frame: pd.DataFrame) -> np.ndarray:
        seen.extend(frame.columns)
        return by_wind(frame)

    evaluate(model, data)
    assert "late" not in seen
    assert "wind" in seen


def test_a_frame_can_be_judged_as_a_whole(place: Workspace) -> None:
    found = evaluate(by_wind, flights(500), label="late", slices=["month"])
    assert found.split == "all"
    assert found.rows == 490


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"late": 1.0}, "has one class only: all 3,000 rows are 1"),
        ({"late": np.nan}, "is missing in all 3000 rows"),
        ({"late": 2.0}, "has the value 2.0"),
    ],
)
def test_a_label_that_cannot_be_judged_is_refused(
    place: Workspace, change: dict[str, float], said: str
) -> None:
    frame = flights().assign(**change)
    with pytest.raises(InvalidInput, match=said):
        evaluate(by_wind, frame, label="late")
    failed = place.metadata.executions("evaluate")[0]
    assert failed.state == "failed"


def test_what_is_not_there_is_refused_by_name(place: Workspace, data: Dataset) -> None:
    with pytest.raises(InvalidInput, match=r"no column 'lat'.*did you mean 'late'"):
        evaluate(by_wind, data, label="lat")
    with pytest.raises(InvalidInput, match="the frame has no label"):
        evaluate(by_wind, flights())
    with pytest.raises((InvalidInput, NotFound), match="'tset'"):
        evaluate(by_wind, data, split="tset")
    with pytest.raises(InvalidInput, match="did you mean 'auc'"):
        evaluate(by_wind, data, metrics=["acu"])
    with pytest.raises(InvalidInput, match="a int is no model"):
        evaluate(5, data)
    with pytest.raises(NotFound, match="no model is named 'delay'"):
        evaluate("delay", data)


def test_an_empty_frame_is_refused(place: Workspace) -> None:
    with pytest.raises(InvalidInput, match=r"a frame \(all\) has no rows"):
        evaluate(by_wind, flights(0), label="late")


def test_a_model_that_gives_no_probabilities_is_refused(data: Dataset) -> None:
    with pytest.raises(InvalidInput, match="is not a probability"):
        evaluate(lambda frame: frame["wind"], data)


def test_a_baseline_says_how_good_it_is_where_there_is_a_validation_split(data: Dataset) -> None:
    assert gradient_boosting(data, iterations=5).metrics == {}
    parts = {"train": "2013-03-01", "validation": "2013-04-01", "test": None}
    three = ingest(data.to_pandas(), name="three", time="at", label="late", split=parts)
    boosting = gradient_boosting(three, iterations=20).metrics
    assert 0.65 < boosting["auc"] < 1
    assert 0.3 < boosting["log_loss"] < 0.69
    rate = base_rate(three).metrics
    assert rate["auc"] == 0.5
    assert set(rate) == {"base_rate", "auc", "log_loss"}
    one_class = data.to_pandas()
    one_class.loc[one_class["at"].dt.month == 3, "late"] = 0.0
    single = ingest(one_class, name="single", time="at", label="late", split=parts)
    assert set(base_rate(single).metrics) == {"base_rate"}


def test_gradient_boosting_takes_the_columns_of_another_model(data: Dataset) -> None:
    first = gradient_boosting(data, columns=["wind"], iterations=5)
    second = gradient_boosting(data, like=first, iterations=5)
    assert [each["name"] for each in second.model.signature["inputs"]] == ["wind"]
    with pytest.raises(InvalidInput, match=r"no column 'wnd'.*did you mean 'wind'"):
        gradient_boosting(data, columns=["wnd"])
    with pytest.raises(InvalidInput, match="'at' is a time"):
        gradient_boosting(data, columns=["at"])
