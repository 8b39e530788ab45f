"""Whether a classifier can tell the rows of two tables apart, by all columns together.

A two-sample test after Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests (2017): boosted
trees learn which table a row is from, and are asked about rows that they were not shown. What no
column shows by itself, such as a correlation that broke, is found so, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.data.columns import is_list
from workbench.data.datasets.sources import Source
from workbench.data.drift.report import ToldApart

Floats = npt.NDArray[np.float64]

ROWS = 20_000
_FOLDS = 5
# HistGradientBoosting takes up to 255 categories; rarer texts are one.
_CATEGORIES = 254
_CONFIDENCE = 1.96
# The folds share what they were trained on, so their mean varies more than of as many rows alone;
# by so much after Nadeau and Bengio, Inference for the Generalization Error (2003).
_SHARED = math.sqrt(1 + _FOLDS / (_FOLDS - 1))


def told_apart(a: Source, b: Source, columns: Sequence[str], rows: int = ROWS) -> ToldApart:
    """Return how well the rows of two tables are told apart.

    Parameters
    ----------
    a, b : Source
    columns : sequence of str
        Of both; lists, bytes and structs are passed over.
    rows : int
        At most as many of each are looked at, chosen at random by a fixed seed.

    Raises
    ------
    InvalidInput
        If one has fewer than ten rows, or no column can be looked at.
    """
    for each in (a, b):
        if each.rows < 2 * _FOLDS:
            raise InvalidInput(
                f"{each.name} has {each.rows} rows, too few to learn from",
                hint=f"at least {2 * _FOLDS} are needed",
            )
    chosen = [_chosen(each.rows, rows) for each in (a, b)]
    encoded = {
        name: found
        for name in columns
        if (found := _encoded([_take(s, name, c) for s, c in zip((a, b), chosen, strict=True)]))
        is not None
    }
    if not encoded:
        raise InvalidInput(
            f"none of the columns {', '.join(columns)} can be learned from",
            hint="numbers, texts, truth values and times can",
        )
    values = np.column_stack([found for found, _ in encoded.values()])
    categorical = [texts for _, texts in encoded.values()]
    labels = np.repeat([0, 1], [len(each) for each in chosen])
    return _cross_validated(values, labels, categorical, list(encoded))


def _chosen(rows: int, most: int) -> npt.NDArray[np.int64]:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _take(source: Source, name: str, rows: npt.NDArray[np.int64]) -> pa.Array:
    taken = source.read(name).take(pa.array(rows)).combine_chunks()
    taken = pa.concat_arrays(taken.chunks) if isinstance(taken, pa.ChunkedArray) else taken
    return taken.dictionary_decode() if pa.types.is_dictionary(taken.type) else taken


def _encoded(sides: list[pa.Array]) -> tuple[Floats, bool] | None:
    """Return the values of both sides as numbers, and whether these stand for texts."""
    kinds = [side.type for side in sides]
    if any(is_list(kind) or pa.types.is_nested(kind) for kind in kinds):
        return None
    if any(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) for kind in kinds):
        return None
    if any(pa.types.is_string(kind) or pa.types.is_large_string(kind) for kind in kinds):
        return _codes([side.cast(pa.string()) for side in sides]), True
    return np.concatenate([_numbers(side) for side in sides]), False


def _numbers(side: pa.Array) -> Floats:
    if pa.types.is_date(side.type):
        side = side.cast(pa.timestamp("us"))
    if pa.types.is_temporal(side.type):
        side = side.cast(pa.int64())
    # Trees ask only for the order, which a double keeps but for numbers beyond 2^53.
    numbers = side.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.asarray(np.where(np.isinf(numbers), np.sign(numbers) * 1e300, numbers))


def _codes(sides: list[pa.Array]) -> Floats:
    both = pa.concat_arrays(sides)
    counted = pc.value_counts(both.drop_null())
    order = pc.sort_indices(counted.field("counts"), sort_keys=[("", "descending")])
    known = counted.field("values").take(order)[:_CATEGORIES]
    codes = pc.fill_null(pc.index_in(both, value_set=known), len(known))
    present = pc.if_else(both.is_valid(), codes.cast(pa.float64()), None)
    return np.asarray(present.to_numpy(zero_copy_only=False), np.float64)


def _cross_validated(
    values: Floats, labels: npt.NDArray[np.int64], categorical: list[bool], names: list[str]
) -> ToldApart:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    rng = np.random.default_rng(0)
    found: list[float] = []
    falls = np.zeros(len(names))
    # So little work that threads would wait for one another longer than they work.
    with threadpool_limits(1, user_api="openmp"):
        for train, test in folds.split(values, labels):
            model = HistGradientBoostingClassifier(
                max_iter=50, categorical_features=categorical, random_state=0
            ).fit(values[train], labels[train])
            auc = float(roc_auc_score(labels[test], _scores(model, values[test])))
            found.append(auc)
            for place in range(len(names)):
                shuffled = values[test].copy()
                shuffled[:, place] = rng.permutation(shuffled[:, place])
                falls[place] += auc - float(roc_auc_score(labels[test], _scores(model, shuffled)))
    rows_a, rows_b = int((labels == 0).sum()), int((labels == 1).sum())
    auc = float(np.mean(found))
    spread = _CONFIDENCE * _deviation(auc, rows_a, rows_b)
    telling = sorted(zip(names, (falls / _FOLDS).tolist(), strict=True), key=lambda each: -each[1])
    return ToldApart(
        auc,
        max(0.0, auc - spread),
        min(1.0, auc + spread),
        _p_value(auc, rows_a, rows_b),
        rows_a,
        rows_b,
        tuple(telling),
    )


def _scores(model: Any, values: Floats) -> Floats:
    return np.asarray(model.predict_proba(values)[:, 1])


def _deviation(auc: float, a: int, b: int) -> float:
    """Return the standard error of an AUC after Hanley and McNeil (1982)."""
    one, other = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (b - 1) * (one - auc**2) + (a - 1) * (other - auc**2)
    return _SHARED * math.sqrt(max(variance, 0.0) / (a * b))


def _p_value(auc: float, a: int, b: int) -> float:
    """Return how likely an AUC is by chance: the Mann-Whitney statistic's normal approximation."""
    from scipy import stats  # type: ignore[import-untyped]

    deviation = _SHARED * math.sqrt((a + b + 1) / (12 * a * b))
    return float(stats.norm.sf((auc - 0.5) / deviation))
