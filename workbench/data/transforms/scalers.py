"""What has to see all rows first, for a transform's function: an analyzer, and what applies it.

What is computed from a missing value is missing, unless a function says otherwise; analyzers leave
missing values out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.data.transforms import mappers
from workbench.data.transforms.expressions import (
    Expression,
    Kind,
    as_number,
    as_text,
    as_tokens,
)

_MEANS = ("mean", "median", "most_frequent")


def mean(x: Expression) -> Expression:
    """Return the mean of all rows, the same in every row."""
    return _found(_analyzed("moments", as_number(x)), "mean")


def std(x: Expression) -> Expression:
    """Return the population's standard deviation over all rows."""
    return _found(_analyzed("moments", as_number(x)), "std")


def variance(x: Expression) -> Expression:
    """Return the population's variance over all rows."""
    return _found(_analyzed("moments", as_number(x)), "var")


def smallest(x: Expression) -> Expression:
    """Return the smallest value of all rows."""
    return _found(_analyzed("extremes", as_number(x)), "min")


def largest(x: Expression) -> Expression:
    """Return the largest value of all rows."""
    return _found(_analyzed("extremes", as_number(x)), "max")


def quantile(x: Expression, share: float) -> Expression:
    """Return the value that `share` of all rows lie below."""
    return _found(_quantiles(x, [share]), "values", 0)


def covariance(x: Expression, y: Expression) -> Expression:
    """Return the covariance of two columns, over the rows that have both."""
    state = _analyzed("covariance", as_number(x), as_number(y))
    return _found(state, "matrix", 0, 1)


def z_score(x: Expression) -> Expression:
    """Return x less the mean, in standard deviations; 0 for a constant column."""
    return Expression("z_score", (as_number(x), _analyzed("moments", as_number(x))))


def min_max(x: Expression, low: float = 0.0, high: float = 1.0) -> Expression:
    """Return x as between `low` and `high`, which the smallest and the largest become.

    What lies outside of the fitted range becomes `low` or `high`.
    """
    if not low < high:
        raise InvalidInput(f"a scale from {low} to {high}", hint="give the smaller one first")
    return Expression(
        "min_max",
        (as_number(x), _analyzed("extremes", as_number(x))),
        {"low": float(low), "high": float(high)},
    )


def robust_scale(x: Expression) -> Expression:
    """Return x less the median, in interquartile ranges; 1 stands for a range of 0."""
    return Expression("robust_scale", (as_number(x), _quantiles(x, [0.25, 0.5, 0.75])))


def rank(x: Expression, quantiles: int = 1000) -> Expression:
    """Return the share of the rows that lie below x, interpolated among so many quantiles."""
    return Expression("rank", (as_number(x), _spread(x, quantiles)))


def quantile_normal(x: Expression, quantiles: int = 1000) -> Expression:
    """Return the normal distribution's quantile of `rank`; within ±5.2."""
    return Expression("quantile_normal", (as_number(x), _spread(x, quantiles)))


def bucketize(x: Expression, buckets: int) -> Expression:
    """Return which of `buckets` buckets of about equally many rows x lies in, from 1.

    0 where it is missing. Where many rows share a value, there are fewer buckets.
    """
    if buckets < 2:
        raise InvalidInput(f"{buckets} buckets", hint="give 2 or more")
    shares = [place / buckets for place in range(1, buckets)]
    return Expression("bucketize", (as_number(x), _quantiles(x, shares)), {}, Kind.CODE)


def vocabulary(
    x: Expression, *, min_count: int = 1, top_k: int | None = None, oov_buckets: int = 0
) -> Expression:
    """Return a category's place in the vocabulary, from 1, the most frequent first; 0 if missing.

    Parameters
    ----------
    x : Expression
    min_count : int
        A category seen fewer times is left out.
    top_k : int, optional
        At most so many are kept.
    oov_buckets : int
        So many codes after the vocabulary's, among which those not in it are hashed; without,
        they are 0.
    """
    if oov_buckets < 0:
        raise InvalidInput(f"{oov_buckets} buckets", hint="give 0 or more")
    state = _analyzed("words", as_text(x), **_frequent(min_count, top_k))
    params = {"oov_buckets": int(oov_buckets)}
    return Expression("vocabulary", (as_text(x), state), params, Kind.CODE)


def tf_idf(
    x: Expression, *, top_k: int = 1000, min_count: int = 1, norm: str | None = "l2"
) -> Expression:
    """Return a number a token: how often it occurs, times how rare it is, as scikit-learn's.

    The weight is count · (ln((1 + n) / (1 + n with the token)) + 1); with ``norm="l2"`` a row's
    weights have the length 1. A missing list is an empty one: all 0.

    Parameters
    ----------
    x : Expression
        Tokens: a column of lists, or `split` text.
    top_k : int
        The tokens that are in most rows.
    min_count : int
        A token in fewer rows is left out.
    norm : {"l2", None}
    """
    if norm not in ("l2", None):
        raise InvalidInput(f"norm cannot be {norm!r}", hint="'l2' or None")
    state = _analyzed("document_frequencies", as_tokens(x), **_frequent(min_count, top_k))
    return Expression("tf_idf", (as_tokens(x), state), {"norm": norm}, Kind.VECTOR)


