"""A transform as a step of a scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from workbench.core.errors import InvalidInput
from workbench.data.transforms.function_transform import FunctionTransform
from workbench.data.transforms.transform import Arrays, Transform

if TYPE_CHECKING:
    import pandas as pd


class SklearnTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """Takes a frame's columns, gives all outputs side by side, in double precision.

    ``fit`` fits the transform anew on the frame; a pipeline's ``fit`` trains on target encodings of
    the other folds. A label that the transform's function names is taken from `y` where the frame
    lacks it.

    Parameters
    ----------
    definition : Transform
        If it is fitted, `transform` works without ``fit``.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from workbench.data import transforms as t
    >>> frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]})
    >>> step = t.Transform(lambda c: {"x": t.z_score(c["x"])}).as_sklearn()
    >>> make_pipeline(step, LogisticRegression()).fit(frame, [0, 0, 1, 1]).predict(frame)
    array([0, 0, 1, 1])
    """

    def __init__(self, definition: Transform) -> None:
        self.definition = definition

    def fit(self, X: pd.DataFrame, y: Any = None) -> SklearnTransformer:  # noqa: N803  # sklearn's
        """Fit the transform on a frame."""
        fresh = Transform.from_json(self.definition.definition())
        self.fitted_ = fresh.fit(_with_label(fresh, X, y))
        return self

    def fit_transform(self, X: pd.DataFrame, y: Any = None) -> npt.NDArray[np.float64]:  # noqa: N803
        """Fit the transform, and return the numbers to train on."""
        fitted = self.fit(X, y).fitted_
        if not isinstance(fitted, FunctionTransform):
            return self.transform(X)
        frame = _with_label(fitted, X, y)
        return np.concatenate(
            [_matrix(each) for each in fitted.apply_batches(frame, training=True)]
        )

    def transform(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803  # sklearn's
        """Return all outputs side by side, float64[n, k]."""
        return _matrix(self._applied().apply(X))

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """The columns that it reads."""
        return np.array(self._applied().columns, dtype=object)

    def get_feature_names_out(self, _: Any = None) -> npt.NDArray[np.object_]:
        """Return the outputs' names, numbered where one has several columns."""
        fitted = self._applied()
        empty = fitted.apply([])
        names = [
            name if values.ndim == 1 else f"{name}_{place}"
            for name, values in empty.items()
            for place in range(1 if values.ndim == 1 else values.shape[1])
        ]
        return np.array(names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fitted_") or self.definition.fitted

    def __getstate__(self) -> dict[str, Any]:
        # As text: skops keeps that, and reading it runs nothing.
        fitted = getattr(self, "fitted_", None)
        return {
            "definition": _text(self.definition),
            "fitted": None if fitted is None else fitted.to_json(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.definition = Transform.from_json(state["definition"])
        if state["fitted"] is not None:
            self.fitted_ = Transform.from_json(state["fitted"])

    def _applied(self) -> Transform:
        found: Transform = getattr(self, "fitted_", self.definition)
        return found


def _text(transform: Transform) -> str:
    return transform.to_json() if transform.fitted else transform.definition()


def _with_label(transform: Transform, frame: pd.DataFrame, y: Any) -> pd.DataFrame:
    read = transform.graph.fitted_columns if isinstance(transform, FunctionTransform) else ()
    lacking: Sequence[str] = [name for name in read if name not in frame.columns]
    if y is None or not lacking:
        return frame
    if len(lacking) > 1:
        raise InvalidInput(f"the frame lacks {', '.join(lacking)}", hint="add them, or y for one")
    return frame.assign(**{lacking[0]: np.asarray(y)})


def _matrix(arrays: Arrays) -> npt.NDArray[np.float64]:
    columns = [each if each.ndim == 2 else each[:, None] for each in arrays.values()]
    return np.concatenate(columns, axis=1).astype(np.float64)
