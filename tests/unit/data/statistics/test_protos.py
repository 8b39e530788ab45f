"""Statistics as TFX's and facets' messages, and back; TFDV's own are read."""

import io
from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from facets_overview import feature_statistics_pb2
from google.protobuf import text_format
from PIL import Image
from tensorflow_metadata.proto.v0 import statistics_pb2

from workbench.core.errors import InvalidInput
from workbench.data.statistics import Statistics, statistics

MIXED = pd.DataFrame(
    {
        "x": [0.0, 1.5, np.nan, -2.0],
        "n": [1, 2, 2, 3],
        "flag": [True, False, True, True],
        "text": ["a", "bb", "a", None],
        "at": pd.to_datetime(["2013-01-01", "2013-01-02", "2013-01-03", "NaT"], utc=True),
        "empty": [None] * 4,
    }
)


def test_tensorflow_metadata_reads_them():
    text = statistics(MIXED).to_proto().SerializeToString()
    proto = statistics_pb2.DatasetFeatureStatisticsList.FromString(text).datasets[0]
    by_name = {each.path.step[0]: each for each in proto.features}
    assert proto.num_examples == 4
    x = by_name["x"].num_stats
    assert (x.common_stats.num_missing, x.num_zeros, x.min, x.max) == (1, 1, -2.0, 1.5)
    assert {each.type for each in x.histograms} == {0, 1}
    assert by_name["text"].string_stats.unique == 2
    assert by_name["text"].string_stats.top_values[0].value == "a"
    assert by_name["flag"].type == statistics_pb2.FeatureNameStatistics.INT
    assert by_name["empty"].string_stats.common_stats.num_missing == 4


def test_facets_reads_them():
    text = statistics(MIXED).to_facets_proto().SerializeToString()
    proto = feature_statistics_pb2.DatasetFeatureStatisticsList.FromString(text).datasets[0]
    by_name = {each.name: each for each in proto.features}
    assert list(by_name) == list(MIXED.columns)
    assert by_name["x"].num_stats.median == 0.0
    assert not by_name["x"].custom_stats


def test_what_facets_generates_is_read():
    from facets_overview.generic_feature_statistics_generator import (
        GenericFeatureStatisticsGenerator,
    )

    frame = MIXED[["x", "n", "text"]]
    maker = GenericFeatureStatisticsGenerator()
    entries = {name: maker.NdarrayToEntry(frame[name].to_numpy()) for name in frame}
    theirs = maker.GetDatasetsProto([{"name": "theirs", "entries": entries, "size": 4}])
    read, ours = Statistics.from_proto(theirs), statistics(frame)
    assert (read.name, read.rows) == ("theirs", 4)
    figures = ("missing", "mean", "median", "minimum", "maximum", "zeros")
    for name in ("x", "n"):
        assert read[name].type == ours[name].type
        assert [getattr(read[name], each) for each in figures] == pytest.approx(
            [getattr(ours[name], each) for each in figures]
        )
    assert read["text"].type == "STRING"
    assert dict(read["text"].top)["a"] == 2
    again = Statistics.from_proto(ours.to_facets_proto())
    assert [each.mean for each in again.features] == [each.mean for each in ours.features]


@pytest.mark.parametrize(
    "other",
    [b"", {}, statistics_pb2.DatasetFeatureStatistics(), feature_statistics_pb2.Histogram()],
)
def test_what_is_no_such_message_is_refused(other):
    with pytest.raises(InvalidInput, match=r"is no DatasetFeatureStatisticsList.*FromString"):
        Statistics.from_proto(other)


def test_what_another_writer_wrote_is_read():
    proto = statistics_pb2.DatasetFeatureStatisticsList()
    dataset = proto.datasets.add(name="theirs", num_examples=10)
    feature = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.INT)
    feature.path.step.append("n")
    feature.num_stats.common_stats.num_non_missing = 8
    feature.num_stats.mean = 2.0
    read = Statistics.from_proto(proto)["n"]
    assert (read.type, read.count, read.missing, read.mean) == ("INT", 8, 2, 2.0)


def picture(width, height):
    content = io.BytesIO()
    Image.new("RGB", (width, height)).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def everything():
    """Statistics with a figure in every field there is."""
    prose = "The quick brown fox jumps over the lazy dog, again and again and again."
    table = pa.table(
        {
            "i": pa.array([1, 2, None, 3]),
            "u": pa.array([2**64 - 1, 2**63 + 1, None, 2**64 - 1], pa.uint64()),
            "f": [1.5, float("nan"), None, float("inf")],
            "l": pa.array([[1, 2, 3], [], None, [4]]),
            "n": pa.array([[["a", "b"], ["c"]], [], None, [["d"], None]]),
            "s": ["a", "b", None, "a"],
            "cat": [7, 7, None, 3],
            "raw": [picture(3, 4), picture(5, 6), None, b"x"],
            "st": pa.array([{"x": 1, "y": {"z": "q"}}, {"x": None, "y": None}, None, None]),
            "ls": pa.array([[{"x": [1]}], [{"x": [2, 3]}, {"x": None}], None, [{"x": [4]}]]),
            "b": [True, False, None, True],
            "t": pa.array([0, 1, None, 253402300799999999], pa.timestamp("us", "UTC")),
            "text": [prose] * 4,
            "nothing": pa.nulls(4),
            "w": [1.0, 2.0, 0.5, 1.0],
        }
    )
    return statistics(table, by="s", weight="w", categorical=["cat"], cross=True, sample=4)


