import os
from datetime import UTC, datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset, dataset
from workbench.data.datasets.ingest import ingest

TABLE = pa.table({"carrier": ["UA", "AA", None], "delay": [3, None, -1]})


def test_the_flights_of_a_year_are_kept_as_they_are(year, flights):
    assert year.rows == len(flights)
    assert year.splits == {"train": 224_863, "validation": 56_434, "test": 55_479}
    assert (year.time, year.label, year.created) == ("time_hour", "late", None)
    back = year.to_pandas().drop(columns="late")
    ordered = flights.sort_values("time_hour", kind="stable", ignore_index=True)
    back = back.sort_values("time_hour", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(back, ordered, check_dtype=False)


def test_rows_keep_their_order_within_a_split(year, flights):
    before = flights[flights["time_hour"] < pd.Timestamp("2013-09-01", tz="UTC")]
    columns = ["tailnum", "sched_dep_time"]
    kept = year.to_pandas("train", columns)
    assert list(kept.columns) == columns
    pd.testing.assert_frame_equal(kept, before[columns].reset_index(drop=True))


def test_every_ingest_makes_a_version_and_equal_bytes_are_kept_once(here):
    first = ingest(TABLE, name="twice")
    files = sum(path.is_file() for path in here.blobs._folder.rglob("*"))
    second = ingest(TABLE, name="twice")
    assert (first.ref, second.ref) == ("twice@1", "twice@2")
    assert sum(path.is_file() for path in here.blobs._folder.rglob("*")) == files
    assert dataset("twice") == second
    assert dataset("twice@1") == first


def test_the_record_says_where_the_rows_came_from(here, tmp_path):
    path = tmp_path / "delays.csv"
    path.write_text("carrier,at\nUA,2013-01-01 05:00:00\n")
    made = ingest(path, name="delays", time="at", description="A morning.")
    facts = made.artifact.properties
    assert facts["source"] == {"type": "csv", "paths": [str(path)]}
    assert facts["columns"] == [
        {"name": "carrier", "type": "string"},
        {"name": "at", "type": "timestamp"},
    ]
    assert facts["assumed_utc"] == ["at"]
    assert facts["description"] == "A morning."
    assert [(file.split, file.rows) for file in made.files] == [("all", 1)]
    (step,) = here.metadata.producers(made.id)
    assert (step.kind, step.state, step.properties["source"]) == (
        "ingest",
        "complete",
        facts["source"],
    )


def test_text_in_the_time_column_becomes_utc():
    made = ingest(pa.table({"at": ["2013-01-01T05:00:00-05:00"]}), name="zoned", time="at")
    assert made.to_arrow().column("at").to_pylist() == [datetime(2013, 1, 1, 10, tzinfo=UTC)]


def test_text_without_a_zone_is_taken_as_utc_and_the_dataset_says_so():
    made = ingest(pa.table({"at": ["2013-01-01 05:00"]}), name="naive", time="at")
    assert made.to_arrow().column("at").to_pylist() == [datetime(2013, 1, 1, 5, tzinfo=UTC)]
    assert made.artifact.properties["assumed_utc"] == ["at"]
    assert "without a zone, taken as UTC: at" in made._repr_html_()


def test_a_row_that_is_not_known_yet_has_no_created_time():
    table = pa.table({"at": ["2013-01-01"], "landed": pa.array([None], pa.string())})
    made = ingest(table, name="unknown", time="at", created="landed")
    assert made.roles == {"at": "time", "landed": "created"}
    assert made.to_arrow().column("landed").to_pylist() == [None]


def test_columns_without_any_value_are_kept():
    made = ingest(pa.table({"x": pa.nulls(2), "y": [1, 2]}), name="hollow")
    assert made.to_arrow().to_pylist() == [{"x": None, "y": 1}, {"x": None, "y": 2}]


@pytest.mark.parametrize(
    ("table", "declared", "says"),
    [
        (TABLE.slice(0, 0), {}, "'bad' would have no rows"),
        (pa.table({}), {}, "'bad' would have no columns"),
        (TABLE, {"time": "tiem"}, "no such column 'tiem'"),
        (TABLE, {"label": "delya"}, "no label column 'delya'; did you mean 'delay'"),
        (TABLE, {"created": "carier"}, "no such column 'carier'; did you mean 'carrier'"),
        (TABLE, {"split": "part"}, "no split column 'part'"),
        (TABLE, {"time": "delay"}, "'delay' holds int64, which does not say a time"),
        (pa.table({"at": ["2013-01-01", None]}), {"time": "at"}, "'at', row 2: there is no time"),
        (
            pa.table({"at": ["2013-01-01", "?"]}),
            {"time": "at"},
            "'at', row 2: is not a time: '\\?'",
        ),
        (
            pa.table({"at": ["2013-01-01", "2013-02-01"]}),
            {"time": "at", "split": {"train": "2012-01-01", "test": None}},
            "'train' would be empty: 'at' runs from 2013-01-01",
        ),
        (TABLE, {"span": "month"}, "no time= says which column"),
        (TABLE, {"span": "a/b"}, "holds a '/'"),
        (TABLE, {"replace": True}, "append= is not given"),
        (pd.DataFrame({"x": [1, "a"]}), {}, "'x', row 2: mixes types"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(here, table, declared, says):
    with pytest.raises(InvalidInput, match=says):
        ingest(table, name="bad", **declared)
    assert here.metadata.versions("dataset", "bad") == []
    (step, *_) = here.metadata.executions(kind="ingest", name="bad")
    assert step.state == "failed"
    assert not list((here.home / "tmp").iterdir())


def test_a_missing_file_is_named():
    with pytest.raises(NotFound, match=r"no file 'nowhere.csv'"):
        ingest("nowhere.csv", name="bad")


def test_a_name_with_a_version_is_refused():
    with pytest.raises(InvalidInput, match="'flights@3' cannot be a name"):
        ingest(TABLE, name="flights@3")


class TestReading:
    def test_duckdb_scans_the_files(self, year):
        with duckdb.connect() as connection:
            rows = year.relation(connection, "test").aggregate(
                "count(*) AS n, min(time_hour) AS at"
            )
            (row,) = rows.to_arrow_table().to_pylist()
        assert (row["n"], row["at"]) == (55_479, datetime(2013, 11, 1, tzinfo=UTC))

    def test_names_that_are_one_to_duckdb_are_refused_and_not_renamed(self):
        made = ingest(pa.table({"id": [1], "a": [2], "A": [3]}), name="case")
        with duckdb.connect() as connection:
            with pytest.raises(InvalidInput, match=r"case@1 has the columns 'a' and 'A'.*to_arrow"):
                made.relation(connection)
            other = ingest(pa.table({"é": [1], "É": [2]}), name="accents").relation(connection)
            assert other.select('"É"').fetchall() == [(2,)]

    def test_the_files_are_local_parquet_one_a_split(self, year):
        paths = year.paths()
        assert len(paths) == 3
        assert year.paths("test") == paths[2:]
        assert all(os.access(path, os.R_OK) for path in paths)

    def test_unknown_splits_columns_and_names_offer_what_is_near(self, year):
        with pytest.raises(InvalidInput, match="no split 'tets'; did you mean 'test'"):
            year.to_arrow("tets")
        with pytest.raises(
            InvalidInput, match="no dataset column 'carier'; did you mean 'carrier'"
        ):
            year.to_arrow(columns=["carier"])
        with pytest.raises(NotFound, match="no dataset is named 'flihgts'; did you mean 'flights'"):
            dataset("flihgts")

    def test_what_is_shown_escapes_names(self):
        name = '<img src=x onerror="alert(1)">'
        made = ingest(pa.table({name: [1]}), name=f"{name} 延误", description=name)
        assert isinstance(made, Dataset)
        assert made.columns[0].name == name
        shown = made._repr_html_()
        assert "<img" not in shown
        assert "延误" in shown
        assert "&lt;img" in shown
