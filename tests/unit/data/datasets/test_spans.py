"""Rows in spans: parted by time or given a label, added without writing the old ones again."""

import threading
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.sources import open_source
from workbench.data.datasets.spans import label


def month(number, rows=3, **more):
    times = [datetime(2013, number, 1, tzinfo=UTC) + timedelta(days=day) for day in range(rows)]
    return pa.table({"at": times, "n": [number * 100 + row for row in range(rows)], **more})


def test_a_period_parts_rows_by_their_time():
    made = ingest(pa.concat_tables([month(2), month(1)]), name="a", time="at", span="month")
    assert made.spans == {"2013-01": 3, "2013-02": 3}
    assert made.to_pandas(span="2013-01")["n"].tolist() == [100, 101, 102]
    assert made.to_arrow().num_rows == made.rows == 6


def test_a_span_is_added_and_the_old_files_stay(here):
    first = ingest(month(1), name="b", time="at", span="month")
    second = ingest(month(2), name="b", append=True)
    assert (second.ref, second.spans) == ("b@2", {"2013-01": 3, "2013-02": 3})
    assert second.files[0] == first.files[0]
    assert second.time == "at"
    assert second.times == (
        datetime(2013, 1, 1, tzinfo=UTC),
        datetime(2013, 2, 3, tzinfo=UTC),
    )
    (step,) = here.metadata.producers(second.id)
    assert [each.ref for each in here.metadata.inputs(step.id)] == ["b@1"]


def test_an_added_span_costs_only_itself(here):
    ingest(month(1, 300), name="c", time="at", span="year")
    before = {each.digest: each.size for each in here.blobs.stored()}
    later = month(2, 10).set_column(0, "at", [[datetime(2014, 1, 1, tzinfo=UTC)] * 10])
    ingest(later, name="c", append=True)
    new = [each for each in here.blobs.stored() if each.digest not in before]
    assert sum(each.size for each in new) < max(before.values())


def test_many_spans_are_read_in_their_order():
    times = [datetime(2013, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24 * 40)]
    rows = pa.table({"n": range(24 * 40), "at": times, "s": [{"x": 1}] * 960, "s.x": ["y"] * 960})
    made = ingest(rows, name="many", time="at", span="day")
    assert len(made.files) == 40
    assert made.to_arrow().column("n").to_pylist() == list(range(24 * 40))
    picked = made.to_arrow(columns=["s.x", "n"])
    assert picked.equals(pa.concat_tables(made.batches(columns=["s.x", "n"])))
    assert picked.equals(rows.select(["s.x", "n"]))


def test_a_label_names_rows_of_one_piece():
    ingest(month(1), name="d", span="first")
    made = ingest(month(2), name="d", span="second", append=True)
    assert made.spans == {"first": 3, "second": 3}


def test_a_span_that_is_there_is_an_error_or_replaced():
    ingest(pa.concat_tables([month(1), month(2)]), name="e", time="at", span="month")
    with pytest.raises(InvalidInput, match="e@1 has the span '2013-01' already, of 3 rows"):
        ingest(month(1, 5), name="e", append=True)
    made = ingest(month(1, 5), name="e", append=True, replace=True)
    assert list(made.spans.items()) == [("2013-01", 5), ("2013-02", 3)]


def test_added_rows_take_the_types_of_those_before():
    ingest(pa.table({"x": [1.5], "y": ["a"]}), name="f", span="1")
    made = ingest(pa.table({"y": pa.nulls(1), "x": [2]}), name="f", span="2", append=True)
    assert made.to_arrow().to_pydict() == {"x": [1.5, 2.0], "y": ["a", None]}


@pytest.mark.parametrize(
    ("rows", "more", "says"),
    [
        ({"x": ["a"]}, {"span": "2"}, "column 'x'.*int64"),
        ({"x": [1], "z": [1]}, {"span": "2"}, "have a column 'z', which g@1 has not"),
        ({"z": [1]}, {"span": "2"}, "no such column 'x'"),
        ({"x": [1]}, {}, "are of no span"),
        ({"x": [1]}, {"span": "2", "label": "x"}, "label='x' is given.*the dataset has None"),
    ],
)
def test_what_does_not_fit_is_refused(rows, more, says):
    ingest(pa.table({"x": [1]}), name="g", span="1")
    with pytest.raises(InvalidInput, match=says.replace("g@1", r"g@\d+")):
        ingest(pa.table(rows), name="g", append=True, **more)


def test_only_a_dataset_in_spans_can_grow():
    ingest(month(1), name="h")
    with pytest.raises(InvalidInput, match="h@1 has no spans"):
        ingest(month(2), name="h", append=True)
    with pytest.raises(NotFound):
        ingest(month(2), name="never", append=True)


def test_two_writers_both_keep_their_span():
    ingest(month(1), name="i", time="at", span="month")
    failures = []

    def add(number):
        try:
            ingest(month(number), name="i", append=True)
        except Exception as error:  # noqa: BLE001  # told below, in the thread that tests
            failures.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(2, 8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failures
    assert list(dataset("i").spans) == [f"2013-{number:02}" for number in range(1, 8)]
    assert dataset("i").version == 7


@pytest.mark.parametrize("number", [1, 2], ids=["a span of both", "a span that is new to both"])
def test_a_span_that_another_writer_wrote_meanwhile_is_not_replaced(number):
    ingest(month(1), name="raced", time="at", span="month")

    def batches():
        ingest(month(number, 5), name="raced", append=True, replace=True)
        yield from month(number, 7).to_batches()

    reader = pa.RecordBatchReader.from_batches(month(number).schema, batches())
    with pytest.raises(Conflict, match=f"another writer wrote the span '2013-0{number}' of raced@"):
        ingest(reader, name="raced", append=True, replace=True)
    assert dataset("raced").spans[f"2013-0{number}"] == 5
    assert ingest(month(number, 7), name="raced", append=True, replace=True).rows in (7, 10)


def test_a_span_is_replaced_while_another_is_written():
    ingest(pa.concat_tables([month(1), month(2)]), name="shared", time="at", span="month")

    def batches():
        ingest(month(2, 5), name="shared", append=True, replace=True)
        yield from month(1, 7).to_batches()

    reader = pa.RecordBatchReader.from_batches(month(1).schema, batches())
    made = ingest(reader, name="shared", append=True, replace=True)
    assert made.spans == {"2013-01": 7, "2013-02": 5}


def test_a_source_of_a_span_reads_it_alone():
    made = ingest(pa.concat_tables([month(1), month(2)]), name="j", time="at", span="month")
    source = open_source(made, span="2013-02")
    assert (source.name, source.rows) == (f"{made.ref}/2013-02", 3)
    assert source.read("n").to_pylist() == [200, 201, 202]
    assert [each.file and each.file.span for each in open_source(made).parts] == [
        "2013-01",
        "2013-02",
    ]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("hour", "2013-05-06T07"),
        ("day", "2013-05-06"),
        ("week", "2013-W19"),
        ("month", "2013-05"),
        ("quarter", "2013-Q2"),
        ("year", "2013"),
    ],
)
def test_each_period_has_its_label(period, said):
    assert label(datetime(2013, 5, 6, 7, tzinfo=UTC), period) == said


def test_years_far_away_have_labels_too():
    far = pa.table({"at": pa.array([pd.Timestamp("9999-12-31"), pd.Timestamp("0013-01-01")])})
    assert list(ingest(far, name="k", time="at", span="year").spans) == ["0013", "9999"]
