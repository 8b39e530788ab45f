import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.schemas import Schema, load_schema
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import statistics
from workbench.data.validation import load_anomalies, validate

FRAME = pd.DataFrame(
    {
        "carrier": ["UA", "AA", "UA", "DL"],
        "distance": [100, 200, 300, 400],
        "delay": [1.0, np.nan, 3.0, 4.0],
        "flag": [True, False, True, True],
        "at": pd.to_datetime(["2013-01-01"] * 4, utc=True),
    }
)


def kinds(found):
    return {(each.column, each.kind) for each in found}


@pytest.fixture(scope="module")
def schema(here):
    return infer_schema(FRAME)


@pytest.fixture(scope="module")
def recorded(year):
    return infer_schema(statistics(year))


class TestSchema:
    def test_it_says_types_presence_and_the_few_values(self, schema):
        proto = schema.to_proto()
        by_name = {each.name: each for each in proto.feature}
        assert by_name["carrier"].type == schema_pb2.BYTES
        assert schema.values("carrier") == ("AA", "DL", "UA")
        assert by_name["distance"].type == schema_pb2.INT
        assert by_name["distance"].presence.min_fraction == 1
        assert not by_name["delay"].presence.HasField("min_fraction")
        assert by_name["flag"].HasField("bool_domain")
        assert by_name["at"].HasField("time_domain")

    def test_it_leaves_ranges_open_and_many_values_free(self, recorded):
        assert recorded.values("tailnum") is None
        assert len(recorded.values("carrier")) == 16
        by_name = {each.name: each for each in recorded.to_proto().feature}
        assert by_name["distance"].WhichOneof("domain_info") is None

    def test_it_is_recorded_from_statistics_and_read_back(self, here, recorded):
        assert load_schema(here.metadata.artifact("schema", "flights")) == recorded
        (step,) = here.metadata.producers(recorded.artifact.id)
        assert [each.kind for each in here.metadata.inputs(step.id)] == ["statistics"]

    def test_an_edited_one_is_another_until_it_is_saved_as_the_next_version(self, recorded):
        edited = recorded.edit("distance", minimum=0)
        assert edited != recorded
        assert edited.artifact is None
        saved = edited.save()
        assert saved.artifact.version == recorded.artifact.version + 1
        assert load_schema(saved.artifact) == edited

    @pytest.mark.parametrize(
        ("column", "change", "says"),
        [
            ("carier", {}, "no column 'carier'; did you mean 'carrier'"),
            ("distance", {"values": ["a"]}, "'distance' holds numbers"),
            ("carrier", {"minimum": 1}, "'carrier' holds STRING, which has no range"),
            ("delay", {"present": 95}, "present=95 is no share"),
        ],
    )
    def test_an_edit_that_does_not_fit_is_refused(self, schema, column, change, says):
        with pytest.raises(InvalidInput, match=says):
            schema.edit(column, **change)

    def test_markup_is_escaped(self):
        assert "<b>" not in infer_schema(pa.table({"<b>": ["<b>"]}))._repr_html_()


def test_data_is_valid_against_its_own_schema(schema):
    found = validate(FRAME, schema)
    assert not found
    assert list(found) == []
    assert not found.to_proto().anomaly_info


def corrupt(frame, **columns):
    return frame.assign(**columns)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (FRAME.drop(columns="distance"), ("distance", "SCHEMA_MISSING_COLUMN")),
        (corrupt(FRAME, extra=1), ("extra", "SCHEMA_NEW_COLUMN")),
        (corrupt(FRAME, distance=["a", "b", "c", "d"]), ("distance", "UNEXPECTED_DATA_TYPE")),
        (
            corrupt(FRAME, flag=["yes", "no", "no", "no"]),
            ("flag", "UNEXPECTED_DATA_TYPE", "BOOL_TYPE_UNEXPECTED_STRING"),
        ),
        (corrupt(FRAME, at="2013"), ("at", "UNEXPECTED_DATA_TYPE")),
        (corrupt(FRAME, distance=[0.5] * 4), ("distance", "UNEXPECTED_DATA_TYPE")),
        (corrupt(FRAME, carrier=None), ("carrier", "FEATURE_TYPE_NOT_PRESENT")),
        (
            corrupt(FRAME, carrier=["UA", None, "UA", "UA"]),
            ("carrier", "FEATURE_TYPE_LOW_FRACTION_PRESENT", "INVALID_FEATURE_SHAPE"),
        ),
        (
            corrupt(FRAME, carrier=["UA", "XX", "XX", "UA"]),
            ("carrier", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"),
        ),
    ],
)
def test_each_kind_of_corruption_is_found_in_its_column_and_nowhere_else(schema, frame, expected):
    column, *found = expected
    assert kinds(validate(frame, schema)) == {(column, kind) for kind in found}


def test_whole_numbers_where_others_are_expected_pass(schema):
    assert not validate(corrupt(FRAME, delay=[1, 2, 3, 4]), schema)


def test_unexpected_values_are_named_with_their_counts(schema):
    (found,) = validate(corrupt(FRAME, carrier=["UA", "XX", "XX", "<b>"]), schema)
    assert "3 rows (75.0 %)" in found.description
    assert "'XX' (2), '<b>' (1)" in found.description


