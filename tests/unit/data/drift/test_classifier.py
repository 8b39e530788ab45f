"""Whether a classifier can tell two tables apart, and by what."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.drift import drift


def table(seed, rows=600, **columns):
    rng = np.random.default_rng(seed)
    plain = {
        "x": rng.normal(size=rows),
        "s": rng.choice(["a", "b", "c"], rows),
        "at": pd.Timestamp("2013-01-01") + pd.to_timedelta(rng.random(rows), "D"),
        "flag": rng.random(rows) < 0.5,
    }
    return pa.table({**plain, **{name: make(rng, plain) for name, make in columns.items()}})


def told_apart(a, b):
    found = drift(a, b, classifier=True).classifier
    assert found is not None
    return found


def test_rows_of_one_kind_are_not_told_apart():
    found = told_apart(table(0), table(1))
    assert not found.significant
    assert found.low <= 0.5 <= found.high
    assert "AUC" in str(found)


def test_the_columns_that_tell_come_first():
    a = table(0, y=lambda rng, _: rng.normal(size=600))
    b = table(1, y=lambda rng, _: rng.normal(1, 1, size=600))
    found = told_apart(a, b)
    assert found.significant
    assert found.low > 0.6
    assert found.columns[0][0] == "y"
    assert (found.rows_a, found.rows_b) == (600, 600)


def test_what_no_column_shows_by_itself_is_found():
    def like_x(rng, plain):
        return plain["x"] + rng.normal(0, 0.1, 600)

    def unlike_x(rng, plain):
        return rng.permutation(plain["x"]) + rng.normal(0, 0.1, 600)

    a, b = table(0, y=like_x), table(0, y=unlike_x)
    assert not any(each.significant for each in drift(a, b).columns)
    found = told_apart(a, b)
    assert found.significant
    assert {name for name, _ in found.columns[:2]} == {"x", "y"}


def test_new_texts_and_missing_values_tell():
    a, b = table(0), table(1)
    b = b.set_column(1, "s", pa.array([None, "new"] * 300))
    found = told_apart(a, b)
    assert found.auc > 0.95
    assert found.columns[0][0] == "s"


def test_it_is_the_same_each_time():
    first, again = (told_apart(table(0), table(3)) for _ in range(2))
    assert first == again


def test_too_few_rows_and_no_columns_are_refused():
    few = table(0, rows=9, z=lambda rng, _: rng.normal(size=9))
    with pytest.raises(InvalidInput, match="has 9 rows, too few to learn from"):
        drift(few, few, classifier=True)
    lists = pa.table({"l": [[1]] * 20})
    with pytest.raises(InvalidInput, match="none of the columns l can be learned from"):
        drift(lists, lists, classifier=True)
