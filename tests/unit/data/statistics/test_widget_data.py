"""What the widget draws: small, valid JSON, the sets over the same bars and values."""

import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.statistics import DatasetStatistics, FeatureStatistics, statistics
from workbench.data.statistics.figures import (
    Bucket,
    CrossFigures,
    ImageFigures,
    ListFigures,
    WeightedFigures,
    WordFigures,
)
from workbench.data.statistics.widget_data import statistics_data
from workbench.data.validation.anomalies import Anomaly

pytestmark = pytest.mark.unit


def shown(*datasets, **options):
    """Return the data as a browser reads them; what is no JSON fails."""
    return json.loads(json.dumps(statistics_data(datasets, **options), allow_nan=False))


def only(feature):
    (found,) = shown(DatasetStatistics("data", feature.rows, (feature,)))["features"]
    return found


def table(name="data", **columns):
    return statistics(pa.table(columns), name=name).datasets[0]


class TestOfADataset:
    def test_it_is_json_with_the_agreed_shape(self, year):
        train, test = statistics(year, split="train"), statistics(year, split="test")
        data = json.loads(json.dumps(train.data(test), allow_nan=False))
        assert data["datasets"] == [
            {"name": f"{year.ref}/train", "rows": 224_863},
            {"name": f"{year.ref}/test", "rows": 55_479},
        ]
        by_name = {each["name"]: each for each in data["features"]}
        delay = by_name["arr_delay"]
        assert delay["type"] == "FLOAT"
        assert 0 < delay["drift"] < 0.1
        assert [sum(each["bars"]) for each in delay["stats"]] == pytest.approx(
            [each["count"] for each in delay["stats"]], rel=1e-3
        )
        assert by_name["late"]["role"] == "label"

    def test_slices_can_be_drawn_beside_the_whole(self):
        found = statistics(pa.table({"by": ["a", "b"], "x": [1, 2]}), by="by")
        names = [each["name"] for each in found.data(slices=["by=b"])["datasets"]]
        assert names == ["data", "by=b"]

    def test_a_column_that_one_side_lacks_is_null_there(self):
        features = shown(table(x=[1]), table(y=[1]))["features"]
        assert [[each["name"], each["stats"].index(None)] for each in features] == [
            ["x", 1],
            ["y", 0],
        ]


class TestNumbers:
    def test_times_are_in_milliseconds(self):
        at = pd.to_datetime(["2013-01-01", "2013-01-02"], utc=True)
        (found,) = shown(statistics(pd.DataFrame({"at": at})).datasets[0])["features"]
        assert found["stats"][0]["min"] == found["range"][0] == 1_356_998_400_000

    def test_infinite_values_leave_it_json(self):
        (found,) = shown(table(x=[1.0, math.inf]))["features"]
        assert (found["stats"][0]["max"], found["stats"][0]["infinite"]) == (1, 1)
        (found,) = shown(table(x=[-math.inf, math.inf]))["features"]
        assert "max" not in found["stats"][0]

    def test_what_is_read_is_exact_and_what_is_drawn_is_as_fine_as_its_range(self):
        low = 9_007_199_254_740_000
        (found,) = shown(table(x=[low, low + 100]))["features"]
        assert found["range"] == [low, low + 100]
        (found,) = shown(table(x=[1 / 3, 2 / 3]))["features"]
        assert found["stats"][0]["min"] == 1 / 3
        assert found["range"] == [0.333333, 0.666667]

    def test_zero_is_said_where_it_is_a_finding(self):
        stats = shown(table(x=[-1.0, 0.0, 1.0]))["features"][0]["stats"][0]
        assert (stats["mean"], stats["median"], stats["zeros"]) == (0, 0, 1)
        assert "infinite" not in stats

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), max_size=20))
    def test_any_numbers_become_json(self, values):
        (found,) = shown(table(x=pa.array(values, pa.float64())))["features"]
        finite = sum(math.isfinite(each) for each in values)
        assert sum(found["stats"][0].get("bars", [])) == finite


