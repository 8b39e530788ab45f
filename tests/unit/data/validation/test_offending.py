"""From an anomaly: its rows, where it is worst, and the edit after which it is none."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput, WorkbenchError
from workbench.data.datasets.ingest import ingest
from workbench.data.schemas import Schema
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import Statistics, statistics
from workbench.data.validation import validate

TABLE = pa.table(
    {
        "n": [1, 2, 30, 4, 50],
        "x": [0.5, float("nan"), None, float("inf"), -3.0],
        "s": ["a", "b", "zz", None, "zz"],
        "flag": ["yes", "no", "maybe", "yes", None],
        "code": ["1", "2.5", "x", "4", None],
        "l": pa.array([[1], [1, 2, 3], [], None, [9]]),
        "deep": pa.array([[[1], [2]], [[1, 2, 3]], [], None, [[4]]]),
        "p": [
            {"q": 1, "r": ["a"]},
            {"q": 9, "r": ["b", "a"]},
            None,
            {"q": None, "r": []},
            {"q": 2, "r": ["b"]},
        ],
    }
)


@pytest.fixture(scope="module")
def schema(here):
    return infer_schema(TABLE).edit("flag", values=None).edit("s", values=None)


@pytest.mark.parametrize(
    ("column", "change", "kind", "rows"),
    [
        ("n", {"maximum": 20}, "INT_TYPE_BIG_INT", [2, 4]),
        ("n", {"minimum": 3}, "INT_TYPE_SMALL_INT", [0, 1]),
        ("x", {"minimum": 0}, "FLOAT_TYPE_SMALL_FLOAT", [4]),
        ("x", {"maximum": 0.1}, "FLOAT_TYPE_BIG_FLOAT", [0, 3]),
        ("x", {"nan": False}, "FLOAT_TYPE_HAS_NAN", [1]),
        ("x", {"infinity": False}, "FLOAT_TYPE_HAS_INF", [3]),
        ("x", {"present": 1}, "FEATURE_TYPE_LOW_FRACTION_PRESENT", [1, 2]),
        ("s", {"count": 5}, "FEATURE_TYPE_LOW_NUMBER_PRESENT", [3]),
        ("s", {"values": ["a", "b"]}, "ENUM_TYPE_UNEXPECTED_STRING_VALUES", [2, 4]),
        ("flag", {"true": "yes", "false": "no"}, "BOOL_TYPE_UNEXPECTED_STRING", [2]),
        ("code", {"values": None, "numbers": "INT"}, "INT_TYPE_NOT_INT_STRING", [1, 2]),
        ("code", {"values": None, "numbers": "FLOAT"}, "FLOAT_TYPE_STRING_NOT_FLOAT", [2]),
        ("l", {"lengths": (1, None)}, "FEATURE_TYPE_LOW_NUMBER_VALUES", [2]),
        ("l", {"lengths": (0, 2)}, "FEATURE_TYPE_HIGH_NUMBER_VALUES", [1]),
        ("l", {"minimum": 2}, "INT_TYPE_SMALL_INT", [0, 1]),
        ("l", {"shape": [1]}, "INVALID_FEATURE_SHAPE", [1, 2, 3]),
        ("deep", {"lengths": [(0, 2), (0, 2)]}, "FEATURE_TYPE_HIGH_NUMBER_VALUES", [1]),
        ("deep", {"maximum": 3}, "INT_TYPE_BIG_INT", [4]),
        ("p.q", {"maximum": 5}, "INT_TYPE_BIG_INT", [1]),
        ("p.r", {"values": ["a"]}, "ENUM_TYPE_UNEXPECTED_STRING_VALUES", [1, 4]),
    ],
)
def test_the_rows_are_those_that_offend(schema, column, change, kind, rows):
    found = validate(TABLE, schema.edit(column, **change))
    assert {(each.column, each.kind) for each in found} == {(column, kind)}
    frame = found[0].rows()
    assert list(frame.index) == rows
    assert frame.attrs["total"] == len(rows)
    assert frame["n"].tolist() == TABLE["n"].take(rows).to_pylist()
    assert not found.recheck(found[0].accept())


@pytest.mark.parametrize(
    ("values", "kind", "rows"),
    [
        ([1.0, 2.5, 3.0], "UNEXPECTED_DATA_TYPE", [1]),
        (["1", "two", "3"], "UNEXPECTED_DATA_TYPE", [1]),
        (["1", "2", "3"], "UNEXPECTED_DATA_TYPE", [0, 1, 2]),
    ],
)
def test_of_another_type_they_are_those_that_cannot_be_meant(values, kind, rows):
    schema = infer_schema(pa.table({"n": [1, 2, 3]}))
    found = validate(pa.table({"n": values}), schema)
    assert list(found[kind].rows().index) == rows


def test_of_a_new_column_they_are_those_with_a_value():
    found = validate(
        pa.table({"a": [1, 2], "b": [None, "x"]}), infer_schema(pa.table({"a": [1, 2]}))
    )
    assert list(found["b"].rows().index) == [1]


def test_images_that_cannot_be_read_and_those_too_large(here):
    image = pytest.importorskip("PIL.Image")
    held = io.BytesIO()
    image.new("RGB", (9, 9)).save(held, "PNG")
    table = pa.table({"photo": [held.getvalue(), b"\xff\xd8\xff", None, b"no image at all"]})
    schema = Schema.from_text('feature { name: "photo" type: BYTES image_domain {} }')
    limits = {"minimum_supported_image_fraction": 1.0, "max_image_byte_size": 20}
    found = validate(table, schema.edit("photo", image=limits))
    assert list(found["LOW_SUPPORTED_IMAGE_FRACTION"].rows().index) == [1, 3]
    assert list(found["MAX_IMAGE_BYTE_SIZE_EXCEEDED"].rows().index) == [0]
    assert not found.recheck(found.propose().accept())


def test_drift_is_of_the_rows_with_the_value_that_changed_most(here):
    before = pa.table({"s": ["a", "b"] * 50, "x": np.arange(100.0)})
    after = pa.table({"s": ["a", "c"] * 50, "x": np.r_[np.arange(50.0), np.full(50, 7.5)]})
    schema = infer_schema(before).edit("s", values=None, drift=0.1).edit("x", drift=0.1)
    found = validate(after, schema, baseline=before)
    assert {each.kind for each in found} == {
        "COMPARATOR_L_INFTY_HIGH",
        "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH",
    }
    assert set(found["x"].rows()["x"].round()) >= {8.0}
    assert found["s"].rows().attrs["total"] in (0, 50)
    assert not found.recheck(found.propose().accept())


@pytest.fixture(scope="module")
def parts(here):
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2013-01-01", periods=100, freq="D", tz="UTC"),
            "n": np.arange(100),
            "kind": np.where(np.arange(100) % 10 == 3, "odd", "even"),
        }
    )
    return ingest(frame, name="parts", time="at", split={"train": "2013-02-01", "test": None})


class TestOfADataset:
    def test_rows_say_their_split_and_number(self, parts):
        found = validate(parts, infer_schema(parts).edit("n", maximum=29))
        frame = found[0].rows(limit=5)
        assert list(frame["split"]) == ["train"] + ["test"] * 4
        assert list(frame.index) == [30, 31, 32, 33, 34]
        assert parts.to_pandas().iloc[31]["n"] == frame.loc[31, "n"]
        assert frame.attrs["total"] == 70
        assert frame.columns.name == "5 of 70 rows"

    def test_rows_of_a_split_are_numbered_in_it(self, parts):
        found = validate(parts, infer_schema(parts).edit("n", maximum=29), split="test")
        assert found[0].rows(limit=1).index[0] == 0
        assert found.name == "parts@1/test"

    def test_statistics_that_were_recorded_know_where_their_rows_are(self, parts):
        found = validate(statistics(parts, split="test"), infer_schema(parts).edit("n", maximum=98))
        assert found[0].rows()["n"].tolist() == [99]

    def test_statistics_alone_do_not(self, parts):
        alone = Statistics(statistics(parts).datasets)
        found = validate(alone, infer_schema(parts).edit("n", maximum=98))
        with pytest.raises(InvalidInput, match="only statistics were validated"):
            found[0].rows()


def test_an_anomaly_of_no_single_rows_says_so(schema):
    found = validate(TABLE.drop_columns(["n"]), schema)
    with pytest.raises(InvalidInput, match="SCHEMA_MISSING_COLUMN is not about single rows"):
        found[0].rows()
    with pytest.raises(InvalidInput, match="limit=0 shows nothing"):
        found[0].rows(limit=0)


def test_an_anomaly_is_found_by_column_kind_or_place(schema):
    found = validate(TABLE, schema.edit("n", maximum=20))
    assert found["n"] == found["INT_TYPE_BIG_INT"] == found[0]
    with pytest.raises(InvalidInput, match="no anomaly of 'm' was found"):
        found["m"]


class TestWhereItIsWorst:
    def test_the_slice_that_explains_it_comes_first(self, here):
        rng = np.random.default_rng(0)
        carrier = rng.choice(["AA", "DL", "UA"], 3000)
        wrong = (carrier == "UA") & (rng.random(3000) < 0.5)
        table = pa.table(
            {
                "carrier": carrier,
                "noise": rng.normal(size=3000),
                "delay": np.where(wrong, -999.0, rng.normal(size=3000)),
            }
        )
        found = validate(table, infer_schema(table).edit("delay", minimum=-100))
        first, *others = found[0].slices
        assert (first.column, first.value) == ("carrier", "UA")
        assert first.offending == found[0].rows().attrs["total"]
        assert first.lift == pytest.approx(first.rate / first.overall)
        assert first.p_value < 1e-9
        assert not others

    def test_hours_and_tenths_are_slices_too(self, here):
        at = pd.date_range("2013-01-01", periods=2400, freq="h", tz="UTC")
        size = np.arange(2400.0)
        table = pa.table(
            {"at": at, "size": size, "x": [None if each < 240 else 1.0 for each in size]}
        )
        found = validate(table, infer_schema(table).edit("x", present=1))
        by_column = {each.column: each for each in found[0].slices}
        assert by_column["size"].value == "0 – 239.9"
        assert by_column["size"].rate == 1
        assert by_column["at"].value.startswith("2013-01")

    def test_there_is_none_where_it_is_all_alike(self, here):
        table = pa.table({"x": [-1.0] * 50, "s": ["a", "b"] * 25})
        assert validate(table, infer_schema(table).edit("x", minimum=0))[0].slices == ()


class TestRecheck:
    def test_what_was_not_looked_at_cannot_be_rechecked(self, schema):
        found = validate(TABLE, schema)
        with pytest.raises(InvalidInput, match="the rows were not looked at for 'n > 1'"):
            found.recheck(schema.constrain("n > 1"))
        sparse = schema.add_sparse("s2", value="l", index=["deep"])
        with pytest.raises(InvalidInput, match="not looked at for 's2'"):
            found.recheck(sparse)

    def test_no_file_of_the_rows_is_opened(self, here):
        data = ingest(TABLE, name="rechecked")
        schema = infer_schema(data).edit("n", maximum=20).constrain("n < 10")
        found = validate(data, schema)
        wider = schema.edit("n", maximum=40)
        expected = {each.kind for each in validate(data, wider)}
        for each in data.files:
            here.blobs.local_path(each.digest).unlink()
        with pytest.raises(WorkbenchError):
            validate(data, wider)
        again = found.recheck(wider)
        assert {each.kind for each in again} == expected
        assert {each.kind for each in found.recheck(schema)} == {each.kind for each in found}
        assert not again.recheck(again.propose().accept())

    def test_nothing_is_recorded(self, here, year):
        inferred = infer_schema(statistics(year))
        found = validate(year, inferred.edit("distance", maximum=9))
        before = len(here.metadata.artifacts(kind="anomalies"))
        assert not found.recheck(found.propose().accept())
        assert len(here.metadata.artifacts(kind="anomalies")) == before

    def test_an_accepted_edit_can_be_saved_as_the_next_version(self, here, year):
        inferred = infer_schema(statistics(year))
        found = validate(year, inferred.edit("distance", maximum=9))
        saved = found.propose().accept().save()
        assert saved.artifact is not None
        assert inferred.artifact is not None
        assert saved.artifact.version == inferred.artifact.version + 1
        assert "maximum 9 → 4983" in str(found[0].proposal)


VALUES = st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=30)


@settings(max_examples=40)
@given(VALUES, VALUES)
def test_after_the_proposed_edit_any_data_is_valid(before, after):
    """Whatever changed between two columns, accepting the proposal leaves nothing to find."""
    schema = infer_schema(pa.table({"x": pa.array(before, pa.int64()), "y": [0] * len(before)}))
    if schema.to_proto().feature[0].HasField("type"):
        schema = schema.edit("x", minimum=min(value for value in before if value is not None))
    table = pa.table({"x": pa.array(after, pa.int64()), "y": [0] * len(after)})
    found = validate(table, schema)
    if found:
        assert not found.recheck(found.propose().accept())
