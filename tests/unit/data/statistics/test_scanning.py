"""The pass over a source: what it reads, what it keeps, and what it makes sure of."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, WorkbenchError
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.sources import Part, Source, open_source
from workbench.data.statistics import describe_source, statistics
from workbench.data.statistics.blocks import SMALL, blocks_of
from workbench.data.statistics.scanning import Asked, scan

ROWS = SMALL + 1000


def month(number, rows=ROWS):
    """Flights of one month; other delays and carriers than in any other."""
    rng = np.random.default_rng(number)
    return pd.DataFrame(
        {
            "at": pd.Timestamp(2013, number, 1, tz="UTC")
            + pd.to_timedelta(rng.integers(0, 27 * 24, rows), unit="h"),
            "delay": rng.normal(number, 30, rows).round().astype("float32"),
            "carrier": rng.choice(["UA", "AA", f"only {number}"], rows),
            "weight": rng.integers(1, 4, rows),
        }
    )


def grown(name, months):
    """Versions of a dataset that grows by a month at a time."""
    yield ingest(month(months[0]), name=name, time="at", span="month")
    for number in months[1:]:
        yield ingest(month(number), name=name, append=True)


def lose(here, dataset):
    """Take a dataset's files away, so that whoever reads them fails."""
    for file in dataset.files:
        here.blobs.local_path(file.digest).unlink(missing_ok=True)


def frame_of(*numbers):
    return pd.concat([month(number) for number in numbers], ignore_index=True)


def same(a, b):
    """Whether two statistics say the same, whatever they are called."""
    for one, other in zip(a.features, b.features, strict=True):
        plain = [replace(each, distribution=None, role=None) for each in (one, other)]
        assert plain[0] == plain[1]


class TestParts:
    def test_small_files_are_read_together_and_large_ones_alone(self):
        sizes = [10, SMALL, 20, 30, SMALL + 1, 40]
        parts = tuple(Part(rows, lambda columns, rows: iter(())) for rows in sizes)
        source = Source("x", (), sum(sizes), parts, lambda name: None)
        found = blocks_of(source)
        assert [[piece.part.rows for piece in block.pieces] for block in found] == [
            [10],
            [SMALL],
            [20, 30],
            [SMALL + 1],
            [40],
        ]
        assert [block.closed for block in found] == [True, True, True, True, False]
        assert [block.pieces[0].first for block in found[:3]] == [0, 10, SMALL + 10]

    def test_rows_that_are_not_all_there_are_an_error(self):
        table = pa.table({"x": [1, 2, 3]})
        part = Part(4, lambda columns, rows: iter([table.select(columns)]))
        source = Source("x", open_source(table).columns, 4, (part,), table.column)
        with pytest.raises(WorkbenchError, match="3 rows were read where 4 should be"):
            describe_source(source)

    def test_the_result_does_not_depend_on_the_number_of_threads(self, monkeypatch):
        def partials(threads):
            monkeypatch.setattr("workbench.data.statistics.scanning.thread_count", lambda: threads)
            return statistics(frame_of(1, 2), by="carrier", weight="weight").to_proto()

        assert partials(1) == partials(5)

    def test_an_error_in_a_thread_is_the_one_raised(self):
        frame = month(1, 300_000)
        frame.loc[299_999, "weight"] = -1
        with pytest.raises(InvalidInput, match=r"row 300,000 weighs -1 in 'weight'"):
            statistics(frame, weight="weight")


