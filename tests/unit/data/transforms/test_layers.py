"""Fitting reads the files that nobody has fitted on before, and no others."""

import numpy as np
import pandas as pd
import pytest

from workbench.data import transforms as t
from workbench.data.datasets.ingest import ingest
from workbench.data.transforms.transform import Transform


def month(number):
    random = np.random.default_rng(number)
    return pd.DataFrame(
        {
            "at": pd.date_range(f"2013-{number:02d}-01", periods=500, freq="1h", tz="UTC"),
            "delay": random.normal(number, 5, 500),
            "carrier": random.choice(["UA", "AA", f"C{number}"], 500),
            "late": random.integers(0, 2, 500),
        }
    )


@pytest.fixture
def reads(monkeypatch, here):
    """The digests of the files that are opened."""
    opened = []
    original = type(here.blobs).local_path

    def local_path(store, digest):
        path = original(store, digest)
        if path.read_bytes()[:4] == b"PAR1":  # not a manifest
            opened.append(digest)
        return path

    monkeypatch.setattr(type(here.blobs), "local_path", local_path)
    return opened


def shallow(c):
    return {
        "delay": t.z_score(c["delay"]),
        "bucket": t.bucketize(c["delay"], 5),
        "carrier": t.vocabulary(c["carrier"]),
        "mean": t.target_encode(c["carrier"], c["late"]),
    }


def deep(c):
    return {"delay": t.z_score(t.log1p(t.min_max(c["delay"])))}


def test_a_version_with_one_more_span_reads_that_span_alone(reads):
    first = ingest(pd.concat([month(1), month(2)]), name="spans", time="at", span="month")
    fitted = Transform(shallow).fit(first)
    assert set(reads) == {file.digest for file in first.files}
    reads.clear()
    assert Transform(shallow).fit(first) == fitted
    assert reads == []
    second = ingest(month(3), name="spans", time="at", append=True)
    new = {file.digest for file in second.files} - {file.digest for file in first.files}
    reads.clear()
    grown = Transform(shallow).fit(second)
    assert set(reads) == new
    assert len(new) == 1
    expected = pd.concat([month(1), month(2), month(3)])["delay"]
    (moments,) = [s for s in (grown.states or {}).values() if "mean" in s]
    assert moments["mean"] == pytest.approx(expected.mean(), rel=1e-12)
    assert moments["std"] == pytest.approx(expected.std(ddof=0), rel=1e-12)


def test_another_analyzer_reads_the_files_again(reads):
    data = ingest(month(4), name="others", time="at")
    Transform(lambda c: {"x": t.z_score(c["delay"])}).fit(data)
    reads.clear()
    Transform(lambda c: {"y": t.z_score(c["delay"] * 1)}).fit(data)
    assert reads


def test_a_deeper_layer_is_kept_by_what_the_layers_before_it_found(reads):
    first = ingest(month(5), name="deep", time="at", span="month")
    Transform(deep).fit(first)
    reads.clear()
    Transform(deep).fit(first)
    assert reads == []
    wider = month(6)
    wider.loc[0, "delay"] = 1e6  # other bounds, so all logarithms are others
    second = ingest(wider, name="deep", time="at", append=True)
    reads.clear()
    grown = Transform(deep).fit(second)
    assert {file.digest for file in second.files} == set(reads)
    whole = Transform(deep).fit(pd.concat([month(5), wider]))
    assert grown == whole


def test_a_dataset_in_files_and_its_frame_give_the_same_bits():
    data = ingest(pd.concat([month(7), month(8), month(9)]), name="bits", time="at", span="month")

    def function(c):
        return {"z": t.z_score(t.sqrt(abs(c["delay"]))), "w": t.vocabulary(c["carrier"])}

    assert len(data.files) == 3
    assert Transform(function).fit(data) == Transform(function).fit(data.to_arrow())


def test_a_dataset_is_applied_in_batches():
    data = ingest(month(10), name="batches", time="at")
    transform = Transform(shallow).fit(data)
    sizes = [len(arrays["delay"]) for arrays in transform.apply_batches(data, rows=64)]
    assert sizes == [64] * 7 + [52]
