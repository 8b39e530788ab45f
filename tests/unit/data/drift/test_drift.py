import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon  # type: ignore[import-untyped]

from workbench.core.errors import InvalidInput
from workbench.data.drift import drift, drift_of_statistics
from workbench.data.statistics import statistics

categories = st.lists(st.sampled_from("abcde") | st.none(), min_size=1, max_size=60)
numbers = st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=1, max_size=300)


def between(a, b, kind):
    return drift(pa.table({"x": pa.array(a, kind)}), pa.table({"x": pa.array(b, kind)}))["x"]


def shares(values):
    return np.array([values.count(each) for each in [*"abcde", None]]) / len(values)


@given(categories, categories)
def test_of_categories_it_is_what_the_definitions_say(a, b):
    found = between(a, b, pa.string())
    p, q = shares(a), shares(b)
    assert found.jsd == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-9)
    assert found.l_infinity == pytest.approx(np.abs(p - q).max())


@given(numbers, numbers)
def test_it_is_bounded_symmetric_and_nothing_for_the_same(a, b):
    found, back = between(a, b, pa.float64()), between(b, a, pa.float64())
    assert 0 <= found.jsd <= 1
    assert found.psi >= 0
    assert found.jsd == pytest.approx(back.jsd, abs=1e-9)
    same = between(a, a, pa.float64())
    assert (same.jsd, same.psi, same.l_infinity) == (0, 0, 0)


def test_psi_is_the_sum_over_the_shares():
    found = between(["a"] * 50 + ["b"] * 50, ["a"] * 80 + ["b"] * 20, pa.string())
    assert found.psi == pytest.approx(0.3 * math.log(1.6) + 0.3 * math.log(2.5))
    assert (found.where, found.share_a, found.share_b) == ("a", 0.5, 0.8)


def test_values_that_went_missing_are_drift():
    found = between([1.0] * 4, [1.0, None, None, None], pa.float64())
    assert found.l_infinity == 0.75
    assert found.jsd > 0.4


def test_numbers_that_turned_into_texts_have_nothing_in_common():
    a, b = pa.table({"x": [1, 2, 3]}), pa.table({"x": ["1", "2", "3"]})
    assert drift(a, b)["x"].jsd == 1.0


def test_columns_come_by_drift_and_those_of_one_side_are_named():
    a = pa.table({"same": [1, 2], "moved": [1, 2], "gone": [1, 1]})
    b = pa.table({"same": [1, 2], "moved": [5, 6], "new": [1, 1]})
    found = drift(a, b)
    assert [each.column for each in found.columns] == ["moved", "same"]
    assert (found.only_a, found.only_b) == (("gone",), ("new",))
    assert list(found.to_pandas().index) == ["moved", "same"]
    assert [each.column for each in drift(a, b, columns=["same"]).columns] == ["same"]


def test_two_datasets_that_were_compared_are_recorded(here, year):
    drift(year, year.ref, columns=["distance"])
    (step, *_) = here.metadata.executions(kind="drift")
    assert step.properties == {"jsd": {"distance": 0.0}}


def test_from_statistics_it_is_close_to_exact(year):
    exact = drift(year.to_arrow("train"), year.to_arrow("test"))
    parts = [statistics(year, split=name).datasets[0] for name in ("train", "test")]
    close = drift_of_statistics(*parts)
    for each in exact.columns:
        if each.column != "tailnum":  # 4,043 texts, of which statistics keep a thousand
            assert close[each.column].jsd == pytest.approx(each.jsd, abs=0.01)


def test_tables_that_share_nothing_are_refused():
    with pytest.raises(InvalidInput, match="share no columns"):
        drift(pa.table({"a": [1]}), pa.table({"b": [1]}))
    with pytest.raises(InvalidInput, match="do not share a column 'x'"):
        drift(pa.table({"a": [1]}), pa.table({"a": [1]}), columns=["x"])
