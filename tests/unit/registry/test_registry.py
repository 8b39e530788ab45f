"""Registering: versions, aliases, signatures, lineage down to the column, clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.evaluation.conftest import data, flights, place
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.evaluation.baselines import base_rate, gradient_boosting
from workbench.evaluation.evaluate import evaluate
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.registry import model, models, register
from workbench.tracking import start_run
from workbench.workspace import Workspace

__all__ = ["data", "place"]  # fixtures


def test_a_run_becomes_a_version_that_predicts_as_its_model_does(data: Dataset) -> None:
    run = gradient_boosting(data, iterations=5)
    version = register(run, "delay", alias="champion")
    assert version.ref == "delay@1"
    assert version.aliases == ("champion",)
    assert version.flavor == "columns"
    assert version.run is not None
    assert version.run.id == run.id
    assert {each["name"]: each["type"] for each in version.signature["inputs"]} == {
        "wind": "float64",
        "carrier": "string",
    }
    frame = flights(50)
    np.testing.assert_array_equal(version.predict(frame), run.model.predict(frame))
    row = {"wind": 1.0, "carrier": "UA"}
    assert version.predict(row)[0] == version.predict([row])[0]
    assert set(version.artifact.properties["example"]) == {"wind", "carrier"}
    assert "delay@1" in version._repr_html_()


def test_registering_again_makes_a_new_version_and_moves_the_alias(data: Dataset) -> None:
    run = base_rate(data)
    first = register(run, "delay", alias="champion")
    second = register(run, "delay", alias="champion")
    assert model("delay@champion").ref == second.ref == "delay@2"
    assert first.aliases == ()
    first.set_alias("champion")
    assert model("delay@champion").ref == "delay@1"
    assert [each.version for each in models("delay")] == [2, 1]
    assert [each.ref for each in models()] == ["delay@2"]


def test_a_version_knows_its_columns_and_how_it_was_judged(data: Dataset, place: Workspace) -> None:
    run = gradient_boosting(data, iterations=5)
    found = evaluate(run, data)
    version = register(run, "delay")
    assert version.metrics["test/auc"] == found.overall["auc"].model.value
    edges = place.metadata.column_edges([version.artifact.id])
    assert {edge.source_column for edge in edges} == {"wind", "carrier"}
    judged_by = [step.kind for step in place.metadata.consumers(version.artifact.id)]
    assert judged_by == ["evaluate"]
    again = evaluate("delay", data)
    assert again.model == "delay@1"
    assert again.overall == found.overall


def test_a_model_that_was_not_trained_here_can_be_registered(place: Workspace) -> None:
    from sklearn.linear_model import LogisticRegression

    frame = flights(200).dropna()
    fitted = LogisticRegression().fit(frame[["wind"]], frame["late"])
    version = register(fitted, "line")
    assert version.run is None
    assert version.flavor == "sklearn"
    assert version.predict(frame).shape == (len(frame),)


def test_pickled_code_is_opened_only_when_allowed(place: Workspace) -> None:
    version = register(lambda frame: frame["wind"] * 0 + 0.5, "half")
    with pytest.raises(InvalidInput, match="allow_code"):
        version.predict(flights(3))
    assert version.load(allow_code=True).predict(flights(3)).tolist() == [0.5] * 3


def test_near_names_versions_and_aliases_are_offered(data: Dataset) -> None:
    register(base_rate(data), "delay", alias="champion")
    with pytest.raises(NotFound, match=r"'dealy'.*did you mean 'delay'"):
        model("dealy")
    with pytest.raises(NotFound, match=r"no version 7.*version 1"):
        model("delay@7")
    with pytest.raises(NotFound, match=r"no alias 'champ'.*did you mean 'champion'"):
        model("delay@champ")
    with pytest.raises(NotFound, match="no model is named 'x'"):
        models("x")


def test_what_cannot_be_registered_is_refused(data: Dataset, place: Workspace) -> None:
    with start_run() as run:
        pass
    with pytest.raises(NotFound, match="has no model"):
        register(run, "delay")
    with pytest.raises(InvalidInput, match="cannot be a name"):
        register(base_rate(data), "delay@3")
    with pytest.raises(InvalidInput):
        register(base_rate(data), "delay", alias="7 up")
    with pytest.raises(InvalidInput, match="is no model"):
        register(5, "delay")
    assert models() == []


def test_a_feature_service_must_give_something_that_the_model_takes(
    data: Dataset, place: Workspace
) -> None:
    view = feature_view(
        name="weather", entities=[Entity("carrier")], source=data, features=["wind"]
    )
    service = feature_service("delay_features", [view])
    run = gradient_boosting(data, iterations=5)
    version = register(run, "delay", features=service)
    assert version.artifact.properties["feature_service"] == service.ref
    with pytest.raises(InvalidInput, match="takes none of the features"):
        register(base_rate(data), "rate", features=service)
    with pytest.raises(NotFound, match="'delay_featrues'"):
        register(run, "delay", features="delay_featrues")