def pca(columns: Sequence[Expression], components: int) -> Expression:
    """Return the numbers along the directions of the largest variance; missing where one is.

    Fitted on the rows that miss none. Scale the columns first where their units differ.
    """
    if not 1 <= components <= len(columns):
        raise InvalidInput(
            f"{components} components of {len(columns)} columns",
            hint="give at least 1, and no more than there are columns",
        )
    numbers = tuple(as_number(each) for each in columns)
    state = _analyzed("principal_components", *numbers, components=int(components))
    return Expression("pca", (*numbers, state), {}, Kind.VECTOR)


def impute(x: Expression, by: str | float = "mean") -> Expression:
    """Return x, where it is missing the mean, the median, the most frequent, or a constant.

    `is_missing` says where that was. Text is filled by ``most_frequent``, or a word by `fill`.
    """
    if not isinstance(by, str):
        return mappers.fill(x, by)
    if by not in _MEANS:
        raise InvalidInput(f"by cannot be {by!r}", hint=f"a number, or {', '.join(_MEANS)}")
    if x.kind is Kind.TEXT:
        if by != "most_frequent":
            raise InvalidInput(f"text has no {by}", hint="use by='most_frequent'")
        state = _analyzed("words", x, **_frequent(1, 1))
        return Expression("fill_most_frequent", (x, state), {}, Kind.TEXT)
    if by == "mean":
        return mappers.fill(x, mean(x))
    if by == "median":
        return mappers.fill(x, quantile(x, 0.5))
    return mappers.fill(x, _found(_analyzed("mode", as_number(x)), "mode"))


def target_encode(
    x: Expression,
    label: Expression,
    *,
    smoothing: float = 20.0,
    folds: int = 5,
    key: Expression | None = None,
) -> Expression:
    """Return the label's mean among the rows of the same category, drawn to the mean of all.

    The rows that are fitted on get the mean of the other folds (`Transform.fit_apply`), so that
    none has seen its own label; all others get the mean of all.

    Parameters
    ----------
    x : Expression
        The category; one that is missing or was not seen gets the mean of all.
    label : Expression
        A number, or 0 and 1; read in fitting only. Rows without it do not count.
    smoothing : float
        The weight of the mean of all, in rows: (sum + smoothing · mean) / (count + smoothing).
    folds : int
        A row's fold is a stable hash of its place within its file.
    key : Expression, optional
        Take the fold from this category's hash instead, so that equal keys share one fold.
    """
    if folds < 2 or smoothing < 0:
        raise InvalidInput(
            f"{folds} folds and a smoothing of {smoothing}",
            hint="2 folds or more, and a smoothing of 0 or more",
        )
    position = Expression("position", (), {}, Kind.CODE)
    fold = (
        Expression("position_fold", (position,), {"folds": folds}, Kind.CODE)
        if key is None
        else Expression("text_fold", (as_text(key),), {"folds": folds}, Kind.CODE)
    )
    state = _analyzed("target_sums", as_text(x), as_number(label), fold, folds=int(folds))
    return Expression("target_mean", (as_text(x), state), {"smoothing": float(smoothing)})


def sklearn(transformer: Any, columns: Sequence[Expression]) -> Expression:
    """Return what a scikit-learn transformer makes of numbers, side by side.

    One with ``partial_fit`` is shown all rows, batch by batch; another is fitted on all rows or,
    of more than 200,000, on a sample of so many. It computes a row as it does: in the tens of
    microseconds, and as equal to a batch's as its own arithmetic is.
    """
    from workbench.data.transforms.estimators import pack

    numbers = tuple(as_number(each) for each in columns)
    if not numbers:
        raise InvalidInput("a transformer of no columns", hint='give some: [c["x"]]')
    params = {"estimator": pack(transformer)}
    if hasattr(transformer, "partial_fit"):
        state = _analyzed("sklearn_streamed", *numbers, **params)
    else:
        position = Expression("position", (), {}, Kind.CODE)
        state = _analyzed("sklearn_rows", *numbers, position, **params)
    return Expression("sklearn", (*numbers, state), {}, Kind.VECTOR)


def _analyzed(analyzer: str, *args: Expression, **params: Any) -> Expression:
    return Expression(analyzer, args, params, Kind.STATE)


def _found(state: Expression, figure: str, *at: int) -> Expression:
    return Expression("found", (state,), {"figure": figure, "at": list(at)})


def _quantiles(x: Expression, shares: Sequence[float]) -> Expression:
    for each in shares:
        if not 0 <= each <= 1:
            raise InvalidInput(f"a share of {each!r}", hint="give one from 0 to 1")
    return _analyzed("quantiles", as_number(x), shares=[float(each) for each in shares])


def _spread(x: Expression, quantiles: int) -> Expression:
    if quantiles < 2:
        raise InvalidInput(f"{quantiles} quantiles", hint="give 2 or more")
    return _quantiles(x, [place / (quantiles - 1) for place in range(quantiles)])


def _frequent(min_count: int, top_k: int | None) -> dict[str, int | None]:
    if min_count < 1 or (top_k is not None and top_k < 1):
        raise InvalidInput(f"min_count={min_count}, top_k={top_k}", hint="give 1 or more")
    return {"min_count": int(min_count), "top_k": top_k}
