from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.statistics import texts as module
from workbench.data.statistics.texts import Hashed, Texts

words = st.lists(st.text("abc", max_size=3), max_size=40)


def texts(values):
    counts = Counter(values)
    return Texts(
        pa.array(list(counts), pa.large_string()),
        np.array(list(counts.values()), np.int64),
        None,
        len(values),
    )


@given(st.lists(words, min_size=1, max_size=4))
def test_merged_counts_are_those_of_all_texts(pieces):
    found = texts([])
    for piece in pieces:
        found = found.merged(texts(piece), 1000)
    expected = Counter(word for piece in pieces for word in piece)
    assert dict(found.top(1000)) == expected
    assert (found.unique, found.total) == (len(expected), sum(expected.values()))


def test_the_most_frequent_come_first_and_ties_by_name():
    assert texts(["b", "a", "c", "c"]).top(2) == [("c", 2), ("a", 1)]
    many = texts([f"{number:04}" for number in range(5000)] + ["z"] * 2)
    assert many.top(2) == [("z", 2), ("0000", 1)]


class TestTooMany:
    @pytest.mark.parametrize("pieces", [1, 10])
    def test_the_heaviest_are_kept_and_the_rest_is_counted(self, pieces):
        rng = np.random.default_rng(0)
        drawn = [f"w{min(number, 10**6)}" for number in rng.zipf(1.3, 100_000)]
        found = texts([])
        for piece in np.array_split(np.array(drawn), pieces):
            found = found.merged(texts(piece.tolist()).bounded(1000), 1000)
        exact = Counter(drawn)
        assert found.total == len(drawn)
        assert found.unique == pytest.approx(len(exact), rel=0.01)
        top = found.top(50)
        assert [word for word, _ in top[:20]] == [word for word, _ in exact.most_common(20)]
        for word, count in top:
            assert count <= exact[word] <= count + found.lost

    def test_ids_have_no_most_frequent_one(self):
        found = texts([f"id {number}" for number in range(5000)]).bounded(1000)
        assert found.top(10) == []
        assert found.unique == pytest.approx(5000, rel=0.01)

    def test_long_texts_are_kept_by_their_bytes(self, monkeypatch):
        monkeypatch.setattr(module, "MOST_BYTES", 10_000)
        found = texts(["x" * 900 + str(number % 15) for number in range(20)]).bounded(1000)
        assert found.values.nbytes <= 10_000
        assert found.unique == 15


@given(st.lists(st.integers(0, 9), max_size=20), st.lists(st.integers(0, 9), max_size=20))
def test_hashed_bytes_count_once(a, b):
    limit = 6
    found = Hashed.of(np.array(a, np.uint64) << np.uint64(32), limit).merged(
        Hashed.of(np.array(b, np.uint64) << np.uint64(32), limit), limit
    )
    assert (found.distinct is None) == (len({*a, *b}) <= limit)
    if found.distinct is None:
        assert found.unique == len({*a, *b})