class TestOverOneAnother:
    def test_bars_are_the_same_and_keep_every_value(self):
        (found,) = shown(table(x=[0.0, 1.0, 2.0]), table(x=[8.0, 10.0]))["features"]
        assert found["range"] == [0, 10]
        assert [sum(each["bars"]) for each in found["stats"]] == [3, 2]

    def test_a_long_tail_is_where_it_is(self):
        rng = np.random.default_rng(5)
        tail = np.concatenate([rng.exponential(10.0, 100_000), [500.0] * 40, [900.0] * 20])
        (found,) = shown(table(x=tail), table(x=[0.0, 1000.0]))["features"]
        drawn = np.array(found["stats"][0]["bars"])
        low, high = found["range"]
        exact, _ = np.histogram(tail, np.linspace(low, high, 21))
        assert drawn.sum() == pytest.approx(len(tail), rel=1e-4)
        assert drawn[exact == 0].sum() < 30
        assert (np.abs(drawn - exact) <= 0.001 * exact + 50).all()

    def test_crowded_values_have_bars_that_grow_away_from_zero_too(self):
        rng = np.random.default_rng(5)
        skewed = np.exp(rng.normal(0, 3, 5_000))
        (found,) = shown(table(x=skewed))["features"]
        (stats,) = found["stats"]
        assert max(stats["bars"]) > 0.9 * 5_000 > 2 * max(stats["bent_bars"])
        assert sum(stats["bent_bars"]) == pytest.approx(5_000, rel=1e-3)
        (found,) = shown(table(x=rng.normal(size=5_000)))["features"]
        assert "bent_bars" not in found["stats"][0]

    def test_values_are_the_most_frequent_of_each(self):
        first = table(x=["a"] * 5 + [f"v{n}" for n in range(40)])
        other = table(x=["b"] * 3 + ["a"])
        (found,) = shown(first, other)["features"]
        assert found["values"][0] == "a"
        place = found["values"].index("b")
        assert [each["counts"][place] for each in found["stats"]] == [0, 3]

    def test_a_value_too_rare_to_be_kept_is_not_called_absent(self):
        part = FeatureStatistics("x", "STRING", 9, 9, 0, unique=400, top=(("b", 3),))
        rows = DatasetStatistics("data", 9, (part,))
        (found,) = shown(table(x=["a"]), rows)["features"]
        assert [each["counts"] for each in found["stats"]] == [[1, 0], [None, 3]]

    def test_histograms_of_others_that_kept_no_distribution_are_shared_out(self):
        bars = (Bucket(0.0, 4.0, 4.0), Bucket(4.0, 8.0, 8.0))
        theirs = FeatureStatistics("x", "FLOAT", 12, 12, 0, histogram=bars)
        (found,) = shown(table(x=[0.0, 8.0]), DatasetStatistics("theirs", 12, (theirs,)))[
            "features"
        ]
        assert sum(found["stats"][1]["bars"]) == pytest.approx(12)
        assert found["stats"][1]["bars"][-1] == pytest.approx(0.8)

    def test_bars_of_different_widths_say_all_their_edges(self):
        bars = (Bucket(0.0, 1.0, 4.0), Bucket(1.0, 8.0, 8.0))
        found = only(FeatureStatistics("x", "FLOAT", 12, 12, 0, histogram=bars))
        assert (found["edges"], found["stats"][0]["bars"]) == ([0, 1, 8], [4, 8])


