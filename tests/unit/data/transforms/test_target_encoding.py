"""A category as its label's mean, in which no row that is trained on has seen its own label."""

import numpy as np
import pandas as pd
import pytest

from workbench.data import transforms as t
from workbench.data.hashing import mixed, stable_hash
from workbench.data.transforms.transform import Transform


@pytest.fixture
def frame():
    random = np.random.default_rng(5)
    carriers = np.array(["UA", "AA", "DL", None])[random.choice(4, 400, p=[0.5, 0.3, 0.1, 0.1])]
    late = random.integers(0, 2, 400).astype(float)
    late[::50] = np.nan
    return pd.DataFrame({"carrier": carriers, "late": late, "plane": np.arange(400) // 4})


def encoding(**options):
    return Transform(lambda c: {"out": t.target_encode(c["carrier"], c["late"], **options)})


def test_serving_gives_the_smoothed_mean_of_all_rows(frame):
    out = encoding(smoothing=10).fit(frame).apply(frame)["out"]
    prior = frame["late"].mean()
    groups = frame.groupby("carrier")["late"]
    means = (groups.sum() + 10 * prior) / (groups.count() + 10)
    expected = frame["carrier"].map(means).fillna(prior)
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    transform = encoding().fit(frame)
    assert transform.columns == ("carrier",)
    assert transform.apply_row({"carrier": "B6"})["out"] == np.float32(prior)


def test_training_gives_the_mean_of_the_other_folds(frame):
    out = encoding(smoothing=10, folds=4).fit_apply(frame)["out"]
    folds = mixed(np.arange(len(frame))) % np.uint64(4)
    for fold in range(4):
        others, own = frame[folds != fold], frame[folds == fold]
        prior = others["late"].mean()
        groups = others.groupby("carrier")["late"]
        means = (groups.sum() + 10 * prior) / (groups.count() + 10)
        expected = own["carrier"].map(means).fillna(prior)
        np.testing.assert_allclose(out[folds == fold], expected, rtol=1e-6)


@pytest.mark.parametrize("place", [0, 1, 37, 399])
def test_a_rows_own_label_changes_nothing_of_its_own_encoding(frame, place):
    before = encoding(smoothing=0).fit_apply(frame)["out"]
    frame.loc[place, "late"] = 1e6
    after = encoding(smoothing=0).fit_apply(frame)["out"]
    assert before[place] == after[place]
    assert (before != after).any()
    assert encoding().fit(frame).apply(frame)["out"][place] > 1000  # serving's would leak


def test_a_label_of_noise_is_not_learned(frame):
    frame["carrier"] = [f"c{place}" for place in range(400)]
    frame["late"] = np.random.default_rng(1).integers(0, 2, 400).astype(float)
    leaking = encoding(smoothing=0).fit(frame).apply(frame)["out"]
    trained = encoding(smoothing=0).fit_apply(frame)["out"]
    assert np.corrcoef(leaking, frame["late"])[0, 1] > 0.99
    assert np.corrcoef(trained, frame["late"])[0, 1] < 0.05


def test_rows_of_one_key_share_a_fold(frame):
    transform = Transform(
        lambda c: {"out": t.target_encode(c["carrier"], c["late"], key=c["plane"], smoothing=0)}
    )
    before = transform.fit_apply(frame)["out"]
    frame.loc[0, "late"] = 1e6
    after = transform.fit_apply(frame)["out"]
    same = frame["plane"] == frame.loc[0, "plane"]
    assert (before[same] == after[same]).all()
    fold = stable_hash("0") % 5
    others = frame["plane"].map(lambda plane: stable_hash(str(plane)) % 5 != fold)
    changed = before != after
    assert changed[others & (frame["carrier"] == frame.loc[0, "carrier"])].all()


def test_what_is_fitted_on_an_encoding_sees_what_training_sees(frame):
    transform = Transform(
        lambda c: {
            "raw": t.target_encode(c["carrier"], c["late"]),
            "z": t.z_score(t.target_encode(c["carrier"], c["late"])),
        }
    )
    trained = transform.fit_apply(frame)
    assert trained["z"].mean() == pytest.approx(0, abs=1e-6)
    assert trained["z"].std() == pytest.approx(1, abs=1e-5)
