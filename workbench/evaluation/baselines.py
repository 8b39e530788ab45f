"""What a model must beat: the base rate, and gradient boosting on the same columns.

Both are trained as any model is, so they are runs with a model, and can be registered and served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near
from workbench.data.datasets import Dataset, dataset
from workbench.evaluation.metrics import METRICS
from workbench.tracking import Run

if TYPE_CHECKING:
    import pandas as pd

    from workbench.training.context import Context

EXPERIMENT = "baselines"


def base_rate(data: Dataset | str, *, split: str = "train", label: str | None = None) -> Run:
    """Train the model that gives every row the share of positives; it looks at nothing.

    Parameters
    ----------
    data : Dataset or str
    split : str
        Where the share is taken.
    label : str, optional
        The dataset's own by default.
    """
    from workbench.training.trainer import train

    source = dataset(data)
    params = {"label": _label(source, label), "split": split}
    return train(_fit_base_rate, source, params=params, experiment=EXPERIMENT, name="base rate")


def gradient_boosting(
    data: Dataset | str,
    *,
    like: Any = None,
    columns: Sequence[str] | None = None,
    split: str = "train",
    label: str | None = None,
    iterations: int = 150,
    learning_rate: float = 0.1,
) -> Run:
    """Train scikit-learn's histogram gradient boosting, text columns as categories.

    Parameters
    ----------
    data : Dataset or str
    like : model, run or model version, optional
        Take the same columns as this one.
    columns : sequence of str, optional
        Or take these; by default every number and text but the label and the times.
    split : str
        What to learn from.
    label : str, optional
        The dataset's own by default.
    iterations : int
        Trees.
    learning_rate : float

    Raises
    ------
    InvalidInput
        If there is no such column, or none at all.
    """
    from workbench.training.trainer import train

    source = dataset(data)
    truth = _label(source, label)
    chosen = _columns(source, truth, like, columns)
    families = {column.name: column.family for column in source.columns}
    params = {
        "numeric": [name for name in chosen if families[name] in ("INT", "FLOAT", "BOOL")],
        "categorical": [name for name in chosen if families[name] == "STRING"],
        "label": truth,
        "split": split,
        "iterations": iterations,
        "learning_rate": learning_rate,
    }
    return train(
        _fit_boosting, source, params=params, experiment=EXPERIMENT, name="gradient boosting"
    )


def _fit_base_rate(ctx: Context, label: str, split: str) -> object:
    from sklearn.dummy import DummyClassifier

    from workbench.training.models import SklearnModel

    frame = _known(ctx.data(split, columns=[label]), label)
    estimator = DummyClassifier(strategy="prior").fit(frame[[]], frame[label].astype(int))
    ctx.log(base_rate=float(frame[label].mean()))
    model = SklearnModel(estimator, columns=[])
    _log_validation(ctx, model, [], label)
    return model


def _fit_boosting(
    ctx: Context,
    numeric: list[str],
    categorical: list[str],
    label: str,
    split: str,
    iterations: int,
    learning_rate: float,
) -> object:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from workbench.data.transforms import Transform
    from workbench.training.models import ColumnsModel

    frame = _known(ctx.data(split, columns=[*numeric, *categorical, label]), label)
    estimator = HistGradientBoostingClassifier(
        max_iter=iterations, learning_rate=learning_rate, early_stopping=False, random_state=0
    )
    model = ColumnsModel(estimator, Transform(numeric=numeric, categorical=categorical))
    model.fit(frame, frame[label].astype(int))
    _log_validation(ctx, model, [*numeric, *categorical], label)
    return model


def _log_validation(ctx: Context, model: Any, columns: Sequence[str], label: str) -> None:
    """Log how good a baseline is on the split ``validation``, where that holds both classes."""
    if ctx.source is None or "validation" not in ctx.source.splits:
        return
    frame = _known(ctx.data("validation", columns=[*columns, label]), label)
    truth = frame[label].to_numpy(float)
    if truth.min(initial=1) == truth.max(initial=0):
        return
    scores = model.predict(frame)
    ctx.log(
        auc=METRICS["auc"].value(truth, scores), log_loss=METRICS["log_loss"].value(truth, scores)
    )


def _known(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    return frame[frame[label].notna()]


def _label(source: Dataset, given: str | None) -> str:
    label = given or source.label
    if label is None:
        raise InvalidInput(f"{source.ref} has no label", hint="say which column it is: label=…")
    return label


def _columns(source: Dataset, label: str, like: Any, given: Sequence[str] | None) -> list[str]:
    known = {column.name: column.family for column in source.columns}
    if like is not None:
        signature = getattr(like, "signature", None) or like.model.signature
        given = [each["name"] for each in signature["inputs"]]
    if given is None:
        chosen = [name for name, family in known.items() if family != "TIME" and name != label]
    else:
        chosen = list(given)
    for name in chosen:
        if name not in known:
            raise InvalidInput(f"{source.ref} has no column {name!r}", hint=near(name, known))
        if known[name] == "TIME":
            raise InvalidInput(
                f"{name!r} is a time, which trees cannot take", hint="give its hour or weekday"
            )
    if not chosen:
        raise InvalidInput(f"{source.ref} has no columns to learn from", hint="name some")
    return chosen