@pytest.mark.parametrize(
    ("column", "change", "kind"),
    [
        ("distance", {"minimum": 150}, "INT_TYPE_SMALL_INT"),
        ("distance", {"maximum": 350}, "INT_TYPE_BIG_INT"),
        ("delay", {"minimum": 2}, "FLOAT_TYPE_SMALL_FLOAT"),
        ("delay", {"maximum": 3.5}, "FLOAT_TYPE_BIG_FLOAT"),
        ("delay", {"present": 0.9}, "FEATURE_TYPE_LOW_FRACTION_PRESENT"),
        ("carrier", {"values": ["UA", "AA"]}, "ENUM_TYPE_UNEXPECTED_STRING_VALUES"),
    ],
)
def test_what_an_edit_demands_is_held(schema, column, change, kind):
    assert kinds(validate(FRAME, schema.edit(column, **change))) == {(column, kind)}


def test_a_share_of_unexpected_values_can_be_tolerated(schema):
    edited = schema.edit("carrier", values=["UA", "AA"], tolerate=0.25)
    assert not validate(FRAME, edited)
    assert validate(FRAME, schema.edit("carrier", values=["UA"], tolerate=0.25))


def test_nan_and_infinity_are_found_where_they_are_forbidden(schema):
    proto = schema.to_proto()
    delay = next(each for each in proto.feature if each.name == "delay")
    delay.float_domain.disallow_nan = delay.float_domain.disallow_inf = True
    table = pa.table(FRAME).set_column(2, "delay", pa.array([1.0, np.nan, np.inf, 2.0]))
    assert kinds(validate(table, Schema(proto))) == {
        ("delay", "FLOAT_TYPE_HAS_NAN"),
        ("delay", "FLOAT_TYPE_HAS_INF"),
    }


def test_the_label_may_be_absent_when_serving(year, recorded):
    serving = year.to_pandas("test").drop(columns="late")
    assert kinds(validate(serving, recorded)) == {("late", "SCHEMA_MISSING_COLUMN")}
    assert not validate(serving, recorded, "SERVING")
    with pytest.raises(
        InvalidInput, match="no environment 'PRODUCTION'; it knows SERVING, TRAINING"
    ):
        validate(serving, recorded, "PRODUCTION")


def test_a_deprecated_column_is_not_looked_at(schema):
    proto = schema.to_proto()
    proto.feature[0].lifecycle_stage = schema_pb2.DEPRECATED
    assert not validate(FRAME.drop(columns="carrier"), Schema(proto))


def test_drift_and_skew_over_their_thresholds_are_found(schema):
    other = corrupt(FRAME, carrier=["UA"] * 4, distance=[1, 2, 3, 4])
    edited = schema.edit("carrier", drift=0.1, skew=0.6).edit("distance", drift=0.1)
    found = validate(FRAME, edited, baseline=other, serving=other)
    assert kinds(found) == {
        ("carrier", "COMPARATOR_L_INFTY_HIGH"),
        ("distance", "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH"),
    }
    carrier = found.to_proto().drift_skew_info[0]
    assert carrier.path.step == ["carrier"]
    assert carrier.drift_measurements[0].value == pytest.approx(0.5)
    assert carrier.skew_measurements[0].threshold == 0.6
    lacking = validate(FRAME, edited, baseline=other.drop(columns="carrier"))
    assert ("carrier", "COMPARATOR_CONTROL_DATA_MISSING") in kinds(lacking)


def test_no_rows_are_an_anomaly_of_the_dataset(schema):
    found = validate(pa.table(FRAME).slice(0, 0), schema)
    assert kinds(found) == {("", "NO_DATA_IN_SPAN")}
    assert found.to_proto().data_missing


def test_a_corrupted_copy_of_the_flights_fails_and_names_the_columns(here, year, recorded):
    broken = year.to_pandas().drop(columns="dest")
    broken.loc[:999, "carrier"] = "XX"
    broken["distance"] = broken["distance"].astype(str)
    broken["origin"] = None
    found = validate(broken, recorded)
    assert found.columns == ("carrier", "origin", "dest", "distance")
    assert found.artifact is not None
    assert found.artifact.properties["columns"] == list(found.columns)
    (step,) = here.metadata.producers(found.artifact.id)
    assert [each.kind for each in here.metadata.inputs(step.id)] == ["schema"]


def test_anomalies_are_recorded_as_tfx_reads_them(here, year, recorded):
    found = validate(year, recorded.edit("distance", maximum=1000).edit("hour", maximum=3))
    assert found.artifact is not None
    proto = load_anomalies(here.metadata.artifact("anomalies", "flights"))
    assert set(proto.anomaly_info) == {"distance", "hour"}
    info = proto.anomaly_info["distance"]
    assert info.severity == anomalies_pb2.AnomalyInfo.ERROR
    assert info.reason[0].type == anomalies_pb2.AnomalyInfo.INT_TYPE_BIG_INT
    assert "4983" in info.description
    (step,) = here.metadata.producers(found.artifact.id)
    assert {each.kind for each in here.metadata.inputs(step.id)} == {"dataset", "schema"}
    assert "distance" in found._repr_html_()
    assert list(found.to_pandas()["column"]) == ["distance", "hour"]


def test_a_schema_can_be_named_by_reference(year, recorded):
    assert not validate(year.ref, recorded.artifact.ref)
    with pytest.raises(NotFound, match="no schema is named 'flihgts'; did you mean 'flights'"):
        validate(year, "flihgts")
