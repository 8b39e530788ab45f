"""What is demanded beyond TFDV: conditions in SQL, freshness, row counts, references."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from workbench import workspace
from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.data.schemas import Expression, Freshness, Reference, RowCount, Schema
from workbench.data.schemas.inference import infer_schema
from workbench.data.statistics import Statistics, statistics
from workbench.data.validation import validate

TABLE = pa.table(
    {
        "dep": [1, 2, None, 4],
        "arr": [2, None, None, 3],
        "A": ["x", "y", "x", "y"],
        "a": ["p", "q", "r", "s"],
        "at": pa.array(
            pd.date_range("2013-01-01", periods=4, freq="h", tz="UTC"), pa.timestamp("us", "UTC")
        ),
        'odd "name"': [1, 2, 3, 4],
    }
)


@pytest.fixture(scope="module")
def schema(here):
    return infer_schema(TABLE)


class TestExpression:
    @pytest.mark.parametrize(
        ("sql", "rows"),
        [
            ("arr IS NULL OR dep IS NOT NULL", []),
            ("dep IS NULL OR arr IS NOT NULL", [1]),
            ("arr > dep", [3]),
            ("\"at\" < TIMESTAMP '2013-01-01 02:00:00'", [2, 3]),
            ('"odd ""name""" <> 2', [1]),
            ("len(\"A\" || 'x') = 2", []),
            ("\"A\" = 'x'", [1, 3]),
            ("\"a\" <> 'q'", [1]),
            ("1 = 1", []),
            ("1) = (2", [0, 1, 2, 3]),
        ],
    )
    def test_the_rows_that_break_it_are_found(self, schema, sql, rows):
        found = validate(TABLE, schema, constraints=[sql])
        assert [each.kind for each in found] == ["CUSTOM_VALIDATION"] * bool(rows)
        if rows:
            assert list(found[0].rows().index) == rows
            assert f"{len(rows)} of 4 rows" in found[0].description

    def test_it_is_kept_with_the_schema(self, schema):
        demanding = schema.constrain(Expression("arr > dep", "lands after it left"))
        (found,) = validate(TABLE, demanding)
        assert found.description.endswith("lands after it left.")
        assert not validate(TABLE, found.accept())

    def test_a_share_may_break_it_and_it_may_be_a_warning(self, schema):
        assert not validate(TABLE, schema, constraints=[Expression("dep <> 4", tolerate=0.25)])
        warned = validate(TABLE, schema, constraints=[Expression("dep <> 4", severity="WARNING")])
        assert [each.severity for each in warned] == ["WARNING"]
        assert not warned.errors

    def test_a_recheck_knows_it_by_its_sql(self, schema):
        found = validate(TABLE, schema.constrain("dep <> 4"))
        assert not found.recheck(schema.constrain(Expression("dep <> 4", tolerate=0.5)))
        assert not found.recheck(schema)

    @pytest.mark.parametrize(
        ("sql", "says"),
        [
            ("dpe > 1", "not found.*did you mean 'dep'"),
            ("dep >", "cannot be read: syntax error"),
            ("dep", "is BIGINT, neither true nor false"),
            ("count(*) > 1", "cannot contain aggregates"),
            ("dep > (SELECT max(dep) FROM batch)", "looks at more than one row"),
            ("sum(dep) OVER () > 1", "looks at more than one row"),
            ("dep > 1) FROM batch WHERE (arr > 1", "looks at more than one row"),
            ("dep > 1, arr > 1", "neither true nor false"),
            ("at > dep", 'stands in quotes, such as "at"'),
            ("dep > 1); DROP TABLE batch; SELECT (1", "looks at more than one row|cannot be read"),
            ("upper(A) = lower(a)", "could mean any of the columns 'A', 'a'"),
            ("dep > 'word'", "Could not convert string 'word'"),
            ("(SELECT count(*) FROM read_text('/etc/passwd')) > 0", "looks at more than one row"),
            ("'/etc/passwd' IN (FROM read_text('/etc/passwd'))", "looks at more|cannot be"),
        ],
    )
    def test_one_that_cannot_be_answered_is_refused(self, schema, sql, says):
        with pytest.raises(InvalidInput, match=says):
            validate(TABLE, schema, constraints=[sql])

    def test_a_name_that_two_columns_could_have_is_refused(self):
        table = pa.table({"Aa": [1], "AA": [2]})
        with pytest.raises(InvalidInput, match="could mean any of the columns 'Aa', 'AA'"):
            validate(table, infer_schema(table), constraints=["aa > 0"])

    def test_of_statistics_alone_it_cannot_be_told(self, schema):
        alone = Statistics(statistics(TABLE).datasets)
        (found,) = validate(alone, schema, constraints=["dep > 0"])
        assert found.kind == "STATS_NOT_AVAILABLE"

    def test_it_comes_in_the_proto_as_custom_validation(self, schema):
        from tensorflow_metadata.proto.v0 import anomalies_pb2

        proto = validate(TABLE, schema, constraints=["dep > 4"]).to_proto()
        (reason,) = proto.dataset_anomaly_info.reason
        assert reason.type == anomalies_pb2.AnomalyInfo.CUSTOM_VALIDATION