class TestIncrement:
    def test_a_new_span_is_all_that_is_read(self, here):
        first, second, third = grown("growing", [1, 2, 3])
        statistics(first)
        statistics(second)
        before = frame_of(1, 2, 3)
        lose(here, second)
        found = statistics(third)
        same(found, statistics(before.sort_values("at", kind="stable")))

    def test_what_is_kept_gives_the_same_as_reading_everything(self, here):
        *_, last = grown("kept", [1, 2, 3, 4])
        once = statistics(last, by="carrier", weight="weight").to_proto()
        lose(here, last)
        assert statistics(last, by="carrier", weight="weight").to_proto() == once

    def test_a_span_alone_uses_what_all_of_them_left(self, here):
        *_, last = grown("alone", [1, 2])
        statistics(last)
        lose(here, last)
        found = statistics(last, span="2013-02")
        assert found.rows == ROWS
        assert dict(found["carrier"].top)["only 2"] > 0

    def test_what_is_asked_for_is_part_of_what_is_kept(self, here):
        (only,) = grown("asked", [1])
        statistics(only)
        assert statistics(only, categorical=["weight"])["weight"].top
        assert not statistics(only)["weight"].top

    def test_of_a_frame_nothing_is_kept(self, here):
        before = sorted((here.home / "cache" / "parts").rglob("*"))
        statistics(month(7))
        assert sorted((here.home / "cache" / "parts").rglob("*")) == before


class TestSample:
    def test_the_same_rows_are_drawn_each_time(self):
        frame = month(1)
        found = statistics(frame, sample=1000)
        assert (found.rows, found.datasets[0].sampled_from) == (1000, ROWS)
        assert statistics(frame, sample=1000).to_proto() == found.to_proto()
        assert statistics(frame, sample=1000, seed=1)["delay"].mean != found["delay"].mean

    def test_a_share_is_of_all_files_together(self):
        *_, last = grown("shares", [1, 2])
        found = statistics(last, sample=0.1)
        assert found.rows == round(0.1 * 2 * ROWS)
        assert {word for word, _ in found["carrier"].top} == {"UA", "AA", "only 1", "only 2"}

    def test_more_rows_than_there_are_is_all_of_them(self):
        assert statistics(pa.table({"x": [1, 2]}), sample=10).rows == 2

    @pytest.mark.parametrize("sample", [0, -1, 1.5, 0.0, True])
    def test_what_is_no_number_of_rows_is_refused(self, sample):
        with pytest.raises(InvalidInput, match="sample="):
            statistics(pa.table({"x": [1, 2]}), sample=sample)


class TestSlices:
    def test_lists_and_structs_make_no_slices(self):
        table = pa.table({"s": [{"a": 1}], "l": [[1]], "x": [1]})
        with pytest.raises(InvalidInput, match=r"slicing column 's' holds struct<a: int64>.*'a'"):
            statistics(table, by="s")
        with pytest.raises(InvalidInput, match=r"slicing column 'l' holds list<int64>.*its length"):
            statistics(table, by=["x", "l"])

    def test_several_columns_make_a_slice_of_each_combination(self):
        table = pa.table(
            {
                "carrier": ["UA", "UA", "AA", None],
                "origin": ["JFK", "EWR", "JFK", "JFK"],
                "delay": [1.0, 2.0, 3.0, 4.0],
            }
        )
        found = statistics(table, by=["carrier", "origin"]).slices
        assert {name: each.features[2].mean for name, each in found.items()} == {
            "carrier=AA, origin=JFK": 3.0,
            "carrier=UA, origin=EWR": 2.0,
            "carrier=UA, origin=JFK": 1.0,
            "carrier=missing, origin=JFK": 4.0,
        }

    def test_slices_of_many_files_are_those_of_the_whole(self):
        *_, last = grown("sliced", [1, 2])
        frame = frame_of(1, 2).sort_values("at", kind="stable")
        ours, theirs = statistics(last, by="carrier"), statistics(frame, by="carrier")
        assert list(ours.slices) == list(theirs.slices)
        for one, other in zip(ours.datasets, theirs.datasets, strict=True):
            assert one.rows == other.rows
            same(one, other)

    def test_too_many_together_are_refused(self):
        table = pa.table({"a": list(range(40)) * 40, "b": sorted(list(range(40)) * 40)})
        with pytest.raises(InvalidInput, match="'a' and 'b' together have 1,600 values"):
            statistics(table, by=["a", "b"])


