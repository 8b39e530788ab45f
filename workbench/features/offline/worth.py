"""What one column is worth for a label: how well the label is guessed from it alone.

A column is cut into bins (numbers and times at their quantiles, other values each a bin of its own,
nulls one more), and a row is guessed to have the mean label of its bin, as the other half of the
rows shows it. So a column of chance values is worth nothing, however many it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
_MOST_BINS = 32
_FEWEST_BINS = 4
#: Rows that a bin has, so that its mean says something.
_ROWS = 250
_MOST_VALUES = 1_000
_MOST_CLASSES = 20
#: Rows of the mean of all that each bin is given, so that small bins say little.
_PRIOR = 5.0


@dataclass(frozen=True)
class Target:
    """A label, ready to be guessed.

    Attributes
    ----------
    metric : str
        ``AUC`` where the label is one of a few values (the mean over them, each against the rest,
        weighted by how often it occurs, where there are more than two), else ``correlation``.
    rows : numpy.ndarray of bool
        The rows that have a label.
    values : numpy.ndarray of float64
        A column for each class, or one.
    """

    metric: str
    rows: npt.NDArray[np.bool_]
    values: Floats

    @property
    def chance(self) -> float:
        """What a column that knows nothing is worth."""
        return 0.5 if self.metric == "AUC" else 0.0


def target_of(label: pa.ChunkedArray, name: str) -> Target:
    """Return a label ready to be guessed.

    Raises
    ------
    InvalidInput
        If it has one value only, or is text of too many.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = np.asarray(pc.is_valid(label).to_numpy(), bool)
    known = label.filter(pa.array(rows)).combine_chunks()
    if pa.types.is_dictionary(known.type):
        known = known.cast(known.type.value_type)
    number = pa.types.is_integer(known.type) or pa.types.is_floating(known.type)
    distinct = known.unique()
    if len(distinct) < 2:
        only = f"only the value {distinct[0].as_py()!r}" if len(distinct) else "no value"
        raise InvalidInput(
            f"the label {name!r} has {only}", hint="nothing can be learned from it; take more rows"
        )
    if number and len(distinct) > 2:
        return Target("correlation", rows, _numbers(known)[:, None])
    if len(distinct) > _MOST_CLASSES:
        raise InvalidInput(
            f"the label {name!r} has {len(distinct):,} different values",
            hint="group them into a few, or make it a number",
        )
    codes = np.asarray(known.dictionary_encode().indices.to_numpy(), np.int64)
    classes = range(len(distinct)) if len(distinct) > 2 else [1]
    return Target("AUC", rows, np.stack([(codes == each).astype(float) for each in classes], 1))


def worth(column: pa.ChunkedArray, target: Target) -> float:
    """Return how well the label is guessed from a column alone; see `Target.metric`.

    It is never less than `Target.chance`: a guess that is worse than chance is chance.

    Examples
    --------
    >>> import pyarrow as pa
    >>> label = pa.chunked_array([[0, 1] * 50])
    >>> round(worth(pa.chunked_array([["a", "b"] * 50]), target_of(label, "label")), 2)
    1.0
    """
    import pyarrow as pa

    bins = binned(column.filter(pa.array(target.rows)))
    half = np.random.default_rng(0).random(len(bins)) < 0.5
    found = []
    for position in range(target.values.shape[1]):
        values = target.values[:, position]
        guesses = np.where(half, _means(bins, values, ~half), _means(bins, values, half))
        if target.metric == "correlation":
            return max(_correlation(guesses, values), target.chance)
        found.append((_auc(guesses, values), values.sum()))
    weights = sum(each for _, each in found)
    return max(float(sum(auc * weight for auc, weight in found) / weights), target.chance)


def binned(column: pa.ChunkedArray) -> Whole:
    """Return the bin of each value, from 0, which is that of nulls."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_temporal(column.type) and not pa.types.is_duration(column.type):
        column = column.cast(pa.timestamp("us")) if pa.types.is_date(column.type) else column
        column = column.cast(pa.int64())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        values = _numbers(column)
    elif pa.types.is_decimal(column.type):
        values = _numbers(column.cast(pa.float64()))
    else:
        if pa.types.is_nested(column.type):
            column = pa.array([None if each is None else str(each) for each in column.to_pylist()])
        encoded = column.dictionary_encode().indices
        codes = np.asarray(pc.fill_null(encoded, -1).to_numpy(zero_copy_only=False), np.int64)
        frequent = np.argsort(-np.bincount(codes + 1)[1:], kind="stable")[:_MOST_VALUES]
        place = np.full(int(codes.max(initial=-1)) + 2, _MOST_VALUES + 1)
        place[frequent + 1] = np.arange(1, len(frequent) + 1)
        place[0] = 0
        return place[codes + 1].astype(np.int64)
    missing = np.isnan(values)
    known = values[~missing]
    if not len(known):
        return np.zeros(len(values), np.int64)
    bins = min(_MOST_BINS, max(_FEWEST_BINS, len(known) // _ROWS))
    if len(distinct := np.unique(known)) > bins:
        distinct = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.where(missing, 0, np.searchsorted(distinct, values, side="right") + 1)


def _numbers(column: pa.Array) -> Floats:
    import pyarrow as pa

    values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    return np.where(np.isinf(values), np.nan, values)


def _means(bins: Whole, values: Floats, seen: npt.NDArray[np.bool_]) -> Floats:
    """Return for each row the mean of its bin among the rows that are seen."""
    known = np.nan_to_num(values)
    length = int(bins.max(initial=0)) + 1
    sums = np.bincount(bins[seen], known[seen], length)
    counts = np.bincount(bins[seen], minlength=length)
    overall = known[seen].mean() if seen.any() else 0.0
    means: Floats = (sums + _PRIOR * overall) / (counts + _PRIOR)
    # What little the prior differs between the halves would give the label of each away.
    return means[bins] - overall


def _auc(guesses: Floats, label: Floats) -> float:
    """Return the chance that a row of the class is guessed higher than another, ties half."""
    positive = label > 0
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return 0.5
    _, places, counts = np.unique(guesses, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[positive].sum() - many * (many + 1) / 2) / (many * few))


def _correlation(guesses: Floats, values: Floats) -> float:
    known = np.isfinite(values)
    one, other = guesses[known], values[known]
    if len(one) < 2 or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