def test_nothing_is_lost_on_the_way_there_and_back(everything):
    back = Statistics.from_proto(everything.to_proto())
    assert back.to_proto() == everything.to_proto()
    for ours, read in zip(everything.datasets, back.datasets, strict=True):
        for field in ("name", "rows", "weight", "weighted_rows", "sampled_from", "cross"):
            assert getattr(read, field) == getattr(ours, field)
        for one, other in zip(ours.features, read.features, strict=True):
            for field in {each.name for each in fields(one)} - {"distribution"}:
                assert getattr(other, field) == getattr(one, field), (one.name, field)


def test_each_kind_has_its_message(everything):
    (whole, *_) = everything.to_proto().datasets
    by_name = {".".join(each.path.step): each for each in whole.features}
    assert {name: each.WhichOneof("stats") for name, each in by_name.items()} == {
        **dict.fromkeys(["i", "u", "f", "l", "ls.x", "st.x", "b", "t", "w"], "num_stats"),
        **dict.fromkeys(["n", "s", "cat", "st.y.z", "text", "nothing"], "string_stats"),
        **dict.fromkeys(["st", "st.y", "ls"], "struct_stats"),
        "raw": "bytes_stats",
    }
    nested = by_name["n"].string_stats.common_stats
    assert [
        (each.num_non_missing, each.tot_num_values) for each in nested.presence_and_valency_stats
    ] == [(3, 4), (3, 4)]
    assert by_name["l"].num_stats.common_stats.max_num_values == 3
    assert by_name["raw"].bytes_stats.max_num_bytes_int == everything["raw"].max_length
    assert by_name["cat"].string_stats.top_values[0].value == "7"
    assert by_name["i"].num_stats.weighted_numeric_stats.mean == 2.0
    assert by_name["s"].string_stats.weighted_string_stats.top_values[0].frequency == 2.0
    assert whole.weighted_num_examples == 4.5
    assert list(by_name["st.y.z"].path.step) == ["st", "y", "z"]


# What TFDV 1.16.1 wrote of four rows that weigh 1, 2, 0.5 and 1: numbers, lists of lists, whole
# numbers that are categories, bytes. Its quantiles are left out.
OF_TFDV = """
datasets {
  num_examples: 4
  features {
    path { step: "i" }
    num_stats {
      common_stats {
        num_non_missing: 3 num_missing: 1 min_num_values: 1 max_num_values: 1
        avg_num_values: 1.0 tot_num_values: 3
        num_values_histogram { type: QUANTILES }
        weighted_common_stats { num_non_missing: 4.0 num_missing: 0.5 tot_num_values: 4.0 }
      }
      mean: 2.0 std_dev: 0.816496580927726 min: 1.0 median: 2.0 max: 3.0
      weighted_numeric_stats { mean: 2.0 std_dev: 0.7071067811865476 median: 2.0 }
    }
  }
  features {
    path { step: "n" }
    num_stats {
      common_stats {
        num_non_missing: 3 num_missing: 1 max_num_values: 3 tot_num_values: 4
        num_values_histogram { type: QUANTILES }
        presence_and_valency_stats {
          num_non_missing: 3 num_missing: 1 max_num_values: 2 tot_num_values: 4
        }
        presence_and_valency_stats {
          num_non_missing: 3 num_missing: 1 min_num_values: 1 max_num_values: 2 tot_num_values: 4
        }
      }
      mean: 2.5 min: 1.0 median: 3.0 max: 4.0
    }
  }
  features {
    path { step: "cat" }
    string_stats {
      common_stats {
        num_non_missing: 3 num_missing: 1 min_num_values: 1 max_num_values: 1 tot_num_values: 3
        num_values_histogram { type: QUANTILES }
      }
      unique: 2
      top_values { value: "7" frequency: 2.0 }
      top_values { value: "3" frequency: 1.0 }
      avg_length: 1.0
    }
  }
  features {
    path { step: "raw" }
    type: BYTES
    bytes_stats {
      common_stats { num_non_missing: 3 num_missing: 1 min_num_values: 1 max_num_values: 1 }
      avg_num_bytes: 5.5 min_num_bytes: 1.0 max_num_bytes: 8.0 max_num_bytes_int: 8
    }
    custom_stats {
      name: "image_format_histogram"
      rank_histogram {
        buckets { label: "PNG" sample_count: 2 }
        buckets { label: "UNKNOWN" sample_count: 1 }
      }
    }
    custom_stats { name: "image_max_width" num: 30 }
  }
  features {
    path { step: "st" step: "x" }
    type: FLOAT
    num_stats { common_stats { num_non_missing: 4 } mean: 1.0 }
  }
  weighted_num_examples: 4.5
}
"""


def test_what_tfdv_wrote_is_read():
    message = text_format.Parse(OF_TFDV, statistics_pb2.DatasetFeatureStatisticsList())
    read = Statistics.from_proto(message)
    assert (read["i"].count, read["i"].missing, read["i"].lists) == (3, 1, ())
    weighted = read["i"].weighted
    assert weighted is not None
    assert (weighted.count, weighted.mean) == (4.0, 2.0)
    outer, inner = read["n"].lists
    assert (outer.count, outer.minimum, outer.maximum, outer.total) == (3, 0, 2, 4)
    assert (inner.missing, inner.minimum) == (1, 1)
    assert (read["n"].mean, read["n"].maximum) == (2.5, 4)
    assert (read["cat"].type, read["cat"].categorical) == ("INT", True)
    assert read["cat"].top == (("7", 2), ("3", 1))
    assert (read["raw"].type, read["raw"].min_length, read["raw"].max_length) == ("BYTES", 1, 8)
    images = read["raw"].images
    assert images is not None
    assert (images.formats, images.unreadable) == ({"PNG": 2}, 1)
    assert images.widths == (30.0,)
    assert read["st.x"].path == ("st", "x")
    assert read.datasets[0].weighted_rows == 4.5