class TestWeights:
    TABLE = pa.table(
        {
            "x": [1.0, 2.0, None, 4.0],
            "kind": ["a", "b", "b", None],
            "flag": [True, False, None, True],
            "weight": [1.0, 2.0, 3.0, 0.5],
        }
    )

    def test_a_row_counts_as_much_as_it_weighs(self):
        found = statistics(self.TABLE, weight="weight")
        x, kind, flag = (found[each].weighted for each in ("x", "kind", "flag"))
        assert (found.datasets[0].weight, found.datasets[0].weighted_rows) == ("weight", 6.5)
        assert x is not None
        assert (x.count, x.missing) == (3.5, 3.0)
        assert x.mean == pytest.approx((1 + 2 * 2 + 4 * 0.5) / 3.5)
        assert x.std == pytest.approx(np.sqrt(np.cov([1, 2, 4], aweights=[1, 2, 0.5], ddof=0)))
        assert (x.median, sum(bar.count for bar in x.histogram)) == (2.0, 3.5)
        assert kind is not None
        assert kind.top == (("b", 5.0), ("a", 1.0))
        assert flag is not None
        assert flag.top == (("false", 2.0), ("true", 1.5))
        assert found["x"].mean == pytest.approx(7 / 3)

    def test_of_equal_weights_everything_is_as_without(self):
        table = self.TABLE.set_column(3, "weight", pa.array([2, 2, 2, 2]))
        found = statistics(table, weight="weight")
        for feature in found.features:
            assert feature.weighted is not None
            assert feature.weighted.count == 2 * feature.count
            if feature.mean is not None:
                assert feature.weighted.mean == pytest.approx(feature.mean)
                assert feature.weighted.std == pytest.approx(feature.std)

    @pytest.mark.parametrize("weight", [-0.5, np.nan, np.inf, None])
    def test_a_weight_that_is_none_names_its_row(self, weight):
        table = pa.table({"x": [1, 2], "weight": pa.array([1.0, weight])})
        with pytest.raises(InvalidInput, match=r"row 2 weighs .* in 'weight'"):
            statistics(table, weight="weight")

    def test_text_does_not_weigh(self):
        with pytest.raises(InvalidInput, match="weight='kind' is a column of string"):
            statistics(self.TABLE, weight="kind")
        with pytest.raises(InvalidInput, match="no weight column 'wait'"):
            statistics(self.TABLE, weight="wait")


class TestNastyInput:
    def test_a_thousand_columns(self):
        values = np.arange(3000.0).reshape(3, 1000)
        found = statistics(pd.DataFrame(values, columns=[f"c{n}" for n in range(1000)]))
        assert (len(found.features), found["c999"].maximum) == (1000, 2999.0)

    def test_no_rows(self):
        table = pa.table({"x": pa.array([], pa.int64()), "s": pa.array([], pa.string())})
        found = statistics(table, by="s", cross=True)
        assert (found.rows, found["x"].count, found.slices) == (0, 0, {})

    def test_one_row(self):
        found = statistics(pa.table({"x": [5]}), cross=True)
        assert (found["x"].mean, found["x"].std, found["x"].median) == (5.0, 0.0, 5.0)

    def test_names_and_values_of_any_script(self):
        table = pa.table({'"<script>"': ["<img>", "数据"], "emoji 🙂": [1.0, None]})
        found = statistics(table, by='"<script>"')
        assert list(found.slices) == ['"<script>"=<img>', '"<script>"=数据']
        assert "<script>" not in found._repr_html_()


def test_scan_takes_any_maker_of_partials():
    source = open_source(pa.table({"x": [1, 2]}))
    blocks = blocks_of(source)
    with pytest.raises(WorkbenchError, match="0 rows of x were counted where 2 are"):
        scan("x", blocks, Asked(("x",)), lambda blocks, asked: ({} for _ in blocks))