class TestFreshness:
    @pytest.fixture
    def later(self, tmp_path):
        clock = FakeClock(datetime(2013, 1, 1, 5, tzinfo=UTC))
        with workspace.use(workspace.connect(home=tmp_path, clock=clock)):
            yield clock

    def test_the_newest_time_must_not_lie_too_far_back(self, later):
        schema = infer_schema(TABLE).constrain(Freshness("at", timedelta(hours=2)))
        assert not validate(TABLE, schema)
        later.advance(timedelta(seconds=1))
        (found,) = validate(TABLE, schema)
        assert (found.column, found.kind) == ("at", "CUSTOM_VALIDATION")
        assert "2013-01-01 03:00:00 UTC" in found.description

    @pytest.mark.parametrize("column", ["dep", "nowhere"])
    def test_of_no_time_it_cannot_be_told(self, later, column):
        schema = infer_schema(TABLE).constrain(Freshness(column, timedelta(hours=2)))
        assert [each.kind for each in validate(TABLE, schema)] == ["STATS_NOT_AVAILABLE"]


class TestRowCount:
    @pytest.mark.parametrize(
        ("constraint", "history", "kinds"),
        [
            (RowCount(), [4, 4, 5, 3, 4], []),
            (RowCount(), [40, 41, 39, 40], ["COMPARATOR_LOW_NUM_EXAMPLES"]),
            (RowCount(), [1, 2, 1, 2, 1], ["COMPARATOR_HIGH_NUM_EXAMPLES"]),
            (RowCount(deviations=60), [40, 41, 39, 40], []),
            (RowCount(ratio=(0.5, 2)), [8, 8], []),
            (RowCount(ratio=(0.6, 2)), [8, 8], ["COMPARATOR_LOW_NUM_EXAMPLES"]),
            (RowCount(last=2), [400, 400, 400, 4, 4], []),
            (RowCount(), [], []),
        ],
    )
    def test_it_must_be_like_history(self, schema, constraint, history, kinds):
        found = validate(TABLE, schema, constraints=[constraint], history=history)
        assert [each.kind for each in found] == kinds

    def test_the_history_of_a_dataset_is_its_earlier_versions(self, here):
        for rows in (100, 101, 99, 100, 20):
            grown = ingest(pd.DataFrame({"x": range(rows)}), name="counted")
        schema = infer_schema(grown).constrain(RowCount())
        (found,) = validate(grown, schema)
        assert found.kind == "COMPARATOR_LOW_NUM_EXAMPLES"
        assert "the last 4 versions had 100 in the median" in found.description
        assert not validate("counted@4", schema)

    def test_the_version_before_is_that_of_a_dataset(self, here):
        schema = infer_schema("counted@5").expect_rows(against_version=(0.5, 2))
        assert [each.kind for each in validate("counted@5", schema)] == [
            "COMPARATOR_LOW_NUM_EXAMPLES"
        ]
        assert not validate("counted@4", schema)


class TestReference:
    AIRLINES = pd.DataFrame({"A": ["x", "w", None], "key": ["y", "x", "z"]})

    def test_every_value_must_occur_in_the_other_dataset(self, schema):
        constraint = Reference("A", "airlines")
        found = validate(
            TABLE, schema, constraints=[constraint], references={"airlines": self.AIRLINES}
        )
        assert [(each.column, each.kind) for each in found] == [("A", "CUSTOM_VALIDATION")]
        assert "airlines.A lacks in 2 of 4 rows (50.0 %): 'y'" in found[0].description
        assert list(found[0].rows().index) == [1, 3]

    def test_under_another_name_and_missing_ones_pass(self, schema):
        given = {"airlines": self.AIRLINES}
        by_key = Reference("A", "airlines", "key")
        assert not validate(TABLE, schema, constraints=[by_key], references=given)
        absent = TABLE.set_column(2, "A", pa.array(["x", None, None, "x"]))
        assert "CUSTOM_VALIDATION" not in {
            each.kind
            for each in validate(
                absent, schema, constraints=[Reference("A", "airlines")], references=given
            )
        }

    def test_the_other_may_be_a_dataset_of_the_workspace(self, here, schema):
        ingest(self.AIRLINES[["key"]], name="codes")
        demanding = schema.constrain(Reference("A", "codes", "key"))
        assert not validate(TABLE, demanding)
        with pytest.raises(NotFound, match="no dataset is named 'code'"):
            validate(TABLE, schema, constraints=[Reference("A", "code")])

    @pytest.mark.parametrize(
        ("constraint", "says"),
        [
            (Reference("B", "airlines"), "no such column 'B'"),
            (Reference("A", "airlines", "kee"), "no referenced column 'kee'; did you mean 'key'"),
            (Reference("dep", "airlines", "key"), "cannot be compared"),
        ],
    )
    def test_columns_that_cannot_be_compared_are_refused(self, schema, constraint, says):
        with pytest.raises(InvalidInput, match=says):
            validate(
                TABLE, schema, constraints=[constraint], references={"airlines": self.AIRLINES}
            )


def test_constraints_leave_a_schema_that_tfdv_reads(schema):
    demanding = schema.constrain("dep > 0", Freshness("at", timedelta(days=1)))
    proto = demanding.to_proto()
    (packed,) = proto.annotation.extra_metadata
    assert packed.type_url == "type.googleapis.com/google.protobuf.Struct"
    del proto.annotation.extra_metadata[:]
    proto.ClearField("annotation")
    assert Schema(proto) == schema
