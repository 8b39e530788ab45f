"""What only rows tell: how columns fit together, language, weights, severities, bad input."""

import pyarrow as pa
import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.data.schemas import Schema
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import statistics
from workbench.data.validation import validate


def kinds(found):
    return {(each.column, each.kind) for each in found}


class TestSparse:
    TABLE = pa.table(
        {
            "v": pa.array([[1.0, 2.0], None, [3.0], None]),
            "i": pa.array([[0, 4], [1], [2, 3], None]),
            "j": pa.array([[0, 4], [1], None, None]),
        }
    )

    def test_parts_that_are_missing_or_differ_in_length_are_found(self, here):
        schema = infer_schema(self.TABLE).add_sparse("s", value="v", index=["i", "j"])
        found = validate(self.TABLE, schema)
        assert kinds(found) == {
            ("s", "SPARSE_FEATURE_MISSING_VALUE"),
            ("s", "SPARSE_FEATURE_MISSING_INDEX"),
            ("s", "SPARSE_FEATURE_LENGTH_MISMATCH"),
        }
        assert list(found["SPARSE_FEATURE_MISSING_VALUE"].rows().index) == [1]
        assert list(found["SPARSE_FEATURE_MISSING_INDEX"].rows().index) == [2]
        assert list(found["SPARSE_FEATURE_LENGTH_MISMATCH"].rows().index) == [1, 2]
        assert not found.recheck(found.propose().accept())

    def test_parts_that_fit_pass(self, here):
        whole = self.TABLE.slice(0, 1)
        assert not validate(whole, infer_schema(whole).add_sparse("s", value="v", index=["i", "j"]))

    def test_a_column_that_is_not_there_is_missing_everywhere(self, here):
        schema = infer_schema(self.TABLE).add_sparse("s", value="v", index=["k"])
        found = validate(self.TABLE, schema)
        assert ("s", "SPARSE_FEATURE_MISSING_INDEX") in kinds(found)

    def test_columns_whose_names_differ_in_case_only_are_told_apart(self, here):
        table = self.TABLE.select(["v", "j"]).rename_columns(["v", "V"])
        found = validate(table, infer_schema(table).add_sparse("s", value="v", index=["V"]))
        assert list(found["SPARSE_FEATURE_MISSING_VALUE"].rows().index) == [1]
        assert list(found["SPARSE_FEATURE_MISSING_INDEX"].rows().index) == [2]

    def test_a_weighted_column_is_looked_at_alike(self, here):
        schema = infer_schema(self.TABLE).add_weighted("w", value="v", weight="i")
        found = validate(self.TABLE, schema)
        assert kinds(found) == {
            ("w", "WEIGHTED_FEATURE_MISSING_VALUE"),
            ("w", "WEIGHTED_FEATURE_LENGTH_MISMATCH"),
        }


DOGLESS = {"oov_string_tokens": ["dog"]}


def token(value, **limits):
    named = "int_value" if isinstance(value, int) else "string_value"
    return {"token_constraints": [{named: value, **limits}]}


class TestLanguage:
    TABLE = pa.table(
        {
            "text": ["the cat sat", "the the dog", None, "  "],
            "tokens": pa.array([[1, 2, 2], [2], [], None]),
        }
    )

    @pytest.mark.parametrize(
        ("column", "domain", "kind"),
        [
            ("text", {"coverage": DOGLESS | {"min_coverage": 0.9}}, "FEATURE_COVERAGE_TOO_LOW"),
            ("text", {"coverage": DOGLESS | {"min_coverage": 0.7}}, None),
            (
                "text",
                {"coverage": DOGLESS | {"min_coverage": 0.9, "excluded_string_tokens": ["dog"]}},
                None,
            ),
            (
                "text",
                {"coverage": {"min_coverage": 0.6}, "vocabulary": "animals"},
                "FEATURE_COVERAGE_TOO_LOW",
            ),
            (
                "text",
                {"coverage": {"min_avg_token_length": 3.5}},
                "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH",
            ),
            ("text", token("the", max_per_sequence=1), "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES"),
            (
                "text",
                token("cat", min_fraction_of_sequences=0.6),
                "SEQUENCE_VALUE_TOO_SMALL_FRACTION",
            ),
            ("text", token("cat", min_fraction_of_sequences=0.5), None),
            (
                "tokens",
                token(2, max_fraction_of_sequences=0.9),
                "SEQUENCE_VALUE_TOO_LARGE_FRACTION",
            ),
            ("tokens", token(1, min_per_sequence=1), "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES"),
        ],
    )
    def test_tokens_are_counted(self, here, column, domain, kind):
        schema = infer_schema(self.TABLE).edit("text", values=None)
        schema = schema.add_domain("animals", ["cat", "dog"]).edit(column, language=domain)
        found = validate(self.TABLE, schema)
        assert kinds(found) == ({(column, kind)} if kind else set())
        if kind:
            assert not found.recheck(found.propose().accept())

    def test_of_numbers_there_is_none(self, here):
        table = pa.table({"x": [1, 2]})
        schema = Schema.from_text(
            'feature { name: "x" type: INT '
            "natural_language_domain { coverage { min_coverage: 1 } } }"
        )
        with pytest.raises(InvalidInput, match="'x' is int64, which is no sequence of tokens"):
            validate(table, schema)