class TestKinds:
    def test_whole_numbers_that_are_categories_have_values_and_no_bars(self):
        code = FeatureStatistics(
            "x", "INT", 3, 3, 0, unique=2, top=(("7", 2), ("8", 1)), categorical=True
        )
        found = only(code)
        assert (found["values"], found["categorical"]) == (["7", "8"], True)
        assert "range" not in found

    def test_long_values_are_cut(self):
        (found,) = shown(table(x=["a" * 5000]))["features"]
        assert len(found["values"][0]) == 80

    def test_lists_words_images_and_weights_say_their_figures(self):
        weighted = WeightedFigures(2.5, 0.5, mean=1.25, top=(("a", 2.5),))
        rich = FeatureStatistics(
            "x", "STRING", 3, 2, 1, unique=1, top=(("a", 2),), weighted=weighted,
            lists=(ListFigures(2, 1, 0, 1, 4, 5, tuple(map(float, range(11)))),),
            words=WordFigures(9, 4.5, 7, (("the", 2),)),
            images=ImageFigures({"JPEG": 2}, {"RGB": 2}, 0, (1.0,) * 11, (2.0,) * 11, 99),
        )  # fmt: skip
        (stats,) = only(rich)["stats"]
        assert stats["weighted"] == {"count": 2.5, "missing": 0.5, "mean": 1.25, "counts": [2.5]}
        assert stats["lists"][0]["total"] == 5
        assert stats["words"]["top"] == [["the", 2]]
        assert stats["images"]["formats"] == {"JPEG": 2}

    def test_a_field_of_a_struct_says_its_path(self):
        field = FeatureStatistics("who.age", "INT", 1, 0, 1, path=("who", "age"))
        assert only(field)["path"] == ["who", "age"]

    def test_a_sample_and_weights_are_said_of_the_rows(self):
        rows = DatasetStatistics("s", 10, (), weight="w", weighted_rows=4.5, sampled_from=100)
        assert shown(rows)["datasets"] == [
            {"name": "s", "rows": 10, "weight": "w", "weighted_rows": 4.5, "sampled_from": 100}
        ]


class TestAnomalies:
    def test_they_stand_at_their_column_with_the_edit_that_accepts_them(self):
        odd = Anomaly("x", "UNKNOWN_TYPE", "ERROR", "Odd", "x is odd.")
        few = Anomaly("", "LOW_NUM_EXAMPLES", "WARNING", "Few", "There are few rows.")
        gone = Anomaly("y", "SCHEMA_MISSING_COLUMN", "ERROR", "Gone", "y is gone.")
        data = shown(table(x=[1]), anomalies=[odd, few, gone], edits={"x": "schema.edit('x')"})
        (at_x,) = data["features"][0]["anomalies"]
        assert (at_x["short"], at_x["code"]) == ("Odd", "schema.edit('x')")
        assert [each["column"] for each in data["anomalies"]] == ["", "y"]


class TestPairs:
    def test_the_strongest_come_first_whether_numbers_or_categories(self):
        cross = (
            CrossFigures("a", "b", correlation=0.1),
            CrossFigures("a", "c", correlation=-0.99),
            CrossFigures("a", "d", mutual_information=0.5),
        )
        data = shown(DatasetStatistics("data", 1, (), cross=cross))
        assert [pair[1] for pair in data["pairs"]] == ["c", "d", "b"]

    def test_of_many_those_of_the_label_stay(self):
        label = FeatureStatistics("late", "BOOL", 1, 1, 0, role="label")
        cross = tuple(
            CrossFigures(f"c{a}", f"c{b}", correlation=0.9) for a in range(60) for b in range(a)
        )
        weak = CrossFigures("c59", "late", correlation=0.01)
        data = shown(DatasetStatistics("data", 1, (label,), cross=(*cross, weak)))
        assert len(data["pairs"]) < 400
        assert ["c59", "late", 0.01, None] in data["pairs"]


def test_a_thousand_columns_take_half_a_megabyte_each_set_of_rows():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({f"column_{n}": rng.normal(size=300) for n in range(1000)})
    figures = statistics(frame)
    assert len(json.dumps(figures.data())) < 600_000
    assert len(json.dumps(figures.data(figures))) < 1_100_000
