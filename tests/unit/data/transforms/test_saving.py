"""A fitted transform is an artifact whose outputs lead to the dataset's columns."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.data.transforms.everything import ROWS, everything, table_of
from tests.unit.data.transforms.test_function_transform import assert_same_bits
from workbench.core.errors import InvalidInput, NotFound
from workbench.data import transforms as t
from workbench.data.datasets.ingest import ingest
from workbench.data.transforms.transform import Transform


def features(c):
    return {
        "far": t.z_score(t.log(c["distance"])),
        "origin": t.one_hot(t.vocabulary(c["origin"])),
        "carrier": t.vocabulary(c["carrier"]),
        "late_before": t.target_encode(c["carrier"], c["late"]),
    }


def test_a_saved_transform_is_loaded_without_its_function(year, here):
    transform = Transform(features).fit(year, split="train")
    artifact = transform.save("flight_features")
    assert (artifact.kind, artifact.ref) == ("transform", "flight_features@1")
    assert artifact.properties["fitted_on"] == year.ref
    loaded = Transform.load("flight_features")
    assert loaded == transform
    row = year.to_pandas("test").iloc[0].to_dict()
    assert repr(loaded.apply_row(row)) == repr(transform.apply_row(row))
    with pytest.raises(NotFound, match=r"flight_featuers.*did you mean 'flight_features'"):
        Transform.load("flight_featuers")


def test_a_loaded_one_gives_the_bits_of_the_saved_one_for_a_batch_and_for_each_row(here):
    rows = [*ROWS, {**ROWS[0], "word": "new", "x": None, "at": None}]
    transform = Transform(everything).fit(table_of(ROWS))
    transform.save("all_functions")
    loaded = Transform.load("all_functions")
    batch = transform.apply(table_of(rows))
    assert_same_bits(loaded.apply(table_of(rows)), batch)
    for place, each in enumerate(rows):
        one = {name: values[place] for name, values in batch.items()}
        assert_same_bits(loaded.apply_row(each), one)


def test_its_lineage_leads_to_columns(year, here):
    artifact = Transform(features).fit(year).save("with_lineage")
    edges = {
        (edge.source_column, edge.target_column): edge.how
        for edge in here.metadata.column_edges([artifact.id])
    }
    assert edges == {
        ("distance", "far"): "log, z_score",
        ("origin", "origin"): "vocabulary, one_hot",
        ("carrier", "carrier"): "vocabulary",
        ("carrier", "late_before"): "target_mean",
        ("late", "late_before"): "fitted on",
    }


def test_named_columns_and_frames_are_saved_too(here):
    frame = pd.DataFrame({"x": [1.0, 3.0], "c": ["a", "b"]})
    transform = Transform(["x"], ["c"]).fit(frame)
    assert transform.save("named").properties["fitted_on"] is None
    assert Transform.load("named@1") == transform
    with pytest.raises(InvalidInput, match="not fitted"):
        Transform(["x"]).save("unfitted")


def test_a_dataset_is_transformed_into_a_dataset(here):
    frame = pd.DataFrame(
        {
            "x": np.arange(10.0),
            "c": list("ab" * 5),
            "late": [0, 1] * 5,
            "part": ["train"] * 7 + ["test"] * 3,
        }
    )
    data = ingest(frame, name="raw", label="late", split="part")
    transform = Transform(
        lambda c: {"x": t.z_score(c["x"]), "c": t.one_hot(t.vocabulary(c["c"]))}
    ).fit(data, split="train")
    made = transform.to_dataset(data, name="features", keep=["late"])
    assert (made.rows, made.label, dict(made.splits)) == (10, "late", dict(data.splits))
    expected = transform.apply(data.to_arrow("test"))
    found = made.to_pandas("test")
    assert found["x"].to_numpy().tobytes() == expected["x"].tobytes()
    assert np.stack(found["c"].to_list()).tolist() == expected["c"].tolist()
    sources = {
        (edge.source_column, edge.target_column) for edge in here.metadata.column_edges([made.id])
    }
    assert sources == {("x", "x"), ("c", "c"), ("late", "late")}