def test_numbers_are_weighed_where_statistics_are(here):
    table = pa.table({"x": [1, None, None], "w": [8.0, 1.0, 1.0]})
    schema = infer_schema(table).edit("x", present=0.75)
    assert kinds(validate(table, schema)) == {("x", "FEATURE_TYPE_LOW_FRACTION_PRESENT")}
    assert not validate(statistics(table, weight="w"), schema)


def test_a_kind_can_be_a_warning(here):
    table = pa.table({"a": [1]})
    found = validate(
        pa.table({"a": [1], "b": [2]}),
        infer_schema(table),
        severities={"SCHEMA_NEW_COLUMN": "WARNING"},
    )
    assert [each.severity for each in found] == ["WARNING"]
    info = found.to_proto().anomaly_info["b"]
    assert info.severity == anomalies_pb2.AnomalyInfo.WARNING
    assert "! warning" in found._repr_html_()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"severities": {"NEW": "WARNING"}}, "no anomaly is of the kind 'NEW'"),
        ({"severities": {"SCHEMA_NEW_COLUMN": "INFO"}}, "'INFO' is no severity"),
        ({"split": "train"}, "split='train' is asked of"),
        ({"span": "2013"}, "span='2013' is asked of"),
        ({"constraints": [1]}, "1 is no constraint"),
    ],
)
def test_an_option_that_fits_nothing_is_refused(here, options, says):
    table = pa.table({"a": [1]})
    with pytest.raises(InvalidInput, match=says):
        validate(table, infer_schema(table), **options)


@pytest.mark.parametrize("option", [{"split": "train"}, {"span": "2013"}])
def test_statistics_cannot_be_divided(here, option):
    table = pa.table({"a": [1]})
    with pytest.raises(InvalidInput, match="is asked of statistics, which cannot be divided"):
        validate(statistics(table), infer_schema(table), **option)


def test_a_message_that_is_no_statistics_is_refused(here):
    with pytest.raises(InvalidInput, match="a Schema holds no statistics"):
        validate(schema_pb2.Schema(), Schema(schema_pb2.Schema()))


def test_names_with_points_and_quotes_are_keyed_as_tfdv_does(here):
    table = pa.table({"a.b": [1], "it's": [2], "plain": [3], '<b>"中😀': ["<i>"]})
    found = validate(table, Schema(schema_pb2.Schema()))
    assert set(found.to_proto().anomaly_info) == {"'a.b'", "'it''s'", "plain", '<b>"中😀'}
    assert "<b>" not in found._repr_html_()
    assert "<i>" not in found.propose().accept()._repr_html_()


def test_columns_that_differ_in_case_are_told_apart(here):
    table = pa.table({"a": [1, 9], "A": [8, 2]})
    found = validate(table, infer_schema(table).edit("a", maximum=5).edit("A", maximum=5))
    assert [list(each.rows().index) for each in found] == [[1], [0]]


@pytest.mark.parametrize("names", [("a", "A", "b"), ("x", "slice", "Slice")])
def test_slices_are_of_columns_whatever_they_are_called(here, names):
    alike = ["p", "q"] * 50
    values = ([1] * 90 + [-9] * 10, ["good"] * 90 + ["bad"] * 10, alike)
    table = pa.table(dict(zip(names, values, strict=True)))
    found = validate(table, infer_schema(table).edit(names[0], minimum=0))
    assert [(each.column, each.value) for each in found[0].slices] == [(names[1], "bad")]


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_are_no_trouble(here, rows):
    table = pa.table({"a": [1, 2], "s": ["x", "y"], "x": [1.5, None]})
    found = validate(table.slice(0, rows), infer_schema(table).edit("a", minimum=2), baseline=table)
    assert {each.kind for each in found} == (
        {"INT_TYPE_SMALL_INT"} if rows else {"NO_DATA_IN_SPAN"}
    )


def test_whole_numbers_beyond_what_a_double_holds_are_compared_exactly(here):
    table = pa.table({"big": [2**53 + 1]})
    schema = infer_schema(table)
    assert validate(table, schema.edit("big", maximum=2**53))[0].rows().attrs["total"] == 1
    assert not validate(table, schema.edit("big", maximum=2**53 + 1))


def test_spans_are_validated_by_themselves(here):
    import pandas as pd

    frame = pd.DataFrame(
        {"at": pd.to_datetime(["2013-01-05", "2013-02-05", "2013-02-06"], utc=True), "n": [1, 2, 3]}
    )
    months = ingest(frame, name="months", time="at", span="month")
    first, last = months.spans
    schema = infer_schema(months).edit("n", maximum=1)
    assert not validate(months, schema, span=first)
    found = validate(months, schema, span=last)
    assert list(found[0].rows()["span"]) == [last, last]
    assert list(validate(months, schema)[0].rows()["span"]) == [last, last]
