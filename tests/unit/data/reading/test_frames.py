from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.columns import columns_of
from workbench.data.reading import open_rows, rows_of

NESTED = """
    SELECT n, n::decimal(18, 3) AS price, [n] AS list, sum(n) OVER () AS total,
        {'at': timestamp '2013-01-01', 'word': 'x'} AS record, 'x'::blob AS raw
    FROM range(3) t(n)
"""


def types(rows):
    return {column.name: column.type for column in columns_of(rows.schema)}


def test_a_duckdb_relation_streams_and_keeps_lists_structs_and_bytes():
    rows = open_rows(duckdb.sql(NESTED))
    assert rows.source == {"type": "duckdb"}
    assert types(rows) == {
        "n": "int64",
        "price": "float64",
        "list": "list<int64>",
        "total": "int64",
        "record": "struct<at: timestamp, word: string>",
        "raw": "binary",
    }
    for _ in range(2):  # it can be read again
        table = pa.concat_tables(rows.tables())
        assert table.to_pylist()[2] == {
            "n": 2,
            "price": 2.0,
            "list": [2],
            "total": 3,
            "record": {"at": datetime(2013, 1, 1, tzinfo=UTC), "word": "x"},
            "raw": b"x",
        }
    assert rows.assumed_utc == {"record"}


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_frames_are_read_whole_or_lazily(lazy):
    frame = pl.DataFrame(
        {
            "x": [1, 2, 3],
            "kind": pl.Series(["a", None, "a"], dtype=pl.Categorical),
            "list": [[1.5], None, []],
            "none": [None] * 3,
        }
    )
    rows = open_rows(frame.lazy() if lazy else frame)
    assert rows.rows == (None if lazy else 3)
    assert types(rows) == {
        "x": "int64",
        "kind": "string",
        "list": "list<float64>",
        "none": "string",
    }
    assert pa.concat_tables(rows.tables()).to_pylist()[:2] == [
        {"x": 1, "kind": "a", "list": [1.5], "none": None},
        {"x": 2, "kind": None, "list": None, "none": None},
    ]


def test_arrow_datasets_batches_and_whatever_speaks_arrow_are_sources(tmp_path):
    class Speaker:
        def __arrow_c_stream__(self, requested_schema=None):
            return table.__arrow_c_stream__(requested_schema)

    table = pa.table({"x": [1, 2]})
    pa.parquet.write_table(table, tmp_path / "x.parquet")
    dataset = pa.dataset.dataset(tmp_path / "x.parquet")
    for source in (table, table.to_batches()[0], dataset, Speaker(), table.to_reader()):
        rows = open_rows(source)
        assert rows.source == {"type": "arrow"}
        assert pa.concat_tables(rows.tables()).equals(table)


def test_a_reader_that_gives_its_rows_once_says_so():
    rows = open_rows(pa.table({"x": [1]}).to_reader())
    list(rows.tables())
    with pytest.raises(InvalidInput, match="gives its rows only once"):
        list(rows.tables())


def test_lists_of_every_form_become_lists():
    one = pa.array([[1, 2], None], pa.list_(pa.int64(), 2))
    rows = open_rows(
        pa.table(
            {
                "fixed": one,
                "large": one.cast(pa.large_list(pa.int64())),
                "view": pa.array([[1, 2], None], pa.list_view(pa.int64())),
                "words": pa.ListArray.from_arrays(
                    [0, 1, 2], pa.array(["a", "b"]).dictionary_encode()
                ),
            }
        )
    )
    assert set(types(rows).values()) == {"list<int64>", "list<string>"}
    assert next(rows.tables()).to_pylist() == [
        {"fixed": [1, 2], "large": [1, 2], "view": [1, 2], "words": ["a"]},
        {"fixed": None, "large": None, "view": None, "words": ["b"]},
    ]


def test_numbers_without_a_sign_are_exact():
    table = pa.table({"x": pa.array([2**64 - 1], pa.uint64())})
    assert next(open_rows(table).tables()).column("x").to_pylist() == [2**64 - 1]


def test_a_sum_beyond_64_bits_is_a_double_in_a_table_and_named_in_a_stream():
    relation = duckdb.connect().sql(
        "SELECT 10::hugeint ** 20 AS n, (10::hugeint * 9223372036854775807) AS x"
    )
    assert types(open_rows(relation.to_arrow_table()))["x"] == "float64"
    with pytest.raises(
        InvalidInput, match="'x', row 1: does not fit int64: '92233720368547758070'"
    ):
        list(open_rows(relation).tables())
    assert next(open_rows(relation, {"x": "float64"}).tables()).num_rows == 1


def test_few_stray_values_of_a_frame_are_set_aside_but_not_many(read):
    frame = pd.DataFrame({"x": [1] * 20 + ["a"] + [2], "y": range(22)})
    table, bad = read(frame, bad_rows="set_aside")
    assert table.num_rows == 21
    assert bad == [
        {
            "source": "",
            "row": 21,
            "column": "x",
            "value": "a",
            "reason": "mixes types, as most are numbers",
        }
    ]
    with pytest.raises(InvalidInput, match=r"1 of 2 values are unlike.*types={'x': \"string\"}"):
        read(pd.DataFrame({"x": [1, "a"]}), bad_rows="set_aside")


def test_rows_keep_their_numbers_in_later_tables(read, monkeypatch):
    monkeypatch.setattr("workbench.data.reading.blocks.MOST", 4)
    table = pa.table({"x": [str(number) for number in range(10)] + ["a", "11"]})
    kept, bad = read(table, {"x": "int64"}, bad_rows=1)
    assert kept.num_rows == 11
    assert [each["row"] for each in bad] == [11]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([timedelta(1)], "holds duration.*total_seconds"),
        (pd.period_range("2013", "2014", freq="Y"), "holds pandas.period.*to_timestamp"),
    ],
)
def test_what_a_dataset_cannot_keep_is_refused(values, says):
    with pytest.raises(InvalidInput, match=f"'x' {says}"):
        open_rows(pd.DataFrame({"x": values}))


def test_a_map_and_an_empty_struct_are_refused():
    for kind, says in ((pa.map_(pa.string(), pa.int64()), "map"), (pa.struct([]), "struct<>")):
        with pytest.raises(InvalidInput, match=f"'x' holds {says}"):
            open_rows(pa.table({"x": pa.array([None], kind)}))


def test_a_time_that_python_cannot_show_is_a_bad_row(read):
    times = pa.table({"at": pa.array([0, 2**38], pa.timestamp("s"))})
    table, bad = read(times, bad_rows="set_aside")
    assert table.num_rows == 1
    assert bad[0]["reason"] == "is not a time"


def test_a_table_is_rows():
    rows = rows_of(pa.table({"x": [1]}), source={"type": "frame"}, assumed_utc=["x"])
    assert (rows.rows, rows.source, rows.assumed_utc) == (1, {"type": "frame"}, {"x"})
