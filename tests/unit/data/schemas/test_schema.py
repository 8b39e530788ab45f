"""A schema in and out, edited, compared, and what it carries beyond TFDV's."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_metadata.proto.v0 import schema_pb2

from workbench.core.errors import InvalidInput
from workbench.data.schemas import Expression, Freshness, Reference, RowCount, Schema, load_schema
from workbench.data.schemas.inference import infer_schema

TEXT = """
feature { name: "delay" type: FLOAT presence { min_fraction: 1 min_count: 1 } }
feature { name: "carrier" type: BYTES string_domain { name: "carrier" value: "UA" value: "AA" } }
feature { name: "flag" type: INT bool_domain {} }
feature { name: "code" type: BYTES }
feature { name: "hour" type: INT lifecycle_stage: BETA }
feature { name: "photo" type: BYTES }
feature {
  name: "address" type: STRUCT
  struct_domain { feature { name: "city" type: BYTES } feature { name: "floor" type: INT } }
}
string_domain { name: "airports" value: "JFK" }
tensor_representation_group { key: "" value {} }
"""


@pytest.fixture
def schema():
    return Schema.from_text(TEXT)


def feature(schema, column):
    return next(each for each in schema.to_proto().feature if each.name == column)


class TestInAndOut:
    def test_nothing_of_the_message_is_lost(self, schema):
        assert Schema.from_text(schema.to_text()) == schema
        assert Schema(schema_pb2.Schema.FromString(schema.to_proto().SerializeToString())) == schema
        edited = schema.edit("delay", minimum=0).edit("delay", minimum=None)
        assert edited.to_proto().tensor_representation_group.keys() == {""}

    def test_text_that_is_no_schema_is_refused(self):
        with pytest.raises(InvalidInput, match="the text is no schema"):
            Schema.from_text("feature { nam: 'x' }")

    def test_another_metadata_of_the_annotation_stays(self, schema):
        proto = schema.to_proto()
        other = struct_pb2.Struct()
        other.update({"owner": "ops"})
        proto.annotation.extra_metadata.add().Pack(other)
        constrained = Schema(proto).constrain("delay < 9")
        assert len(constrained.to_proto().annotation.extra_metadata) == 2
        released = constrained.release("delay < 9")
        assert released.to_proto() == proto


@pytest.mark.parametrize(
    ("column", "changes", "written"),
    [
        ("delay", {"minimum": 0, "maximum": 9.5}, "float_domain { min: 0 max: 9.5 }"),
        (
            "delay",
            {"nan": False, "infinity": False},
            "float_domain { disallow_nan: true disallow_inf: true }",
        ),
        ("hour", {"minimum": 0, "categorical": True}, "int_domain { min: 0 is_categorical: true }"),
        ("code", {"numbers": "INT", "maximum": 7}, "int_domain { max: 7 }"),
        ("code", {"true": "Y", "false": "N"}, 'bool_domain { true_value: "Y" false_value: "N" }'),
        ("code", {"shared": "airports"}, 'domain: "airports"'),
        (
            "code",
            {"values": ["a", "b", "a"]},
            'string_domain { name: "code" value: "a" value: "b" }',
        ),
        ("code", {"url": True}, "url_domain {}"),
        (
            "code",
            {"language": {"coverage": {"min_coverage": 0.5}}},
            "natural_language_domain { coverage { min_coverage: 0.5 } }",
        ),
        ("photo", {"image": {"max_image_byte_size": 9}}, "image_domain { max_image_byte_size: 9 }"),
        (
            "hour",
            {"time": {"integer_format": "UNIX_SECONDS"}},
            "time_domain { integer_format: UNIX_SECONDS }",
        ),
        ("hour", {"type": "BOOL"}, "bool_domain {}"),
        (
            "carrier",
            {"tolerate": 0.25},
            "distribution_constraints { min_domain_mass: 0.75 }",
        ),
        ("delay", {"present": 0.5, "count": 3}, "presence { min_fraction: 0.5 min_count: 3 }"),
        ("hour", {"lengths": (1, None)}, "value_count { min: 1 }"),
        (
            "hour",
            {"lengths": [(1, 2), (0, None)]},
            "value_counts { value_count { min: 1 max: 2 } value_count { min: 0 } }",
        ),
        ("hour", {"shape": [2, 3]}, "shape { dim { size: 2 } dim { size: 3 } }"),
        ("code", {"unique": (1, 5)}, "unique_constraints { min: 1 max: 5 }"),
        ("code", {"stage": "PLANNED"}, "lifecycle_stage: PLANNED"),
        ("code", {"absent": ["SERVING"]}, 'not_in_environment: "SERVING"'),
        ("code", {"drift": 0.1}, "drift_comparator { infinity_norm { threshold: 0.1 } }"),
        (
            "delay",
            {"skew": 0.1},
            "skew_comparator { jensen_shannon_divergence { threshold: 0.1 } }",
        ),
        (
            "code",
            {"drift": {"normalized_abs_difference": 0.2}},
            "drift_comparator { normalized_abs_difference { threshold: 0.2 } }",
        ),
    ],
)
def test_an_edit_is_written_as_tfdv_reads_it(schema, column, changes, written):
    """What the edit says is in the message, whatever else of the feature it left alone."""
    from google.protobuf import text_format

    expected = text_format.Parse(written, schema_pb2.Feature())
    found = feature(schema.edit(column, **changes), column)
    for field, value in expected.ListFields():
        assert getattr(found, field.name) == value


@pytest.mark.parametrize(
    ("column", "changes", "says"),
    [
        ("delya", {}, "no column 'delya'; did you mean 'delay'"),
        ("delay", {"minimun": 1}, "nothing called 'minimun' can be expected.*minimum"),
        ("delay", {"values": ["a"]}, "'delay' holds numbers"),
        ("carrier", {"minimum": 1}, "'carrier' holds STRING, which has no range"),
        ("carrier", {"nan": False}, "'carrier' holds STRING, never NaN"),
        ("delay", {"present": 95}, "present=95 is no share"),
        ("delay", {"type": "DOUBLE"}, "no type 'DOUBLE'"),
        ("code", {"shared": "airport"}, "no domain 'airport'; did you mean 'airports'"),
        ("hour", {"maximum": 1e30}, "no 64-bit number"),
        ("hour", {"lengths": (3, 1)}, r"lengths=\(3, 1\) is empty"),
        ("hour", {"shape": [0]}, "has no room"),
        ("code", {"unique": ("a", 1)}, "is no range"),
        ("code", {"stage": "PLANED"}, "no stage 'PLANED'; did you mean 'PLANNED'"),
        ("code", {"drift": {"jsd": 1}}, "no measure is called 'jsd'"),
        ("photo", {"image": {"max_size": 1}}, "max_image_byte_size"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(schema, column, changes, says):
    with pytest.raises(InvalidInput, match=says):
        schema.edit(column, **changes)


def test_a_field_of_a_struct_is_edited_by_its_path(schema):
    edited = schema.edit("address.floor", maximum=40)
    (change,) = schema.diff(edited)
    assert str(change) == "address.floor: maximum set to 40"
    assert "address.city" not in str(edited.remove("address.city").to_text())


def test_columns_are_added_and_removed(schema):
    added = schema.add("gate", type="STRING", present=0.5)
    assert added.columns[-1] == "gate"
    assert [str(each) for each in schema.diff(added)] == ["gate: added"]
    assert added.remove("gate") == schema
    with pytest.raises(InvalidInput, match="has a column 'hour'"):
        schema.add("hour", type="INT")
    with pytest.raises(InvalidInput, match="'x' has no type"):
        schema.add("x")


def test_a_threshold_for_all_leaves_those_that_are_set(schema):
    all_set = schema.edit("code", drift=0.01).edit("hour", stage="DEPRECATED").thresholds(drift=0.1)
    assert feature(all_set, "code").drift_comparator.infinity_norm.threshold == 0.01
    assert feature(all_set, "delay").drift_comparator.jensen_shannon_divergence.threshold == 0.1
    assert not feature(all_set, "hour").HasField("drift_comparator")
    assert not feature(all_set, "delay").HasField("skew_comparator")


def test_what_is_expected_of_the_dataset_is_said_as_tfdv_reads_it(schema):
    edited = (
        schema.expect_rows(
            at_least=10, at_most=90, against_span=(0.5, None), against_version=(None, 2)
        )
        .environments("TRAINING", "SERVING")
        .add_domain("airports", ["JFK", "EWR"])
        .add_sparse("s", value="v", index=["i", "j"])
        .add_weighted("w", value="v", weight="u", stage="ALPHA")
    )
    proto = edited.to_proto()
    limits = proto.dataset_constraints
    assert (limits.min_examples_count, limits.max_examples_count) == (10, 90)
    assert limits.num_examples_drift_comparator.min_fraction_threshold == 0.5
    assert limits.num_examples_version_comparator.max_fraction_threshold == 2
    assert proto.default_environment == ["TRAINING", "SERVING"]
    assert [list(each.value) for each in proto.string_domain] == [["JFK", "EWR"]]
    assert [each.name for each in proto.sparse_feature[0].index_feature] == ["i", "j"]
    assert proto.weighted_feature[0].lifecycle_stage == schema_pb2.ALPHA


class TestDifference:
    def test_it_names_what_changed_in_words(self, schema):
        edited = schema.edit("delay", minimum=0, present=0.9).edit("carrier", values=["UA", "DL"])
        assert [str(each) for each in schema.diff(edited)] == [
            "delay: least share present 1.0 → 0.9",
            "delay: minimum set to 0.0",
            "carrier: values added: 'DL'",
            "carrier: values removed: 'AA'",
        ]
        assert schema.diff(edited).columns == ("delay", "carrier")
        assert list(schema.diff(edited).to_pandas()["what"])[1] == "minimum"

    def test_there_is_none_to_itself(self, schema):
        assert not schema.diff(schema)
        assert "say the same" in schema.diff(schema)._repr_html_()

    def test_it_tells_of_the_schema_as_a_whole(self, schema):
        edited = schema.constrain("delay < 9").expect_rows(at_least=1)
        assert {each.what for each in schema.diff(edited)} == {
            "fewest rows",
            "constraint 'delay < 9'",
        }

    def test_it_tells_how_a_constraint_is_demanded(self, schema):
        strict = schema.constrain("delay < 9")
        lenient = schema.constrain(Expression("delay < 9", tolerate=0.05))
        assert [str(each) for each in schema.diff(strict)] == ["constraint 'delay < 9' demanded"]
        assert [str(each) for each in strict.diff(lenient)] == [
            "constraint 'delay < 9' demanded → demanded, tolerate 0.05"
        ]

    def test_names_are_escaped(self, schema):
        added = schema.add("<b>", type="STRING", values=["<i>"])
        for page in (schema.diff(added)._repr_html_(), added._repr_html_()):
            assert "<b>" not in page
            assert "<i>" not in page


CONSTRAINTS = st.one_of(
    st.builds(
        Expression,
        st.text(min_size=1).filter(str.strip),
        st.text(),
        st.floats(0, 1),
        st.sampled_from(["ERROR", "WARNING"]),
    ),
    st.builds(Freshness, st.text(), st.timedeltas(timedelta(seconds=1), timedelta(days=9))),
    st.builds(
        RowCount,
        st.sampled_from(["versions", "spans"]),
        st.floats(0.1, 10),
        st.none() | st.tuples(st.floats(0, 1), st.floats(1, 9)),
        st.integers(1, 99),
    ),
    st.builds(Reference, st.text(), st.text(), st.text()),
)


WEEKS: Any = "weeks"
THREE: Any = 3


class TestConstraints:
    @settings(max_examples=40)
    @given(st.lists(CONSTRAINTS, max_size=4, unique=True))
    def test_they_travel_in_the_message_and_in_its_text(self, constraints):
        schema = Schema(schema_pb2.Schema()).constrain(*constraints)
        assert schema.constraints == tuple(constraints)
        assert Schema.from_text(schema.to_text()).constraints == tuple(constraints)

    def test_they_are_kept_with_the_version(self, here, schema):
        saved = schema.constrain("delay < 9", Freshness("at", timedelta(days=1))).save("kept")
        again = load_schema(here.metadata.artifact("schema", "kept"))
        assert again.constraints == saved.constraints
        assert again == saved

    def test_one_is_demanded_once(self, schema):
        assert len(schema.constrain("a > 1").constrain("a > 1").constraints) == 1

    def test_one_that_is_not_demanded_cannot_be_released(self, schema):
        with pytest.raises(InvalidInput, match="does not demand 'a > 1'"):
            schema.release("a > 1")

    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda: Expression("  "), "without SQL"),
            (lambda: Expression("a", tolerate=2), "tolerate=2 is no share"),
            (lambda: Freshness("at", timedelta(0)), "is no age"),
            (lambda: RowCount(WEEKS), "against='weeks' is no history"),
            (lambda: RowCount(deviations=0), "leave nothing to compare"),
            (lambda: RowCount(ratio=(2, 1)), "is no range"),
            (lambda: Schema(schema_pb2.Schema()).constrain(THREE), "3 is no constraint"),
        ],
    )
    def test_one_that_demands_nothing_is_refused(self, make, says):
        with pytest.raises(InvalidInput, match=says):
            make()


class TestInference:
    def test_lists_of_one_length_have_that_shape_and_others_bounds(self):
        table = pa.table(
            {
                "pair": [[1, 2], [3, 4]],
                "some": [[1], [2, 3]],
                "any": [[], [1]],
                "nested": [[["a"], ["b", "c"]], [["d"], ["e"]]],
            }
        )
        inferred = infer_schema(table)
        assert [each.size for each in feature(inferred, "pair").shape.dim] == [2]
        assert feature(inferred, "some").value_count.min == 1
        assert not feature(inferred, "some").value_count.HasField("max")
        assert not feature(inferred, "any").value_count.HasField("min")
        levels = feature(inferred, "nested").value_counts.value_count
        assert [(each.min, each.max) for each in levels] == [(2, 2), (1, 0)]

    def test_structs_have_their_fields(self):
        rows = [{"city": "Rome", "floor": 1}, {"city": "Oslo", "floor": None}]
        inferred = feature(infer_schema(pa.table({"address": rows})), "address")
        assert inferred.type == schema_pb2.STRUCT
        city, floor = inferred.struct_domain.feature
        assert (city.name, city.type, floor.type) == ("city", schema_pb2.BYTES, schema_pb2.INT)
        assert city.presence.min_fraction == 1
        assert not floor.presence.HasField("min_fraction")

    def test_bytes_and_columns_without_values_have_no_domain(self):
        inferred = infer_schema(pa.table({"b": [b"x", b"y"], "none": pa.array([None, None])}))
        assert feature(inferred, "b").type == schema_pb2.BYTES
        assert feature(inferred, "b").WhichOneof("domain_info") is None
        assert not feature(inferred, "none").HasField("type")
